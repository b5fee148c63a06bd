//! Which headers reach a subgraph: the rules of `router.traffic.headers`, in their order.

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};

use super::settings::HeaderRule;
use crate::{error::Error, pipeline::Context};

/// Names no rule may touch: they belong to one connection (RFC 9110 §7.6.1), to the body, or to the sign-in, which is
/// handed on by itself.
const FORBIDDEN: [&str; 17] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "accept",
    "accept-encoding",
    "expect",
    "authorization",
];

/// The rules of one subgraph.
#[derive(Debug, Default)]
pub(super) struct HeaderRules(Vec<Rule>);

#[derive(Debug)]
enum Rule {
    Propagate {
        from: HeaderName,
        to: HeaderName,
        default: Option<HeaderValue>,
    },
    Insert(HeaderName, HeaderValue),
    Remove(HeaderName),
}

impl HeaderRules {
    /// The rules for `subgraph`.
    ///
    /// # Errors
    /// [`Error::HeaderRule`]: a rule that does nothing or two things, a name that is none or may not pass.
    pub(super) fn new(rules: &[HeaderRule], subgraph: &str) -> Result<Self, Error> {
        let mut own = Vec::new();
        for (i, rule) in rules.iter().enumerate() {
            // All are read, so that a wrong one is found whatever graph is served.
            let read = read(rule).map_err(|reason| Error::HeaderRule(i + 1, reason))?;
            if rule.subgraph.is_empty() || rule.subgraph == subgraph {
                own.push(read);
            }
        }
        Ok(Self(own))
    }

    /// The headers of a fetch: those of the rules, and the sign-in.
    pub(super) fn headers(&self, context: &Context) -> HeaderMap {
        let mut headers = self.apply(&context.headers);
        if let Some(bearer) = &context.identity.bearer
            && let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", bearer.0))
        {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        headers
    }

    /// The headers of the rules for a client that sent `client`.
    fn apply(&self, client: &HeaderMap) -> HeaderMap {
        let mut out = HeaderMap::new();
        for rule in &self.0 {
            match rule {
                Rule::Propagate { from, to, default } => {
                    let sent: Vec<&HeaderValue> = client.get_all(from).iter().collect();
                    if sent.is_empty() {
                        out.extend(default.clone().map(|value| (to.clone(), value)));
                    } else {
                        out.remove(to);
                    }
                    for value in sent {
                        out.append(to.clone(), value.clone());
                    }
                }
                Rule::Insert(name, value) => {
                    out.insert(name.clone(), value.clone());
                }
                Rule::Remove(name) => {
                    out.remove(name);
                }
            }
        }
        out
    }
}

fn read(rule: &HeaderRule) -> Result<Rule, String> {
    let insert_only = rule.value.is_some();
    let propagate_only = rule.rename.is_some() || rule.default.is_some();
    match (&rule.propagate, &rule.insert, &rule.remove) {
        (Some(from), None, None) if !insert_only => Ok(Rule::Propagate {
            from: name(from)?,
            to: name(rule.rename.as_ref().unwrap_or(from))?,
            default: rule.default.as_deref().map(value).transpose()?,
        }),
        (None, Some(to), None) if !propagate_only => {
            let text = rule.value.as_deref().ok_or("`insert` needs a `value`")?;
            Ok(Rule::Insert(name(to)?, value(text)?))
        }
        (None, None, Some(gone)) if !insert_only && !propagate_only => Ok(Rule::Remove(name(gone)?)),
        _ => Err(
            "a rule has one of `propagate` (with `rename`, `default`), `insert` (with `value`), `remove`".to_owned(),
        ),
    }
}

fn name(text: &str) -> Result<HeaderName, String> {
    let name = HeaderName::try_from(text).map_err(|_| format!("{text:?} is not the name of a header"))?;
    let belongs = |beginning: &&str| name.as_str().starts_with(beginning);
    if FORBIDDEN.contains(&name.as_str()) || ["sec-websocket-", "grpc-"].iter().any(belongs) {
        return Err(format!(
            "{text:?} is not for rules: it belongs to the connection, the body or the sign-in"
        ));
    }
    Ok(name)
}

fn value(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text).map_err(|_| format!("{text:?} is not the value of a header"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(toml: serde_json::Value) -> Result<HeaderRules, Error> {
        let rules: Vec<HeaderRule> = serde_json::from_value(toml).unwrap();
        HeaderRules::new(&rules, "accounts")
    }

    #[test]
    fn rules_hand_on_rename_insert_and_remove_in_their_order() {
        let rules = rules(serde_json::json!([
            {"propagate": "x-tenant", "rename": "x-customer"},
            {"propagate": "x-region", "default": "eu"},
            {"propagate": "x-debug"},
            {"subgraph": "billing", "insert": "x-billing", "value": "1"},
            {"subgraph": "accounts", "insert": "x-router", "value": "matinee"},
            {"remove": "x-debug"},
        ]));
        let mut client = HeaderMap::new();
        client.insert("x-tenant", HeaderValue::from_static("acme"));
        client.insert("x-debug", HeaderValue::from_static("1"));
        client.insert("cookie", HeaderValue::from_static("session=1"));
        let sent = rules.unwrap().apply(&client);
        let mut sent: Vec<(&str, &str)> = sent
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        sent.sort_unstable();
        assert_eq!(
            sent,
            [("x-customer", "acme"), ("x-region", "eu"), ("x-router", "matinee")]
        );
    }

    #[test]
    fn headers_of_the_connection_the_body_and_the_sign_in_are_refused_by_name() {
        for rule in [
            serde_json::json!({"propagate": "Authorization"}),
            serde_json::json!({"propagate": "x-auth", "rename": "authorization"}),
            serde_json::json!({"insert": "Transfer-Encoding", "value": "chunked"}),
            serde_json::json!({"propagate": "sec-websocket-key"}),
            serde_json::json!({"propagate": "x", "remove": "y"}),
            serde_json::json!({"insert": "x"}),
            serde_json::json!({"insert": "x", "value": "a\r\nb: c"}),
            serde_json::json!({}),
        ] {
            let error = rules(serde_json::json!([{"remove": "x"}, rule.clone()])).unwrap_err();
            assert!(error.to_string().contains("rule 2"), "{rule}: {error}");
        }
    }
}
