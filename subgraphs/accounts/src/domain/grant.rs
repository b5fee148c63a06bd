//! What is asked of the token endpoint (RFC 6749 §4.5 and §6, RFC 8693 §2.1): read strictly, refused by the book's codes.

use super::scope;

/// The grant that makes other tokens of a token.
pub const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The grant that makes the next pair of tokens.
pub const REFRESH_TOKEN: &str = "refresh_token";
/// RFC 8693 §3: an OAuth access token.
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// RFC 8693 §3: an `OpenID` Connect ID token.
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
/// RFC 8693 §3: any JWT; of us it is asked for as an access token.
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// Ours: an API key.
const API_KEY: &str = "urn:matinee:params:oauth:token-type:api_key";

/// What a client sent. Texts as they came.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub grant_type: String,
    pub refresh_token: Option<String>,
    pub subject_token: Option<String>,
    pub subject_token_type: Option<String>,
    pub actor_token: Option<String>,
    pub actor_token_type: Option<String>,
    pub requested_token_type: Option<String>,
    pub scope: Option<String>,
    pub audience: Vec<String>,
    pub resource: Vec<String>,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The next pair of tokens.
    Refresh(String),
    /// An access token that may do less than this one.
    Less(String, Option<String>),
    /// An access token for this API key.
    OfKey(String, Option<String>),
    /// The tokens of whoever an identity provider says they are.
    SignIn(String),
}

/// The code of a refusal (RFC 6749 §5.2, RFC 8693 §2.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCode {
    InvalidRequest,
    InvalidGrant,
    InvalidScope,
    InvalidTarget,
    UnauthorizedClient,
    UnsupportedGrantType,
}

/// Why no tokens are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: RefusalCode,
    /// For people.
    pub message: String,
}

impl Refused {
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The token is not good.
    pub fn grant(message: impl Into<String>) -> Self {
        Self::new(RefusalCode::InvalidGrant, message)
    }

    fn request(message: impl Into<String>) -> Self {
        Self::new(RefusalCode::InvalidRequest, message)
    }
}

/// Reads a request. Tokens are for us: `issuer` and `url` are what we are called.
///
/// # Errors
/// What is missing, not understood, or not offered.
pub fn read(sent: Request, issuer: &str, url: &str) -> Result<Wanted, Refused> {
    let target = sent.audience.iter().chain(&sent.resource);
    let mut foreign = target.filter(|target| *target != issuer && target.trim_end_matches('/') != url);
    if let Some(foreign) = foreign.next() {
        let shown: String = foreign.chars().take(100).collect();
        let message = format!("tokens are for {issuer} only, not for {shown:?}");
        return Err(Refused::new(RefusalCode::InvalidTarget, message));
    }
    match sent.grant_type.as_str() {
        REFRESH_TOKEN => {
            refuse_scope(sent.scope.as_deref())?;
            Ok(Wanted::Refresh(required("refresh_token", sent.refresh_token)?))
        }
        TOKEN_EXCHANGE => exchange(sent),
        _ => {
            let message = format!("grant_type is {TOKEN_EXCHANGE} or {REFRESH_TOKEN}");
            Err(Refused::new(RefusalCode::UnsupportedGrantType, message))
        }
    }
}

fn exchange(sent: Request) -> Result<Wanted, Refused> {
    if sent.actor_token.is_some() || sent.actor_token_type.is_some() {
        return Err(Refused::request("delegation is not offered: send no actor_token"));
    }
    if let Some(wanted) = &sent.requested_token_type
        && ![ACCESS_TOKEN, JWT].contains(&wanted.as_str())
    {
        return Err(Refused::request(format!("requested_token_type is {ACCESS_TOKEN}")));
    }
    let token = required("subject_token", sent.subject_token)?;
    match required("subject_token_type", sent.subject_token_type)?.as_str() {
        ACCESS_TOKEN => Ok(Wanted::Less(token, sent.scope)),
        API_KEY => Ok(Wanted::OfKey(token, sent.scope)),
        ID_TOKEN | JWT => {
            refuse_scope(sent.scope.as_deref())?;
            Ok(Wanted::SignIn(token))
        }
        _ => Err(Refused::request(format!(
            "subject_token_type is {ACCESS_TOKEN}, {ID_TOKEN}, {JWT} or {API_KEY}"
        ))),
    }
}

