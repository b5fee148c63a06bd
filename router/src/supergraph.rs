//! From SDL files to one graph: `supergraph.yaml`, composition, the schema clients see.

use std::{collections::BTreeSet, io};

use apollo_compiler::{
    Node, Schema, ast,
    schema::{Component, DirectiveList, ExtendedType, FieldDefinition, InputValueDefinition},
    validation::Valid,
};
use indexmap::IndexMap;
use serde::Deserialize;

use crate::{access::contradictions, error::Error, one_of};

/// One subgraph on its way into the graph.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Where it answers when it runs by itself; several addresses are separated by commas.
    pub url: String,
    /// Its federation SDL.
    pub sdl: String,
}

impl Source {
    /// A subgraph `name` at `url` with `sdl`.
    pub fn new(name: impl Into<String>, url: impl Into<String>, sdl: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            sdl: sdl.into(),
        }
    }
}

/// `supergraph.yaml` in rover's format.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default, rename = "federation_version")]
    _federation_version: Option<serde_yaml_ng::Value>,
    subgraphs: IndexMap<String, SubgraphConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubgraphConfig {
    routing_url: Addresses,
    schema: SchemaConfig,
}

/// One address, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Addresses {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemaConfig {
    file: Option<String>,
    sdl: Option<String>,
}

/// Reads `supergraph.yaml`; `read` gives the content of a schema file (from disk, or compiled in).
///
/// # Errors
/// [`Error::Config`], [`Error::Schema`].
pub fn sources(yaml: &str, read: impl Fn(&str) -> io::Result<String>) -> Result<Vec<Source>, Error> {
    let config: Config = serde_yaml_ng::from_str(yaml).map_err(|error| Error::Config(error.to_string()))?;
    let mut sources = Vec::with_capacity(config.subgraphs.len());
    for (name, subgraph) in config.subgraphs {
        let sdl = match (subgraph.schema.sdl, subgraph.schema.file) {
            (Some(sdl), None) => sdl,
            (None, Some(file)) => match read(&file) {
                Ok(sdl) => sdl,
                Err(source) => {
                    return Err(Error::Schema {
                        subgraph: name,
                        file,
                        source,
                    });
                }
            },
            _ => return Err(Error::Config(format!("{name}.schema needs either `file` or `sdl`"))),
        };
        sources.push(Source {
            name,
            url: match subgraph.routing_url {
                Addresses::One(url) => url,
                Addresses::Several(urls) => urls.join(", "),
            },
            sdl,
        });
    }
    Ok(sources)
}

