//! `extensions` of an answer that is written already.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::write_json;

/// An answer, as far as it matters here.
#[derive(Deserialize)]
struct Known {
    #[serde(default)]
    extensions: Option<serde::de::IgnoredAny>,
}

/// The JSON object `body` with one more of its `extensions`; its other members stay as they are written.
pub(crate) fn with_extension(body: &Bytes, name: &str, value: Value) -> Bytes {
    let has_others = serde_json::from_slice::<Known>(body).is_ok_and(|known| known.extensions.is_some());
    if has_others {
        let Ok(mut answer) = serde_json::from_slice::<Value>(body) else {
            return body.clone();
        };
        answer["extensions"][name] = value;
        return answer.to_string().into();
    }
    let Some(open) = body.strip_suffix(b"}") else {
        return body.clone();
    };
    let mut out = open.to_vec();
    out.extend_from_slice(b",\"extensions\":");
    write_json(&mut out, &json!({ name: value }));
    out.push(b'}');
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_joins_others_and_leaves_the_data_as_it_was() {
        let plain = with_extension(&Bytes::from_static(br#"{"data":{"b":1,"a":2}}"#), "explain", json!(1));
        assert_eq!(plain, r#"{"data":{"b":1,"a":2},"extensions":{"explain":1}}"#);
        let body = Bytes::from_static(br#"{"data":null,"extensions":{"cost":7}}"#);
        let joined: Value = serde_json::from_slice(&with_extension(&body, "explain", json!(1))).expect("JSON");
        assert_eq!(joined["extensions"], json!({ "cost": 7, "explain": 1 }));
    }
}
