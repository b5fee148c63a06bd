//! What one subgraph has of the graph.

use std::sync::Arc;

use apollo_compiler::{
    Name, Schema,
    collections::HashMap,
    schema::{EnumType, ExtendedType, FieldDefinition, Implementers},
};

use crate::{error::Error, supergraph::graphs};

/// A subgraph's part of the graph.
#[derive(Clone)]
pub(super) struct Graph {
    pub(super) schema: Arc<Schema>,
    implementers: Arc<HashMap<Name, Implementers>>,
    /// The subgraph as the join directives name it.
    value: Name,
}

impl Graph {
    pub(super) fn new(schema: Arc<Schema>, subgraph: &str) -> Result<Self, Error> {
        let known = graphs(&schema)?.into_iter().find(|graph| graph.name == subgraph);
        let Some(known) = known else {
            return Err(Error::NoTransport(subgraph.to_owned()));
        };
        Ok(Self {
            implementers: Arc::new(schema.implementers_map()),
            value: known.value,
            schema,
        })
    }

    pub(super) fn field(&self, ty: &str, field: &str) -> Option<&FieldDefinition> {
        let found = self.schema.type_field(ty, field);
        found.ok().map(|field| &*field.node)
    }

    pub(super) fn ty(&self, name: &str) -> Option<&ExtendedType> {
        self.schema.types.get(name)
    }

    /// Whether a fragment on `condition` is about something that is a `ty`.
    pub(super) fn applies(&self, condition: &str, ty: &str) -> bool {
        condition == ty || self.schema.is_subtype(condition, ty)
    }

    /// The types that something of type `name` can be here: itself, or who implements it.
    pub(super) fn possible(&self, name: &str) -> Vec<&str> {
        match self.ty(name) {
            Some(ExtendedType::Union(union)) => {
                let own = union.directives.get_all("join__unionMember");
                let own = own.filter(|join| self.is_own(join.specified_argument_by_name("graph")));
                let members: Vec<&str> = own
                    .filter_map(|join| join.specified_argument_by_name("member")?.as_str())
                    .collect();
                if members.is_empty() {
                    return union.members.iter().map(|member| member.name.as_str()).collect();
                }
                members
            }
            // An object here, whatever it is elsewhere.
            Some(ExtendedType::Interface(interface)) if self.is_object_here(&interface.directives) => {
                vec![interface.name.as_str()]
            }
            Some(ExtendedType::Interface(interface)) => {
                let all = self.implementers.get(&interface.name);
                let all = all.into_iter().flat_map(|all| &all.objects).map(Name::as_str);
                all.filter(|ty| self.has(ty)).collect()
            }
            Some(other) => vec![other.name().as_str()],
            None => Vec::new(),
        }
    }

    /// The values of an enum here.
    pub(super) fn values<'g>(&self, definition: &'g EnumType) -> Vec<&'g str> {
        let all = || definition.values.iter();
        let own: Vec<&str> = all()
            .filter(|(_, value)| {
                let mut joins = value.directives.get_all("join__enumValue");
                joins.any(|join| self.is_own(join.specified_argument_by_name("graph")))
            })
            .map(|(name, _)| name.as_str())
            .collect();
        if own.is_empty() {
            return all().map(|(name, _)| name.as_str()).collect();
        }
        own
    }

    /// The field that tells one of its kind from another: what a key of the type says, else `id`.
    pub(super) fn key(&self, ty: &str) -> Option<&str> {
        let definition = self.ty(ty)?;
        let joins = definition.directives().get_all("join__type");
        let mut keys = joins.filter_map(|join| join.specified_argument_by_name("key")?.as_str());
        let is_one = |key: &&str| key.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        let key = keys.find(is_one).unwrap_or("id");
        self.field(ty, key).map(|_| key)
    }

    fn has(&self, ty: &str) -> bool {
        let definition = self.ty(ty);
        definition.is_some_and(|definition| {
            let mut joins = definition.directives().get_all("join__type");
            joins.any(|join| self.is_own(join.specified_argument_by_name("graph")))
        })
    }

    fn is_object_here(&self, directives: &apollo_compiler::schema::DirectiveList) -> bool {
        directives.get_all("join__type").any(|join| {
            let is_object = join.specified_argument_by_name("isInterfaceObject");
            self.is_own(join.specified_argument_by_name("graph"))
                && is_object.and_then(|value| value.to_bool()) == Some(true)
        })
    }

    fn is_own(&self, graph: Option<&apollo_compiler::Node<apollo_compiler::ast::Value>>) -> bool {
        graph.and_then(|graph| graph.as_enum()) == Some(&self.value)
    }
}
