//! Routes made ready at start: each operation fits the graph, each path of an answer exists, each code has a status.

use std::collections::{HashMap, HashSet};

use apollo_compiler::{ExecutableDocument, Schema, executable::OperationType, schema::ExtendedType, validation::Valid};
use serde_json::{Value, json};

use super::{
    arguments::Known,
    config::{Access, Config, RouteConfig, Style},
    operations::Operations,
    route::{Pattern, Table},
    selected::{Selected, Step},
    template::{Template, item_of},
    variables::{self, Place, Variable},
};

/// A route, ready to answer.
#[derive(Debug)]
pub(super) struct Route {
    pub config: RouteConfig,
    pub pattern: Pattern,
    /// The operation and its fragments, and nothing else.
    pub text: String,
    pub is_mutation: bool,
    pub variables: Vec<Variable>,
    /// What the schema says of each variable.
    pub described: Vec<Option<String>>,
    pub known: Known,
    pub own: Vec<Place>,
    pub token: Option<Place>,
    pub location: Option<Vec<LocationPart>>,
    pub answer: Answer,
    /// JSON Schema of the body.
    pub schema: Option<Value>,
    /// Root fields whose payload may name a problem.
    pub payloads: Vec<String>,
    /// Codes of these problems.
    pub codes: Vec<String>,
}

/// What a route answers with.
#[derive(Debug)]
pub(super) enum Answer {
    /// Nothing.
    None,
    /// One thing.
    One(Vec<Step>, Template),
    /// A page of a connection.
    Connection(Vec<Step>, Template),
    /// A page of a list that the graph gives as a whole.
    Plain(Vec<Step>, Template),
}

/// A part of the value of `Location`.
#[derive(Debug)]
pub(super) enum LocationPart {
    /// Letter by letter.
    Fixed(String),
    /// From the answer.
    From(Vec<Step>),
    /// From the path of the request.
    Placeholder(usize),
}

/// Everything that is served.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    pub prefix: String,
    pub routes: Vec<Route>,
    /// Places in `routes`, by the path below the prefix.
    pub table: Table<usize>,
    /// The same of those whose path is the whole path.
    pub rooted: Table<usize>,
    pub statuses: HashMap<String, u16>,
}

/// Makes the routes of `config` over the operations in `documents` ready for `schema`.
///
/// # Errors
/// Everything that does not fit, each with its route and operation.
pub(super) fn compile(config: Config, documents: &str, schema: &Valid<Schema>) -> Result<Compiled, Vec<String>> {
    let operations = Operations::parse(documents).map_err(|reason| vec![reason])?;
    let mut made = Compiled {
        prefix: config.prefix,
        statuses: config.problems.into_iter().collect(),
        ..Compiled::default()
    };
    let (mut wrong, mut used) = (Vec::new(), HashSet::new());
    for route in config.routes {
        let label = format!("{} ({})", route.route, route.operation);
        used.insert(route.operation.clone());
        match one(route, &operations, schema, &made.statuses) {
            Ok(route) => {
                let at = made.routes.len();
                match made.table_of(route.config.style).add(&route.pattern, at) {
                    Ok(()) => made.routes.push(route),
                    Err(reason) => wrong.push(format!("{label}: {reason}")),
                }
            }
            Err(reason) => wrong.push(format!("{label}: {reason}")),
        }
    }
    let unused = operations.names().filter(|name| !used.contains(*name));
    wrong.extend(unused.map(|name| format!("operation {name}: no route uses it")));
    if wrong.is_empty() { Ok(made) } else { Err(wrong) }
}

fn one(
    config: RouteConfig,
    operations: &Operations,
    schema: &Valid<Schema>,
    statuses: &HashMap<String, u16>,
) -> Result<Route, String> {
    let pattern = Pattern::parse(&config.route)?;
    let text = operations.text(&config.operation).ok_or("there is no such operation")?;
    let valid = ExecutableDocument::parse_and_validate(schema, &text, config.operation.as_str()).map_err(|failed| {
        format!(
            "the operation does not fit the schema: {}",
            first_line(&failed.errors.to_string())
        )
    })?;
    let operation = valid
        .operations
        .get(Some(&config.operation))
        .map_err(|error| error.message().to_string())?
        .clone();
    if operation.operation_type == OperationType::Subscription {
        return Err("a subscription has no single answer".to_owned());
    }
    let selected = Selected::of(&valid, &operation);
    let variables = variables::compile(&config, &pattern, &operation, schema)?;
    let parse = |text: &String| Place::parse(text, &pattern);
    let own: Vec<Place> = config.own.iter().map(parse).collect::<Result<_, _>>()?;
    let token = config.token.as_ref().map(parse).transpose()?;
    let ignored: Vec<Place> = config.ignored.iter().map(parse).collect::<Result<_, _>>()?;
    let (answer, described) = answer(&config, &selected, schema)?;
    let mut known = Known::default();
    let places = variables.iter().flat_map(|variable| &variable.places);
    places
        .chain(&own)
        .chain(&token)
        .chain(&ignored)
        .for_each(|place| known.add(place));
    if matches!(answer, Answer::Plain(..)) {
        known.query.extend(["page", "pageSize", "limit"].map(str::to_owned));
    }
    let (payloads, codes) = payloads(&selected, schema, statuses)?;
    let location = config
        .location
        .as_deref()
        .map(|text| location(text, &config, &pattern, &selected))
        .transpose()?;
    check_status(&config, &answer)?;
    Ok(Route {
        described: variables
            .iter()
            .map(|variable| variables::description(&operation, &variable.name, schema))
            .collect(),
        is_mutation: operation.operation_type == OperationType::Mutation,
        pattern,
        text,
        variables,
        known,
        own,
        token,
        location,
        answer,
        schema: described,
        payloads,
        codes,
        config,
    })
}

