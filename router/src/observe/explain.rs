//! `?explain`: the plan, its fetches and their times, for those who run the platform.

use auth::Role;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    access::milliseconds,
    journal::{Journal, Notes},
    settings::Explain,
};
use crate::{executor::describe, pipeline::Context};

/// Whether `context` may see how its operations are answered.
pub(super) fn is_allowed(explain: Explain, context: &Context) -> bool {
    match explain {
        Explain::Off => false,
        Explain::Everyone => true,
        Explain::Operators => {
            let viewer = context.identity.viewer.as_ref();
            viewer.is_some_and(|viewer| viewer.has_any(&[Role::Admin, Role::Analyst]))
        }
    }
}

/// The answer with `extensions.explain`.
pub(super) fn explained(body: &Bytes, journal: &Journal) -> Bytes {
    let explanation = explanation(&journal.notes(), milliseconds(journal.elapsed()));
    with_extension(body, "explain", explanation)
}

fn explanation(notes: &Notes, total_ms: f64) -> Value {
    let prepared = notes.prepared.as_ref();
    let fetches = notes.fetches.iter().map(|fetch| {
        let operation = prepared.map(|prepared| prepared.plan.fetch(fetch.id));
        json!({
            "subgraph": operation.map(|operation| operation.service.as_str()),
            "operation": operation.map(|operation| operation.text.as_str()),
            "startMs": milliseconds(fetch.after),
            "ms": fetch.took.map(milliseconds),
            "entities": fetch.entities,
            "errors": fetch.errors,
            "answered": fetch.answered,
            "cached": fetch.answered == super::Answered::Cached,
        })
    });
    let fetches: Vec<Value> = fetches.collect();
    json!({
        "operation": prepared.map(|prepared| prepared.label.name()),
        "hash": prepared.map(|prepared| prepared.label.hash()),
        "plan": prepared.and_then(|prepared| describe(&prepared.plan)),
        "planMs": notes.planning.map(milliseconds),
        "planCached": notes.planning.is_none(),
        "fetches": fetches,
        "fetchCount": notes.fetch_count,
        "cost": { "estimated": notes.estimate, "actual": notes.cost },
        "cache": notes.cache,
        "totalMs": total_ms,
    })
}

/// An answer, as far as it matters here.
#[derive(Deserialize)]
struct Known {
    #[serde(default)]
    extensions: Option<serde::de::IgnoredAny>,
}

/// The JSON object `body` with one more of its `extensions`; its other members stay as they are written.
fn with_extension(body: &Bytes, name: &str, value: Value) -> Bytes {
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
    crate::executor::write_json(&mut out, &json!({ name: value }));
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
