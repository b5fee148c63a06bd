//! A new password for whoever forgot theirs: a token by mail, good once.

use std::time::Duration;

use kernel::{AccountId, Secret};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::{Accounts, Outcome, hold_account, mail::Letter};
use crate::{
    Error,
    domain::{
        email::Email,
        password::{self, Weakness},
        token,
    },
    entities::{account, session::Extent},
};

/// KV bucket of tokens: hash of the token → account.
const TOKENS: &str = "password-resets";
/// KV bucket of mails: hash of the address → count.
const MAILS: &str = "password-reset-mails";

/// Why no password was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetProblem {
    /// Unknown, expired or used.
    InvalidToken,
    /// The password is too easy to guess, or too long.
    WeakPassword(Weakness),
}

impl Accounts {
    /// Sends a token to the account of `email`, if there is one; nothing tells whether there is.
    pub async fn request_password_reset(&self, email: &str) -> Result<(), Error> {
        let Some(email) = Email::parse(email) else {
            return Ok(());
        };
        let life = Duration::from_secs(self.0.settings.password_reset_seconds);
        let mails = self.0.kv.increment(MAILS, &email.hash(), 1, life).await?;
        if mails > i64::from(self.0.settings.password_reset_mails) {
            return Ok(());
        }
        let mut random = [0; 32];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| Error::Random)?;
        let text = token::text(&random);
        let found = account::Entity::with_email(email.as_str())
            .one(self.0.database.reader())
            .await?;
        let Some(account) = found else { return Ok(()) };
        let key = token::hash(&text).expect("our own token");
        self.0
            .kv
            .put(TOKENS, &key, account.id.to_string().as_bytes(), life)
            .await?;
        let minutes = life.as_secs().div_ceil(60);
        let letter = Letter {
            id: self.0.ids.next(),
            to: account.email.clone(),
            subject: "Your new password".to_owned(),
            text: format!(
                "Somebody asked for a new password for your account, perhaps you.\n\nYour token: {text}\n\n\
                 It is good once, for {minutes} minutes. If it was not you, do nothing: your password stays as it is."
            ),
        };
        self.0.mailer.send(letter).await?;
        tracing::info!(account.id = %account.id, "password reset mailed");
        Ok(())
    }

    /// Sets a new password for whoever has the token, and ends every sign-in of the account.
    pub async fn complete_password_reset(&self, text: &str, new: Secret<String>) -> Outcome<(), ResetProblem> {
        let invalid = Ok(Err(ResetProblem::InvalidToken));
        let Some(key) = token::hash(text) else { return invalid };
        let Some(kept) = self.0.kv.get(TOKENS, &key).await? else {
            return invalid;
        };
        let Ok(id) = Uuid::try_parse(&String::from_utf8_lossy(&kept)) else {
            return invalid;
        };
        let found = account::Entity::find_by_id(id).one(self.0.database.reader()).await?;
        let Some(found) = found else { return invalid };
        if let Some(email) = Email::parse(&found.email)
            && let Err(weakness) = password::check(new.reveal(), &email)
        {
            return Ok(Err(ResetProblem::WeakPassword(weakness)));
        }
        let hash = self.hash_password(new).await?;
        // Whoever deletes it first has used it.
        if !self.0.kv.delete(TOKENS, &key).await? {
            return invalid;
        }
        let tx = self.0.database.begin().await?;
        let held = hold_account(&tx, AccountId(id)).await?;
        account::ActiveModel {
            id: Set(held.id),
            password_hash: Set(Some(hash)),
            ..Default::default()
        }
        .update(&tx)
        .await?;
        tx.commit().await?;
        self.end_sessions(AccountId(id), Extent::Everywhere(AccountId(id)))
            .await?;
        tracing::info!(account.id = %id, "password reset");
        Ok(Ok(()))
    }
}
