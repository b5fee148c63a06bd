//! The token endpoint: other tokens for a token, a key, or what an identity provider says.

use std::time::Duration;

use auth::{ApiKey, Claims, Role};
use kernel::{AccountId, Instant, Refusal, Secret};
use sea_orm::{EntityTrait, IntoActiveModel, PaginatorTrait};
use uuid::Uuid;

use super::{Accounts, Outcome, Tokens, hold_account, introspection::TokenKind};
use crate::{
    Error,
    domain::{
        grant::{self, ACCESS_TOKEN, RefusalCode, Refused, Request, Wanted},
        scope,
    },
    entities::{
        account, api_key, exchanged_token,
        session::{self, Extent},
    },
};

/// What the token endpoint gives.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "RFC 8693 §2.2.1 calls it so")]
pub struct Issued {
    /// JWT.
    pub access: Secret<String>,
    /// Its life, in seconds.
    pub seconds: u64,
    /// What it may do.
    pub scope: String,
    /// For the next pair; none beside a token that was made from another.
    pub refresh: Option<Secret<String>>,
    /// RFC 8693 §2.2.1: what kind of token an exchange gave; none for other grants.
    pub issued_type: Option<&'static str>,
}

/// What a token is made from, as it is now.
struct Origin {
    /// The sign-in or the API key.
    parent: Uuid,
    roles: Vec<Role>,
    scopes: Vec<String>,
    client: Option<Uuid>,
    expires_at: Instant,
}

impl Accounts {
    /// Answers the token endpoint.
    pub async fn grant(&self, request: Request) -> Outcome<Issued, Refused> {
        let wanted = match grant::read(request, self.issuer(), &self.0.url) {
            Ok(wanted) => wanted,
            Err(refused) => return Ok(Err(refused)),
        };
        match wanted {
            Wanted::Refresh(token) => {
                let refused = "the refresh token is unknown, over, or was used before";
                let refreshed = self.refresh(&token).await?;
                Ok(refreshed
                    .map(|tokens| issued(tokens, None))
                    .map_err(|_| Refused::grant(refused)))
            }
            Wanted::Less(token, scope) => self.exchange_token(&token, scope.as_deref()).await,
            Wanted::OfKey(secret, scope) => self.exchange_key(&secret, scope.as_deref()).await,
            Wanted::SignIn(token) => {
                let signed_in = self.sign_in_by_provider(&token).await?;
                Ok(signed_in.map(|tokens| issued(tokens, Some(ACCESS_TOKEN))))
            }
        }
    }

    async fn exchange_token(&self, token: &str, scope: Option<&str>) -> Outcome<Issued, Refused> {
        let refused = Ok(Err(Refused::grant(
            "the subject token is no access token, over, or revoked",
        )));
        let known = self.introspect(token).await?;
        let Some(known) = known.filter(|known| known.kind == TokenKind::Access) else {
            return refused;
        };
        let tx = self.0.database.begin().await?;
        let account = hold_account(&tx, known.account).await?;
        // Read while the account is held: nothing ends between this and the new token.
        let Some(parent) = parent_of(&tx, known.id, known.account).await? else {
            return refused;
        };
        let origin = Origin {
            parent,
            roles: known.roles,
            scopes: known.scopes,
            client: known.client,
            expires_at: known.expires_at,
        };
        self.issue_from(tx, &account, origin, scope).await
    }

