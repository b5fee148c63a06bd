//! Register, sign in, stay signed in, sign out.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use graphql::{Result, SignedIn, directives::Authenticated};
use kernel::Secret;

use crate::{
    schema::{
        problem::{LoginProblemCode, LogoutProblemCode, Problem, RefreshTokenProblemCode, RegisterProblemCode},
        types::{account::Account, tokens::TokenPair},
    },
    service::{self, Accounts, Newcomer},
};

pub struct SignIn;

/// What `register` needs.
#[derive(InputObject)]
pub struct RegisterInput {
    /// The e-mail address to sign in with.
    email: String,
    /// At least 8 characters, and not among the first that anybody would try.
    password: String,
    /// How others see the account, and the name of its first profile: 1 to 40 characters.
    display_name: String,
}

/// What `register` did.
#[derive(SimpleObject, Default)]
pub struct RegisterPayload {
    /// The new account; null when `problem` says why there is none.
    account: Option<Account>,
    /// It is signed in already; null when `problem` says why there is no account.
    tokens: Option<TokenPair>,
    /// Why no account was made; null when one was.
    problem: Option<Problem<RegisterProblemCode>>,
}

/// What `login` needs.
#[derive(InputObject)]
pub struct LoginInput {
    /// The account's e-mail address.
    email: String,
    /// Its password.
    password: String,
}

/// Why nobody was signed in.
#[derive(SimpleObject)]
pub struct LoginProblem {
    /// For the app; expect codes that are not known yet.
    code: LoginProblemCode,
    /// For people.
    message: String,
    /// Seconds after which another try is allowed at the latest; null unless there were too many.
    retry_after_seconds: Option<i32>,
}

/// What `login` did.
#[derive(SimpleObject, Default)]
pub struct LoginPayload {
    /// The account that is signed in; null when `problem` says why none is.
    account: Option<Account>,
    /// What the sign-in gives; null when `problem` says why there is none.
    tokens: Option<TokenPair>,
    /// Why nobody was signed in; null when somebody was.
    problem: Option<LoginProblem>,
}

/// What `refreshToken` needs.
#[derive(InputObject)]
pub struct RefreshTokenInput {
    /// The refresh token of the last pair; it is spent by this.
    refresh_token: String,
}

/// What `refreshToken` did.
#[derive(SimpleObject, Default)]
pub struct RefreshTokenPayload {
    /// The next pair; null when `problem` says why there is none.
    tokens: Option<TokenPair>,
    /// Why there is no next pair; null when there is one.
    problem: Option<Problem<RefreshTokenProblemCode>>,
}

/// What `logout` needs.
#[derive(InputObject)]
pub struct LogoutInput {
    /// The refresh token of the sign-in to end; when absent, the sign-in of this request ends.
    refresh_token: Option<String>,
    /// Ends every sign-in of the account, whatever the refresh token; false when absent.
    everywhere: Option<bool>,
}

/// What `logout` did.
#[derive(SimpleObject, Default)]
pub struct LogoutPayload {
    /// Why nobody was signed out; null when somebody was.
    problem: Option<Problem<LogoutProblemCode>>,
}

#[Object]
impl SignIn {
    /// Makes an account with its first profile, and signs it in.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants an account.")] input: RegisterInput,
    ) -> Result<RegisterPayload> {
        let newcomer = Newcomer {
            email: input.email,
            password: Secret::new(input.password),
            display_name: input.display_name,
        };
        Ok(match ctx.data_unchecked::<Accounts>().register(newcomer).await? {
            Ok((account, tokens)) => RegisterPayload {
                account: Some(Account::own(account)),
                tokens: Some(TokenPair(tokens)),
                problem: None,
            },
            Err(problem) => RegisterPayload {
                problem: Some(problem.into()),
                ..Default::default()
            },
        })
    }

    /// Signs in with e-mail address and password.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: LoginInput,
    ) -> Result<LoginPayload> {
        let password = Secret::new(input.password);
        Ok(
            match ctx.data_unchecked::<Accounts>().log_in(&input.email, password).await? {
                Ok((account, tokens)) => LoginPayload {
                    account: Some(Account::own(account)),
                    tokens: Some(TokenPair(tokens)),
                    problem: None,
                },
                Err(problem) => LoginPayload {
                    problem: Some(problem.into()),
                    ..Default::default()
                },
            },
        )
    }

    /// Exchanges a refresh token for the next pair of tokens. One that is used twice ends its whole sign-in.
    async fn refresh_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to exchange.")] input: RefreshTokenInput,
    ) -> Result<RefreshTokenPayload> {
        Ok(
            match ctx.data_unchecked::<Accounts>().refresh(&input.refresh_token).await? {
                Ok(tokens) => RefreshTokenPayload {
                    tokens: Some(TokenPair(tokens)),
                    problem: None,
                },
                Err(problem) => RefreshTokenPayload {
                    tokens: None,
                    problem: Some(problem.into()),
                },
            },
        )
    }

    /// Signs out. The refresh token is dead afterwards, and no stream or licence is given for the access token.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sign-in ends.")] input: LogoutInput,
    ) -> Result<LogoutPayload> {
        let viewer = graphql::viewer(ctx)?;
        let refresh = input.refresh_token.as_deref();
        let done = ctx
            .data_unchecked::<Accounts>()
            .log_out(viewer, refresh, input.everywhere.unwrap_or(false))
            .await?;
        Ok(LogoutPayload {
            problem: done.err().map(Problem::from),
        })
    }
}

impl From<service::LoginProblem> for LoginProblem {
    fn from(problem: service::LoginProblem) -> Self {
        match problem {
            service::LoginProblem::WrongCredentials => Self {
                code: LoginProblemCode::WrongCredentials,
                message: "the e-mail address or the password is wrong".to_owned(),
                retry_after_seconds: None,
            },
            service::LoginProblem::TooManyAttempts(seconds) => Self {
                code: LoginProblemCode::TooManyAttempts,
                message: format!(
                    "too many failed sign-ins, try again in {} minutes",
                    seconds.div_ceil(60)
                ),
                retry_after_seconds: Some(i32::try_from(seconds).unwrap_or(i32::MAX)),
            },
        }
    }
}
