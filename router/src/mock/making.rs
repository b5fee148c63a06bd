//! One answer in the making: the selection is walked, and each field gets what its type says.

mod entity;

use std::{collections::HashMap, convert::Infallible};

use apollo_compiler::{ast::Type, schema::ExtendedType};
use async_graphql::{
    Name, PathSegment, Positioned, ServerError, Value,
    parser::types::{Directive, DocumentOperations, ExecutableDocument, Field, OperationType, Selection, SelectionSet},
};
use indexmap::IndexMap;
use kernel::ErrorCode;
use serde_json::Value as Json;

use super::{
    asked::{Members, identity, pick, size, which},
    graph::Graph,
    leaf::{self, Digest, mix, number},
};
use crate::{error::coded, settings::MockSettings};

/// Most values in one answer; lists are empty from there on.
const MOST: u64 = 20_000;
/// Most items of a list, whatever is asked for.
const MOST_ITEMS: u64 = 100;
/// Nullable fields that tell of a failure: there is none.
const PROBLEMS: [&str; 4] = ["problem", "problems", "error", "errors"];

/// An answer in the making.
pub(super) struct Making<'m> {
    graph: &'m Graph,
    settings: &'m MockSettings,
    document: &'m ExecutableDocument,
    variables: &'m HashMap<Name, Json>,
    /// Which event of a subscription it is; 0 where it is none.
    tick: u64,
    left: u64,
    path: Vec<PathSegment>,
    /// Nulls where none may be.
    pub(super) errors: Vec<ServerError>,
}

/// Null stands where it may not: the object around it is null.
struct Gone;

type Made = Result<Value, Gone>;

/// An object whose fields are asked.
struct Being<'b> {
    ty: &'b str,
    digest: Digest,
    /// What the settings say of its fields.
    given: Option<&'b Json>,
    /// What the question says of them: its key.
    known: Members,
    /// Items that its lists have.
    size: Option<u64>,
}

/// Where a value goes.
#[derive(Clone, Copy)]
struct Place<'p> {
    owner: &'p str,
    field: &'p str,
    digest: Digest,
    arguments: &'p Members,
    /// The key that is asked for.
    key: Option<&'p Json>,
    size: Option<u64>,
}

