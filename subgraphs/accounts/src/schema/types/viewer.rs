//! `Viewer`: who asks.

use async_graphql::{Context, ID, Object};
use graphql::Result;

use super::{account::Account, profile::Profile};
use crate::{entities::account, service::Accounts};

pub struct Viewer(pub(crate) account::Model);

/// Who is signed in: the account, its profiles, and what it paid for.
#[Object]
impl Viewer {
    /// The account's id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The account that is signed in.
    async fn account(&self) -> Account {
        Account::own(self.0.clone())
    }

    /// The account's profiles, oldest first.
    async fn profiles(&self, ctx: &Context<'_>) -> Result<Vec<Profile>> {
        let profiles = ctx.data_unchecked::<Accounts>().profiles_of(self.0.account()).await?;
        Ok(profiles.into_iter().map(Profile::own).collect())
    }
}
