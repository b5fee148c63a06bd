//! What a supergraph says of its types and fields, as far as keeping answers goes.

use std::collections::{BTreeSet, HashMap};

use apollo_compiler::{
    Schema,
    ast::{Directive, Document, FieldDefinition, Value},
    schema::ExtendedType,
};

use crate::sources::Source;

/// One `@cacheControl`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hint {
    pub(super) max_age: Option<u32>,
    pub(super) inherits: bool,
    pub(super) is_private: bool,
}

pub(super) struct FieldFacts {
    pub(super) hint: Hint,
    /// The subgraphs that resolve it; none: the interface's contributors do.
    pub(super) owners: BTreeSet<String>,
    /// The type without lists and non-null.
    pub(super) ty: String,
}

#[derive(Default)]
pub(super) struct TypeFacts {
    pub(super) hint: Hint,
    pub(super) is_composite: bool,
    /// The objects of an interface or union.
    pub(super) members: Vec<String>,
    pub(super) interfaces: Vec<String>,
    pub(super) fields: HashMap<String, FieldFacts>,
}

impl TypeFacts {
    pub(super) fn of(definition: &ExtendedType) -> Self {
        let directives = definition.directives();
        let mut home = BTreeSet::new();
        for join in directives.get_all("join__type") {
            let is = |argument: &str| {
                join.specified_argument_by_name(argument)
                    .and_then(|value| value.to_bool())
            };
            if is("isInterfaceObject") != Some(true) && is("resolvable") != Some(false) {
                home.extend(graph_of(join));
            }
        }
        let hint = hint(directives.iter().map(AsRef::as_ref));
        let (fields, interfaces) = match definition {
            ExtendedType::Object(object) => (Some(&object.fields), Some(&object.implements_interfaces)),
            ExtendedType::Interface(interface) => (Some(&interface.fields), Some(&interface.implements_interfaces)),
            _ => (None, None),
        };
        let members = match definition {
            ExtendedType::Union(union) => union.members.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        let fields = fields.into_iter().flatten();
        Self {
            hint,
            is_composite: definition.is_object() || definition.is_interface() || definition.is_union(),
            members,
            interfaces: interfaces.into_iter().flatten().map(ToString::to_string).collect(),
            fields: fields
                .map(|(name, field)| (name.to_string(), FieldFacts::of(field, &home)))
                .collect(),
        }
    }
}

impl FieldFacts {
    fn of(field: &FieldDefinition, home: &BTreeSet<String>) -> Self {
        let mut joins = field.directives.get_all("join__field").peekable();
        let owners = if joins.peek().is_none() {
            home.clone()
        } else {
            let is_external = |join: &&apollo_compiler::Node<Directive>| {
                let external = join.specified_argument_by_name("external");
                external.and_then(|value| value.to_bool()) == Some(true)
            };
            joins
                .filter(|join| !is_external(join))
                .filter_map(|join| graph_of(join))
                .collect()
        };
        Self {
            hint: hint(field.directives.iter().map(AsRef::as_ref)),
            owners,
            ty: field.ty.inner_named_type().to_string(),
        }
    }
}

fn graph_of(join: &Directive) -> Option<String> {
    let graph = join.specified_argument_by_name("graph")?;
    graph.as_enum().map(ToString::to_string)
}

/// What the directives of one element say. Who has to be somebody sees something of their own.
fn hint<'d>(directives: impl Iterator<Item = &'d Directive>) -> Hint {
    let mut hint = Hint::default();
    for directive in directives {
        match directive.name.as_str() {
            "cacheControl" => {
                let argument = |name: &str| directive.specified_argument_by_name(name).map(AsRef::as_ref);
                if let Some(Value::Int(age)) = argument("maxAge") {
                    hint.max_age = u32::try_from(age.try_to_i32().unwrap_or(0)).ok();
                }
                hint.inherits = argument("inheritMaxAge").and_then(Value::to_bool) == Some(true);
                hint.is_private |= matches!(argument("scope"), Some(Value::Enum(scope)) if scope == "PRIVATE");
            }
            "authenticated" | "requiresScopes" | "policy" => hint.is_private = true,
            _ => {}
        }
    }
    hint
}

/// The subgraphs' names in the SDL, by their names in `supergraph.yaml`.
pub(super) fn graphs(schema: &Schema) -> HashMap<String, String> {
    let Some(ExtendedType::Enum(graphs)) = schema.types.get("join__Graph") else {
        return HashMap::new();
    };
    let named = graphs.values.iter().filter_map(|(value, definition)| {
        let join = definition.directives.get("join__graph")?;
        let name = join.specified_argument_by_name("name")?.as_str()?;
        Some((name.to_owned(), value.to_string()))
    });
    named.collect()
}

/// The types that a subgraph allows to be kept.
pub(crate) fn hinted(source: &Source) -> Vec<(String, String)> {
    let Ok(document) = Document::parse(source.sdl.as_str(), source.name.as_str()) else {
        return Vec::new();
    };
    let hinted = document.definitions.iter().filter_map(|definition| {
        definition.directives().get("cacheControl")?;
        Some((definition.name()?.to_string(), source.name.clone()))
    });
    hinted.collect()
}
