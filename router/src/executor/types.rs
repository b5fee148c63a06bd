//! Which type is which, over the whole supergraph (`@inaccessible` types included: plans use them).

use std::collections::{BTreeSet, HashMap, HashSet};

use apollo_compiler::{Schema, schema::ExtendedType};
use async_graphql::Value;

use crate::subgraph::Map;

/// The abstract types and their members.
pub(crate) struct Types {
    members: HashMap<String, HashSet<String>>,
    objects: HashSet<String>,
}

impl Types {
    pub(crate) fn new(schema: &Schema) -> Self {
        let mut types = Self {
            members: HashMap::new(),
            objects: HashSet::new(),
        };
        for (name, definition) in &schema.types {
            match definition {
                ExtendedType::Object(object) => {
                    types.objects.insert(name.to_string());
                    for interface in &object.implements_interfaces {
                        types
                            .members
                            .entry(interface.to_string())
                            .or_default()
                            .insert(name.to_string());
                    }
                }
                ExtendedType::Union(union) => {
                    let members = union.members.iter().map(ToString::to_string);
                    types.members.entry(name.to_string()).or_default().extend(members);
                }
                _ => {}
            }
        }
        types
    }

    /// Whether the type `concrete` satisfies the type condition `condition`.
    pub(crate) fn is_a(&self, concrete: &str, condition: &str) -> bool {
        concrete == condition
            || self
                .members
                .get(condition)
                .is_some_and(|members| members.contains(concrete))
    }

    /// Whether `name` is an object type. A subgraph with an `@interfaceObject` says the interface's name instead.
    pub(crate) fn is_object(&self, name: &str) -> bool {
        self.objects.contains(name)
    }

    /// Whether the object is of one of the types; one that does not say its type is.
    pub(crate) fn is_any(&self, object: &Map, conditions: &BTreeSet<String>) -> bool {
        type_name(object).is_none_or(|name| conditions.iter().any(|condition| self.is_a(name, condition)))
    }
}

/// What the object says its type is.
pub(crate) fn type_name(object: &Map) -> Option<&str> {
    match object.get("__typename") {
        Some(Value::String(name)) => Some(name),
        Some(Value::Enum(name)) => Some(name.as_str()),
        _ => None,
    }
}
