//! A plan for people: a tree of what is done, in order.

use serde_json::{Value, json};

use super::steps::{Fetch, Goal, Step};
use crate::plan::Plan;

/// The whole plan; `None` when no subgraph is asked.
pub(crate) fn describe(plan: &Plan) -> Option<Value> {
    plan.root().map(|step| of_step(plan, step))
}

fn of_step(plan: &Plan, step: &Step) -> Value {
    let all = |steps: &[Step]| Value::Array(steps.iter().map(|step| of_step(plan, step)).collect());
    match step {
        Step::Fetch(fetch) => of_fetch(plan, fetch, "fetch"),
        Step::Subscription(fetch) => of_fetch(plan, fetch, "subscription"),
        Step::Sequence(steps) => json!({ "node": "sequence", "nodes": all(steps) }),
        Step::Parallel(steps) => json!({ "node": "parallel", "nodes": all(steps) }),
        Step::Condition {
            variable,
            then,
            otherwise,
        } => {
            let clause = |step: &Option<Box<Step>>| step.as_deref().map(|step| of_step(plan, step));
            json!({
                "node": "condition",
                "variable": variable,
                "then": clause(then),
                "else": clause(otherwise),
            })
        }
    }
}

fn of_fetch(plan: &Plan, fetch: &Fetch, node: &str) -> Value {
    let operation = plan.fetch(fetch.id);
    let mut out = json!({ "node": node, "subgraph": operation.service, "operation": operation.text });
    match &fetch.goal {
        Goal::Root => {}
        Goal::At(path) => out["path"] = path.to_string().into(),
        Goal::Entities(all) => match all.as_slice() {
            [one] if one.paths.len() == 1 => {
                out["requires"] = (*one.requires_text).into();
                out["path"] = one.paths[0].to_string().into();
            }
            all => {
                out["node"] = "batch fetch".into();
                let paths = all.iter().flat_map(|entities| &entities.paths).map(ToString::to_string);
                out["paths"] = paths.collect();
            }
        },
    }
    out
}
