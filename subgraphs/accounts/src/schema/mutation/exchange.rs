//! The token endpoint in the graph: RFC 6749 and RFC 8693 by their own names.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use graphql::Result;

use crate::{
    domain::grant,
    schema::problem::{ExchangeTokenProblemCode, Problem},
    service::{Accounts, Issued},
};

pub struct Exchange;

/// What `exchangeToken` needs: the parameters of the token endpoint (RFC 6749 §6, RFC 8693 §2.1).
#[derive(InputObject)]
pub struct ExchangeTokenInput {
    /// `urn:ietf:params:oauth:grant-type:token-exchange`, or `refresh_token`.
    grant_type: String,
    /// The refresh token, with that grant; it is spent by this.
    refresh_token: Option<String>,
    /// With the other grant: an access token, an API key, or a token of a trusted identity provider.
    subject_token: Option<String>,
    /// Which of them: `urn:ietf:params:oauth:token-type:access_token`, `urn:matinee:params:oauth:token-type:api_key`,
    /// `urn:ietf:params:oauth:token-type:id_token` or `…:jwt`.
    subject_token_type: Option<String>,
    /// Refused: nobody acts for another.
    actor_token: Option<String>,
    /// Refused: nobody acts for another.
    actor_token_type: Option<String>,
    /// `urn:ietf:params:oauth:token-type:access_token`, which it is when absent.
    requested_token_type: Option<String>,
    /// What the new token may do, of what the subject token or API key may, a space between; all of it when absent.
    scope: Option<String>,
    /// For whom the token is: us, by the `iss` of our tokens; anybody else is refused.
    audience: Option<Vec<String>>,
    /// Where the token is used: here, by the URL of the graph; anywhere else is refused.
    resource: Option<Vec<String>>,
}

/// What the token endpoint gives (RFC 6749 §5.1, RFC 8693 §2.2.1).
#[derive(SimpleObject)]
#[expect(clippy::struct_field_names, reason = "RFC 8693 §2.2.1 calls it so")]
pub struct IssuedToken {
    /// The token of the header `Authorization: Bearer …`: a JWT.
    access_token: String,
    /// What kind of token an exchange gave: `urn:ietf:params:oauth:token-type:access_token`; null for a refresh.
    issued_token_type: Option<String>,
    /// How the access token is sent: always `Bearer` (RFC 6750).
    token_type: String,
    /// Life of the access token, in seconds.
    expires_in: i32,
    /// What it may do, a space between.
    scope: String,
    /// For the next pair, good once; null beside a token that was made from an access token or an API key.
    refresh_token: Option<String>,
}

/// What `exchangeToken` did.
#[derive(SimpleObject, Default)]
pub struct ExchangeTokenPayload {
    /// What was given; null when `problem` says why nothing was.
    token: Option<IssuedToken>,
    /// Why nothing was given; null when something was.
    problem: Option<Problem<ExchangeTokenProblemCode>>,
}

#[Object]
impl Exchange {
    /// Other tokens for a token: one that may do less, one for an API key, those of whoever an identity provider says they
    /// are, or the next pair. `POST /oauth2/token` is the same for OAuth clients.
    async fn exchange_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted for what.")] input: ExchangeTokenInput,
    ) -> Result<ExchangeTokenPayload> {
        let request = grant::Request {
            grant_type: input.grant_type,
            refresh_token: input.refresh_token,
            subject_token: input.subject_token,
            subject_token_type: input.subject_token_type,
            actor_token: input.actor_token,
            actor_token_type: input.actor_token_type,
            requested_token_type: input.requested_token_type,
            scope: input.scope,
            audience: input.audience.unwrap_or_default(),
            resource: input.resource.unwrap_or_default(),
        };
        Ok(match ctx.data_unchecked::<Accounts>().grant(request).await? {
            Ok(issued) => ExchangeTokenPayload {
                token: Some(issued.into()),
                problem: None,
            },
            Err(refused) => ExchangeTokenPayload {
                token: None,
                problem: Some(refused.into()),
            },
        })
    }
}

impl From<Issued> for IssuedToken {
    fn from(issued: Issued) -> Self {
        Self {
            access_token: issued.access.reveal().clone(),
            issued_token_type: issued.issued_type.map(str::to_owned),
            token_type: "Bearer".to_owned(),
            expires_in: i32::try_from(issued.seconds).unwrap_or(i32::MAX),
            scope: issued.scope,
            refresh_token: issued.refresh.map(|token| token.reveal().clone()),
        }
    }
}
