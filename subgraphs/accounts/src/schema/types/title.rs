//! What accounts adds to the catalogue's `Title`.

use async_graphql::{Context, ID, Object};
use graphql::{Connection, Count, PageInput, Result, connection, page_request};
use kernel::{ProfileId, TitleId};

use super::{
    privacy::personal,
    rating::{Rating, Review, Reviews},
    resume_point::ResumePoint,
};
use crate::{loaders::loaders, service::Accounts};

pub struct Title(pub(crate) TitleId);

/// A work to watch.
#[Object(interface_object)]
impl Title {
    /// The title's id.
    async fn id(&self) -> ID {
        self.0.0.into()
    }

    /// Where a profile of the viewer stands in it; null when the profile never watched it, without a profile, and
    /// signed out.
    async fn resume_point(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose place; a profile of the account that is signed in.")] profile_id: Option<ID>,
    ) -> Result<Option<ResumePoint>> {
        let load = |profile: ProfileId| loaders(ctx).resume_points.load((profile.0, self.0.0));
        Ok(personal(ctx, profile_id, load).await?.map(ResumePoint))
    }

    /// Mean of all ratings, 1 to 5, to two places; null when nobody rated it.
    async fn average_rating(&self, ctx: &Context<'_>) -> Result<Option<f64>> {
        let summary = loaders(ctx).rating_summaries.load(self.0.0).await?;
        Ok(summary.map(|summary| summary.average()))
    }

    /// How many profiles rated it.
    async fn rating_count(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        let summary = loaders(ctx).rating_summaries.load(self.0.0).await?;
        Ok(Some(
            summary.map_or(0, |summary| i32::try_from(summary.count).unwrap_or(i32::MAX)),
        ))
    }

    /// What a profile of the viewer thinks of it; null when it did not rate it, without a profile, and signed out.
    async fn my_rating(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose rating; a profile of the account that is signed in.")] profile_id: Option<ID>,
    ) -> Result<Option<Rating>> {
        let load = |profile: ProfileId| loaders(ctx).ratings.load((profile.0, self.0.0));
        Ok(personal(ctx, profile_id, load).await?.map(Rating))
    }

    /// Ratings in words, latest first.
    #[graphql(complexity = "5 + first.unwrap_or(10).max(0) as usize * child_complexity")]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Option<Connection<Review, Reviews>>> {
        let (accounts, title) = (ctx.data_unchecked::<Accounts>(), self.0);
        let page = accounts.reviews(title, &page_request(first, after, page)?).await?;
        let counting = accounts.clone();
        let count = Count::lazy(move || {
            let accounts = counting.clone();
            async move { Ok(accounts.count_reviews(title).await?) }
        });
        Ok(Some(connection(page.map(Review), count)))
    }
}
