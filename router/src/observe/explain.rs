//! `?explain`: the plan, its fetches and their times, for those who run the platform.

use auth::Role;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    access::milliseconds,
    journal::{Journal, Notes},
    settings::Explain,
};
use crate::{
    executor::{describe, with_extension},
    pipeline::Context,
};

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
