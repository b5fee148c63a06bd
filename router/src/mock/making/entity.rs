//! Things that another subgraph leads to.

use async_graphql::{PathSegment, Value, parser::types::SelectionSet};
use serde_json::Value as Json;

use super::{Being, Made, Making, Members, which};

impl<'m> Making<'m> {
    /// Things that are known by what the router knows of them.
    pub(super) fn entities(&mut self, arguments: &Members, sets: &[&'m SelectionSet]) -> Value {
        let wanted = arguments.get("representations").and_then(Json::as_array);
        let mut found = Vec::new();
        for (i, wanted) in wanted.into_iter().flatten().enumerate() {
            self.path.push(PathSegment::Index(i));
            found.push(self.entity(wanted, sets).unwrap_or(Value::Null));
            self.path.pop();
        }
        Value::List(found)
    }

    fn entity(&mut self, wanted: &Json, sets: &[&'m SelectionSet]) -> Made {
        let graph = self.graph;
        let Some(name) = wanted.get("__typename").and_then(Json::as_str) else {
            return Ok(Value::Null);
        };
        let key = graph.key(name).and_then(|key| wanted.get(key));
        let by = key.unwrap_or(wanted).to_string();
        let possible = graph.possible(name);
        let Some(ty) = which(&possible, key, &self.begin(name, by.as_bytes())) else {
            return Ok(Value::Null);
        };
        let known = wanted.as_object().into_iter().flatten();
        let being = Being {
            ty,
            digest: self.begin(ty, by.as_bytes()),
            given: self.settings.values.get(ty),
            known: known.map(|(name, value)| (name.clone(), value.clone())).collect(),
            size: None,
        };
        self.object(&being, sets)
    }
}
