//! A plan for people: a tree of what is done, in order.

use hive_router_query_planner::planner::plan_nodes::PlanNode;
use serde_json::{Value, json};

use crate::plan::service_name;

/// The plan below `node`.
pub(crate) fn describe(node: &PlanNode) -> Value {
    let all = |nodes: &[PlanNode]| Value::Array(nodes.iter().map(describe).collect());
    match node {
        PlanNode::Fetch(fetch) => {
            let mut out = json!({
                "node": "fetch",
                "subgraph": service_name(&fetch.service_name),
                "operation": fetch.operation.document_str,
            });
            if let Some(requires) = &fetch.requires {
                out["requires"] = requires.to_string().into();
            }
            out
        }
        PlanNode::BatchFetch(fetch) => json!({
            "node": "batch fetch",
            "subgraph": service_name(&fetch.service_name),
            "operation": fetch.operation.document_str,
            "paths": fetch.entity_batch.aliases.iter().flat_map(|alias| &alias.merge_paths)
                .map(ToString::to_string).collect::<Vec<_>>(),
        }),
        PlanNode::Flatten(flatten) => {
            let mut out = describe(&flatten.node);
            out["path"] = flatten.path.to_string().into();
            out
        }
        PlanNode::Sequence(sequence) => json!({ "node": "sequence", "nodes": all(&sequence.nodes) }),
        PlanNode::Parallel(parallel) => json!({ "node": "parallel", "nodes": all(&parallel.nodes) }),
        PlanNode::Condition(condition) => json!({
            "node": "condition",
            "variable": condition.condition,
            "then": condition.if_clause.as_deref().map(describe),
            "else": condition.else_clause.as_deref().map(describe),
        }),
        PlanNode::Subscription(subscription) => json!({
            "node": "subscription",
            "subgraph": service_name(&subscription.primary.service_name),
            "operation": subscription.primary.operation.document_str,
        }),
        PlanNode::Defer(_) => json!({ "node": "defer" }),
    }
}
