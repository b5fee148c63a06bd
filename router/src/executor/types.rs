//! Which type is which, over the whole supergraph (`@inaccessible` types included: plans use them).

use std::collections::{BTreeSet, HashMap, HashSet};

use apollo_compiler::{Schema, schema::ExtendedType};

use crate::data::{Data, Object};

/// The abstract types and their members.
pub(crate) struct Types {
    members: HashMap<String, HashSet<String>>,
    objects: HashSet<String>,
}

/// Some types, by name.
#[derive(Debug, Default)]
pub(crate) struct TypeSet(Vec<Box<str>>);

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

    /// Whether what says it is `name` tells the type itself. A subgraph with an `@interfaceObject` says the interface's
    /// name instead.
    pub(crate) fn is_concrete(&self, name: &Data) -> bool {
        let Data::Leaf(leaf) = name else { return false };
        leaf.as_text().is_some_and(|name| self.objects.contains(&*name))
    }

    /// All that satisfy one of the type conditions.
    pub(crate) fn that_are<'n>(&self, conditions: impl IntoIterator<Item = &'n str>) -> TypeSet {
        let mut names = BTreeSet::new();
        for condition in conditions {
            names.insert(condition);
            names.extend(self.members.get(condition).into_iter().flatten().map(String::as_str));
        }
        TypeSet::of(names)
    }

    /// All that satisfy the type condition, and all whose condition it satisfies.
    pub(crate) fn related<'t>(&'t self, condition: &'t str) -> BTreeSet<&'t str> {
        let above = self.members.iter().filter(|(_, members)| members.contains(condition));
        let below = self.members.get(condition).into_iter().flatten();
        let mut names: BTreeSet<&str> = below.map(String::as_str).collect();
        names.extend(above.map(|(name, _)| name.as_str()));
        names.insert(condition);
        names
    }
}

impl TypeSet {
    fn of(names: BTreeSet<&str>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// Whether the object is of one of the types; one that does not say its type is.
    pub(crate) fn admits(&self, object: &Object) -> bool {
        let Some(name) = object.type_name() else { return true };
        self.0.binary_search_by(|known| known.as_bytes().cmp(name)).is_ok()
    }
}