fn check_status(config: &RouteConfig, answer: &Answer) -> Result<(), String> {
    let is_empty = matches!(answer, Answer::None);
    match config.status {
        204 if !is_empty => Err("204 has no body, but there is an answer".to_owned()),
        200 if is_empty => Err("200 has a body, but there is neither answer nor list".to_owned()),
        200 | 201 | 202 | 204 => Ok(()),
        other => Err(format!("the status {other} is none of 200, 201, 202, 204")),
    }
}

fn answer(config: &RouteConfig, data: &Selected, schema: &Schema) -> Result<(Answer, Option<Value>), String> {
    let non_null = |mut found: Selected| {
        found.ty = found.ty.non_null();
        found
    };
    match (&config.list, &config.item, &config.answer) {
        (Some(list), Some(item), None) => {
            if config.of.is_some() {
                return Err("of goes with answer, not with list".to_owned());
            }
            let (steps, found) = data.walk(list)?;
            let (is_connection, items) = match found.members.get("edges") {
                Some(edges) if !found.ty.is_list() => {
                    let page = found
                        .members
                        .get("pagination")
                        .ok_or_else(|| format!("{list:?} selects no pagination"))?;
                    for member in ["currentPage", "pageSize", "totalItems", "totalPages"] {
                        page.walk(member)?;
                    }
                    (true, edges.clone())
                }
                _ if found.ty.is_list() => (false, found),
                _ => return Err(format!("{list:?} is neither a connection nor a list")),
            };
            let (item, described) = Template::compile(item, &non_null(item_of(&items)), schema)?;
            let described = json!({ "type": "object", "required": ["data", "pagination"], "properties": {
                "data": { "type": "array", "items": described },
                "pagination": { "$ref": "#/components/schemas/Pagination" },
            } });
            let made = if is_connection {
                Answer::Connection(steps, item)
            } else {
                Answer::Plain(steps, item)
            };
            Ok((made, Some(described)))
        }
        (None, None, Some(written)) => {
            let (steps, found) = data.walk(config.of.as_deref().unwrap_or("."))?;
            let (template, described) = Template::compile(written, &non_null(found), schema)?;
            Ok((Answer::One(steps, template), Some(described)))
        }
        (None, None, None) if config.of.is_none() => Ok((Answer::None, None)),
        _ => Err("a route has answer, perhaps with of, or list with item, or none of them".to_owned()),
    }
}

/// The root fields with a `problem`, and the codes it may have: each needs a status.
fn payloads(
    data: &Selected,
    schema: &Schema,
    statuses: &HashMap<String, u16>,
) -> Result<(Vec<String>, Vec<String>), String> {
    let (mut names, mut codes) = (Vec::new(), Vec::new());
    for (name, root) in &data.members {
        let has_problem = match schema.types.get(root.ty.inner_named_type()) {
            Some(ExtendedType::Object(object)) => object.fields.contains_key("problem"),
            _ => false,
        };
        if !has_problem {
            continue;
        }
        let (_, code) = root
            .walk("problem.code")
            .map_err(|_| format!("{name} does not select problem {{ code message }}"))?;
        root.walk("problem.message")
            .map_err(|_| format!("{name} does not select problem {{ code message }}"))?;
        if let Some(ExtendedType::Enum(values)) = schema.types.get(code.ty.inner_named_type()) {
            for value in values.values.keys() {
                if !statuses.contains_key(value.as_str()) {
                    return Err(format!("problems gives no status for {value}"));
                }
                codes.push(value.to_string());
            }
        }
        names.push(name.clone());
    }
    Ok((names, codes))
}

fn location(text: &str, config: &RouteConfig, pattern: &Pattern, data: &Selected) -> Result<Vec<LocationPart>, String> {
    let (of, from) = data.walk(config.of.as_deref().unwrap_or("."))?;
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((fixed, more)) = rest.split_once('{') {
        let (path, after) = more.split_once('}').ok_or("location has a { without }")?;
        parts.push(LocationPart::Fixed(fixed.to_owned()));
        if let Some(at) = pattern
            .placeholders()
            .position(|name| path.strip_prefix("path.") == Some(name))
        {
            parts.push(LocationPart::Placeholder(at));
        } else {
            let (steps, _) = from.walk(path)?;
            parts.push(LocationPart::From([of.clone(), steps].concat()));
        }
        rest = after;
    }
    parts.push(LocationPart::Fixed(rest.to_owned()));
    Ok(parts)
}

fn first_line(text: &str) -> String {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default()
        .to_owned()
}

impl Compiled {
    fn table_of(&mut self, style: Style) -> &mut Table<usize> {
        match style {
            Style::Rest => &mut self.table,
            Style::OAuth => &mut self.rooted,
        }
    }

    /// The whole path of a route, as it is written.
    pub(super) fn path_of(&self, route: &Route) -> String {
        match route.config.style {
            Style::Rest => format!("{}{}", self.prefix, route.pattern.path),
            Style::OAuth => route.pattern.path.clone(),
        }
    }
}

impl Route {
    /// Whether it has OAuth's customs.
    pub(super) fn is_oauth(&self) -> bool {
        self.config.style == Style::OAuth
    }

    /// Whether somebody has to be signed in.
    pub(super) fn needs_sign_in(&self) -> bool {
        self.config.access != Access::Public
    }
}
