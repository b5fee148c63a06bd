//! Signing in, staying signed in, signing out.

use std::time::Duration;

use auth::{REVOKED_TOKENS, Role, Viewer};
use database::Tx;
use kernel::{AccountId, Instant, Refusal, Secret};
use schema::events::accounts::UserLoggedIn;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Accounts, Outcome, hold_account};
use crate::{
    Error,
    domain::{
        email::{Email, hex},
        password, token,
    },
    entities::{
        account, exchanged_token,
        session::{self, Extent},
    },
};

/// KV bucket of failed sign-ins: hash of the address → count.
const FAILURES: &str = "login-failures";
/// Longest password we look at: more than any we accept, less than what would make hashing slow.
const MAX_PASSWORD_BYTES: usize = 1024;
/// Most access tokens revoked by one sign-out; more than anybody can have asked for within their half hour.
const MAX_LIVE: u64 = 10_000;

/// An access token and the refresh token beside it.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// JWT.
    pub access: Secret<String>,
    /// It ends.
    pub access_expires_at: Instant,
    /// Opaque.
    pub refresh: Secret<String>,
    /// It ends.
    pub refresh_expires_at: Instant,
    /// Life of the access token, in seconds.
    pub access_seconds: u64,
    /// What they may do.
    pub roles: Vec<Role>,
}

/// What ended in a transaction, and is to be told to who asks by KV once that is committed.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// Access tokens, with their ends.
    tokens: Vec<(Uuid, Instant)>,
    /// API keys that end with them.
    pub keys: EndedKeys,
}

/// API keys that end with sign-ins.
#[derive(Debug, Default)]
pub(super) enum EndedKeys {
    /// None.
    #[default]
    None,
    /// Those of an account that may do more than its roles now.
    Beyond(AccountId, Vec<Role>),
    /// All of an account.
    All(AccountId),
}

/// Why a sign-in is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginProblem {
    /// The address is unknown or the password is not its own; nothing tells which.
    WrongCredentials,
    /// The address failed too often; it may try again within so many seconds.
    TooManyAttempts(u64),
}

/// Why a refresh token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshProblem {
    /// Unknown, expired or revoked.
    InvalidToken,
    /// It was spent already: somebody has a copy, so the whole family is dead now.
    TokenReused,
}

/// Why nobody is signed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutProblem {
    /// The refresh token is unknown, or another account's.
    InvalidToken,
}

impl Accounts {
    /// Signs in with e-mail and password.
    pub async fn log_in(
        &self,
        email: &str,
        password: Secret<String>,
    ) -> Outcome<(account::Model, Tokens), LoginProblem> {
        if password.reveal().len() > MAX_PASSWORD_BYTES {
            return Err(Refusal::bad_input("input.password", "no password is that long").into());
        }
        let email = Email::parse(email);
        // What is no address counts as one that is unknown: same answer, same time, same limit.
        let counter = email
            .as_ref()
            .map_or_else(|| hex(&Sha256::digest(b"malformed")), Email::hash);
        let failures = self.failures(&counter).await?;
        if failures >= self.0.settings.login_failures.into() {
            return Ok(Err(LoginProblem::TooManyAttempts(self.0.settings.login_window_seconds)));
        }
        let address = email.as_ref().map_or("", Email::as_str);
        let account = account::Entity::with_email(address)
            .one(self.0.database.reader())
            .await?;
        let kept = account.as_ref().and_then(|account| account.password_hash.clone());
        let is_right = self
            .hashing(move || password::verify(password.reveal(), kept.as_deref()))
            .await?;
        let Some(account) = account.filter(|_| is_right) else {
            let window = Duration::from_secs(self.0.settings.login_window_seconds);
            self.0.kv.increment(FAILURES, &counter, 1, window).await?;
            return Ok(Err(LoginProblem::WrongCredentials));
        };
        // Guesses that were sent all at once have been counted by now.
        let failures = self.failures(&counter).await?;
        if failures >= self.0.settings.login_failures.into() {
            return Ok(Err(LoginProblem::TooManyAttempts(self.0.settings.login_window_seconds)));
        }
        if failures > 0 {
            self.0.kv.delete(FAILURES, &counter).await?;
        }
        let now = self.0.clock.now();
        let (tokens, session) = self.mint(&account, self.0.ids.next(), now)?;
        let tx = self.0.database.begin().await?;
        session.insert(&tx).await?;
        tx.raise(&UserLoggedIn {
            account: account.account(),
            at: now,
        })
        .await?;
        tx.commit().await?;
        tracing::info!(account.id = %account.id, "account logged in");
        Ok(Ok((account, tokens)))
    }

