//! What OAuth and OpenID Connect clients read first (RFC 8414, OpenID Connect Discovery 1.0): only what there is.

use auth::Role;
use serde_json::{Value, json};

/// The document, for tokens of `issuer` and a platform that clients find at `url`.
///
/// There is no authorization endpoint and no ID token of ours, so the lists of what these can are empty.
pub(crate) fn document(issuer: &str, url: &str) -> Value {
    let url = url.trim_end_matches('/');
    let mut scopes: Vec<String> = Role::ALL
        .iter()
        .map(|role| format!("{}{}", Role::SCOPE, role.name()))
        .collect();
    scopes.push("tokens:introspect".to_owned());
    json!({
        "issuer": issuer,
        "token_endpoint": format!("{url}/oauth2/token"),
        "introspection_endpoint": format!("{url}/oauth2/introspect"),
        "jwks_uri": format!("{url}/.well-known/jwks.json"),
        "grant_types_supported": ["urn:ietf:params:oauth:grant-type:token-exchange", "refresh_token"],
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "Bearer"],
        "scopes_supported": scopes,
        "service_documentation": format!("{url}/api/docs"),
    })
}
