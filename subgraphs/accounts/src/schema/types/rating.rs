//! `Rating` and `Review`: what profiles think of titles.

use async_graphql::{Context, Object};
use graphql::{ListName, Result};
use kernel::{Instant, TitleId};

use super::{profile::Profile, title::Title};
use crate::{entities::rating, loaders::loaders};

/// The name of lists of ratings.
pub struct Ratings;

impl ListName for Ratings {
    const NAME: &'static str = "Rating";
}

/// The name of lists of reviews.
pub struct Reviews;

impl ListName for Reviews {
    const NAME: &'static str = "Review";
}

pub struct Rating(pub(crate) rating::Model);

/// What a profile thinks of a title.
#[Object]
impl Rating {
    /// 1 (poor) to 5 (splendid).
    async fn rating(&self) -> i32 {
        self.0.rating
    }

    /// In words; null when there are none.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// When it was given or last changed.
    async fn rated_at(&self) -> Instant {
        self.0.rated_at
    }

    /// The title; null when it can no longer be found.
    async fn title(&self) -> Option<Title> {
        Some(Title(TitleId(self.0.title_id)))
    }
}

pub struct Review(pub(crate) rating::Model);

/// A rating in words, as everybody may read it.
#[Object]
impl Review {
    /// 1 (poor) to 5 (splendid).
    async fn rating(&self) -> i32 {
        self.0.rating
    }

    /// What the reviewer says.
    async fn comment(&self) -> &str {
        self.0.comment.as_deref().unwrap_or_default()
    }

    /// When it was given or last changed.
    async fn rated_at(&self) -> Instant {
        self.0.rated_at
    }

    /// The reviewer; null when the profile is gone.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Profile>> {
        Ok(loaders(ctx).profiles.load(self.0.profile_id).await?.map(Profile::of))
    }
}
