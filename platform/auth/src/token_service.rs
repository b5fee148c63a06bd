//! Whether an access token is good at this moment, for whoever does not verify tokens: signature, issuer, time, and that
//! nobody ended it. Answered from keys and KV, or by a process that has them.

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::Request, routing::post};
use cache::Kv;
use grpc::{
    Call, CallError, Channel, Limits, Message, Status,
    token::{VERIFY, VerifyRequest, VerifyResponse},
};
use http::{HeaderMap, Uri};
use kernel::{ErrorCode, Fault};

use crate::{REVOKED_TOKENS, Verifier, Viewer};

/// Longest wait for the process that is asked.
const PATIENCE: Duration = Duration::from_secs(2);
/// Calls at a time on a connection to it.
const CALLS: usize = 100;
/// Largest answer of it, in bytes.
const MAX_ANSWER: usize = 16 * 1024;

/// Tells whether tokens are good. Cheap to clone.
#[derive(Clone)]
pub struct TokenService(Place);

#[derive(Clone)]
enum Place {
    Here { verifier: Verifier, kv: Arc<dyn Kv> },
    There { address: Uri, channel: Arc<Channel> },
}

/// Why nobody knows whether a token is good.
#[derive(Debug, thiserror::Error)]
pub enum TokenServiceError {
    /// The revoked tokens cannot be looked up.
    #[error("cannot look up whether the token is revoked")]
    Kv(#[from] cache::Error),
    /// The process that knows does not answer.
    #[error("the token service does not answer")]
    Unreachable(#[from] CallError),
    /// It answers something else.
    #[error("the token service does not answer what was asked: {0}")]
    Malformed(String),
}

impl Fault for TokenServiceError {
    fn code(&self) -> ErrorCode {
        ErrorCode::Unavailable
    }
}

impl TokenService {
    /// By what `verifier` believes, and the revoked tokens in `kv`.
    pub fn here(verifier: Verifier, kv: Arc<dyn Kv>) -> Self {
        Self(Place::Here { verifier, kv })
    }

    /// By the process at `grpc://host:port`; `None` for what is no such address.
    pub fn there(address: &str) -> Option<Self> {
        let address: Uri = address.parse().ok()?;
        let is_one = address.scheme_str() == Some("grpc") && address.host().is_some() && address.path().len() <= 1;
        is_one.then(|| {
            let channel = Arc::new(Channel::plain(PATIENCE, CALLS));
            Self(Place::There { address, channel })
        })
    }

    /// What `token` is worth now.
    ///
    /// # Errors
    /// [`TokenServiceError`]: then nothing is known of it.
    pub async fn verify(&self, token: String) -> Result<VerifyResponse, TokenServiceError> {
        match &self.0 {
            Place::Here { verifier, kv } => look(verifier, &**kv, &token).await,
            Place::There { address, channel } => {
                let call = Call {
                    to: address,
                    method: VERIFY,
                    metadata: HeaderMap::new(),
                    message: VerifyRequest { token }.encode_to_vec().into(),
                    timeout: Some(PATIENCE),
                    max_answer: MAX_ANSWER,
                };
                let answered = tokio::time::timeout(PATIENCE, channel.unary(call)).await;
                let (_, message) = answered
                    .unwrap_or_else(|_| Err(CallError::Refused(Status::deadline_exceeded("no answer in time"))))?;
                VerifyResponse::decode(message).map_err(|error| TokenServiceError::Malformed(error.to_string()))
            }
        }
    }

    /// `matinee.auth.v1.TokenService`, for other processes.
    pub fn routes(self, limits: Limits) -> Router {
        let verify = move |request: Request| async move {
            let answer = |_, asked: VerifyRequest| async move {
                match self.verify(asked.token).await {
                    Ok(known) => Ok((HeaderMap::new(), known)),
                    Err(error) => Err(Status::unavailable(error.to_string())),
                }
            };
            grpc::unary(request, &limits, answer).await
        };
        Router::new().route(VERIFY, post(verify))
    }
}

async fn look(verifier: &Verifier, kv: &dyn Kv, token: &str) -> Result<VerifyResponse, TokenServiceError> {
    let Ok(viewer) = verifier.verify(token) else {
        return Ok(VerifyResponse::default());
    };
    let revoked = kv.get(REVOKED_TOKENS, &viewer.token_id.to_string()).await?;
    Ok(if revoked.is_some() {
        VerifyResponse::default()
    } else {
        known(&viewer)
    })
}

fn known(viewer: &Viewer) -> VerifyResponse {
    VerifyResponse {
        valid: true,
        account_id: viewer.account.to_string(),
        roles: viewer.roles.iter().map(|role| role.name().to_owned()).collect(),
        expires_at: viewer.expires_at.timestamp(),
        token_id: viewer.token_id.to_string(),
    }
}
