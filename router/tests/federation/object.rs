//! Objects of a subgraph while it answers a fetch.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use apollo_compiler::{
    executable::{Selection, SelectionSet},
    resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue},
    schema::Type,
};
use serde_json::{Map, Value};

use crate::{rules::Scope, schema::SubgraphSchema, store::Store};

/// What a subgraph knows while it answers.
pub struct World<'a> {
    pub service: &'a str,
    pub schema: &'a SubgraphSchema,
    pub rules: &'a HashMap<String, Value>,
    /// The objects behind each interface, over all subgraphs.
    pub kinds: &'a HashMap<String, Vec<String>>,
    pub store: &'a Mutex<Store>,
    /// What the router did that a real subgraph would not stand.
    pub faults: &'a Mutex<Vec<String>>,
}

impl World<'_> {
    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what must not happen; gives the message.
    pub fn fault(&self, what: &str) -> String {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.push(format!("{}: {what}", self.service));
        what.to_owned()
    }

    /// What an object of the type is called here: an `@interfaceObject` stands for all behind its interface.
    fn called(&self, type_name: &str) -> String {
        if self.schema.schema.get_object(type_name).is_some() {
            return type_name.to_owned();
        }
        let stands_for = |interface: &str| {
            self.kinds
                .get(interface)
                .is_some_and(|kinds| kinds.iter().any(|kind| kind == type_name))
        };
        let mut objects = self.schema.interface_objects.iter();
        objects
            .find(|interface| stands_for(interface))
            .map_or_else(|| type_name.to_owned(), ToString::to_string)
    }
}

/// An object.
pub struct Object<'a> {
    world: &'a World<'a>,
    type_name: String,
    members: Map<String, Value>,
    /// The representation it was fetched by.
    given: Option<Map<String, Value>>,
    /// What `@provides` on the way here makes available.
    provided: Vec<Arc<SelectionSet>>,
}

impl<'a> Object<'a> {
    /// The root of an operation.
    pub fn root(world: &'a World<'a>, type_name: &str) -> Self {
        Self {
            world,
            type_name: type_name.to_owned(),
            members: Map::new(),
            given: None,
            provided: Vec::new(),
        }
    }

    /// The name of its type.
    pub fn name(&self) -> &str {
        &self.type_name
    }

    /// What was sent along in the representation.
    pub fn sent(&self, name: &str) -> Option<Value> {
        self.given.as_ref().and_then(|given| given.get(name)).cloned()
    }

    /// A member as the subgraph's own code sees it: what is another's must have been sent along.
    pub fn known(&self, name: &str) -> Result<Value, String> {
        if let Some(value) = self.sent(name) {
            return Ok(value);
        }
        if !self.world.schema.is_external(&self.type_name, name) || self.is_provided(name) {
            return self.own(name);
        }
        Err(self
            .world
            .fault(&format!("{}.{name} was not sent along", self.type_name)))
    }

    /// A member, if it is there.
    pub fn member(&self, name: &str) -> Option<Value> {
        self.members.get(name).cloned()
    }

    /// A member, whoever's it is.
    pub fn own(&self, name: &str) -> Result<Value, String> {
        let known = self.members.get(name).cloned();
        known.ok_or_else(|| self.world.fault(&format!("the data has no {}.{name}", self.type_name)))
    }

    fn is_provided(&self, name: &str) -> bool {
        self.provided
            .iter()
            .any(|set| !below(set, &self.type_name, name, self.world).is_empty())
    }

    /// The value of a field as data.
    fn field(&self, name: &str, arguments: &Value) -> Result<Value, String> {
        let rule = self.world.rules.get(&format!("{}.{name}", self.type_name));
        if self.world.schema.is_external(&self.type_name, name) && !self.is_provided(name) {
            let message = format!("{}.{name} is another subgraph's, yet asked for", self.type_name);
            return Err(self.world.fault(&message));
        }
        let scope = Scope {
            world: self.world,
            object: Some(self),
            arguments,
        };
        match rule {
            Some(rule) => scope.value(rule),
            None => self.own(name),
        }
    }

