//! Keys of client applications.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use auth::Role;
use graphql::{Result, SignedIn, directives::Authenticated};
use kernel::{Refusal, parse_uuid};

use crate::{
    domain::{api_key, text},
    schema::{
        problem::{CreateApiKeyProblemCode, Problem},
        types::api_key::ApiKey,
    },
    service::{Accounts, NewApiKey},
};

/// Life of a key when nothing is said, in days.
const DAYS: u32 = 90;
/// Most requests in a minute that a key can be allowed.
const MOST_REQUESTS: i32 = 1_000_000;

pub struct ApiKeys;

/// What `createApiKey` needs.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// What to call it: 1 to 40 characters.
    name: String,
    /// What it may do beside watching: roles that the account has, as `role:EDITOR`; only administrators give others.
    /// None when absent.
    scopes: Option<Vec<String>>,
    /// After how many days it ends; 90 when absent.
    expires_in_days: Option<i32>,
    /// Requests it may make in a minute, set by administrators only; the default when absent.
    requests_per_minute: Option<i32>,
}

/// What `createApiKey` did.
#[derive(SimpleObject, Default)]
pub struct CreateApiKeyPayload {
    /// The key; null when `problem` says why there is none.
    api_key: Option<ApiKey>,
    /// What to send as `X-API-Key`: shown this once, nobody can read it again.
    secret: Option<String>,
    /// Why no key was made; null when one was.
    problem: Option<Problem<CreateApiKeyProblemCode>>,
}

/// What `revokeApiKey` needs.
#[derive(InputObject)]
pub struct RevokeApiKeyInput {
    /// The key to end.
    api_key_id: ID,
}

/// What `revokeApiKey` did.
#[derive(SimpleObject)]
pub struct RevokeApiKeyPayload {
    /// The key, ended.
    api_key: Option<ApiKey>,
}

#[Object]
impl ApiKeys {
    /// Makes a key with which an application asks in the name of the account that is signed in.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key to make.")] input: CreateApiKeyInput,
    ) -> Result<CreateApiKeyPayload> {
        let viewer = graphql::viewer(ctx)?;
        let accounts = ctx.data_unchecked::<Accounts>();
        if let Some(most) = input.requests_per_minute {
            viewer.require_any(&[Role::Admin])?;
            between("input.requestsPerMinute", most, MOST_REQUESTS)?;
        }
        let new = NewApiKey {
            name: text::name("input.name", &input.name)?,
            scopes: api_key::scopes("input.scopes", viewer, input.scopes.unwrap_or_default())?,
            days: days(input.expires_in_days, accounts.max_api_key_days())?,
            requests_per_minute: input.requests_per_minute,
        };
        Ok(match accounts.create_api_key(viewer, new).await? {
            Ok((key, secret)) => CreateApiKeyPayload {
                api_key: Some(ApiKey(key)),
                secret: Some(secret.reveal().clone()),
                problem: None,
            },
            Err(problem) => CreateApiKeyPayload {
                problem: Some(problem.into()),
                ..Default::default()
            },
        })
    }

    /// Ends a key of the account that is signed in; within seconds nobody can ask with it.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key to end.")] input: RevokeApiKeyInput,
    ) -> Result<RevokeApiKeyPayload> {
        let viewer = graphql::viewer(ctx)?;
        let key = parse_uuid("input.apiKeyId", &input.api_key_id)?;
        let ended = ctx.data_unchecked::<Accounts>().revoke_api_key(viewer, key).await?;
        Ok(RevokeApiKeyPayload {
            api_key: Some(ApiKey(ended)),
        })
    }
}

fn days(sent: Option<i32>, most: u32) -> std::result::Result<u32, Refusal> {
    let Some(days) = sent else { return Ok(DAYS.min(most)) };
    between("input.expiresInDays", days, i32::try_from(most).unwrap_or(i32::MAX))?;
    Ok(days.unsigned_abs())
}

fn between(field: &str, sent: i32, most: i32) -> std::result::Result<(), Refusal> {
    if (1..=most).contains(&sent) {
        return Ok(());
    }
    Err(Refusal::bad_input(field, format!("{field} is 1 to {most}, not {sent}")))
}
