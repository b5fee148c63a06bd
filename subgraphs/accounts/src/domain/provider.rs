//! Identity providers that are trusted: what their entries say, and what a token of theirs has to say.

use std::collections::BTreeMap;

use auth::Role;
use chrono::{DateTime, TimeDelta};
use kernel::Instant;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{email::Email, text};

/// How far clocks may differ, in seconds.
const SKEW: i64 = 60;
/// Longest time after its making in which a token is taken, in seconds: used tokens are remembered so long.
const MAX_AGE: i64 = 24 * 3600;
/// Longest `sub` (OpenID Connect Core 1.0 §2).
const MAX_SUBJECT: usize = 255;
/// Most values of a claim with roles that are looked at.
const MAX_GROUPS: usize = 1000;

/// An identity provider whose tokens sign people in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Provider {
    /// What people call it.
    pub name: String,
    /// `iss` of its tokens.
    pub issuer: String,
    /// What it calls us: `aud` of its tokens.
    pub client_id: String,
    /// Where its keys are; empty: where its discovery document says.
    pub jwks_url: String,
    /// Whom no account belongs to yet gets one.
    pub create_accounts: bool,
    /// An account that was made with a password is taken over by whoever the provider says has its e-mail address.
    pub link_accounts: bool,
    /// Domains of e-mail addresses that it may speak for; empty: any.
    pub email_domains: Vec<String>,
    /// The claim that says what somebody may do; empty: accounts keep the roles they have.
    pub roles_claim: String,
    /// Role by value of that claim.
    pub roles: BTreeMap<String, String>,
}

/// Somebody, as a provider tells of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What it calls them.
    pub subject: String,
    /// Their address, when the provider has seen that it is theirs and may speak for it.
    pub email: Option<Email>,
    /// How to show them.
    pub name: Option<String>,
    /// All their roles, when the provider decides them.
    pub roles: Option<Vec<Role>>,
    /// Until when the same token has to be known again.
    pub remembered_until: Instant,
}

impl Provider {
    /// Refuses an entry that cannot work.
    ///
    /// # Errors
    /// Why, for people.
    pub fn check(&self) -> Result<(), String> {
        for (field, text) in [
            ("name", &self.name),
            ("issuer", &self.issuer),
            ("client_id", &self.client_id),
        ] {
            if text.is_empty() {
                return Err(format!("{field} is empty"));
            }
        }
        if let Some(wrong) = self.roles.values().find(|role| Role::from_name(role).is_none()) {
            return Err(format!("roles: there is no role {wrong}"));
        }
        if self.roles.is_empty() != self.roles_claim.is_empty() {
            return Err("roles_claim and roles go together".to_owned());
        }
        Ok(())
    }

    /// Whom a token of this provider speaks for (OpenID Connect Core 1.0 §3.1.3.7). Its signature was checked.
    ///
    /// # Errors
    /// Why it is not for us, or not now.
    pub fn person(&self, claims: &Map<String, Value>, now: Instant) -> Result<Person, &'static str> {
        let told = |name: &str| claims.get(name).and_then(Value::as_str);
        if told("iss") != Some(self.issuer.as_str()) {
            return Err("the token is of another issuer");
        }
        self.check_audience(claims)?;
        let second = |name: &str| seconds(claims.get(name)?);
        let expires = second("exp").ok_or("the token does not say when it ends")?;
        let made = second("iat").ok_or("the token does not say when it was made")?;
        let now = now.timestamp();
        if expires + SKEW <= now {
            return Err("the token has expired");
        }
        if made > now + SKEW || second("nbf").is_some_and(|begins| begins > now + SKEW) {
            return Err("the token is not valid yet");
        }
        if made + MAX_AGE <= now {
            return Err("the token was made more than a day ago");
        }
        let subject = told("sub").filter(|subject| (1..=MAX_SUBJECT).contains(&subject.len()));
        let until = DateTime::from_timestamp(expires.min(made + MAX_AGE) + SKEW, 0);
        Ok(Person {
            subject: subject.ok_or("the token does not say of whom it is")?.to_owned(),
            email: self.email(claims),
            name: told("name").and_then(|name| text::name("name", name).ok()),
            roles: self.roles_of(claims),
            remembered_until: until.ok_or("the token does not say when it ends")? + TimeDelta::seconds(1),
        })
    }

    fn check_audience(&self, claims: &Map<String, Value>) -> Result<(), &'static str> {
        let ours = Value::from(self.client_id.as_str());
        let (is_for_us, is_for_others) = match claims.get("aud") {
            Some(Value::Array(all)) => (all.contains(&ours), all.iter().any(|one| *one != ours)),
            Some(one) => (*one == ours, false),
            None => (false, false),
        };
        let azp = claims.get("azp");
        // With several audiences the token says to whom it was given, and that must be us.
        let is_given_to_us = azp.map_or(!is_for_others, |azp| *azp == ours);
        if is_for_us && is_given_to_us {
            Ok(())
        } else {
            Err("the token is for another application")
        }
    }

    fn email(&self, claims: &Map<String, Value>) -> Option<Email> {
        // Some write the truth as text.
        let is_verified = match claims.get("email_verified")? {
            Value::Bool(is_verified) => *is_verified,
            other => other == "true",
        };
        let email = Email::parse(claims.get("email")?.as_str()?).filter(|_| is_verified)?;
        let may_speak = |domain: &String| domain.eq_ignore_ascii_case(email.domain());
        (self.email_domains.is_empty() || self.email_domains.iter().any(may_speak)).then_some(email)
    }

    fn roles_of(&self, claims: &Map<String, Value>) -> Option<Vec<Role>> {
        if self.roles_claim.is_empty() {
            return None;
        }
        let groups: &[Value] = match claims.get(&self.roles_claim) {
            Some(Value::Array(groups)) => groups,
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let named = groups.iter().take(MAX_GROUPS).filter_map(Value::as_str);
        let given: Vec<Role> = named
            .filter_map(|group| Role::from_name(self.roles.get(group)?))
            .collect();
        let held = |role: &Role| *role == Role::Viewer || given.contains(role);
        Some(Role::ALL.into_iter().filter(held).collect())
    }
}