impl<'m> Making<'m> {
    pub(super) fn new(
        (graph, settings): (&'m Graph, &'m MockSettings),
        document: &'m ExecutableDocument,
        variables: &'m HashMap<Name, Json>,
        tick: u64,
    ) -> Self {
        Self {
            graph,
            settings,
            document,
            variables,
            tick,
            left: MOST,
            path: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// The data of the answer.
    pub(super) fn answer(&mut self) -> Value {
        let DocumentOperations::Single(operation) = &self.document.operations else {
            return Value::Null;
        };
        let roots = &self.graph.schema.schema_definition;
        let (root, usual) = match operation.node.ty {
            OperationType::Query => (&roots.query, "Query"),
            OperationType::Mutation => (&roots.mutation, "Mutation"),
            OperationType::Subscription => (&roots.subscription, "Subscription"),
        };
        let ty = root.as_ref().map_or(usual, |root| root.name.as_str());
        let being = Being {
            ty,
            digest: self.begin(ty, b""),
            given: self.settings.values.get(ty),
            known: Members::new(),
            size: None,
        };
        let made = self.object(&being, &[&operation.node.selection_set.node]);
        made.unwrap_or(Value::Null)
    }

    /// What a thing is made from that is known by its type and key.
    fn begin(&self, ty: &str, key: &[u8]) -> Digest {
        let (seed, tick) = (self.settings.seed.to_be_bytes(), self.tick.to_be_bytes());
        mix(&Digest::default(), &[&seed, &tick, ty.as_bytes(), key])
    }

    fn object(&mut self, being: &Being<'_>, sets: &[&'m SelectionSet]) -> Made {
        let mut asked = IndexMap::new();
        for set in sets {
            self.collect(being.ty, set, &mut asked);
        }
        let mut members = IndexMap::with_capacity(asked.len());
        for (name, fields) in asked {
            self.path.push(PathSegment::Field(name.to_string()));
            let made = self.field(being, &fields);
            self.path.pop();
            members.insert(name, made?);
        }
        Ok(Value::Object(members))
    }

    /// The fields that are asked of a type, by the names they have in the answer.
    fn collect(&self, ty: &str, set: &'m SelectionSet, into: &mut IndexMap<Name, Vec<&'m Field>>) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) if self.is_asked(&field.node.directives) => {
                    let name = field.node.response_key().node.clone();
                    into.entry(name).or_default().push(&field.node);
                }
                Selection::InlineFragment(fragment) if self.is_asked(&fragment.node.directives) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| self.graph.applies(&condition.node.on.node, ty)) {
                        self.collect(ty, &fragment.node.selection_set.node, into);
                    }
                }
                Selection::FragmentSpread(spread) if self.is_asked(&spread.node.directives) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node)
                        && self.graph.applies(&fragment.node.type_condition.node.on.node, ty)
                    {
                        self.collect(ty, &fragment.node.selection_set.node, into);
                    }
                }
                _ => {}
            }
        }
    }

    fn is_asked(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let says = |wanted: bool| {
                let condition = directive.node.get_argument("if");
                let value = condition.map(|condition| {
                    condition
                        .node
                        .clone()
                        .into_const_with(|name| Ok::<_, Infallible>(self.variable(&name)))
                });
                value.is_none_or(|value| value == Ok(Value::Boolean(wanted)))
            };
            match directive.node.name.node.as_str() {
                "skip" => says(false),
                "include" => says(true),
                _ => true,
            }
        })
    }

    fn variable(&self, name: &Name) -> Value {
        let value = self.variables.get(name).cloned().unwrap_or_default();
        Value::from_json(value).unwrap_or_default()
    }

    fn field(&mut self, being: &Being<'_>, fields: &[&'m Field]) -> Made {
        let Some(first) = fields.first() else {
            return Ok(Value::Null);
        };
        let name = first.name.node.as_str();
        let sets: Vec<&SelectionSet> = fields.iter().map(|field| &field.selection_set.node).collect();
        let arguments: Members = first
            .arguments
            .iter()
            .map(|(name, value)| {
                let value = value
                    .node
                    .clone()
                    .into_const_with(|name| Ok::<_, Infallible>(self.variable(&name)));
                let json = value.map(|value| value.into_json().unwrap_or_default());
                (name.node.to_string(), json.unwrap_or_default())
            })
            .collect();
        match name {
            "__typename" => return Ok(Value::String(being.ty.to_owned())),
            "_entities" => return Ok(self.entities(&arguments, &sets)),
            _ => {}
        }
        let graph = self.graph;
        let Some(definition) = graph.field(being.ty, name) else {
            return Ok(Value::Null);
        };
        let given = being.given.and_then(|given| given.get(name));
        let given = given
            .or_else(|| being.known.get(name))
            .or_else(|| self.given(being.ty, name));
        let digest = mix(&being.digest, &[name.as_bytes(), &identity(&arguments)]);
        if given.is_none() && !definition.ty.is_non_null() {
            let is_null = number(&mix(&digest, &[b"null"]), 100) < self.settings.null_percent;
            if is_null || PROBLEMS.contains(&name) {
                return Ok(Value::Null);
            }
        }
        let place = Place {
            owner: being.ty,
            field: name,
            digest,
            arguments: &arguments,
            key: None,
            size: size(&arguments).or(being.size),
        };
        self.typed(&definition.ty, given, place, &sets)
    }

    /// What the settings say of a field, by its type or an interface of it.
    fn given(&self, ty: &str, field: &str) -> Option<&'m Json> {
        let values = &self.settings.values;
        if values.is_empty() {
            return None;
        }
        let interfaces = match self.graph.ty(ty)? {
            ExtendedType::Object(object) => Some(&object.implements_interfaces),
            ExtendedType::Interface(interface) => Some(&interface.implements_interfaces),
            _ => None,
        };
        let interfaces = interfaces
            .into_iter()
            .flatten()
            .map(|interface| interface.name.as_str());
        let mut types = std::iter::once(ty).chain(interfaces);
        types.find_map(|ty| values.get(&format!("{ty}.{field}")))
    }

    fn typed(&mut self, ty: &Type, given: Option<&Json>, place: Place<'_>, sets: &[&'m SelectionSet]) -> Made {
        let made = match ty {
            Type::List(inner) | Type::NonNullList(inner) => self.list(inner, given, place, sets),
            Type::Named(name) | Type::NonNullNamed(name) => self.named(name, given, place, sets),
        };
        match made {
            Ok(Value::Null) if ty.is_non_null() => {
                let message = format!("{}.{} may not be null, and its mock is", place.owner, place.field);
                let code = ErrorCode::Internal;
                let error = coded(code.name(), code.status(), message);
                self.errors.push(error.with_path(self.path.clone()));
                Err(Gone)
            }
            Err(Gone) if !ty.is_non_null() => Ok(Value::Null),
            made => made,
        }
    }

    fn list(&mut self, inner: &Type, given: Option<&Json>, place: Place<'_>, sets: &[&'m SelectionSet]) -> Made {
        if given.is_some_and(Json::is_null) {
            return Ok(Value::Null);
        }
        let given = given.and_then(Json::as_array);
        let key = self.graph.key(inner.inner_named_type());
        let keys = key.and_then(|key| place.arguments.get(&format!("{key}s"))?.as_array());
        let count = match (given, keys) {
            (Some(given), _) => given.len(),
            (None, Some(keys)) => keys.len(),
            _ if PROBLEMS.contains(&place.field) || self.left == 0 => 0,
            _ => usize::try_from(place.size.unwrap_or(self.settings.list).min(MOST_ITEMS)).unwrap_or(0),
        };
        let none = Members::new();
        let mut items = Vec::with_capacity(count);
        for i in 0..count {
            let item = Place {
                digest: mix(&place.digest, &[&i.to_be_bytes()]),
                arguments: &none,
                key: keys.and_then(|keys| keys.get(i)),
                size: None,
                ..place
            };
            self.path.push(PathSegment::Index(i));
            let made = self.typed(inner, given.and_then(|given| given.get(i)), item, sets);
            self.path.pop();
            items.push(made?);
        }
        Ok(Value::List(items))
    }

    fn named(&mut self, name: &str, given: Option<&Json>, place: Place<'_>, sets: &[&'m SelectionSet]) -> Made {
        self.left = self.left.saturating_sub(1);
        let given = given.or_else(|| self.settings.values.get(name));
        let graph = self.graph;
        let definition = match (given, graph.ty(name)) {
            (Some(Json::Null), _) | (_, None) => return Ok(Value::Null),
            (_, Some(definition)) => definition,
        };
        if definition.is_object() || definition.is_interface() || definition.is_union() {
            return self.composite(name, given, place, sets);
        }
        if let Some(given) = given {
            return Ok(Value::from_json(given.clone()).unwrap_or_default());
        }
        let place_of = (place.owner, place.field);
        Ok(match definition {
            ExtendedType::Scalar(_) if place.field == "totalCount" => {
                Value::from(place.size.unwrap_or(self.settings.list))
            }
            ExtendedType::Scalar(scalar) => leaf::scalar(scalar, place_of, &place.digest),
            ExtendedType::Enum(definition) => {
                let values = graph.values(definition);
                pick(&values, &place.digest).map_or(Value::Null, |value| Value::Enum(Name::new(value)))
            }
            _ => Value::Null,
        })
    }

    fn composite(&mut self, name: &str, given: Option<&Json>, place: Place<'_>, sets: &[&'m SelectionSet]) -> Made {
        let graph = self.graph;
        let possible = graph.possible(name);
        let is_asked = |key: &str| {
            let given = given.and_then(|given| given.get(key));
            given
                .or(place.key)
                .or_else(|| place.arguments.get(key))
                .filter(|key| !key.is_null())
        };
        let asked = graph
            .key(name)
            .or_else(|| graph.key(possible.first()?))
            .and_then(is_asked);
        let concrete = given.and_then(|given| given.get("__typename")?.as_str());
        let Some(ty) = concrete.or_else(|| which(&possible, asked, &place.digest)) else {
            return Ok(Value::Null);
        };
        let mut known = Members::new();
        let mut digest = place.digest;
        if let Some(key) = graph.key(ty) {
            let key_value = match asked.or_else(|| self.given(ty, key)) {
                Some(asked) => asked.clone(),
                None => self.key_of(ty, key, &place.digest),
            };
            digest = self.begin(ty, key_value.to_string().as_bytes());
            known.insert(key.to_owned(), key_value);
        }
        let being = Being {
            ty,
            digest,
            given: given.or_else(|| self.settings.values.get(ty)),
            known,
            size: place.size,
        };
        self.object(&being, sets)
    }

    /// A key for something new.
    fn key_of(&self, ty: &str, key: &str, digest: &Digest) -> Json {
        let definition = self.graph.field(ty, key).map(|field| field.ty.inner_named_type());
        let made = match definition.and_then(|name| self.graph.ty(name)) {
            Some(ExtendedType::Scalar(scalar)) => leaf::scalar(scalar, (ty, key), digest),
            Some(ExtendedType::Enum(definition)) => {
                pick(&self.graph.values(definition), digest).map_or(Value::Null, Value::from)
            }
            _ => Value::Null,
        };
        made.into_json().unwrap_or_default()
    }
}
