//! What recommendations add to a profile.

use async_graphql::{Context, ID, Object};
use graphql::{Result, viewer};
use kernel::{PageRequest, ProfileId, Refusal};

use super::Title;
use crate::{domain::ranking::Pick, loaders::Loaders, service::Recommendations};

/// Who watches.
pub struct Profile {
    pub(crate) id: ProfileId,
}

/// Who watches.
#[Object]
impl Profile {
    /// Its id.
    async fn id(&self) -> ID {
        ID(self.id.to_string())
    }

    /// What it may like and has not watched, best first. Only for the viewer's own profiles.
    #[graphql(complexity = "1 + first.unwrap_or(10).max(0) as usize * child_complexity")]
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most titles: 10 when absent, at most 50.")] first: Option<i32>,
    ) -> Result<Option<Vec<Recommendation>>> {
        let first = PageRequest::count(first, kernel::DEFAULT_PAGE)?;
        let key = (viewer(ctx)?.account, self.id);
        let person = ctx.data_unchecked::<Loaders>().people.load(key).await?;
        let person = person.ok_or_else(|| Refusal::not_found("profile"))?;
        let picks = ctx
            .data_unchecked::<Recommendations>()
            .recommend(&person, first as usize)
            .await?;
        Ok(Some(picks.into_iter().map(Recommendation).collect()))
    }
}

/// A title that a profile may like.
pub struct Recommendation(pub(crate) Pick);

/// A title that a profile may like.
#[Object]
impl Recommendation {
    /// How well it fits, 0 to 1; 0 for what is just popular.
    async fn score(&self) -> f64 {
        self.0.score
    }

    /// Why, for people.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The title; null when it was withdrawn a moment ago.
    async fn title(&self) -> Option<Title> {
        Some(Title { id: self.0.title })
    }
}
