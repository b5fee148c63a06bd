//! What staff do with accounts.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use auth::Role;
use graphql::{Require, Result, directives::RequiresRole};
use kernel::{AccountId, Refusal};

use crate::{
    schema::{
        problem::{AdminUserProblemCode, Problem},
        types::account::Account,
    },
    service::{AccountChange, Accounts},
};

pub struct Administration;

/// What `adminUpdateUser` needs; what is absent stays as it is.
#[derive(InputObject)]
pub struct AdminUpdateUserInput {
    /// Which account.
    account_id: ID,
    /// The e-mail address to sign in with.
    email: Option<String>,
    /// How others see it: 1 to 40 characters.
    display_name: Option<String>,
    /// All its roles, by name; VIEWER is always among them. Who loses one has to sign in again.
    roles: Option<Vec<String>>,
}

/// What `adminUpdateUser` did.
#[derive(SimpleObject)]
pub struct AdminUpdateUserPayload {
    /// The account as it is now; null when `problem` says why not.
    account: Option<Account>,
    /// Why nothing changed; null when it did.
    problem: Option<Problem<AdminUserProblemCode>>,
}

/// What `adminDeleteUser` needs.
#[derive(InputObject)]
pub struct AdminDeleteUserInput {
    /// Which account.
    account_id: ID,
}

/// What `adminDeleteUser` did.
#[derive(SimpleObject)]
pub struct AdminDeleteUserPayload {
    /// The account that is gone; null when `problem` says why it is not.
    account_id: Option<ID>,
    /// Why it was not deleted; null when it was.
    problem: Option<Problem<AdminUserProblemCode>>,
}

/// The role of this name.
pub fn role(field: &str, name: &str) -> std::result::Result<Role, Refusal> {
    Role::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        Refusal::bad_input(field, format!("a role is one of {}", known.join(", ")))
    })
}

#[Object]
impl Administration {
    /// Changes any account. Needs the role ADMIN.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn admin_update_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: AdminUpdateUserInput,
    ) -> Result<AdminUpdateUserPayload> {
        let viewer = graphql::viewer(ctx)?;
        let id = AccountId::parse("input.accountId", &input.account_id)?;
        let roles = input
            .roles
            .map(|names| names.iter().map(|name| role("input.roles", name)).collect());
        let change = AccountChange {
            email: input.email,
            display_name: input.display_name,
            roles: roles.transpose()?,
        };
        let done = ctx
            .data_unchecked::<Accounts>()
            .change_account(viewer, id, change)
            .await?;
        let (account, problem) = match done {
            Ok(account) => (Some(Account::of(account)), None),
            Err(problem) => (None, Some(problem.into())),
        };
        Ok(AdminUpdateUserPayload { account, problem })
    }

    /// Deletes any account with its profiles and all that is theirs. Needs the role ADMIN.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn admin_delete_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AdminDeleteUserInput,
    ) -> Result<AdminDeleteUserPayload> {
        let viewer = graphql::viewer(ctx)?;
        let id = AccountId::parse("input.accountId", &input.account_id)?;
        let done = ctx.data_unchecked::<Accounts>().delete_account(viewer, id).await?;
        Ok(AdminDeleteUserPayload {
            account_id: done.is_ok().then(|| id.to_string().into()),
            problem: done.err().map(Problem::from),
        })
    }
}
