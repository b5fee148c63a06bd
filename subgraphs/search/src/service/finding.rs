//! Finding and suggesting.

use kernel::{PageRequest, Refusal};

use super::Search;
use crate::{
    domain::{Kind, suggestion, suggestion::Suggestion},
    error::Error,
    index::{Filter, Hits, Request},
};

/// Longest text that is searched for, in letters.
const LONGEST_TEXT: usize = 200;
/// Longest name of a genre in a filter, in letters.
const LONGEST_GENRE: usize = 100;
/// Hits that can be paged through.
const DEEPEST: u32 = 1000;

/// What a client searches for.
#[derive(Debug, Clone)]
pub struct Query {
    /// Plain text.
    pub text: String,
    /// What hits must be like.
    pub filter: Filter,
    /// Which page.
    pub page: PageRequest,
    /// Count facets.
    pub has_facets: bool,
}

/// A page of hits.
#[derive(Debug, Clone)]
pub struct Found {
    /// The hits of the page.
    pub hits: Hits,
    /// Hits before the page.
    pub offset: u32,
}

impl Search {
    /// Finds; the best first. A cursor is a place in the ranking.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` for a text too long or a page too deep, `BAD_USER_INPUT` for a filter that nothing can pass.
    pub async fn search(&self, query: Query) -> Result<Found, Error> {
        check_length("query", &query.text, LONGEST_TEXT)?;
        if let Some(genre) = &query.filter.genre {
            check_length("filter.genre", genre, LONGEST_GENRE)?;
        }
        if let (Some(from), Some(to)) = (query.filter.year_from, query.filter.year_to)
            && from > to
        {
            return Err(Refusal::bad_input("filter.yearFrom", "yearFrom is after yearTo").into());
        }
        let offset = query.page.after_key::<u32>()?.unwrap_or(query.page.skipped());
        if offset > DEEPEST {
            return Err(Refusal::limit("after", DEEPEST.into(), offset.into())
                .with("field", "after")
                .into());
        }
        let request = Request {
            text: query.text,
            filter: query.filter,
            offset: offset as usize,
            limit: query.page.first as usize,
            now: self.0.clock.now(),
            has_facets: query.has_facets,
        };
        let hits = self.0.index.search(request).await?;
        Ok(Found { hits, offset })
    }

    /// Names that complete `typed`, the best first.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` for a text too long.
    pub async fn suggest(&self, typed: &str, kinds: &[Kind], first: usize) -> Result<Vec<Suggestion>, Error> {
        check_length("prefix", typed, LONGEST_TEXT)?;
        let candidates = self.0.index.suggest(typed, kinds, self.0.clock.now()).await?;
        Ok(suggestion::rank(typed, candidates, first))
    }
}

fn check_length(field: &str, text: &str, allowed: usize) -> Result<(), Refusal> {
    let letters = text.chars().count();
    if letters > allowed {
        return Err(Refusal::limit(field, allowed as u64, letters as u64).with("field", field));
    }
    Ok(())
}
