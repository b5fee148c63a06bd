//! Makes the representations (`_Any`) that an entity fetch sends.

use std::collections::HashMap;

use async_graphql::{Name, Value};
use hive_router_query_planner::{
    ast::{selection_item::SelectionItem, selection_set::SelectionSet},
    planner::plan_nodes::{FetchRewrite, FlattenNodePath},
};

use super::{
    path::visit,
    rewrite::rewrite,
    types::{Types, type_name},
};
use crate::subgraph::Map;

/// Representations, each once.
#[derive(Default)]
pub(crate) struct Representations {
    pub(crate) list: Vec<Value>,
    seen: HashMap<String, usize>,
}

impl Representations {
    /// Represents every object at the end of `path`; gives the index of each one's representation.
    pub(crate) fn collect(
        &mut self,
        types: &Types,
        data: &Value,
        path: &FlattenNodePath,
        requires: &SelectionSet,
        rewrites: &[FetchRewrite],
    ) -> Vec<Option<usize>> {
        let mut indices = Vec::new();
        visit(types, data, path.as_slice(), &mut |object| {
            // Rewrites come first: they give their names back to fields fetched under an internal alias.
            let representation = if rewrites.is_empty() {
                required(types, object, requires)
            } else {
                let mut object = object.clone();
                for change in rewrites {
                    rewrite(types, change, &mut object);
                }
                required(types, &object, requires)
            };
            indices.push(representation.map(|representation| self.index_of(representation)));
        });
        indices
    }

    fn index_of(&mut self, representation: Value) -> usize {
        let next = self.list.len();
        let index = *self.seen.entry(representation.to_string()).or_insert(next);
        if index == next {
            self.list.push(representation);
        }
        index
    }
}

/// What `requires` names of `value`; `None` when there is nothing to ask with.
fn required(types: &Types, value: &Value, requires: &SelectionSet) -> Option<Value> {
    match value {
        Value::Object(_) if requires.items.is_empty() => Some(value.clone()),
        Value::Object(object) => {
            let mut members = Map::new();
            fill(types, object, requires, &mut members);
            members
                .keys()
                .any(|key| key != "__typename")
                .then_some(Value::Object(members))
        }
        Value::List(items) => {
            let items = items
                .iter()
                .map(|item| required(types, item, requires).unwrap_or(Value::Null));
            Some(Value::List(items.collect()))
        }
        Value::Null => requires.items.is_empty().then_some(Value::Null),
        leaf => Some(leaf.clone()),
    }
}

fn fill(types: &Types, object: &Map, requires: &SelectionSet, members: &mut Map) {
    for item in &requires.items {
        match item {
            SelectionItem::Field(field) => {
                let key = field.selection_identifier();
                let member = match object.get(field.name.as_str()).or_else(|| object.get(key)) {
                    Some(Value::Null) => Some(Value::Null),
                    Some(value) => required(types, value, &field.selections),
                    None => None,
                };
                if let Some(member) = member {
                    members.insert(Name::new(key), member);
                }
            }
            SelectionItem::InlineFragment(fragment) => {
                let condition = fragment.type_condition.as_str();
                let fits =
                    type_name(object).is_none_or(|name| types.is_a(name, condition) || types.is_a(condition, name));
                if fits {
                    if let (Some(name), false) = (object.get("__typename"), members.contains_key("__typename")) {
                        members.insert(Name::new("__typename"), name.clone());
                    }
                    fill(types, object, &fragment.selections, members);
                }
            }
            SelectionItem::FragmentSpread(_) => {}
        }
    }
}
