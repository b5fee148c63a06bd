//! Making an account.

use std::time::Duration;

use auth::Role;
use database::Tx;
use kernel::{Refusal, Secret};
use schema::events::accounts::UserRegistered;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, SqlErr};

use super::{Accounts, Outcome, Tokens, profiles::ProfileChange};
use crate::{
    Error,
    domain::{
        email::Email,
        password::{self, Weakness},
        text,
    },
    entities::account,
};

/// A sign-in that waits longer than this for its turn is refused: the queue is full of others.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Who wants an account.
pub struct Newcomer {
    /// As typed.
    pub email: String,
    /// As typed.
    pub password: Secret<String>,
    /// As typed.
    pub display_name: String,
}

/// Why an account is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisterProblem {
    /// Another account has the address.
    EmailTaken,
    /// The password is too easy to guess, or too long.
    WeakPassword(Weakness),
}

impl Accounts {
    /// Makes an account with its first profile, and signs it in.
    pub async fn register(&self, newcomer: Newcomer) -> Outcome<(account::Model, Tokens), RegisterProblem> {
        let email = Email::parse(&newcomer.email)
            .ok_or_else(|| Refusal::bad_input("input.email", "this is not an e-mail address"))?;
        let name = text::name("input.displayName", &newcomer.display_name)?;
        if let Err(weakness) = password::check(newcomer.password.reveal(), &email) {
            return Ok(Err(RegisterProblem::WeakPassword(weakness)));
        }
        if account::Entity::with_email(email.as_str())
            .one(self.0.database.reader())
            .await?
            .is_some()
        {
            return Ok(Err(RegisterProblem::EmailTaken));
        }
        let hash = self.hash_password(newcomer.password).await?;
        let now = self.0.clock.now();
        let account = account::Model {
            id: self.0.ids.next(),
            email: email.as_str().to_owned(),
            display_name: name,
            password_hash: Some(hash),
            roles: Role::Viewer.name().to_owned(),
            created_at: now,
        };
        let (tokens, session) = self.mint(&account, self.0.ids.next(), now)?;
        let tx = self.0.database.begin().await?;
        if !self.insert_account(&tx, &account, &email).await? {
            return Ok(Err(RegisterProblem::EmailTaken));
        }
        session.insert(&tx).await?;
        tx.commit().await?;
        tracing::info!(account.id = %account.id, "account registered");
        Ok(Ok((account, tokens)))
    }

    /// Makes the account with its first profile; whether nobody with the address was faster.
    pub(super) async fn insert_account(&self, tx: &Tx, account: &account::Model, email: &Email) -> Result<bool, Error> {
        let inserted = account::Entity::insert(account::ActiveModel::from(account.clone()))
            .exec_without_returning(tx)
            .await;
        match inserted {
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => return Ok(false),
            inserted => inserted?,
        };
        let first = ProfileChange {
            name: Some(account.display_name.clone()),
            ..ProfileChange::default()
        };
        self.insert_profile(tx, account.account(), first).await?;
        tx.raise(&UserRegistered {
            account: account.account(),
            email_hash: email.hash(),
            at: account.created_at,
        })
        .await?;
        Ok(true)
    }

    /// The hash of a password, off the async threads, a few at a time.
    pub(crate) async fn hash_password(&self, password: Secret<String>) -> Result<String, Error> {
        let mut salt = [0; 16];
        aws_lc_rs::rand::fill(&mut salt).map_err(|_| Error::Random)?;
        let hash = self.hashing(move || password::hash(password.reveal(), &salt)).await?;
        hash.map_err(Error::Password)
    }

    /// Does `work` off the async threads, a few pieces at a time; nobody waits for long.
    pub(super) async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let done = tokio::time::timeout(LONGEST_WAIT, self.0.hashing.run(work)).await;
        Ok(done.map_err(|_| Error::Busy)??)
    }

    /// An account as the demo knows it: fixed id, roles, no session.
    pub(crate) fn demo_account(&self, account: &demo::Account, password_hash: String) -> account::ActiveModel {
        account::ActiveModel {
            id: Set(account.id.0),
            email: Set(account.email.to_owned()),
            display_name: Set(account.display_name.to_owned()),
            password_hash: Set(Some(password_hash)),
            roles: Set(account.roles.join(" ")),
            created_at: Set(self.0.clock.now()),
        }
    }
}
