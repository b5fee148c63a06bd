//! What hits must be like.

use async_graphql::{Enum, InputObject};
use kernel::Refusal;

use crate::{domain::Kind, index::Filter, schema::query::read_kinds};

/// What can be found.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Kind")]
pub enum SearchType {
    /// A film.
    Movie,
    /// A series.
    Series,
    /// An episode of a series.
    Episode,
    /// A video that a member uploaded.
    Video,
    /// A linear channel.
    Channel,
    /// A showing that has not ended.
    Programme,
    /// Somebody with a credit.
    Person,
}

/// What hits must be like.
#[derive(InputObject)]
pub struct SearchFilter {
    /// One of these; absent or empty: anything.
    types: Option<Vec<SearchType>>,
    /// Of this genre: its id, or its name in any spelling.
    genre: Option<String>,
    /// Released in this year or later.
    year_from: Option<i32>,
    /// Released in this year or earlier.
    year_to: Option<i32>,
}

impl SearchFilter {
    /// The filter in the words of the index.
    pub fn read(self) -> Result<Filter, Refusal> {
        Ok(Filter {
            kinds: read_kinds("filter.types", self.types)?,
            genre: self.genre,
            year_from: self.year_from,
            year_to: self.year_to,
        })
    }
}