    async fn failures(&self, counter: &str) -> Result<i64, Error> {
        let count = self.0.kv.get(FAILURES, counter).await?;
        Ok(count
            .and_then(|text| String::from_utf8_lossy(&text).parse().ok())
            .unwrap_or(0))
    }

    /// New tokens of one family, and the row that keeps them.
    pub(super) fn mint(
        &self,
        account: &account::Model,
        family: Uuid,
        now: Instant,
    ) -> Result<(Tokens, session::ActiveModel), Error> {
        let mut random = [0; 32];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| Error::Random)?;
        let refresh = token::text(&random);
        let access_expires_at = now + Duration::from_secs(self.0.tokens.access_ttl_seconds);
        let refresh_expires_at = now + Duration::from_secs(self.0.tokens.refresh_ttl_seconds);
        let access_id = self.0.ids.next();
        let access = self
            .0
            .issuer
            .issue(account.account(), &account.roles(), access_id, now, access_expires_at);
        let session = session::ActiveModel {
            id: Set(self.0.ids.next()),
            family_id: Set(family),
            account_id: Set(account.id),
            token_hash: Set(token::hash(&refresh).expect("our own token")),
            created_at: Set(now),
            expires_at: Set(refresh_expires_at),
            spent_at: Set(None),
            revoked_at: Set(None),
            access_token_id: Set(access_id),
            access_expires_at: Set(access_expires_at),
        };
        let tokens = Tokens {
            access: Secret::new(access),
            access_expires_at,
            refresh: Secret::new(refresh),
            refresh_expires_at,
            access_seconds: self.0.tokens.access_ttl_seconds,
            roles: account.roles(),
        };
        Ok((tokens, session))
    }

    /// Exchanges a refresh token for new tokens; each can be exchanged once.
    pub async fn refresh(&self, text: &str) -> Outcome<Tokens, RefreshProblem> {
        let Some(hash) = token::hash(text) else {
            return Ok(Err(RefreshProblem::InvalidToken));
        };
        let Some(held) = session::Entity::with_token(&hash).one(self.0.database.reader()).await? else {
            return Ok(Err(RefreshProblem::InvalidToken));
        };
        let now = self.0.clock.now();
        let tx = self.0.database.begin().await?;
        let account = hold_account(&tx, AccountId(held.account_id)).await?;
        // Read again: another request may have spent it before we held the account.
        let held = session::Entity::with_token(&hash).one(&tx).await?.unwrap_or(held);
        if held.spent_at.is_some() {
            drop(tx);
            self.end_sessions(account.account(), Extent::Family(held.family_id))
                .await?;
            tracing::warn!(account.id = %account.id, "spent refresh token came again, sign-in ended");
            return Ok(Err(RefreshProblem::TokenReused));
        }
        if held.revoked_at.is_some() || held.expires_at <= now {
            return Ok(Err(RefreshProblem::InvalidToken));
        }
        let (tokens, next) = self.mint(&account, held.family_id, now)?;
        session::ActiveModel {
            id: Set(held.id),
            spent_at: Set(Some(now)),
            ..Default::default()
        }
        .update(&tx)
        .await?;
        next.insert(&tx).await?;
        tx.commit().await?;
        Ok(Ok(tokens))
    }

    /// Signs out: the refresh token's sign-in, all of the account's, or (without either) the one of this request.
    pub async fn log_out(
        &self,
        viewer: &Viewer,
        refresh: Option<&str>,
        everywhere: bool,
    ) -> Outcome<(), LogoutProblem> {
        let account = viewer.account;
        let extent = match refresh {
            _ if everywhere => Some(Extent::Everywhere(account)),
            Some(text) => {
                let Some(family) = self.family_of(account, text).await? else {
                    return Ok(Err(LogoutProblem::InvalidToken));
                };
                Some(Extent::Family(family))
            }
            None => {
                let session = session::Entity::with_access_token(viewer.token_id, account);
                let session = session.one(self.0.database.reader()).await?;
                session.map(|session| Extent::Family(session.family_id))
            }
        };
        if let Some(extent) = extent {
            self.end_sessions(account, extent).await?;
        }
        self.revoke_access(viewer.token_id, viewer.expires_at).await?;
        tracing::info!(account.id = %account, everywhere, "account logged out");
        Ok(Ok(()))
    }

    async fn family_of(&self, account: AccountId, refresh: &str) -> Result<Option<Uuid>, Error> {
        let Some(hash) = token::hash(refresh) else {
            return Ok(None);
        };
        let session = session::Entity::with_token(&hash).one(self.0.database.reader()).await?;
        Ok(session
            .filter(|session| session.account_id == account.0)
            .map(|session| session.family_id))
    }

    /// Ends sessions and revokes the access tokens that were given with them. May be repeated.
    pub(super) async fn end_sessions(&self, account: AccountId, extent: Extent) -> Result<(), Error> {
        let tx = self.0.database.begin().await?;
        // Held, so that no refresh slips a new token into a family that is being ended.
        hold_account(&tx, account).await?;
        let ended = self.end_within(&tx, extent).await?;
        tx.commit().await?;
        self.revoke_ended(ended).await
    }

    /// The same in the transaction of who holds the account; once it is committed, [`Self::revoke_ended`] does the rest.
    pub(super) async fn end_within(&self, tx: &Tx, extent: Extent) -> Result<Ended, Error> {
        let now = self.0.clock.now();
        session::Entity::update_many()
            .col_expr(session::Column::RevokedAt, Expr::value(now))
            .filter(extent.condition())
            .filter(session::Column::RevokedAt.is_null())
            .exec(tx)
            .await?;
        let sessions = session::Entity::with_live_access(extent, now)
            .limit(MAX_LIVE)
            .all(tx)
            .await?;
        let exchanged = exchanged_token::Entity::live(extent, now)
            .limit(MAX_LIVE)
            .all(tx)
            .await?;
        exchanged_token::Entity::update_many()
            .col_expr(exchanged_token::Column::RevokedAt, Expr::value(now))
            .filter(exchanged_token::Column::Id.is_in(exchanged.iter().map(|token| token.id)))
            .exec(tx)
            .await?;
        let of_sessions = sessions
            .iter()
            .map(|session| (session.access_token_id, session.access_expires_at));
        let of_exchanges = exchanged.iter().map(|token| (token.id, token.expires_at));
        Ok(Ended {
            tokens: of_sessions.chain(of_exchanges).collect(),
            keys: EndedKeys::None,
        })
    }

    /// Tells of what ended. May be repeated.
    pub(super) async fn revoke_ended(&self, ended: Ended) -> Result<(), Error> {
        match &ended.keys {
            EndedKeys::None => {}
            EndedKeys::Beyond(account, roles) => self.revoke_api_keys_beyond(*account, roles).await?,
            EndedKeys::All(account) => self.forget_api_keys_of(*account).await?,
        }
        self.revoke_tokens(ended).await
    }

    /// Revokes the access tokens of what ended.
    pub(super) async fn revoke_tokens(&self, ended: Ended) -> Result<(), Error> {
        for (token, expires_at) in ended.tokens {
            self.revoke_access(token, expires_at).await?;
        }
        Ok(())
    }

    pub(super) async fn revoke_access(&self, token: Uuid, expires_at: Instant) -> Result<(), Error> {
        let left = (expires_at - self.0.clock.now()).to_std().unwrap_or_default();
        if !left.is_zero() {
            self.0.kv.put(REVOKED_TOKENS, &token.to_string(), b"", left).await?;
        }
        Ok(())
    }

    /// Forgets sessions that ended a day ago or more, and keys of progress older than a week.
    pub async fn forget_ended(&self) -> Result<(), Error> {
        let now = self.0.clock.now();
        let writer = self.0.database.writer();
        let ended = now - chrono::TimeDelta::days(1);
        session::Entity::delete_many()
            .filter(session::Column::ExpiresAt.lt(ended))
            .exec(writer)
            .await?;
        exchanged_token::Entity::delete_many()
            .filter(exchanged_token::Column::ExpiresAt.lt(ended))
            .exec(writer)
            .await?;
        self.forget_api_keys(now - chrono::TimeDelta::days(90)).await?;
        self.forget_progress_keys(now - chrono::TimeDelta::days(7)).await
    }
}
