//! From SDL to one graph: composition, the schema clients see.

use std::collections::BTreeSet;

use apollo_compiler::{
    Name, Node, Schema,
    ast::{DirectiveDefinition, DirectiveLocation},
    schema::{Component, DirectiveList, ExtendedType, FieldDefinition, InputValueDefinition},
    validation::Valid,
};

use crate::{access::contradictions, compose::compose, error::Error, kept::hinted, one_of, sources::Source};

/// The composed graph.
#[derive(Debug, Clone)]
pub struct Supergraph {
    sdl: String,
    api_sdl: String,
    pub(crate) schema: Schema,
    pub(crate) api: Valid<Schema>,
    /// Types with `@cacheControl`, each with the subgraph that says so: the supergraph has forgotten who did.
    pub(crate) hinted: BTreeSet<(String, String)>,
    subgraphs: Vec<(String, String)>,
}

impl Supergraph {
    /// Composes subgraphs into one graph.
    ///
    /// # Errors
    /// [`Error::Composition`] with everything that does not fit; [`Error::Supergraph`].
    pub fn compose(sources: &[Source]) -> Result<Self, Error> {
        let contradictions = contradictions(sources);
        if !contradictions.is_empty() {
            return Err(Error::Composition(contradictions));
        }
        let schema = compose(sources)?;
        let list = sources
            .iter()
            .map(|source| (source.name.clone(), source.url.clone()))
            .collect();
        let mut composed = Self::new(schema.to_string(), schema, list)?;
        composed.hinted = sources.iter().flat_map(hinted).collect();
        Ok(composed)
    }

    /// Loads a graph that is composed already, by whatever tool: supergraph SDL with the join directives. Names and
    /// addresses of the subgraphs are those of its `join__Graph`.
    ///
    /// # Errors
    /// [`Error::Supergraph`].
    pub fn from_supergraph_sdl(sdl: &str) -> Result<Self, Error> {
        // The join directives make it a schema that only planners validate.
        let schema =
            Schema::parse(sdl, "supergraph.graphql").map_err(|error| Error::Supergraph(error.errors.to_string()))?;
        let subgraphs = graphs(&schema)?
            .into_iter()
            .map(|graph| (graph.name, graph.url))
            .collect();
        Self::new(sdl.to_owned(), schema, subgraphs)
    }

    fn new(sdl: String, schema: Schema, subgraphs: Vec<(String, String)>) -> Result<Self, Error> {
        let unusable = |error: String| Error::Supergraph(error);
        let api = api_of(schema.clone())
            .validate()
            .map_err(|error| unusable(error.errors.to_string()))?;
        Ok(Self {
            sdl,
            api_sdl: one_of::sdl(&api),
            schema,
            api,
            hinted: BTreeSet::new(),
            subgraphs,
        })
    }

    /// The supergraph SDL.
    pub fn sdl(&self) -> &str {
        &self.sdl
    }

    /// The schema clients see.
    pub fn api_sdl(&self) -> &str {
        &self.api_sdl
    }

    /// The graphs (by their name in the SDL) that own an interface others contribute to by `@interfaceObject`.
    pub(crate) fn interface_owners(&self) -> BTreeSet<String> {
        let mut owners = BTreeSet::new();
        for definition in self
            .schema
            .types
            .values()
            .filter(|definition| definition.is_interface())
        {
            let (contributors, candidates): (Vec<_>, Vec<_>) = definition
                .directives()
                .get_all("join__type")
                .partition(|join| join.specified_argument_by_name("isInterfaceObject").is_some());
            if contributors.is_empty() {
                continue;
            }
            for join in candidates {
                let graph = join
                    .specified_argument_by_name("graph")
                    .and_then(|graph| graph.as_enum());
                owners.extend(graph.map(ToString::to_string));
            }
        }
        owners
    }

    /// Name and address of each subgraph, in the order of `supergraph.yaml`.
    pub fn subgraphs(&self) -> &[(String, String)] {
        &self.subgraphs
    }
}

/// A subgraph of a composed schema: a value of `join__Graph`.
pub(crate) struct Graph {
    /// The value itself.
    pub(crate) value: Name,
    /// The subgraph's name.
    pub(crate) name: String,
    /// Its address.
    url: String,
}

/// The subgraphs of a composed schema.
pub(crate) fn graphs(schema: &Schema) -> Result<Vec<Graph>, Error> {
    let Some(ExtendedType::Enum(graphs)) = schema.types.get("join__Graph") else {
        let missing = "it has no enum join__Graph: it is not a supergraph, but perhaps the schema of a subgraph";
        return Err(Error::Supergraph(missing.to_owned()));
    };
    let mut found = Vec::with_capacity(graphs.values.len());
    for (value, definition) in &graphs.values {
        let graph = definition.directives.get("join__graph");
        let argument = |name: &str| graph?.specified_argument_by_name(name)?.as_str();
        let Some(name) = argument("name") else {
            return Err(Error::Supergraph(format!(
                "join__Graph.{value} has no @join__graph(name:)"
            )));
        };
        found.push(Graph {
            value: value.clone(),
            name: name.to_owned(),
            url: argument("url").unwrap_or_default().to_owned(),
        });
    }
    Ok(found)
}

