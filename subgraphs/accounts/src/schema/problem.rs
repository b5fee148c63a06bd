//! Refusals that a screen shows: one shape, one closed list of codes for each mutation.

use async_graphql::{Enum, OutputType, SimpleObject};

use crate::domain::grant::{RefusalCode, Refused};
use crate::service::{
    AdminProblem, ApiKeyProblem, CreateProfileProblem, DeleteProfileProblem, LogoutProblem, ProgressProblem,
    RefreshProblem, RegisterProblem, ResetProblem, TitleNotFound, WatchlistProblem,
};

/// Why nothing was done.
#[derive(SimpleObject)]
#[graphql(concrete(name = "RegisterProblem", params(RegisterProblemCode)))]
#[graphql(concrete(name = "RefreshTokenProblem", params(RefreshTokenProblemCode)))]
#[graphql(concrete(name = "ExchangeTokenProblem", params(ExchangeTokenProblemCode)))]
#[graphql(concrete(name = "LogoutProblem", params(LogoutProblemCode)))]
#[graphql(concrete(name = "AdminUserProblem", params(AdminUserProblemCode)))]
#[graphql(concrete(name = "CompletePasswordResetProblem", params(CompletePasswordResetProblemCode)))]
#[graphql(concrete(name = "CreateProfileProblem", params(CreateProfileProblemCode)))]
#[graphql(concrete(name = "DeleteProfileProblem", params(DeleteProfileProblemCode)))]
#[graphql(concrete(name = "AddToWatchlistProblem", params(AddToWatchlistProblemCode)))]
#[graphql(concrete(name = "RemoveFromWatchlistProblem", params(RemoveFromWatchlistProblemCode)))]
#[graphql(concrete(name = "RateTitleProblem", params(RateTitleProblemCode)))]
#[graphql(concrete(name = "CreateApiKeyProblem", params(CreateApiKeyProblemCode)))]
#[graphql(concrete(name = "RecordProgressProblem", params(RecordProgressProblemCode)))]
pub struct Problem<C: OutputType> {
    /// For the app; expect codes that are not known yet.
    pub code: C,
    /// For people.
    pub message: String,
}

impl<C: OutputType> Problem<C> {
    pub fn new(code: C, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Why no account was made.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisterProblemCode {
    /// Another account has the e-mail address.
    EmailTaken,
    /// The password is too short, too long, or too easy to guess.
    WeakPassword,
}

/// Why nobody was signed in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginProblemCode {
    /// The e-mail address is unknown or the password is wrong; nothing tells which.
    WrongCredentials,
    /// Too many failed sign-ins with this e-mail address: wait.
    TooManyAttempts,
}

/// Why no tokens were given.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshTokenProblemCode {
    /// The refresh token is unknown, expired or revoked: sign in again.
    InvalidToken,
    /// The refresh token was spent already, so somebody may have a copy: its sign-in has ended, sign in again.
    TokenReused,
}

/// Why no tokens were given (RFC 6749 §5.2, RFC 8693 §2.2.2).
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeTokenProblemCode {
    /// Something is missing, not understood, or not offered.
    InvalidRequest,
    /// The token is not good: none of ours or of whom we trust, over, revoked, used before, or nobody's here.
    InvalidGrant,
    /// The scope is more than the subject token has, or cannot be chosen.
    InvalidScope,
    /// Tokens for others are not given.
    InvalidTarget,
    /// This API key may not be exchanged.
    UnauthorizedClient,
    /// There is no such grant.
    UnsupportedGrantType,
}

impl From<Refused> for Problem<ExchangeTokenProblemCode> {
    fn from(refused: Refused) -> Self {
        let code = match refused.code {
            RefusalCode::InvalidRequest => ExchangeTokenProblemCode::InvalidRequest,
            RefusalCode::InvalidGrant => ExchangeTokenProblemCode::InvalidGrant,
            RefusalCode::InvalidScope => ExchangeTokenProblemCode::InvalidScope,
            RefusalCode::InvalidTarget => ExchangeTokenProblemCode::InvalidTarget,
            RefusalCode::UnauthorizedClient => ExchangeTokenProblemCode::UnauthorizedClient,
            RefusalCode::UnsupportedGrantType => ExchangeTokenProblemCode::UnsupportedGrantType,
        };
        Self::new(code, refused.message)
    }
}

/// Why nobody was signed out.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutProblemCode {
    /// The refresh token is unknown, or another account's.
    InvalidToken,
}

/// Why staff changed nothing.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminUserProblemCode {
    /// There is no such account.
    AccountNotFound,
    /// Another account has the e-mail address.
    EmailTaken,
    /// Nobody deletes themselves or gives up their own role here.
    OwnAccount,
}

impl From<AdminProblem> for Problem<AdminUserProblemCode> {
    fn from(problem: AdminProblem) -> Self {
        match problem {
            AdminProblem::AccountNotFound => {
                Self::new(AdminUserProblemCode::AccountNotFound, "there is no such account")
            }
            AdminProblem::EmailTaken => Self::new(
                AdminUserProblemCode::EmailTaken,
                "another account has this e-mail address",
            ),
            AdminProblem::OwnAccount => Self::new(
                AdminUserProblemCode::OwnAccount,
                "another administrator has to do this to your account",
            ),
        }
    }
}

/// Why no password was set.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletePasswordResetProblemCode {
    /// The token is unknown, expired or used: ask for another.
    InvalidToken,
    /// The password is too short, too long, or too easy to guess.
    WeakPassword,
}

