//! `ApiKey`: what an application asks with.

use async_graphql::{Context, ID, Object};
use graphql::{ListName, Result};
use kernel::Instant;

use crate::{entities::api_key, service::Accounts};

/// The name of lists of keys.
pub struct ApiKeys;

impl ListName for ApiKeys {
    const NAME: &'static str = "ApiKey";
}

pub struct ApiKey(pub(crate) api_key::Model);

/// A key of an application: sent as `X-API-Key`, it asks in the name of its account. Its secret is shown once.
#[Object]
impl ApiKey {
    /// The key's id; no secret.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What its maker calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How its secret begins, to tell keys apart.
    async fn prefix(&self) -> &str {
        &self.0.prefix
    }

    /// What it may do beside watching: roles as `role:EDITOR`, and other scopes.
    async fn scopes(&self) -> Vec<String> {
        self.0.scopes()
    }

    /// Requests it may make in a minute; null for the default.
    async fn requests_per_minute(&self) -> Option<i32> {
        self.0.requests_per_minute
    }

    /// When it was made.
    async fn created_at(&self) -> Instant {
        self.0.created_at
    }

    /// The day it was last used, by its first instant in UTC; null when it never was.
    async fn last_used_on(&self, ctx: &Context<'_>) -> Result<Option<Instant>> {
        Ok(ctx.data_unchecked::<Accounts>().last_use_of(self.0.id).await?)
    }

    /// When it ends by itself.
    async fn expires_at(&self) -> Instant {
        self.0.expires_at
    }

    /// When it was revoked; null when it was not.
    async fn revoked_at(&self) -> Option<Instant> {
        self.0.revoked_at
    }
}
