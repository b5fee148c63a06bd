//! `openapi.json`: what is served, from the routes and the schema of the graph (OpenAPI 3.1).

use std::collections::BTreeSet;

use apollo_compiler::{Schema, ast::Type, schema::ExtendedType};
use axum::http::Method;
use kernel::{DEFAULT_PAGE, MAX_PAGE};
use serde_json::{Map, Value, json};

use super::{
    compile::{Answer, Compiled, Route},
    config::Access,
    oauth,
    selected::of_type,
    variables::{Place, Variable},
};

/// The document.
pub(super) fn document(compiled: &Compiled, schema: &Schema) -> Value {
    let (mut paths, mut inputs, mut tags) = (Map::new(), BTreeSet::new(), BTreeSet::new());
    for route in &compiled.routes {
        let path = compiled.path_of(route);
        let method = route.pattern.method.as_str().to_ascii_lowercase();
        tags.insert(tag(route).to_owned());
        let described = operation(compiled, route, schema, &mut inputs);
        let Value::Object(methods) = paths.entry(path).or_insert_with(|| json!({})) else {
            continue;
        };
        methods.insert(method, described);
    }
    let tags: Vec<Value> = tags.into_iter().map(|name| json!({ "name": name })).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Matinee",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "REST over the graph: every path is answered by one operation of /graphql.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": components(inputs, schema),
            "responses": { "Problem": {
                "description": "Why there is no answer (RFC 9457).",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            }, "OAuthError": {
                "description": "Why there is no answer (RFC 6749, 5.2).",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/OAuthError" } } },
            } },
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                "basic": { "type": "http", "scheme": "basic", "description": "The password is an API key." },
            },
        },
    })
}

/// The first part of the path, `admin` for all of staff's.
fn tag(route: &Route) -> &str {
    route
        .pattern
        .path
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default()
}

fn operation(compiled: &Compiled, route: &Route, schema: &Schema, inputs: &mut BTreeSet<String>) -> Value {
    let mut described = json!({
        "operationId": operation_id(route),
        "summary": route.config.summary,
        "tags": [tag(route)],
        "parameters": parameters(route, schema, inputs),
        "responses": responses(compiled, route),
        "x-graphql-operation": route.config.operation,
        "x-sources": route.config.sources,
    });
    let mut schemes = vec![json!({ "bearer": [] })];
    if route.config.access == Access::Public {
        schemes.insert(0, json!({}));
    }
    if route.is_oauth() {
        schemes.push(json!({ "basic": [] }));
    }
    described["security"] = schemes.into();
    if let Some(body) = body(route, schema, inputs) {
        described["requestBody"] = body;
    }
    described
}

fn operation_id(route: &Route) -> String {
    let words: String = route
        .pattern
        .path
        .chars()
        .filter(|letter| !matches!(letter, '{' | '}'))
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .collect();
    format!("{}{words}", route.pattern.method.as_str().to_ascii_lowercase())
}

fn parameters(route: &Route, schema: &Schema, inputs: &mut BTreeSet<String>) -> Vec<Value> {
    let mut made = Vec::new();
    for name in route.pattern.placeholders() {
        let filled = route.variables.iter().zip(&route.described).find(|(variable, _)| {
            variable
                .places
                .iter()
                .any(|place| matches!(place, Place::Path(_, of) if of == name))
        });
        let said = filled
            .and_then(|(_, said)| said.clone())
            .unwrap_or_else(|| "The account that asks.".to_owned());
        made.push(json!({ "name": name, "in": "path", "required": true, "description": said, "schema": { "type": "string" } }));
    }
    for (variable, said) in route.variables.iter().zip(&route.described) {
        let mut first = None;
        for place in &variable.places {
            let (name, kind) = match place {
                Place::Query(name) => (name, "query"),
                Place::Header(name) => (name, "header"),
                _ => continue,
            };
            let said = match first {
                Some(first) => format!("The same as {first}."),
                None => said.clone().unwrap_or_default(),
            };
            let required = variable.required && variable.places.len() == 1;
            made.push(
                json!({ "name": name, "in": kind, "required": required, "description": said,
                "schema": input(&variable.ty.clone().non_null(), variable, schema, inputs) }),
            );
            first = first.or(Some(name.as_str()));
        }
    }
    if let Some(Place::Query(name)) = &route.token {
        made.push(
            json!({ "name": name, "in": "query", "required": false, "schema": { "type": "string" },
            "description": "The access token, when there is no Authorization header." }),
        );
    }
    if matches!(route.answer, Answer::Plain(..)) {
        made.push(
            json!({ "name": "page", "in": "query", "required": false, "description": "Which page, from 1.",
            "schema": { "type": "integer", "minimum": 1, "default": 1 } }),
        );
        for name in ["pageSize", "limit"] {
            made.push(
                json!({ "name": name, "in": "query", "required": false, "description": "Items of a page.",
                "schema": { "type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": DEFAULT_PAGE } }),
            );
        }
    }
    made
}

fn input(ty: &Type, variable: &Variable, schema: &Schema, inputs: &mut BTreeSet<String>) -> Value {
    let name = ty.inner_named_type();
    if matches!(schema.types.get(name), Some(ExtendedType::InputObject(_))) {
        inputs.insert(name.to_string());
    }
    let mut made = of_type(
        ty,
        schema,
        &|| json!({ "$ref": format!("#/components/schemas/{name}") }),
    );
    if variable.name == "pageSize" {
        made["maximum"] = MAX_PAGE.into();
        made["default"] = DEFAULT_PAGE.into();
    }
    if let Some(default) = &variable.default {
        made["default"] = default.clone();
    }
    made
}