    /// The entities the representations stand for.
    fn entities(&self, arguments: &Value) -> Vec<Result<Option<Object<'a>>, String>> {
        let empty = Vec::new();
        let list = arguments["representations"].as_array().unwrap_or(&empty);
        list.iter().map(|representation| self.entity(representation)).collect()
    }

    fn entity(&self, representation: &Value) -> Result<Option<Object<'a>>, String> {
        let world = self.world;
        let refused = || world.fault(&format!("no key fits {representation}"));
        let given = representation.as_object().ok_or_else(refused)?;
        let type_name = given.get("__typename").and_then(Value::as_str).ok_or_else(refused)?;
        let keys = world
            .schema
            .keys
            .iter()
            .find(|(name, _)| *name == type_name)
            .ok_or_else(refused)?
            .1;
        let mut usable = keys
            .iter()
            .filter(|key| key.resolvable && has(representation, &key.fields))
            .peekable();
        usable.peek().ok_or_else(refused)?;
        let mut types = world.kinds.get(type_name).cloned().unwrap_or_default();
        types.push(type_name.to_owned());
        let usable: Vec<_> = usable.collect();
        let found = {
            let store = world.store();
            let fits = |reference: &String| {
                let thing = Value::Object(store.get(reference));
                usable
                    .iter()
                    .any(|key| same(&store, representation, &thing, &key.fields))
            };
            store.of_types(&types).into_iter().find(fits)
        };
        let Some(found) = found else { return Ok(None) };
        let mut object = self.child(&found.into(), type_name, Vec::new())?;
        object.given = Some(given.clone());
        let rule = world.rules.get(&format!("knows {}", object.type_name));
        let arguments = Value::Null;
        let scope = Scope {
            world,
            object: Some(&object),
            arguments: &arguments,
        };
        let known = rule.map_or(Ok(Value::Bool(true)), |rule| scope.value(rule))?;
        Ok((known == Value::Bool(true)).then_some(object))
    }

    fn child(&self, value: &Value, declared: &str, provided: Vec<Arc<SelectionSet>>) -> Result<Object<'a>, String> {
        let Value::Object(members) = self.world.store().resolved(value.clone()) else {
            return Err(self.world.fault(&format!("{value} is not an object")));
        };
        let type_name = members.get("__typename").and_then(Value::as_str).unwrap_or(declared);
        Ok(Object {
            world: self.world,
            type_name: self.world.called(type_name),
            members,
            given: None,
            provided,
        })
    }

    fn complete(&self, value: Value, ty: &Type, provided: &[Arc<SelectionSet>]) -> Result<ResolvedValue<'a>, String> {
        match value {
            Value::Null => Ok(ResolvedValue::null()),
            Value::Array(items) if ty.is_list() => {
                let items: Result<Vec<_>, String> = items
                    .into_iter()
                    .map(|item| self.complete(item, ty.item_type(), provided))
                    .collect();
                Ok(ResolvedValue::list(items?))
            }
            value => {
                let named = ty.inner_named_type();
                let composite = self.world.schema.schema.types.get(named).is_some_and(|definition| {
                    definition.is_object() || definition.is_interface() || definition.is_union()
                });
                if composite {
                    self.child(&value, named, provided.to_vec()).map(ResolvedValue::object)
                } else {
                    Ok(ResolvedValue::leaf(value))
                }
            }
        }
    }
}

impl ObjectValue for Object<'_> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let failed = |message: String| FieldError { message };
        let name = info.field_name();
        let arguments = serde_json::to_value(info.arguments()).map_err(|error| failed(error.to_string()))?;
        if name == "_entities" {
            let entities = self.entities(&arguments).into_iter();
            return Ok(ResolvedValue::List(Box::new(entities.map(move |entity| {
                entity.map(ResolvedValue::nullable_object).map_err(failed)
            }))));
        }
        let value = self.field(name, &arguments).map_err(failed)?;
        let mut provided: Vec<Arc<SelectionSet>> = self
            .provided
            .iter()
            .flat_map(|set| below(set, &self.type_name, name, self.world))
            .collect();
        provided.extend(self.world.schema.provided_by(&self.type_name, name));
        self.complete(value, &info.field_definition().ty, &provided)
            .map_err(failed)
    }
}

/// The selections of the field in a field set, for an object of the type.
fn below(set: &SelectionSet, type_name: &str, field: &str, world: &World) -> Vec<Arc<SelectionSet>> {
    let mut found = Vec::new();
    for selection in &set.selections {
        match selection {
            Selection::Field(selected) if selected.name == field => {
                found.push(Arc::new(selected.selection_set.clone()));
            }
            Selection::InlineFragment(fragment) => {
                let fits = fragment.type_condition.as_ref().is_none_or(|condition| {
                    condition == type_name || world.schema.schema.is_subtype(condition, type_name)
                });
                if fits {
                    found.extend(below(&fragment.selection_set, type_name, field, world));
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether the representation has all of the key.
fn has(representation: &Value, key: &SelectionSet) -> bool {
    key.selections.iter().filter_map(Selection::as_field).all(|field| {
        let value = &representation[field.name.as_str()];
        match value {
            Value::Null => false,
            Value::Array(items) => items.iter().all(|item| has(item, &field.selection_set)),
            value => has(value, &field.selection_set),
        }
    })
}

/// Whether representation and thing agree in all of the key.
fn same(store: &Store, representation: &Value, thing: &Value, key: &SelectionSet) -> bool {
    key.selections.iter().filter_map(Selection::as_field).all(|field| {
        let name = field.name.as_str();
        let known = store.resolved(thing[name].clone());
        alike(store, &representation[name], &known, &field.selection_set)
    })
}

fn alike(store: &Store, sent: &Value, known: &Value, key: &SelectionSet) -> bool {
    match (sent, known) {
        (Value::Array(sent), Value::Array(known)) => {
            sent.len() == known.len()
                && sent
                    .iter()
                    .zip(known)
                    .all(|(sent, known)| alike(store, sent, &store.resolved(known.clone()), key))
        }
        (sent, known) if key.selections.is_empty() => sent == known,
        (sent, known) => same(store, sent, known, key),
    }
}
