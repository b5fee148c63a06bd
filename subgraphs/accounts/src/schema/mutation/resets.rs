//! A new password for whoever forgot theirs.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use graphql::Result;
use kernel::Secret;

use crate::{
    schema::problem::{CompletePasswordResetProblemCode, Problem},
    service::Accounts,
};

pub struct Resets;

/// What `requestPasswordReset` needs.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The account's e-mail address.
    email: String,
}

/// What `requestPasswordReset` did.
#[derive(SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Always true: nothing tells whether there is such an account.
    accepted: bool,
}

/// What `completePasswordReset` needs.
#[derive(InputObject)]
pub struct CompletePasswordResetInput {
    /// The token of the mail; it is good once.
    token: String,
    /// At least 8 characters, and not among the first that anybody would try.
    new_password: String,
}

/// What `completePasswordReset` did.
#[derive(SimpleObject)]
pub struct CompletePasswordResetPayload {
    /// True when the password was set and every sign-in of the account ended; null when `problem` says why not.
    completed: Option<bool>,
    /// Why no password was set; null when it was.
    problem: Option<Problem<CompletePasswordResetProblemCode>>,
}

#[Object]
impl Resets {
    /// Mails a token for a new password to the account of an address, if there is one.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose password.")] input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload> {
        ctx.data_unchecked::<Accounts>()
            .request_password_reset(&input.email)
            .await?;
        Ok(RequestPasswordResetPayload { accepted: true })
    }

    /// Sets a new password for whoever has the token, and ends every sign-in of the account.
    async fn complete_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token and the password.")] input: CompletePasswordResetInput,
    ) -> Result<CompletePasswordResetPayload> {
        let done = ctx
            .data_unchecked::<Accounts>()
            .complete_password_reset(&input.token, Secret::new(input.new_password))
            .await?;
        Ok(CompletePasswordResetPayload {
            completed: done.is_ok().then_some(true),
            problem: done.err().map(Problem::from),
        })
    }
}
