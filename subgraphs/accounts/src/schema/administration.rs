//! What staff read of accounts.

use async_graphql::{Context, ID, InputObject, Object};
use auth::Role;
use graphql::{
    Connection, Count, ListName, PageInput, Require, Result, connection, directives::RequiresRole, page_request,
};
use kernel::{AccountId, Refusal};

use super::{mutation::role, types::account::Account};
use crate::{
    loaders::loaders,
    service::{AccountFilter, Accounts},
};

/// Longest text of a filter.
const MAX_QUERY: usize = 100;

pub struct Users;

/// The name of the list.
pub struct AccountList;

impl ListName for AccountList {
    const NAME: &'static str = "Account";
}

/// Which accounts.
#[derive(InputObject, Default)]
#[graphql(name = "AccountFilter")]
pub struct AccountFilterInput {
    /// Beginning of the e-mail address or of the display name, at most 100 characters.
    query: Option<String>,
    /// Those with this role.
    role: Option<String>,
}

#[Object]
impl Users {
    /// Accounts, the newest first. Needs the role SUPPORT.
    #[graphql(guard = "Require(&[Role::Support])", directive = RequiresRole::apply(&[Role::Support]))]
    async fn admin_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all when absent.")] filter: Option<AccountFilterInput>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Connection<Account, AccountList>> {
        let filter = filter.unwrap_or_default();
        let sent = filter.query.as_ref().map_or(0, |text| text.chars().count());
        if sent > MAX_QUERY {
            return Err(Refusal::limit("filter.query", MAX_QUERY as u64, sent as u64).into());
        }
        let filter = AccountFilter {
            query: filter.query,
            role: filter.role.map(|name| role("filter.role", &name)).transpose()?,
        };
        let accounts = ctx.data_unchecked::<Accounts>().clone();
        let page = accounts
            .list_accounts(&filter, &page_request(first, after, page)?)
            .await?;
        let count = Count::lazy(move || {
            let (accounts, filter) = (accounts.clone(), filter.clone());
            async move { Ok(accounts.count_accounts(&filter).await?) }
        });
        Ok(connection(page.map(Account::of), count))
    }

    /// Any account; null when there is none. Needs the role SUPPORT.
    #[graphql(guard = "Require(&[Role::Support])", directive = RequiresRole::apply(&[Role::Support]))]
    async fn admin_user(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Result<Option<Account>> {
        let id = AccountId::parse("id", &id)?;
        Ok(loaders(ctx).accounts.load(id.0).await?.map(Account::of))
    }
}
