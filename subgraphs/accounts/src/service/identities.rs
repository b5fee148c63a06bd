//! Signing in by what an identity provider says: with the account that is linked, one that fits, or a new one.

use auth::{ForeignToken, Role};
use database::Tx;
use schema::events::accounts::UserLoggedIn;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect, SqlErr};
use sha2::{Digest, Sha256};

use super::{
    Accounts, Outcome, Tokens,
    administration::role_names,
    hold_account,
    sessions::{Ended, EndedKeys},
};
use crate::{
    Error,
    domain::{
        email::{Email, hex},
        grant::Refused,
        provider::{Person, Provider},
    },
    entities::{account, identity, session::Extent},
};

/// KV bucket of tokens of providers that were used: hash of what is signed → empty.
const USED: &str = "used-provider-tokens";

/// Whom a token signs in.
enum Found {
    /// Their account.
    Account(Box<account::Model>, Ended),
    /// Nobody, and why.
    Refused(Refused),
    /// Somebody made the account or the link a moment ago: look again.
    Again,
}

impl Accounts {
    /// Signs in whoever a trusted provider says they are; each of its tokens is good once.
    pub(super) async fn sign_in_by_provider(&self, text: &str) -> Outcome<Tokens, Refused> {
        let refused = |why: &str| Ok(Err(Refused::grant(format!("the subject token is not taken: {why}"))));
        let Ok(token) = ForeignToken::read(text) else {
            return refused("it is no JWT signed by RS256 or ES256");
        };
        let Some(trusted) = self.0.providers.find(token.issuer()) else {
            return refused("its issuer is not trusted here");
        };
        let keys = trusted.keys_for(&token).await?;
        let Ok(claims) = token.verify(&keys) else {
            return refused("no key of its issuer signed it");
        };
        let now = self.0.clock.now();
        let person = match trusted.entry.person(&claims, now) {
            Ok(person) => person,
            Err(why) => return refused(why),
        };
        let left = (person.remembered_until - now).to_std().unwrap_or_default();
        let digest = hex(&Sha256::digest(token.signed().as_bytes()));
        if !self.0.kv.put_if_absent(USED, &digest, b"", left).await? {
            return refused("it was used before");
        }
        // Twice: two first sign-ins at the same moment find each other.
        for _ in 0..2 {
            let tx = self.0.database.begin().await?;
            match self.find_account(&tx, &trusted.entry, &person).await? {
                Found::Account(account, ended) => {
                    return Ok(Ok(self.begin_session(tx, &account, ended, &trusted.entry.name).await?));
                }
                Found::Refused(refused) => return Ok(Err(refused)),
                Found::Again => {}
            }
        }
        refused("the account is being made, try again")
    }

    async fn begin_session(
        &self,
        tx: Tx,
        account: &account::Model,
        ended: Ended,
        provider: &str,
    ) -> Result<Tokens, Error> {
        let now = self.0.clock.now();
        let (tokens, session) = self.mint(account, self.0.ids.next(), now)?;
        session.insert(&tx).await?;
        tx.raise(&UserLoggedIn {
            account: account.account(),
            at: now,
        })
        .await?;
        tx.commit().await?;
        self.revoke_ended(ended).await?;
        tracing::info!(account.id = %account.id, provider, "account logged in by an identity provider");
        Ok(tokens)
    }

    async fn find_account(&self, tx: &Tx, provider: &Provider, person: &Person) -> Result<Found, Error> {
        let known = identity::Entity::known_as(&provider.issuer, &person.subject)
            .one(tx)
            .await?;
        if let Some(known) = known {
            let held = hold_account(tx, known.account()).await?;
            return self.with_roles(tx, held, person).await;
        }
        let Some(email) = &person.email else {
            let why = "no account is linked to this identity, and it has no verified e-mail address that counts here";
            return Ok(Found::Refused(Refused::grant(why)));
        };
        let with_email = account::Entity::with_email(email.as_str()).lock_exclusive();
        match with_email.one(tx).await? {
            Some(_) if !provider.link_accounts => Ok(Found::Refused(Refused::grant(
                "an account with this e-mail address exists, and this provider may not take it over",
            ))),
            Some(held) => self.take_over(tx, held, provider, person).await,
            None if !provider.create_accounts => Ok(Found::Refused(Refused::grant(
                "no account is linked to this identity, and this provider makes none",
            ))),
            None => self.make(tx, email, provider, person).await,
        }
    }

    /// Links an account by its e-mail address. Nobody has proved before that the address is theirs, so whoever made the
    /// account may be a stranger: password, sign-ins and API keys end.
    async fn take_over(
        &self,
        tx: &Tx,
        held: account::Model,
        provider: &Provider,
        person: &Person,
    ) -> Result<Found, Error> {
        if !self.link(tx, &held, provider, person).await? {
            return Ok(Found::Again);
        }
        let account = held.account();
        let next = account::Model {
            password_hash: None,
            ..held
        };
        next.clone().into_active_model().reset_all().update(tx).await?;
        let mut ended = self.end_within(tx, Extent::Everywhere(account)).await?;
        ended.keys = EndedKeys::All(account);
        tracing::info!(account.id = %account, provider = provider.name, "account linked to an identity");
        match self.with_roles(tx, next, person).await? {
            Found::Account(account, _) => Ok(Found::Account(account, ended)),
            other => Ok(other),
        }
    }

    async fn make(&self, tx: &Tx, email: &Email, provider: &Provider, person: &Person) -> Result<Found, Error> {
        let short: String = email.local().chars().take(40).collect();
        let roles = person.roles.clone().unwrap_or_else(|| vec![Role::Viewer]);
        let account = account::Model {
            id: self.0.ids.next(),
            email: email.as_str().to_owned(),
            display_name: person.name.clone().unwrap_or(short),
            password_hash: None,
            roles: role_names(&roles),
            created_at: self.0.clock.now(),
        };
        if !self.insert_account(tx, &account, email).await? || !self.link(tx, &account, provider, person).await? {
            return Ok(Found::Again);
        }
        Ok(Found::Account(Box::new(account), Ended::default()))
    }

    /// Whether the link was made: somebody may have been faster.
    async fn link(
        &self,
        tx: &Tx,
        account: &account::Model,
        provider: &Provider,
        person: &Person,
    ) -> Result<bool, Error> {
        let row = identity::Model {
            issuer: provider.issuer.clone(),
            subject: person.subject.clone(),
            account_id: account.id,
            created_at: self.0.clock.now(),
        };
        let inserted = identity::Entity::insert(row.into_active_model())
            .exec_without_returning(tx)
            .await;
        match inserted {
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
            inserted => Ok(inserted.map(|_| true)?),
        }
    }

    /// The account with the roles that the provider gives it, if it gives any; what has more than that ends.
    async fn with_roles(&self, tx: &Tx, held: account::Model, person: &Person) -> Result<Found, Error> {
        let account = held.account();
        let Some(roles) = person.roles.as_ref().filter(|roles| **roles != held.roles()) else {
            return Ok(Found::Account(Box::new(held), Ended::default()));
        };
        let loses = held.roles().iter().any(|role| !roles.contains(role));
        let next = account::Model {
            roles: role_names(roles),
            ..held
        };
        next.clone().into_active_model().reset_all().update(tx).await?;
        let mut ended = Ended::default();
        if loses {
            ended = self.end_within(tx, Extent::Everywhere(account)).await?;
            ended.keys = EndedKeys::Beyond(account, roles.clone());
        }
        Ok(Found::Account(Box::new(next), ended))
    }
}
