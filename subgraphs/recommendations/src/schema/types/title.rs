//! What recommendations add to a title.

use async_graphql::{Context, ID, Object};
use graphql::Result;
use kernel::{PageRequest, TitleId};

use crate::{domain::ranking::Pick, service::Recommendations};

/// A work to watch.
pub struct Title {
    pub(crate) id: TitleId,
}

/// A work to watch.
#[Object(interface_object)]
impl Title {
    /// Its id.
    async fn id(&self) -> ID {
        ID(self.id.to_string())
    }

    /// What belongs to it, best first: it has the same people or genres, or the same viewers. Null for a title that is not
    /// known here (yet).
    #[graphql(complexity = "1 + first.unwrap_or(10).max(0) as usize * child_complexity")]
    async fn related(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most titles: 10 when absent, at most 50.")] first: Option<i32>,
    ) -> Result<Option<Vec<RelatedTitle>>> {
        let first = PageRequest::count(first, kernel::DEFAULT_PAGE)?;
        let found = ctx
            .data_unchecked::<Recommendations>()
            .related(self.id, first as usize)
            .await?;
        Ok(found.map(|picks| picks.into_iter().map(RelatedTitle).collect()))
    }
}

/// A title that belongs to another.
pub struct RelatedTitle(pub(crate) Pick);

/// A title that belongs to another.
#[Object]
impl RelatedTitle {
    /// Why, for people.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// How much it belongs to it, 0 to 1.
    async fn score(&self) -> f64 {
        self.0.score
    }

    /// The title; null when it was withdrawn a moment ago.
    async fn title(&self) -> Option<Title> {
        Some(Title { id: self.0.title })
    }
}
