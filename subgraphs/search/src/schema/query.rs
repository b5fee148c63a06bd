//! Root fields of search.

use async_graphql::{Context, Object};
use graphql::{PageInput, Result, directives::Cost, page_request};
use kernel::{PageRequest, Refusal};

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
    #[graphql(
        complexity = "5 + first.unwrap_or(10).max(0) as usize * child_complexity",
        directive = Cost::apply(10)
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "arguments of a field have names where it is called"
    )]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to find: plain text, at most 200 letters.")] query: String,
        #[graphql(desc = "What hits must be like.")] filter: Option<SearchFilter>,
        #[graphql(desc = "Most hits: 10 when absent, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the hit to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<HitConnection> {
        find(ctx, query, filter, page_request(first, after, page)?).await
    }

    /// The same from any place in the ranking: `search` for clients that count hits.
    #[graphql(
        complexity = "5 + first.unwrap_or(10).max(0) as usize * child_complexity",
        directive = Cost::apply(10)
    )]
    async fn global_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to find: plain text, at most 200 letters.")] query: String,
        #[graphql(desc = "What hits must be like.")] filter: Option<SearchFilter>,
        #[graphql(desc = "Most hits: 10 when absent, at most 50.")] first: Option<i32>,
        #[graphql(desc = "Hits to leave out before the first, at most 1000.", default = 0)] offset: i32,
    ) -> Result<HitConnection> {
        let offset = u32::try_from(offset).map_err(|_| Refusal::bad_input("offset", "offset is negative"))?;
        let mut page = PageRequest::try_new(first, None)?;
        page.after = (offset > 0).then(|| kernel::Cursor::of(&offset));
        find(ctx, query, filter, page).await
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

async fn find(
    ctx: &Context<'_>,
    text: String,
    filter: Option<SearchFilter>,
    page: PageRequest,
) -> Result<HitConnection> {
    let query = service::Query {
        text,
        filter: filter.map(SearchFilter::read).transpose()?.unwrap_or_default(),
        page: page.clone(),
        has_facets: ctx.look_ahead().field("facets").exists(),
    };
    let found = ctx.data_unchecked::<Search>().search(query).await?;
    Ok(hit_connection(found, &page))
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
