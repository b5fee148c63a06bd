//! Short videos by members.

use async_graphql::{Context, Enum, MergedObject, Object};
use auth::Role;
use graphql::{
    Require, Result,
    directives::{CacheControl, CacheScope, RequiresRole},
};

use super::{
    account::Account,
    asset::MediaAsset,
    title::{Common, Kinded, Row},
};
use crate::{entities::title::State, loaders::loaders};

/// How far the preparation of a video is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum VideoStatus {
    /// Its file is not here yet, or not ready: it cannot be played.
    Pending,
    /// It can be played by editors, and is not published.
    Ready,
    /// Everybody can find and play it.
    Published,
    /// It was published once.
    Withdrawn,
}

/// A short video that a member uploaded.
#[derive(MergedObject)]
#[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
pub struct Video(Common, VideoFields);

/// What only a video has.
pub struct VideoFields(Row);

impl From<Row> for Video {
    fn from(row: Row) -> Self {
        Self(Common(row.clone()), VideoFields(row))
    }
}

impl Kinded for Video {
    fn common(&self) -> &Common {
        &self.0
    }
}

/// What only a video has.
#[Object]
impl VideoFields {
    /// How far its preparation is.
    async fn status(&self) -> VideoStatus {
        match (self.0.state, self.0.asset_id) {
            (State::Withdrawn, _) => VideoStatus::Withdrawn,
            (State::Draft | State::Published, None) => VideoStatus::Pending,
            (State::Draft, Some(_)) => VideoStatus::Ready,
            (State::Published, Some(_)) => VideoStatus::Published,
        }
    }

    /// Who uploaded it; null when the account is gone.
    async fn uploader(&self) -> Option<Account> {
        self.0.uploader_id.map(|id| Account { id: id.into() })
    }

    /// URL of its picture, as its uploader gave it; null when none was given.
    async fn thumbnail_url(&self) -> Option<&str> {
        self.0.thumbnail_url.as_deref()
    }

    /// Its length in seconds; null when unknown.
    async fn runtime_seconds(&self) -> Option<i32> {
        self.0.runtime_seconds
    }

    /// What is played, for editors; null while there is none.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn asset(&self, ctx: &Context<'_>) -> Result<Option<MediaAsset>> {
        let Some(asset) = self.0.asset_id else { return Ok(None) };
        Ok(loaders(ctx).assets.load(asset).await?.map(MediaAsset))
    }

    /// Packages it belongs to, for editors; empty when it is free.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn packages(&self) -> &[String] {
        &self.0.packages.0
    }
}
