//! `Account`: who signs in and pays.

use async_graphql::{Context, ID, Object};
use graphql::Result;
use kernel::Instant;

use super::{privacy::may_see, profile::Profile};
use crate::{entities::account, service::Accounts};

pub struct Account {
    model: account::Model,
    /// Whoever asks has just proved to be the owner: by password, or by token.
    is_own: bool,
}

impl Account {
    /// An account that somebody came across.
    pub fn of(model: account::Model) -> Self {
        Self { model, is_own: false }
    }

    /// The account of whoever asks.
    pub fn own(model: account::Model) -> Self {
        Self { model, is_own: true }
    }

    fn is_visible(&self, ctx: &Context<'_>) -> bool {
        self.is_own || may_see(ctx, self.model.account())
    }
}

/// Who signs in and pays. All but `id` and `displayName` answer only the account itself and staff.
#[Object]
impl Account {
    /// The account's id.
    async fn id(&self) -> ID {
        self.model.id.into()
    }

    /// How others see it.
    async fn display_name(&self) -> &str {
        &self.model.display_name
    }

    /// The e-mail address it signs in with, normalised; null to others.
    async fn email(&self, ctx: &Context<'_>) -> Option<&str> {
        self.is_visible(ctx).then_some(self.model.email.as_str())
    }

    /// What it may do (`VIEWER`, `ADMIN`); null to others.
    async fn roles(&self, ctx: &Context<'_>) -> Option<Vec<String>> {
        let names = || {
            self.model
                .roles()
                .into_iter()
                .map(|role| role.name().to_owned())
                .collect()
        };
        self.is_visible(ctx).then(names)
    }

    /// When it was made; null to others.
    async fn created_at(&self, ctx: &Context<'_>) -> Option<Instant> {
        self.is_visible(ctx).then_some(self.model.created_at)
    }

    /// Its profiles, oldest first; null to others.
    async fn profiles(&self, ctx: &Context<'_>) -> Result<Option<Vec<Profile>>> {
        if !self.is_visible(ctx) {
            return Ok(None);
        }
        let profiles = ctx
            .data_unchecked::<Accounts>()
            .profiles_of(self.model.account())
            .await?;
        let wrap = |profile| {
            if self.is_own {
                Profile::own(profile)
            } else {
                Profile::of(profile)
            }
        };
        Ok(Some(profiles.into_iter().map(wrap).collect()))
    }
}
