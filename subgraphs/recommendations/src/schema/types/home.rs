//! The home screen.

use async_graphql::{Context, Object};
use graphql::{Result, find_viewer};
use kernel::{PageRequest, ProfileId};

use super::rail::Rail;
use crate::service::Recommendations;

/// The home screen.
pub struct Home {
    pub(crate) profile: Option<ProfileId>,
}

/// The home screen.
#[Object]
impl Home {
    /// Rows of titles, the most personal first. No title is on two of them, but for what can be continued.
    #[graphql(complexity = "5 + first.unwrap_or(10).max(0) as usize * child_complexity")]
    async fn rails(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most rails: 10 when absent, at most 50.")] first: Option<i32>,
    ) -> Result<Vec<Rail>> {
        let first = PageRequest::count(first, kernel::DEFAULT_PAGE)?;
        let recommendations = ctx.data_unchecked::<Recommendations>();
        let rails = recommendations
            .home(find_viewer(ctx), self.profile, first as usize)
            .await?;
        Ok(rails.into_iter().map(Rail).collect())
    }
}