/// NumericDate (RFC 7519 §2), which may have a fraction.
fn seconds(value: &Value) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, and what is far off is refused"
    )]
    let whole = |fraction: f64| fraction as i64;
    let seconds = value.as_i64().or_else(|| value.as_f64().map(whole))?;
    // Beyond the year 9999 nothing is meant.
    (0..=253_402_300_799).contains(&seconds).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_795_262_400;

    fn provider() -> Provider {
        Provider {
            name: "Work".to_owned(),
            issuer: "https://id.example".to_owned(),
            client_id: "tv".to_owned(),
            email_domains: vec!["Example.com".to_owned()],
            roles_claim: "groups".to_owned(),
            roles: BTreeMap::from([("editors".to_owned(), "EDITOR".to_owned())]),
            ..Provider::default()
        }
    }

    fn person(changes: &Value) -> Result<Person, &'static str> {
        let mut claims = json!({ "iss": "https://id.example", "aud": "tv", "sub": "42", "iat": NOW, "exp": NOW + 300,
            "email": "Ada@example.com", "email_verified": true, "name": "Ada", "groups": ["editors", "others"] });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        provider().person(claims.as_object().unwrap(), now)
    }

    #[test]
    fn a_token_for_us_and_for_now_tells_of_somebody() {
        let ada = person(&json!({})).unwrap();
        assert_eq!((ada.subject.as_str(), ada.name.as_deref()), ("42", Some("Ada")));
        assert_eq!(ada.email.unwrap().as_str(), "ada@example.com");
        assert_eq!(ada.roles, Some(vec![Role::Viewer, Role::Editor]));
        assert!(ada.remembered_until.timestamp() > NOW + 300 + SKEW);
        for fine in [
            json!({ "aud": ["tv"] }),
            json!({ "aud": ["tv", "other"], "azp": "tv" }),
            json!({ "exp": NOW - SKEW + 1, "iat": NOW - 300 }),
            json!({ "iat": NOW + SKEW, "nbf": NOW + SKEW }),
            json!({ "exp": 1_795_262_700.5 }),
        ] {
            assert!(person(&fine).is_ok(), "{fine}");
        }
    }

    #[test]
    fn any_other_token_is_refused_with_its_reason() {
        for (changes, reason) in [
            (json!({ "iss": "https://id.example/" }), "another issuer"),
            (json!({ "aud": "other" }), "another application"),
            (json!({ "aud": ["tv", "other"] }), "another application"),
            (json!({ "azp": "other" }), "another application"),
            (json!({ "aud": null }), "another application"),
            (json!({ "exp": NOW - SKEW }), "expired"),
            (json!({ "exp": "soon" }), "when it ends"),
            (json!({ "exp": 1e300 }), "when it ends"),
            (json!({ "exp": -1 }), "when it ends"),
            (json!({ "iat": null }), "when it was made"),
            (json!({ "iat": NOW + SKEW + 1 }), "not valid yet"),
            (json!({ "nbf": NOW + SKEW + 1 }), "not valid yet"),
            (json!({ "iat": NOW - MAX_AGE }), "a day ago"),
            (json!({ "sub": "" }), "of whom"),
            (json!({ "sub": "x".repeat(256) }), "of whom"),
        ] {
            let refused = person(&changes).unwrap_err();
            assert!(refused.contains(reason), "{changes}: {refused}");
        }
    }

    #[test]
    fn an_address_counts_only_when_it_was_verified_and_is_the_providers_to_tell() {
        for (changes, counts) in [
            (json!({ "email_verified": "true" }), true),
            (json!({ "email_verified": false }), false),
            (json!({ "email_verified": 1 }), false),
            (json!({ "email_verified": null }), false),
            (json!({ "email": "ada@evil.example" }), false),
            (json!({ "email": "ada@sub.example.com" }), false),
            (json!({ "email": "nobody" }), false),
        ] {
            assert_eq!(person(&changes).unwrap().email.is_some(), counts, "{changes}");
        }
        assert_eq!(person(&json!({ "groups": 7 })).unwrap().roles, Some(vec![Role::Viewer]));
    }

    #[test]
    fn an_entry_that_cannot_work_is_refused() {
        assert_eq!(provider().check(), Ok(()));
        let with = |change: fn(&mut Provider)| {
            let mut entry = provider();
            change(&mut entry);
            entry.check().unwrap_err()
        };
        assert_eq!(with(|entry| entry.client_id.clear()), "client_id is empty");
        assert!(with(|entry| entry.roles_claim.clear()).contains("go together"));
        let king = |entry: &mut Provider| drop(entry.roles.insert("k".to_owned(), "KING".to_owned()));
        assert_eq!(with(king), "roles: there is no role KING");
    }
}