/// The composed graph.
#[derive(Debug, Clone)]
pub struct Supergraph {
    sdl: String,
    api_sdl: String,
    pub(crate) schema: Schema,
    pub(crate) api: Valid<Schema>,
    /// Interfaces and unions with a member that clients may not see.
    pub(crate) hiding: BTreeSet<String>,
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
        let mut subgraphs = graphql_composition::Subgraphs::default();
        for source in sources {
            subgraphs
                .ingest_str(&without_cost_imports(&source.sdl), &source.name, Some(&source.url))
                .map_err(|error| Error::Composition(vec![format!("{}: {error}", source.name)]))?;
        }
        let result = graphql_composition::compose(&mut subgraphs);
        for warning in result.diagnostics().iter_warnings() {
            tracing::debug!(%warning, "composition warned");
        }
        let errors: Vec<String> = result.diagnostics().iter_errors().map(str::to_owned).collect();
        let graph = result.into_result().map_err(|_| Error::Composition(errors))?;
        let sdl =
            graphql_composition::render_federated_sdl(&graph).map_err(|error| Error::Supergraph(error.to_string()))?;
        let list = sources
            .iter()
            .map(|source| (source.name.clone(), source.url.clone()))
            .collect();
        let mut composed = Self::from_sdl(specify_scalars(&add_root_join_types(&sdl), sources), list)?;
        composed.hinted = sources.iter().flat_map(hinted).collect();
        Ok(composed)
    }

    /// Loads a graph that is composed already, by whatever tool: supergraph SDL with the join directives. Names and
    /// addresses of the subgraphs are those of its `join__Graph`.
    ///
    /// # Errors
    /// [`Error::Supergraph`].
    pub fn from_supergraph_sdl(sdl: &str) -> Result<Self, Error> {
        let schema =
            Schema::parse(sdl, "supergraph.graphql").map_err(|error| Error::Supergraph(error.errors.to_string()))?;
        let subgraphs = graphs(&schema)?;
        Self::from_sdl(sdl.to_owned(), subgraphs)
    }

    fn from_sdl(sdl: String, subgraphs: Vec<(String, String)>) -> Result<Self, Error> {
        let unusable = |error: String| Error::Supergraph(error);
        // The join directives make it a schema that only planners validate.
        let schema = Schema::parse(&sdl, "supergraph.graphql").map_err(|error| unusable(error.errors.to_string()))?;
        let api = api_of(schema.clone())
            .validate()
            .map_err(|error| unusable(error.errors.to_string()))?;
        let hiding = hiding(&schema, &api);
        Ok(Self {
            sdl,
            api_sdl: one_of::sdl(&api),
            schema,
            api,
            hiding,
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

/// The composition library knows `@cost` and `@listSize` only where they are not imported, and drops them elsewhere.
fn without_cost_imports(sdl: &str) -> String {
    sdl.replace("\"@cost\"", "").replace("\"@listSize\"", "")
}

/// Name and address of each subgraph, as `join__Graph` has them.
fn graphs(schema: &Schema) -> Result<Vec<(String, String)>, Error> {
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
        found.push((name.to_owned(), argument("url").unwrap_or_default().to_owned()));
    }
    Ok(found)
}

/// The composition library leaves `@join__type` off the root types; without it the planner finds no path.
fn add_root_join_types(sdl: &str) -> String {
    let lines: Vec<&str> = sdl.lines().collect();
    let mut out = String::with_capacity(sdl.len() + 1024);
    for (i, line) in lines.iter().enumerate() {
        out.push_str(line);
        out.push('\n');
        if !["type Query", "type Mutation", "type Subscription"].contains(line) {
            continue;
        }
        let mut graphs = BTreeSet::new();
        for field in lines[i..].iter().take_while(|line| **line != "}") {
            for part in field.split("@join__field(graph: ").skip(1) {
                graphs.extend(part.split([',', ')']).next());
            }
        }
        for graph in graphs {
            out.push_str("  @join__type(graph: ");
            out.push_str(graph);
            out.push_str(")\n");
        }
    }
    out
}

/// The composition library drops `@specifiedBy`; the first subgraph that says it of a scalar is believed.
fn specify_scalars(sdl: &str, sources: &[Source]) -> String {
    let mut specified = IndexMap::new();
    for source in sources {
        // What cannot be parsed did not compose.
        let Ok(document) = ast::Document::parse(source.sdl.as_str(), "subgraph.graphql") else {
            continue;
        };
        for definition in &document.definitions {
            let (ast::Definition::ScalarTypeDefinition(_) | ast::Definition::ScalarTypeExtension(_)) = definition
            else {
                continue;
            };
            if let (Some(name), Some(directive)) = (definition.name(), definition.directives().get("specifiedBy")) {
                specified
                    .entry(format!("scalar {name}"))
                    .or_insert_with(|| format!(" {directive}"));
            }
        }
    }
    let mut out = String::with_capacity(sdl.len() + 1024);
    for line in sdl.lines() {
        out.push_str(line);
        out.push_str(specified.get(line.trim_end()).map_or("", String::as_str));
        out.push('\n');
    }
    out
}

fn hiding(schema: &Schema, api: &Schema) -> BTreeSet<String> {
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
        .retain(|_, definition| definition.is_built_in());
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

fn clean_fields(
    fields: &mut apollo_compiler::collections::IndexMap<apollo_compiler::Name, Component<FieldDefinition>>,
) {
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
