//! The data of a suite: things with names, shared by its subgraphs.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Everything there is, and what mutations leave behind.
#[derive(Default)]
pub struct Store {
    things: IndexMap<String, Map<String, Value>>,
    /// Values that mutations keep.
    pub kept: HashMap<String, Value>,
}

impl Store {
    pub fn new(things: IndexMap<String, Map<String, Value>>) -> Self {
        Self {
            things,
            kept: HashMap::new(),
        }
    }

    /// The thing a reference (`^name`) names.
    pub fn get(&self, reference: &str) -> Map<String, Value> {
        let name = reference.trim_start_matches('^');
        let thing = self.things.get(name);
        thing.unwrap_or_else(|| panic!("the data has no {name}")).clone()
    }

    /// References to the things of these types, in order.
    pub fn of_types(&self, types: &[String]) -> Vec<String> {
        let found = self.things.iter().filter(|(_, thing)| {
            let name = thing.get("__typename").and_then(Value::as_str);
            name.is_some_and(|name| types.iter().any(|ty| ty == name))
        });
        found.map(|(name, _)| format!("^{name}")).collect()
    }

    /// The type of the thing with this `id`.
    pub fn type_of(&self, id: &Value) -> Value {
        let thing = self.things.values().find(|thing| thing.get("id") == Some(id));
        thing.map_or(Value::Null, |thing| thing["__typename"].clone())
    }

    /// Adds a thing; gives a reference to it.
    pub fn add(&mut self, thing: Map<String, Value>) -> String {
        let name = format!("made-{}", self.things.len());
        self.things.insert(name.clone(), thing);
        format!("^{name}")
    }

    /// The value itself, where it is a reference.
    pub fn resolved(&self, value: Value) -> Value {
        match value {
            Value::String(text) if text.starts_with('^') => Value::Object(self.get(&text)),
            value => value,
        }
    }

    /// Follows `path` (`a.b.0.c`) from `value`, through references.
    pub fn follow(&self, value: Value, path: &str) -> Option<Value> {
        let mut value = self.resolved(value);
        for step in path.split('.').filter(|step| !step.is_empty()) {
            let next = match &value {
                Value::Object(members) => members.get(step).cloned(),
                Value::Array(items) => step.parse::<usize>().ok().and_then(|i| items.get(i).cloned()),
                _ => None,
            };
            value = self.resolved(next?);
        }
        Some(value)
    }
}