    async fn exchange_key(&self, secret: &str, scope: Option<&str>) -> Outcome<Issued, Refused> {
        let refused = Ok(Err(Refused::grant("the subject token is no API key, over, or revoked")));
        let Some(hash) = ApiKey::hash(secret) else {
            return refused;
        };
        let found = api_key::Entity::with_secret(&hash)
            .one(self.0.database.reader())
            .await?;
        let Some(found) = found else { return refused };
        let tx = self.0.database.begin().await?;
        let account = hold_account(&tx, found.account()).await?;
        let held = api_key::Entity::with_secret(&hash).one(&tx).await?;
        let Some(held) = held.filter(|key| key.is_live(self.0.clock.now())) else {
            return refused;
        };
        if held.requests_per_minute.is_some() {
            // Its tokens would count on the account's quota, so there would be two.
            let message = "this API key has a quota of its own: ask with the key itself";
            return Ok(Err(Refused::new(RefusalCode::UnauthorizedClient, message)));
        }
        let origin = Origin {
            parent: held.id,
            roles: held.roles(),
            scopes: held.other_scopes(),
            client: Some(held.id),
            expires_at: held.expires_at,
        };
        self.issue_from(tx, &account, origin, scope).await
    }

    async fn issue_from(
        &self,
        tx: database::Tx,
        account: &account::Model,
        origin: Origin,
        scope: Option<&str>,
    ) -> Outcome<Issued, Refused> {
        let now = self.0.clock.now();
        let held = account.roles();
        // Never more than the account has by now.
        let is_held = |role: &Role| held.contains(role) || held.contains(&Role::Admin);
        let roles: Vec<Role> = origin.roles.into_iter().filter(is_held).collect();
        let (roles, scopes) = match scope::narrow(scope, &roles, &origin.scopes) {
            Ok(narrower) => narrower,
            Err(not_held) => return Ok(Err(not_held.into())),
        };
        let most = u64::from(self.0.settings.max_exchanged_tokens);
        let extent = Extent::Everywhere(account.account());
        let live = exchanged_token::Entity::live(extent, now).count(&tx).await?;
        if live >= most {
            return Err(Refusal::limit("accounts.max_exchanged_tokens", most, live + 1).into());
        }
        let longest = now + Duration::from_secs(self.0.tokens.access_ttl_seconds);
        let made = exchanged_token::Model {
            id: self.0.ids.next(),
            account_id: account.id,
            parent_id: origin.parent,
            created_at: now,
            expires_at: longest.min(origin.expires_at),
            revoked_at: None,
        };
        let text = scope::text(&roles, &scopes);
        let access = self.0.issuer.sign(Claims {
            iss: String::new(),
            sub: account.account(),
            iat: now.timestamp(),
            exp: made.expires_at.timestamp(),
            jti: made.id,
            roles,
            scope: scopes.join(" "),
            client_id: origin.client,
        });
        let left = (made.expires_at - now).to_std().unwrap_or_default();
        exchanged_token::Entity::insert(made.into_active_model())
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
        Ok(Ok(Issued {
            access: Secret::new(access),
            seconds: left.as_secs(),
            scope: text,
            refresh: None,
            issued_type: Some(ACCESS_TOKEN),
        }))
    }

    /// Whether the token was made from another one.
    pub(super) async fn is_exchanged(&self, tx: &database::Tx, token: Uuid) -> Result<bool, Error> {
        let found = exchanged_token::Entity::find_by_id(token).one(tx).await?;
        Ok(found.is_some())
    }
}

/// The tokens of a sign-in as the endpoint tells of them.
fn issued(tokens: Tokens, issued_type: Option<&'static str>) -> Issued {
    Issued {
        access: tokens.access,
        seconds: tokens.access_seconds,
        scope: scope::text(&tokens.roles, &[]),
        refresh: Some(tokens.refresh),
        issued_type,
    }
}

/// What an access token descends from, unless that has ended.
async fn parent_of(tx: &database::Tx, token: Uuid, account: AccountId) -> Result<Option<Uuid>, Error> {
    let session = session::Entity::with_access_token(token, account).one(tx).await?;
    if let Some(session) = session {
        return Ok(session.revoked_at.is_none().then_some(session.family_id));
    }
    let exchanged = exchanged_token::Entity::find_by_id(token).one(tx).await?;
    Ok(exchanged
        .filter(|exchanged| exchanged.revoked_at.is_none())
        .map(|exchanged| exchanged.parent_id))
}
