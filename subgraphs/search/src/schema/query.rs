//! Root fields of search.

use async_graphql::{Context, Object};
use graphql::Result;
use kernel::PageRequest;

use super::types::{HitConnection, SearchFilter, SearchType, Suggestion, hit_connection};
use crate::service::{self, Search};

/// Most kinds that one request may name: more is a mistake.
const MOST_KINDS: usize = 20;

/// Root fields of search.
pub struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// Titles, people, channels and programmes that match the text, the best first. The text is plain: every word must
    /// be found, with a typo or two; the last one may be unfinished. An empty text finds everything that passes the filter.
    #[graphql(complexity = "5 + first.unwrap_or(10).max(0) as usize * child_complexity")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to find: plain text, at most 200 letters.")] query: String,
        #[graphql(desc = "What hits must be like.")] filter: Option<SearchFilter>,
        #[graphql(desc = "Most hits: 10 when absent, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the hit to begin after.")] after: Option<String>,
    ) -> Result<HitConnection> {
        let page = PageRequest::try_new(first, after)?;
        let filter = filter.map(SearchFilter::read).transpose()?.unwrap_or_default();
        let has_facets = ctx.look_ahead().field("facets").exists();
        let query = service::Query {
            text: query,
            filter,
            page: page.clone(),
            has_facets,
        };
        let found = ctx.data_unchecked::<Search>().search(query).await?;
        Ok(hit_connection(found, &page))
    }

    /// Names that complete what was typed so far, the best first. Accents and capitals do not matter; one typo is
    /// forgiven from four letters on, two from eight.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed so far, at most 200 letters.")] prefix: String,
        #[graphql(desc = "Only names of these; absent: of everything.")] types: Option<Vec<SearchType>>,
        #[graphql(desc = "Most names: 10 when absent, at most 50.")] first: Option<i32>,
    ) -> Result<Vec<Suggestion>> {
        let first = PageRequest::count(first, kernel::DEFAULT_PAGE)?;
        let kinds = read_kinds("types", types)?;
        let found = ctx
            .data_unchecked::<Search>()
            .suggest(&prefix, &kinds, first as usize)
            .await?;
        Ok(found.into_iter().map(Suggestion).collect())
    }
}

pub(super) fn read_kinds(
    field: &str,
    types: Option<Vec<SearchType>>,
) -> std::result::Result<Vec<crate::domain::Kind>, kernel::Refusal> {
    let types = types.unwrap_or_default();
    if types.len() > MOST_KINDS {
        return Err(kernel::Refusal::limit(field, MOST_KINDS as u64, types.len() as u64).with("field", field));
    }
    Ok(types.into_iter().map(Into::into).collect())
}
