//! `schema/proto/matinee/auth/v1/token_service.proto`: whether a token is good.

/// The service.
pub const SERVICE: &str = "matinee.auth.v1.TokenService";
/// Whether a token is good, and whose it is.
pub const VERIFY: &str = "/matinee.auth.v1.TokenService/Verify";

/// A token.
#[derive(Clone, PartialEq, Eq, prost::Message)]
#[prost(skip_debug)]
pub struct VerifyRequest {
    /// The access token, without `Bearer`.
    #[prost(string, tag = "1")]
    pub token: String,
}

impl std::fmt::Debug for VerifyRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VerifyRequest(…)")
    }
}

/// What it is worth. Of one that is not valid nothing else is said.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct VerifyResponse {
    /// It is ours, its time is not over, and it is not revoked.
    #[prost(bool, tag = "1")]
    pub valid: bool,
    /// The account (UUID).
    #[prost(string, tag = "2")]
    pub account_id: String,
    /// The roles of the account when the token was made.
    #[prost(string, repeated, tag = "3")]
    pub roles: Vec<String>,
    /// When it ends, in seconds since 1970.
    #[prost(int64, tag = "4")]
    pub expires_at: i64,
    /// Its id, the `jti` (UUID).
    #[prost(string, tag = "5")]
    pub token_id: String,
}
