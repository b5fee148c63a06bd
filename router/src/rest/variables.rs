//! Variables of an operation: where each comes from, settled at start.

use apollo_compiler::{
    Node, Schema,
    ast::{Type, Value as Literal},
    executable::{Operation, VariableDefinition},
    schema::ExtendedType,
};
use indexmap::IndexMap;
use serde_json::Value;

use super::{
    config::{FullArgument, RouteConfig},
    route::Pattern,
};

/// A variable of the operation of a route.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub name: String,
    pub ty: Type,
    /// Without a value nothing can be asked.
    pub required: bool,
    /// The first that has something counts.
    pub places: Vec<Place>,
    pub default: Option<Value>,
    /// Members of the items of a list: name in the graph, name in the request, and whether a digest stands in for it.
    pub each: Vec<Member>,
    /// Values, when it is an enum.
    pub values: Vec<String>,
}

/// A member of an item that is renamed on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub name: String,
    pub from: String,
    /// Made from the whole item when it is missing: the same item twice is the same thing.
    pub or_digest: bool,
}

/// A place in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The placeholder of this number.
    Path(usize, String),
    /// A parameter of the query.
    Query(String),
    /// A header.
    Header(String),
    /// A member of the body.
    Body(String),
    /// The whole body.
    WholeBody,
    /// The id of the account that asks.
    Viewer,
    /// A new id.
    Generated,
    /// So many seconds after the present instant.
    Now(i64),
}

impl Place {
    /// Reads `query.page`, `body`, `viewer.id`, `generated`, `now-86400`.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn parse(text: &str, pattern: &Pattern) -> Result<Self, String> {
        match text {
            "body" => return Ok(Self::WholeBody),
            "viewer.id" => return Ok(Self::Viewer),
            "generated" => return Ok(Self::Generated),
            _ => {}
        }
        if let Some(seconds) = text.strip_prefix("now") {
            let seconds = if seconds.is_empty() { "0" } else { seconds };
            let seconds = seconds
                .parse::<i32>()
                .map_err(|_| format!("{text:?} is no place in a request"))?;
            return Ok(Self::Now(seconds.into()));
        }
        let (kind, name) = text.split_once('.').unwrap_or((text, ""));
        if name.is_empty() {
            return Err(format!("{text:?} is no place in a request"));
        }
        match kind {
            "path" => {
                let at = pattern.placeholders().position(|placeholder| placeholder == name);
                let at = at.ok_or_else(|| format!("the path has no placeholder {name:?}"))?;
                Ok(Self::Path(at, name.to_owned()))
            }
            "query" => Ok(Self::Query(name.to_owned())),
            "header" => Ok(Self::Header(name.to_owned())),
            "body" => Ok(Self::Body(name.to_owned())),
            _ => Err(format!("{text:?} is no place in a request")),
        }
    }

    /// How an error calls it.
    pub(super) fn label(&self) -> &str {
        match self {
            Self::Path(_, name) | Self::Query(name) | Self::Header(name) | Self::Body(name) => name,
            Self::WholeBody => "body",
            Self::Viewer | Self::Generated | Self::Now(_) => "",
        }
    }
}

/// The variables of `operation` as `config` fills them.
///
/// # Errors
/// What does not fit, for people.
pub(super) fn compile(
    config: &RouteConfig,
    pattern: &Pattern,
    operation: &Operation,
    schema: &Schema,
) -> Result<Vec<Variable>, String> {
    if let Some(unknown) = config.arguments.keys().find(|name| {
        !operation
            .variables
            .iter()
            .any(|variable| variable.name == name.as_str())
    }) {
        return Err(format!("arguments.{unknown}: the operation has no such variable"));
    }
    let variables: Vec<Variable> = operation
        .variables
        .iter()
        .map(|variable| one(config, pattern, variable, schema))
        .collect::<Result<_, _>>()?;
    for (at, name) in pattern.placeholders().enumerate() {
        let fills = |variable: &Variable| {
            variable
                .places
                .iter()
                .any(|place| matches!(place, Place::Path(of, _) if *of == at))
        };
        let is_own = config.own.iter().any(|own| own.strip_prefix("path.") == Some(name));
        if !is_own && !variables.iter().any(fills) {
            return Err(format!("the placeholder {name:?} fills no variable"));
        }
    }
    Ok(variables)
}

fn one(
    config: &RouteConfig,
    pattern: &Pattern,
    variable: &Node<VariableDefinition>,
    schema: &Schema,
) -> Result<Variable, String> {
    let name = variable.name.to_string();
    let argument = config.arguments.get(&name).map(super::config::Argument::full);
    let is_told = argument.is_some();
    let FullArgument { from, default, each } = argument.unwrap_or_default();
    // An argument with a default and no place is always the same.
    let places = if is_told {
        let places = from.iter().map(|text| Place::parse(text, pattern));
        places
            .collect::<Result<_, _>>()
            .map_err(|reason: String| format!("arguments.{name}: {reason}"))?
    } else {
        vec![usual(&name, pattern)]
    };
    let ty = variable.ty.as_ref().clone();
    let values = match schema.types.get(ty.inner_named_type()) {
        Some(ExtendedType::Enum(found)) => found.values.keys().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    Ok(Variable {
        required: ty.is_non_null() && variable.default_value.is_none() && default.is_none(),
        each: members(each.unwrap_or_default()),
        name,
        ty,
        places,
        default,
        values,
    })
}

/// A placeholder of the same name, else the query where there is no body, else the body.
fn usual(name: &str, pattern: &Pattern) -> Place {
    if let Some(at) = pattern.placeholders().position(|placeholder| placeholder == name) {
        return Place::Path(at, name.to_owned());
    }
    match pattern.method.as_str() {
        "GET" | "DELETE" => Place::Query(name.to_owned()),
        _ => Place::Body(name.to_owned()),
    }
}

fn members(each: IndexMap<String, String>) -> Vec<Member> {
    each.into_iter()
        .map(|(name, from)| {
            let (from, or_digest) = match from.strip_suffix("|digest") {
                Some(from) => (from.to_owned(), true),
                None => (from, false),
            };
            Member { name, from, or_digest }
        })
        .collect()
}

/// What the schema says of the place where a variable is used.
pub(super) fn description(operation: &Operation, variable: &str, schema: &Schema) -> Option<String> {
    operation
        .selection_set
        .fields()
        .find_map(|field| in_field(field, variable, schema))
}

fn in_field(field: &apollo_compiler::executable::Field, variable: &str, schema: &Schema) -> Option<String> {
    for argument in &field.arguments {
        let definition = field.definition.argument_by_name(&argument.name)?;
        let found = in_value(
            &argument.value,
            variable,
            definition.description.as_deref(),
            &definition.ty,
            schema,
        );
        if found.is_some() {
            return found;
        }
    }
    field
        .selection_set
        .fields()
        .find_map(|field| in_field(field, variable, schema))
}

fn in_value(value: &Literal, variable: &str, said: Option<&str>, ty: &Type, schema: &Schema) -> Option<String> {
    match value {
        Literal::Variable(name) if name == variable => {
            said.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        Literal::Object(members) => {
            let ExtendedType::InputObject(input) = schema.types.get(ty.inner_named_type())? else {
                return None;
            };
            members.iter().find_map(|(name, value)| {
                let field = input.fields.get(name)?;
                in_value(value, variable, field.description.as_deref(), &field.ty, schema)
            })
        }
        Literal::List(items) => items
            .iter()
            .find_map(|item| in_value(item, variable, said, ty.item_type(), schema)),
        _ => None,
    }
}
