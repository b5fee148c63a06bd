//! Keys of client applications: made and revoked here, looked up by the router in KV.

use std::time::Duration;

use auth::{API_KEY_DAYS, API_KEYS, ApiKey, Bearer, Claims, KeyLimits, Role, Viewer};
use database::page;
use kernel::{AccountId, ErrorCode, Instant, Page, PageRequest, Refusal, Secret};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{Accounts, Outcome, hold_account};
use crate::{
    Error,
    domain::api_key as rules,
    entities::{
        api_key::{self, Column, Entity},
        session::Extent,
    },
};

/// Keys that are read at a time when all are looked after.
const BATCH: u64 = 500;

/// A key to be made. Texts are checked already.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// What its maker calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Its life.
    pub days: u32,
    /// Requests it may make in a minute.
    pub requests_per_minute: Option<i32>,
}

/// Why no key is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKeyProblem {
    /// The account has as many as it may.
    KeyLimit(u32),
}

impl Accounts {
    /// Longest life of a key, in days.
    pub fn max_api_key_days(&self) -> u32 {
        self.0.settings.max_api_key_days
    }

    /// Makes a key for `viewer`; its secret is in the answer and nowhere else.
    pub async fn create_api_key(
        &self,
        viewer: &Viewer,
        new: NewApiKey,
    ) -> Outcome<(api_key::Model, Secret<String>), ApiKeyProblem> {
        let mut random = [0; 32];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| Error::Random)?;
        let secret = rules::secret(&random);
        let now = self.0.clock.now();
        let made = api_key::Model {
            id: self.0.ids.next(),
            account_id: viewer.account.0,
            name: new.name,
            prefix: rules::prefix(&secret),
            secret_hash: ApiKey::hash(&secret).expect("a secret of ours is one"),
            scopes: new.scopes.join(" "),
            requests_per_minute: new.requests_per_minute,
            created_at: now,
            expires_at: now + Duration::from_hours(24 * u64::from(new.days)),
            revoked_at: None,
        };
        let tx = self.0.database.begin().await?;
        let account = hold_account(&tx, viewer.account).await?;
        self.refuse_keys(&tx, viewer).await?;
        // A key outlives the token: what counts is what the account is now.
        let is_beyond = made.requests_per_minute.is_some() && !account.roles().contains(&Role::Admin);
        if is_beyond || !rules::within(&new.scopes, &account.roles()) {
            return Err(Refusal::new(ErrorCode::Forbidden, "the account has not these roles any more").into());
        }
        let most = self.0.settings.max_api_keys;
        let live = Entity::live(Entity::of(viewer.account), now);
        if live.count(&tx).await? >= most.into() {
            return Ok(Err(ApiKeyProblem::KeyLimit(most)));
        }
        Entity::insert(made.clone().into_active_model())
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
        self.publish(&made, now).await?;
        tracing::info!(account.id = %made.account_id, api_key.id = %made.id, "API key made");
        Ok(Ok((made, Secret::new(secret))))
    }

    /// Ends a key of `viewer`; one that has ended stays as it is.
    pub async fn revoke_api_key(&self, viewer: &Viewer, key: Uuid) -> Result<api_key::Model, Error> {
        let tx = self.0.database.begin().await?;
        hold_account(&tx, viewer.account).await?;
        self.refuse_keys(&tx, viewer).await?;
        let held = Entity::of(viewer.account).filter(Column::Id.eq(key)).one(&tx).await?;
        let mut held = held.ok_or_else(|| Refusal::not_found("API key"))?;
        if held.revoked_at.is_none() {
            let now = self.0.clock.now();
            Entity::update_many()
                .col_expr(Column::RevokedAt, Expr::value(now))
                .filter(Column::Id.eq(key))
                .exec(&tx)
                .await?;
            held.revoked_at = Some(now);
        }
        tx.commit().await?;
        self.unpublish(&held).await?;
        tracing::info!(account.id = %held.account_id, api_key.id = %held.id, "API key revoked");
        Ok(held)
    }

    /// Forgets all keys of an account that is gone. May be repeated.
    pub async fn forget_api_keys_of(&self, account: AccountId) -> Result<(), Error> {
        loop {
            let keys = Entity::of(account).order_by_asc(Column::Id).limit(BATCH);
            let keys = keys.all(self.0.database.reader()).await?;
            if keys.is_empty() {
                return Ok(());
            }
            for key in &keys {
                self.unpublish(key).await?;
            }
            let ids = keys.iter().map(|key| key.id);
            Entity::delete_many()
                .filter(Column::Id.is_in(ids))
                .exec(self.0.database.writer())
                .await?;
        }
    }

    /// Ends the keys of `account` that may do more than its `roles` now; there are few.
    pub async fn revoke_api_keys_beyond(&self, account: AccountId, roles: &[Role]) -> Result<(), Error> {
        let now = self.0.clock.now();
        let live = Entity::live(Entity::of(account), now).limit(BATCH);
        for key in live.all(self.0.database.reader()).await? {
            if !rules::within(&key.scopes(), roles) {
                Entity::update_many()
                    .col_expr(Column::RevokedAt, Expr::value(now))
                    .filter(Column::Id.eq(key.id))
                    .exec(self.0.database.writer())
                    .await?;
                self.unpublish(&key).await?;
            }
        }
        Ok(())
    }

    /// A page of an account's keys, newest first.
    pub async fn api_keys(&self, account: AccountId, request: &PageRequest) -> Result<Page<api_key::Model>, Error> {
        let order = [(Column::CreatedAt, Order::Desc), (Column::Id, Order::Desc)];
        let key = |row: &api_key::Model| (row.created_at, row.id);
        let values = |(at, id): (Instant, Uuid)| vec![at.into(), id.into()];
        page(
            self.0.database.reader(),
            Entity::of(account),
            &order,
            request,
            key,
            values,
        )
        .await
    }

    /// Keys of an account.
    pub async fn count_api_keys(&self, account: AccountId) -> Result<u64, Error> {
        Ok(Entity::of(account).count(self.0.database.reader()).await?)
    }

    /// The first instant of the day on which a key was last used.
    pub async fn last_use_of(&self, key: Uuid) -> Result<Option<Instant>, Error> {
        let day = self.0.kv.get(API_KEY_DAYS, &key.to_string()).await?;
        Ok(day.and_then(|text| {
            let day: chrono::NaiveDate = std::str::from_utf8(&text).ok()?.parse().ok()?;
            Some(day.and_time(chrono::NaiveTime::MIN).and_utc())
        }))
    }

    /// Sees to it that every live key can be looked up: KV may have been lost, or the signing key changed.
    pub async fn publish_api_keys(&self) -> Result<(), Error> {
        let now = self.0.clock.now();
        let mut after = Uuid::nil();
        loop {
            let keys = Entity::live(Entity::find(), now)
                .filter(Column::Id.gt(after))
                .order_by_asc(Column::Id)
                .limit(BATCH)
                .all(self.0.database.reader())
                .await?;
            let Some(last) = keys.last() else { return Ok(()) };
            after = last.id;
            for key in &keys {
                if !self.is_published(key).await? {
                    self.publish(key, now).await?;
                    // It may have been revoked between our reading and writing.
                    let still = Entity::find_by_id(key.id).one(self.0.database.reader()).await?;
                    if still.is_none_or(|key| !key.is_live(now)) {
                        self.unpublish(key).await?;
                    }
                }
            }
        }
    }

    async fn is_published(&self, key: &api_key::Model) -> Result<bool, Error> {
        let value = self.0.kv.get(API_KEYS, &key.secret_hash).await?;
        let kept = value.and_then(|value| serde_json::from_slice::<ApiKey>(&value).ok());
        Ok(kept.is_some_and(|kept| self.0.verifier.verify(&kept.bearer.0).is_ok()))
    }

    async fn publish(&self, key: &api_key::Model, now: Instant) -> Result<(), Error> {
        let bearer = self.0.issuer.sign(Claims {
            iss: String::new(),
            sub: key.account(),
            iat: now.timestamp(),
            exp: key.expires_at.timestamp(),
            jti: key.id,
            roles: key.roles(),
            scope: key.other_scopes().join(" "),
            client_id: Some(key.id),
        });
        let published = ApiKey {
            id: key.id,
            account: key.account(),
            name: key.name.clone(),
            scopes: key.scopes(),
            limits: KeyLimits {
                requests_per_minute: key.requests_per_minute.and_then(|most| u32::try_from(most).ok()),
            },
            bearer: Bearer(bearer.into()),
        };
        let value = serde_json::to_vec(&published).expect("plain data");
        let left = (key.expires_at - now).to_std().unwrap_or_default();
        Ok(self.0.kv.put(API_KEYS, &key.secret_hash, &value, left).await?)
    }

    /// Takes the key away from the router, and the token behind it, and those made from it, from whoever mints capabilities.
    async fn unpublish(&self, key: &api_key::Model) -> Result<(), Error> {
        self.0.kv.delete(API_KEYS, &key.secret_hash).await?;
        let tx = self.0.database.begin().await?;
        let ended = self.end_within(&tx, Extent::Family(key.id)).await?;
        tx.commit().await?;
        self.revoke_tokens(ended).await?;
        self.revoke_access(key.id, key.expires_at).await
    }

    /// A key, or a token made from another, that could make keys would outlive its own revocation.
    async fn refuse_keys(&self, tx: &database::Tx, viewer: &Viewer) -> Result<(), Error> {
        let is_key = Entity::find_by_id(viewer.token_id).one(tx).await?.is_some();
        if is_key || self.is_exchanged(tx, viewer.token_id).await? {
            let message = "an API key or an exchanged token neither makes nor revokes API keys: sign in";
            return Err(Refusal::new(ErrorCode::Forbidden, message).into());
        }
        Ok(())
    }

    /// Forgets keys that ended before `ended`.
    pub(super) async fn forget_api_keys(&self, ended: Instant) -> Result<(), Error> {
        let before = Condition::any()
            .add(Column::ExpiresAt.lt(ended))
            .add(Column::RevokedAt.lt(ended));
        Entity::delete_many()
            .filter(before)
            .exec(self.0.database.writer())
            .await?;
        Ok(())
    }
}
