//! The answer of a search: a Relay connection with facets, its edges with scores.

use async_graphql::{
    Enum, Object, SimpleObject,
    connection::{Connection, DisableNodesField, Edge},
};
use graphql::{
    ListName, Named, Pagination,
    directives::{ListSize, Size},
};
use kernel::{Cursor, PageRequest};

use super::SearchHit;
use crate::{
    index::{self, Facet},
    service::Found,
};

/// By what hits are counted.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "index::FacetField")]
pub enum SearchFacetField {
    /// What a hit is: a SearchType.
    Type,
    /// Its genres, by name.
    Genre,
    /// The decade of its release: `1920`.
    Decade,
}

/// A value and how often it occurs.
#[derive(SimpleObject)]
pub struct SearchFacetValue {
    /// The value.
    value: String,
    /// Hits that have it.
    count: i32,
}

/// Counts of hits by the values of one field.
pub struct SearchFacet(Facet);

/// Counts of hits by the values of one field.
#[Object]
impl SearchFacet {
    /// By what.
    async fn field(&self) -> SearchFacetField {
        self.0.field.into()
    }

    /// The most frequent values, at most 20, the most frequent first.
    #[graphql(directive = ListSize::apply(Size::assumed(20)))]
    async fn values(&self) -> Vec<SearchFacetValue> {
        let values = self.0.values.iter();
        values
            .map(|(value, count)| SearchFacetValue {
                value: value.clone(),
                count: clamp(*count),
            })
            .collect()
    }
}

/// What a search adds to Relay's connection.
pub struct Extras {
    total: u64,
    facets: Vec<Facet>,
    /// Number of the page and hits of a page.
    place: (u32, u32),
}

/// What a search adds to Relay's connection.
#[Object]
impl Extras {
    /// Hits in all.
    async fn total_count(&self) -> i32 {
        clamp(self.total)
    }

    /// Where the page stands among the numbered pages.
    async fn pagination(&self) -> Pagination {
        let (number, size) = self.place;
        Pagination::new(number, size, self.total)
    }

    /// Counts over all hits, by type, genre and decade.
    #[graphql(directive = ListSize::apply(Size::assumed(3)))]
    async fn facets(&self) -> Vec<SearchFacet> {
        self.facets.iter().cloned().map(SearchFacet).collect()
    }
}

/// What a search adds to Relay's edge.
#[derive(SimpleObject)]
pub struct EdgeExtras {
    /// How well it matches; comparable within one answer.
    score: f64,
}

/// The name of the list.
pub struct Search;

impl ListName for Search {
    const NAME: &'static str = "Search";
}

/// Hits, the best first.
pub type HitConnection =
    Connection<String, Option<SearchHit>, Extras, EdgeExtras, Named<Search>, Named<Search>, DisableNodesField>;

/// The connection of a page of hits.
pub fn hit_connection(found: Found, page: &PageRequest) -> HitConnection {
    let Found { hits, offset } = found;
    let end = u64::from(offset) + hits.hits.len() as u64;
    let has_next = end < hits.total && !hits.hits.is_empty();
    let extras = Extras {
        total: hits.total,
        facets: hits.facets,
        place: (offset / page.first.max(1) + 1, page.first),
    };
    let mut connection = HitConnection::with_additional_fields(offset > 0, has_next, extras);
    for (place, hit) in (offset + 1..).zip(&hits.hits) {
        let extras = EdgeExtras {
            score: f64::from(hit.score),
        };
        let cursor = Cursor::of(&place).into_text();
        connection
            .edges
            .push(Edge::with_additional_fields(cursor, Some(SearchHit::from(hit)), extras));
    }
    connection
}

fn clamp(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