impl From<ResetProblem> for Problem<CompletePasswordResetProblemCode> {
    fn from(problem: ResetProblem) -> Self {
        match problem {
            ResetProblem::InvalidToken => Self::new(
                CompletePasswordResetProblemCode::InvalidToken,
                "the token is unknown, expired or used; ask for another",
            ),
            ResetProblem::WeakPassword(weakness) => {
                Self::new(CompletePasswordResetProblemCode::WeakPassword, weakness.message())
            }
        }
    }
}

/// Why no profile was made.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateProfileProblemCode {
    /// The account has as many profiles as it may.
    ProfileLimit,
}

/// Why no profile was deleted.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteProfileProblemCode {
    /// An account keeps at least one profile.
    LastProfile,
}

/// Why nothing was put on the watchlist.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddToWatchlistProblemCode {
    /// There is no such title.
    TitleNotFound,
    /// The watchlist holds as many titles as it may.
    WatchlistFull,
}

/// Why nothing was taken from the watchlist.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveFromWatchlistProblemCode {
    /// There is no such title.
    TitleNotFound,
}

/// Why a title was not rated.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateTitleProblemCode {
    /// There is no such title.
    TitleNotFound,
}

/// Why no progress was recorded.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordProgressProblemCode {
    /// There is no such title.
    TitleNotFound,
    /// A series or a season is not played, its episodes are.
    NotPlayable,
}

/// Why no API key was made.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateApiKeyProblemCode {
    /// The account has as many live keys as it may: revoke one.
    KeyLimit,
}

impl From<ApiKeyProblem> for Problem<CreateApiKeyProblemCode> {
    fn from(problem: ApiKeyProblem) -> Self {
        match problem {
            ApiKeyProblem::KeyLimit(most) => Self::new(
                CreateApiKeyProblemCode::KeyLimit,
                format!("an account has at most {most} live API keys"),
            ),
        }
    }
}

const NO_TITLE: &str = "this title does not exist";

impl From<RegisterProblem> for Problem<RegisterProblemCode> {
    fn from(problem: RegisterProblem) -> Self {
        match problem {
            RegisterProblem::EmailTaken => Self::new(
                RegisterProblemCode::EmailTaken,
                "an account with this e-mail address exists already",
            ),
            RegisterProblem::WeakPassword(weakness) => Self::new(RegisterProblemCode::WeakPassword, weakness.message()),
        }
    }
}

impl From<RefreshProblem> for Problem<RefreshTokenProblemCode> {
    fn from(problem: RefreshProblem) -> Self {
        match problem {
            RefreshProblem::InvalidToken => Self::new(
                RefreshTokenProblemCode::InvalidToken,
                "this sign-in has ended, sign in again",
            ),
            RefreshProblem::TokenReused => Self::new(
                RefreshTokenProblemCode::TokenReused,
                "this refresh token was used before, so the sign-in was ended: sign in again",
            ),
        }
    }
}

impl From<LogoutProblem> for Problem<LogoutProblemCode> {
    fn from(problem: LogoutProblem) -> Self {
        match problem {
            LogoutProblem::InvalidToken => Self::new(
                LogoutProblemCode::InvalidToken,
                "this refresh token is not one of this account",
            ),
        }
    }
}

impl From<CreateProfileProblem> for Problem<CreateProfileProblemCode> {
    fn from(problem: CreateProfileProblem) -> Self {
        match problem {
            CreateProfileProblem::ProfileLimit(most) => Self::new(
                CreateProfileProblemCode::ProfileLimit,
                format!("an account has at most {most} profiles"),
            ),
        }
    }
}

impl From<DeleteProfileProblem> for Problem<DeleteProfileProblemCode> {
    fn from(problem: DeleteProfileProblem) -> Self {
        match problem {
            DeleteProfileProblem::LastProfile => Self::new(
                DeleteProfileProblemCode::LastProfile,
                "an account keeps at least one profile",
            ),
        }
    }
}

impl From<WatchlistProblem> for Problem<AddToWatchlistProblemCode> {
    fn from(problem: WatchlistProblem) -> Self {
        match problem {
            WatchlistProblem::TitleNotFound => Self::new(AddToWatchlistProblemCode::TitleNotFound, NO_TITLE),
            WatchlistProblem::Full(most) => Self::new(
                AddToWatchlistProblemCode::WatchlistFull,
                format!("a watchlist holds at most {most} titles"),
            ),
        }
    }
}

impl From<TitleNotFound> for Problem<RemoveFromWatchlistProblemCode> {
    fn from(_: TitleNotFound) -> Self {
        Self::new(RemoveFromWatchlistProblemCode::TitleNotFound, NO_TITLE)
    }
}

impl From<TitleNotFound> for Problem<RateTitleProblemCode> {
    fn from(_: TitleNotFound) -> Self {
        Self::new(RateTitleProblemCode::TitleNotFound, NO_TITLE)
    }
}

impl From<ProgressProblem> for Problem<RecordProgressProblemCode> {
    fn from(problem: ProgressProblem) -> Self {
        match problem {
            ProgressProblem::TitleNotFound => Self::new(RecordProgressProblemCode::TitleNotFound, NO_TITLE),
            ProgressProblem::NotPlayable => Self::new(
                RecordProgressProblemCode::NotPlayable,
                "a series is not played, its episodes are",
            ),
        }
    }
}