fn body(route: &Route, schema: &Schema, inputs: &mut BTreeSet<String>) -> Option<Value> {
    if route.pattern.method == Method::GET || !route.known.has_body() {
        return None;
    }
    let (mut properties, mut required, mut whole) = (Map::new(), Vec::new(), None);
    for (variable, said) in route.variables.iter().zip(&route.described) {
        for place in &variable.places {
            match place {
                Place::Body(name) => {
                    let mut property = input(&variable.ty, variable, schema, inputs);
                    if let (Some(said), None) = (said, property.get("$ref")) {
                        property["description"] = said.clone().into();
                    }
                    properties.insert(name.clone(), property);
                    if variable.required && variable.places.len() == 1 {
                        required.push(name.clone());
                    }
                }
                Place::WholeBody => whole = Some(items(variable, schema, inputs)),
                _ => {}
            }
        }
    }
    for name in &route.known.body {
        properties
            .entry(name)
            .or_insert_with(|| json!({ "type": "string", "description": "The account that asks, or not used." }));
    }
    let made = whole.unwrap_or_else(
        || json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false }),
    );
    let is_needed = route.variables.iter().any(|variable| {
        variable.required
            && variable
                .places
                .iter()
                .any(|place| matches!(place, Place::Body(_) | Place::WholeBody))
    });
    let media = if route.is_oauth() {
        oauth::FORM
    } else {
        "application/json"
    };
    Some(json!({ "required": is_needed, "content": { media: { "schema": made } } }))
}

/// A body that is one variable; its members may have other names here.
fn items(variable: &Variable, schema: &Schema, inputs: &mut BTreeSet<String>) -> Value {
    let described = match schema.types.get(variable.ty.inner_named_type()) {
        Some(ExtendedType::InputObject(described)) if !variable.each.is_empty() => described,
        _ => return input(&variable.ty, variable, schema, inputs),
    };
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for member in &variable.each {
        let Some(field) = described.fields.get(member.name.as_str()) else {
            continue;
        };
        let mut property = of_type(&field.ty, schema, &|| json!({}));
        if let Some(said) = &field.description {
            property["description"] = said.to_string().into();
        }
        if field.is_required() && !member.or_digest {
            required.push(member.from.clone());
        }
        properties.insert(member.from.clone(), property);
    }
    json!({ "type": "array", "items": { "type": "object", "properties": properties, "required": required } })
}

fn responses(compiled: &Compiled, route: &Route) -> Value {
    let mut made = Map::new();
    let mut success = json!({ "description": route.config.summary });
    if let Some(schema) = &route.schema {
        let mut schema = schema.clone();
        if let (true, Some(members)) = (route.is_oauth(), schema.as_object_mut()) {
            // What is null is left out.
            members.remove("required");
        }
        success["content"] = json!({ "application/json": { "schema": schema } });
    }
    if route.location.is_some() {
        success["headers"] =
            json!({ "Location": { "description": "Where the new thing is.", "schema": { "type": "string" } } });
    }
    made.insert(route.config.status.to_string(), success);
    let mut statuses = BTreeSet::from([400, 429, 503]);
    if route.needs_sign_in() {
        statuses.extend([401, 403]);
    }
    if !route.pattern.path.ends_with('}') && route.pattern.placeholders().next().is_none() {
        statuses.extend(route.is_mutation.then_some(422));
    } else {
        statuses.insert(404);
    }
    statuses.extend(route.codes.iter().filter_map(|code| compiled.statuses.get(code)));
    let refusal = if route.is_oauth() { "OAuthError" } else { "Problem" };
    for status in statuses {
        made.insert(
            status.to_string(),
            json!({ "$ref": format!("#/components/responses/{refusal}") }),
        );
    }
    Value::Object(made)
}

/// Schemas with names: what every answer has, and the input objects that are used, with those in them.
fn components(inputs: BTreeSet<String>, schema: &Schema) -> Value {
    let count = json!({ "type": "integer", "minimum": 0 });
    let mut made = Map::new();
    made.insert(
        "Pagination".to_owned(),
        json!({ "type": "object", "required": ["currentPage", "pageSize", "totalItems", "totalPages"], "properties": {
            "currentPage": count, "pageSize": count, "totalItems": count, "totalPages": count } }),
    );
    let text = json!({ "type": "string" });
    made.insert(
        "Problem".to_owned(),
        json!({ "type": "object", "required": ["type", "title", "status", "detail", "code"], "properties": {
            "type": { "type": "string", "format": "uri" }, "title": text, "detail": text, "code": text,
            "status": { "type": "integer" } } }),
    );
    made.insert(
        "OAuthError".to_owned(),
        json!({ "type": "object", "required": ["error"], "properties": { "error": text, "error_description": text } }),
    );
    let mut open: Vec<String> = inputs.into_iter().collect();
    while let Some(name) = open.pop() {
        let Some(ExtendedType::InputObject(input)) = schema.types.get(name.as_str()) else {
            continue;
        };
        if made.contains_key(&name) {
            continue;
        }
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for (field, definition) in &input.fields {
            let inner = definition.ty.inner_named_type();
            open.push(inner.to_string());
            let mut property = of_type(
                &definition.ty,
                schema,
                &|| json!({ "$ref": format!("#/components/schemas/{inner}") }),
            );
            if let (Some(said), None) = (&definition.description, property.get("$ref")) {
                property["description"] = said.to_string().into();
            }
            properties.insert(field.to_string(), property);
            if definition.is_required() {
                required.push(field.to_string());
            }
        }
        made.insert(
            name,
            json!({ "type": "object", "properties": properties, "required": required }),
        );
    }
    Value::Object(made)
}
