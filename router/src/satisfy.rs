//! Satisfiability: composition alone does not tell whether every field can be reached, planning every field does.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use apollo_compiler::{
    Schema,
    ast::OperationType,
    schema::{ExtendedType, FieldDefinition},
};

use crate::{
    error::Error,
    plan::{Planner, Unplanned},
    supergraph::Supergraph,
};

/// How a type is reached: the text before the selection, the text after it, and the variables on the way.
#[derive(Clone)]
struct Route {
    operation: OperationType,
    /// For people: `Query.home.rails`.
    path: String,
    open: String,
    close: String,
    variables: Vec<String>,
}

/// Plans every field of the graph through every field that leads to its type; gives path and reason of those without a
/// plan.
///
/// # Errors
/// [`Error::Supergraph`] when there is no planner for the graph.
pub fn plan_every_field(supergraph: &Supergraph) -> Result<Vec<(String, String)>, Error> {
    let planner = Planner::new(supergraph, Duration::from_secs(10))?;
    let schema = &supergraph.api;
    let mut unplanned = Vec::new();
    let mut reached = HashSet::new();
    let mut queue = VecDeque::new();
    for operation in [
        OperationType::Query,
        OperationType::Mutation,
        OperationType::Subscription,
    ] {
        if let Some(root) = schema.root_operation(operation) {
            let (path, variables) = (root.to_string(), Vec::new());
            let route = Route {
                operation,
                path,
                open: "{".to_owned(),
                close: "}".to_owned(),
                variables,
            };
            queue.push_back((root.to_string(), route));
        }
    }
    while let Some((parent, route)) = queue.pop_front() {
        let selections = selections(schema, &parent);
        for (field, condition) in &selections {
            let route = extend(&route, field, condition.clone());
            let route = if leads_on(schema, field) { enter(route) } else { route };
            match planner.plan(&document(&route), None) {
                Ok(_) => {}
                Err(Unplanned::Timeout) => unplanned.push((route.path, "planning took too long".to_owned())),
                Err(Unplanned::Failed(reason)) => unplanned.push((route.path, reason)),
            }
        }
        if !reached.insert(parent) {
            // Its fields lead on from the first route; from this one they have just been planned.
            continue;
        }
        for (field, condition) in selections {
            if leads_on(schema, field) {
                let target = field.ty.inner_named_type().to_string();
                queue.push_back((target, enter(extend(&route, field, condition))));
            }
        }
    }
    Ok(unplanned)
}

fn is_composite(definition: &ExtendedType) -> bool {
    definition.is_object() || definition.is_interface() || definition.is_union()
}

/// The fields that can be selected on a type, those of its possible types included.
fn selections<'s>(schema: &'s Schema, name: &str) -> Vec<(&'s FieldDefinition, Option<String>)> {
    let mut found: Vec<(&FieldDefinition, Option<String>)> = Vec::new();
    match schema.types.get(name) {
        Some(ExtendedType::Object(object)) => {
            found.extend(object.fields.values().map(|field| (field.as_ref(), None)));
        }
        Some(definition) if is_composite(definition) => {
            if let ExtendedType::Interface(interface) = definition {
                found.extend(interface.fields.values().map(|field| (field.as_ref(), None)));
            }
            for (member, definition) in &schema.types {
                if let ExtendedType::Object(object) = definition
                    && schema.is_subtype(name, member)
                {
                    found.extend(
                        object
                            .fields
                            .values()
                            .map(|field| (field.as_ref(), Some(member.to_string()))),
                    );
                }
            }
        }
        _ => {}
    }
    found
}

fn leads_on(schema: &Schema, field: &FieldDefinition) -> bool {
    schema.types.get(field.ty.inner_named_type()).is_some_and(is_composite)
}

fn document(route: &Route) -> String {
    let selection = if route.open.ends_with('{') { "__typename" } else { "" };
    let variables = route.variables.join(", ");
    let variables = if variables.is_empty() {
        variables
    } else {
        format!("({variables})")
    };
    format!(
        "{} {variables} {} {selection} {}",
        route.operation, route.open, route.close
    )
}

/// The route into the selection of its last field.
fn enter(mut route: Route) -> Route {
    route.open.push_str(" {");
    route.close = format!("}} {}", route.close);
    route
}

/// The route through one more field; its required arguments become variables.
fn extend(route: &Route, field: &FieldDefinition, condition: Option<String>) -> Route {
    let mut route = route.clone();
    let mut arguments = Vec::new();
    for argument in field.arguments.iter().filter(|argument| argument.is_required()) {
        let variable = format!("v{}", route.variables.len());
        arguments.push(format!("{}: ${variable}", argument.name));
        route.variables.push(format!("${variable}: {}", argument.ty));
    }
    let arguments = if arguments.is_empty() {
        String::new()
    } else {
        format!("({})", arguments.join(", "))
    };
    if let Some(condition) = condition {
        route.path = format!("{}|{condition}", route.path);
        route.open = format!("{} ... on {condition} {{", route.open);
        route.close = format!("}} {}", route.close);
    }
    route.path = format!("{}.{}", route.path, field.name);
    route.open = format!("{} {}{arguments}", route.open, field.name);
    route
}
