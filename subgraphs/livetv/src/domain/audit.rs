//! What an entry of the audit log says: fields before and after, without secrets.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest value that is kept; a longer text is cut.
const LONGEST: usize = 2000;

/// One changed field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name in the graph.
    pub field: String,
    /// What it was; null when it was empty or new.
    pub before: Value,
    /// What it is; null when it is empty or gone.
    pub after: Value,
}

/// Fields of something, by their name in the graph.
pub type Facts = Vec<(&'static str, Value)>;

/// What differs between `before` and `after`; a field that one of them lacks is null there.
pub fn compare(before: &Facts, after: &Facts) -> Vec<FieldChange> {
    let of = |facts: &Facts, name: &str| {
        let found = facts.iter().find(|(field, _)| *field == name);
        found.map_or(Value::Null, |(_, value)| value.clone())
    };
    let mut names: Vec<&str> = after.iter().map(|(name, _)| *name).collect();
    names.extend(
        before
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| of(after, name).is_null()),
    );
    names.dedup();
    let mut changes: Vec<FieldChange> = Vec::new();
    for name in names {
        let (before, after) = (of(before, name), of(after, name));
        if before != after && changes.iter().all(|change| change.field != name) {
            let field = name.to_owned();
            let (before, after) = (cut(before), cut(after));
            changes.push(FieldChange { field, before, after });
        }
    }
    changes
}

fn cut(value: Value) -> Value {
    match value {
        Value::String(mut text) => {
            super::report::truncate(&mut text, LONGEST);
            Value::String(text)
        }
        other => other,
    }
}

/// A web address as it may be shown: without a name and password, and without its query, where keys are carried.
pub fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (place, query) = rest.split_at(end);
    let (host, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let scheme = if scheme.is_empty() {
        String::new()
    } else {
        format!("{scheme}://")
    };
    let mark = if query.is_empty() { "" } else { "?…" };
    format!("{scheme}{host}{path}{mark}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_told_and_what_is_new_or_gone_is_null_on_one_side() {
        let before = vec![("name", json!("One")), ("number", json!("1")), ("logoUrl", json!("x"))];
        let after = vec![("name", json!("Uno")), ("number", json!("1")), ("hidden", json!(true))];
        let told: Vec<(String, Value, Value)> = compare(&before, &after)
            .into_iter()
            .map(|change| (change.field, change.before, change.after))
            .collect();
        assert_eq!(
            told,
            [
                ("name".to_owned(), json!("One"), json!("Uno")),
                ("hidden".to_owned(), json!(null), json!(true)),
                ("logoUrl".to_owned(), json!("x"), json!(null)),
            ]
        );
    }

    #[test]
    fn an_address_is_shown_without_what_opens_it() {
        for (url, shown) in [
            ("https://up.example/live.m3u8", "https://up.example/live.m3u8"),
            (
                "https://ada:pw@up.example/live.m3u8?token=abc#x",
                "https://up.example/live.m3u8?…",
            ),
            ("http://up.example?key=1", "http://up.example?…"),
            ("https://up.example/@handle", "https://up.example/@handle"),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }
}
