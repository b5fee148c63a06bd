//! `Viewer`: who asks.

use async_graphql::{Context, ID, Object};
use graphql::{Connection, Count, Result, connection};
use kernel::PageRequest;

use super::{
    account::Account,
    api_key::{ApiKey, ApiKeys},
    profile::Profile,
};
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

    /// The account's API keys, newest first, those that ended among them for 90 days.
    #[graphql(complexity = "5 + first.unwrap_or(10).max(0) as usize * child_complexity")]
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
    ) -> Result<Connection<ApiKey, ApiKeys>> {
        let request = PageRequest::try_new(first, after)?;
        let accounts = ctx.data_unchecked::<Accounts>().clone();
        let account = self.0.account();
        let page = accounts.api_keys(account, &request).await?;
        let count = Count::lazy(move || {
            let accounts = accounts.clone();
            async move { Ok(accounts.count_api_keys(account).await?) }
        });
        Ok(connection(page.map(ApiKey), count))
    }
}