/// Interfaces and unions of `schema` with a member that is not in `api`.
pub(crate) fn hiding(schema: &Schema, api: &Schema) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, definition) in schema.types.iter().filter(|(name, _)| !api.types.contains_key(*name)) {
        if let ExtendedType::Object(object) = definition {
            found.extend(object.implements_interfaces.iter().map(ToString::to_string));
            for (union, definition) in &schema.types {
                if matches!(definition, ExtendedType::Union(union) if union.members.contains(name.as_str())) {
                    found.insert(union.to_string());
                }
            }
        }
    }
    found
}

/// The supergraph without what is federation's own or `@inaccessible`.
fn api_of(mut schema: Schema) -> Schema {
    schema
        .directive_definitions
        .retain(|_, definition| definition.is_built_in() || is_for_clients(definition));
    one_of::introduce(&mut schema);
    schema.schema_definition.make_mut().directives.0.clear();
    schema.types.retain(|name, definition| {
        let federation = name.contains("__") && !name.starts_with("__");
        !federation && definition.directives().get("inaccessible").is_none()
    });
    let names: BTreeSet<String> = schema.types.keys().map(ToString::to_string).collect();
    for definition in schema.types.values_mut() {
        match definition {
            ExtendedType::Object(object) => {
                let object = object.make_mut();
                object
                    .implements_interfaces
                    .retain(|interface| names.contains(interface.as_str()));
                clean_schema(&mut object.directives);
                clean_fields(&mut object.fields);
            }
            ExtendedType::Interface(interface) => {
                let interface = interface.make_mut();
                interface
                    .implements_interfaces
                    .retain(|interface| names.contains(interface.as_str()));
                clean_schema(&mut interface.directives);
                clean_fields(&mut interface.fields);
            }
            ExtendedType::Union(union) => {
                let union = union.make_mut();
                union.members.retain(|member| names.contains(member.as_str()));
                clean_schema(&mut union.directives);
            }
            ExtendedType::Enum(definition) => {
                let definition = definition.make_mut();
                clean_schema(&mut definition.directives);
                definition.values.retain(|_, value| !hidden(&value.directives));
                for value in definition.values.values_mut() {
                    clean(&mut value.make_mut().directives);
                }
            }
            ExtendedType::InputObject(input) => {
                let input = input.make_mut();
                clean_schema(&mut input.directives);
                input.fields.retain(|_, field| !hidden(&field.directives));
                for field in input.fields.values_mut() {
                    clean(&mut field.make_mut().directives);
                }
            }
            ExtendedType::Scalar(scalar) => clean_schema(&mut scalar.make_mut().directives),
        }
    }
    schema
}

/// Whether clients may write the directive: it is for operations, not for schemas.
fn is_for_clients(definition: &DirectiveDefinition) -> bool {
    definition.locations.iter().any(|location| {
        matches!(
            location,
            DirectiveLocation::Query
                | DirectiveLocation::Mutation
                | DirectiveLocation::Subscription
                | DirectiveLocation::Field
                | DirectiveLocation::FragmentDefinition
                | DirectiveLocation::FragmentSpread
                | DirectiveLocation::InlineFragment
                | DirectiveLocation::VariableDefinition
        )
    })
}

fn clean_fields(fields: &mut apollo_compiler::collections::IndexMap<Name, Component<FieldDefinition>>) {
    fields.retain(|_, field| !hidden(&field.directives));
    for field in fields.values_mut() {
        let field = field.make_mut();
        clean(&mut field.directives);
        clean_arguments(&mut field.arguments);
    }
}

fn clean_arguments(arguments: &mut Vec<Node<InputValueDefinition>>) {
    arguments.retain(|argument| !hidden(&argument.directives));
    for argument in arguments {
        clean(&mut argument.make_mut().directives);
    }
}

fn hidden(directives: &apollo_compiler::ast::DirectiveList) -> bool {
    directives.get("inaccessible").is_some()
}

/// Directives of the GraphQL specification; all others are between us and the subgraphs.
const PUBLIC_DIRECTIVES: [&str; 3] = ["deprecated", "specifiedBy", "oneOf"];

fn clean(directives: &mut apollo_compiler::ast::DirectiveList) {
    directives
        .0
        .retain(|directive| PUBLIC_DIRECTIVES.contains(&directive.name.as_str()));
}

fn clean_schema(directives: &mut DirectiveList) {
    directives
        .0
        .retain(|directive| PUBLIC_DIRECTIVES.contains(&directive.name.as_str()));
}