fn required(name: &str, value: Option<String>) -> Result<String, Refused> {
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Refused::request(format!("{name} is missing")))
}

/// What goes on by refresh tokens has the scope of its account, always.
fn refuse_scope(scope: Option<&str>) -> Result<(), Refused> {
    match scope.map(str::trim) {
        None | Some("") => Ok(()),
        Some(_) => Err(Refused::new(
            RefusalCode::InvalidScope,
            "the scope is the account's own; exchange the access token for one that may do less",
        )),
    }
}

impl From<scope::NotHeld> for Refused {
    fn from(scope::NotHeld(scope): scope::NotHeld) -> Self {
        Self::new(
            RefusalCode::InvalidScope,
            format!("the subject token does not have the scope {scope:?}"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange_of(token_type: &str) -> Request {
        Request {
            grant_type: TOKEN_EXCHANGE.to_owned(),
            subject_token: Some("t".to_owned()),
            subject_token_type: Some(token_type.to_owned()),
            ..Request::default()
        }
    }

    fn code(sent: Request) -> Option<RefusalCode> {
        read(sent, "matinee", "https://tv.example")
            .err()
            .map(|refused| refused.code)
    }

    #[test]
    fn what_is_offered_is_read_by_its_token_type() {
        let wanted = |sent: Request| read(sent, "matinee", "https://tv.example").unwrap();
        assert_eq!(wanted(exchange_of(ACCESS_TOKEN)), Wanted::Less("t".to_owned(), None));
        assert_eq!(wanted(exchange_of(API_KEY)), Wanted::OfKey("t".to_owned(), None));
        for token_type in [ID_TOKEN, JWT] {
            assert_eq!(wanted(exchange_of(token_type)), Wanted::SignIn("t".to_owned()));
        }
        let refresh = Request {
            grant_type: REFRESH_TOKEN.to_owned(),
            refresh_token: Some("r".to_owned()),
            audience: vec!["matinee".to_owned()],
            resource: vec!["https://tv.example/".to_owned()],
            ..Request::default()
        };
        assert_eq!(wanted(refresh), Wanted::Refresh("r".to_owned()));
    }

    #[test]
    fn what_is_not_offered_is_refused_by_the_books_code() {
        use RefusalCode::{InvalidRequest, InvalidScope, InvalidTarget, UnsupportedGrantType};
        let with = |change: fn(&mut Request)| {
            let mut sent = exchange_of(ID_TOKEN);
            change(&mut sent);
            code(sent)
        };
        for (refused, expected) in [
            (code(Request::default()), UnsupportedGrantType),
            (
                with(|sent| sent.grant_type = "password".to_owned()),
                UnsupportedGrantType,
            ),
            (with(|sent| sent.actor_token = Some("a".to_owned())), InvalidRequest),
            (with(|sent| sent.subject_token = Some(String::new())), InvalidRequest),
            (with(|sent| sent.subject_token_type = None), InvalidRequest),
            (
                with(|sent| sent.subject_token_type = Some("saml2".to_owned())),
                InvalidRequest,
            ),
            (
                with(|sent| sent.requested_token_type = Some(ID_TOKEN.to_owned())),
                InvalidRequest,
            ),
            (with(|sent| sent.scope = Some("role:ADMIN".to_owned())), InvalidScope),
            (with(|sent| sent.audience = vec!["other".to_owned()]), InvalidTarget),
            (
                with(|sent| sent.resource = vec!["https://other.example".to_owned()]),
                InvalidTarget,
            ),
            (with(|sent| sent.grant_type = REFRESH_TOKEN.to_owned()), InvalidRequest),
        ] {
            assert_eq!(refused, Some(expected));
        }
    }
}
