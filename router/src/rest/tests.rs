//! The façade's parts together, over a small graph and over the platform's own.

use std::sync::Arc;

use apollo_compiler::{Schema, validation::Valid};
use axum::http::{HeaderMap, Method};
use kernel::{AccountId, SystemClock, SystemIds};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    answer,
    arguments::{self, Sent, Sources},
    compile::{Compiled, compile},
    config, openapi,
    problem::Problem,
    route::Found,
    service::RestSource,
};

const SCHEMA: &str = "
    type Query { film(id: ID!): Film films(filter: Filter, page: Page): Films! names: [String!]! }
    type Mutation { add(input: Add!): Added! note(events: [Event!]!): Int }
    input Filter { \"Year of release.\" year: Int kinds: [Kind!] } input Page { page: Int! = 1 pageSize: Int }
    input Add { name: String! kind: Kind } input Event { id: ID! type: String! }
    enum Kind { LONG_FILM SHORT } type Film { id: ID! name: String! kind: Kind! }
    type Films { edges: [FilmEdge!]! pagination: Pagination } type FilmEdge { node: Film! }
    type Pagination { currentPage: Int! pageSize: Int! totalItems: Int! totalPages: Int! }
    type Added { film: Film problem: AddProblem } type AddProblem { code: AddCode! message: String! }
    enum AddCode { NAME_TAKEN }";

const OPERATIONS: &str = "
    fragment F on Film { id name kind }
    query One($id: ID!) { film(id: $id) { ...F } }
    query Many($year: Int, $kinds: [Kind!], $page: Int! = 1, $pageSize: Int) {
        films(filter: { year: $year, kinds: $kinds }, page: { page: $page, pageSize: $pageSize }) {
            edges { node { ...F } } pagination { currentPage pageSize totalItems totalPages } } }
    query Names { names }
    mutation Add($name: String!, $kind: Kind) {
        add(input: { name: $name, kind: $kind }) { film { ...F } problem { code message } } }
    mutation Note($events: [Event!]!) { note(events: $events) }";

const CONFIG: &str = "
prefix: /api
problems: { NAME_TAKEN: 409 }
routes:
  - { route: 'GET /films/{id}', summary: s, operation: One, of: film, answer: { filmId: id, kind: kind|lower } }
  - { route: GET /films, summary: s, operation: Many, list: films, item: { filmId: node.id },
      arguments: { pageSize: [query.pageSize, query.limit], kinds: query.kind } }
  - { route: GET /names, summary: s, operation: Names, list: names, item: . }
  - { route: POST /films, summary: s, operation: Add, status: 201, location: '/films/{id}', of: add.film,
      answer: { filmId: id }, own: [body.userId], access: viewer }
  - { route: POST /notes, summary: s, operation: Note, status: 202,
      arguments: { events: { from: [body], each: { id: id|digest, type: eventType } } } }";

fn schema() -> Valid<Schema> {
    Schema::parse_and_validate(SCHEMA, "schema").unwrap()
}

fn small() -> Compiled {
    compile(config::read(CONFIG).unwrap(), OPERATIONS, &schema()).unwrap()
}

fn sources() -> Sources {
    Sources {
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
    }
}

/// What a request gives: variables, or a problem's status and detail.
fn variables(method: &Method, path: &str, query: &[(&str, &str)], body: Value) -> Result<Value, (u16, String)> {
    let compiled = small();
    let Found::Route(at, filled) = compiled.table.find(method, path) else {
        panic!("{path} is not served");
    };
    let route = &compiled.routes[*at];
    let headers = HeaderMap::new();
    let sent = Sent {
        path: filled,
        query: query
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
        headers: &headers,
        body,
        viewer: Some(AccountId("019315d2-0000-7000-8000-000000000001".parse().unwrap())),
    };
    let read = route
        .known
        .check(&sent)
        .and_then(|()| arguments::check_own(&route.own, &sent))
        .and_then(|()| arguments::read(&route.variables, &sent, &sources()));
    read.map(Value::Object).map_err(|refused| {
        let problem = Problem::of(&refused);
        (
            problem.status,
            problem.body["detail"].as_str().unwrap_or_default().to_owned(),
        )
    })
}

#[test]
fn variables_come_from_path_query_and_body_in_the_types_of_the_operation() {
    let many = |query: &[(&str, &str)]| variables(&Method::GET, "/films", query, Value::Null);
    assert_eq!(
        variables(&Method::GET, "/films/7", &[], Value::Null),
        Ok(json!({ "id": "7" }))
    );
    assert_eq!(
        many(&[("year", "1927"), ("kind", "longFilm,SHORT"), ("limit", "5")]),
        Ok(json!({ "year": 1927, "kinds": ["LONG_FILM", "SHORT"], "pageSize": 5 }))
    );
    assert_eq!(many(&[]), Ok(json!({})));
    assert_eq!(
        variables(
            &Method::POST,
            "/films",
            &[],
            json!({ "name": "Metropolis", "kind": "short" })
        ),
        Ok(json!({ "name": "Metropolis", "kind": "SHORT" }))
    );
    let events = json!([{ "eventType": "PLAY" }, { "id": "1", "eventType": "STOP", "other": 1 }]);
    let first = variables(&Method::POST, "/notes", &[], events.clone()).unwrap();
    assert_eq!(first["events"][1], json!({ "id": "1", "type": "STOP" }));
    assert_eq!(
        Ok(first),
        variables(&Method::POST, "/notes", &[], events),
        "the same event has the same id"
    );
}

#[test]
fn what_cannot_be_read_is_refused_by_its_name() {
    let refused = |query: &[(&str, &str)]| variables(&Method::GET, "/films", query, Value::Null).unwrap_err();
    assert_eq!(
        refused(&[("year", "soon")]),
        (400, "year is not a whole number".to_owned())
    );
    assert_eq!(refused(&[("kind", "odd")]).1, "kind is one of LONG_FILM, SHORT");
    assert_eq!(refused(&[("year", "1"), ("year", "2")]).1, "year is given 2 times");
    assert!(
        refused(&[("yaer", "1927")])
            .1
            .contains("known: kind, limit, page, pageSize, year")
    );
    let posted = |body: Value| variables(&Method::POST, "/films", &[], body).unwrap_err();
    assert_eq!(posted(json!({})), (400, "name is missing".to_owned()));
    assert_eq!(posted(json!([])).1, "the body is one JSON object");
    assert!(
        posted(json!({ "name": "a", "nmae": "b" }))
            .1
            .contains("\"nmae\" is no member here")
    );
    assert_eq!(
        posted(json!({ "name": "a", "userId": "019315d2-0000-7000-8000-000000000002" })).0,
        403
    );
    assert_eq!(
        variables(&Method::POST, "/notes", &[], json!({ "a": 1 }))
            .unwrap_err()
            .1,
        "body is a list of objects"
    );
}

fn answered(method: &Method, path: &str, query: &[(&str, &str)], graph: &Value) -> (u16, Value, Option<String>) {
    let compiled = small();
    let Found::Route(at, filled) = compiled.table.find(method, path) else {
        panic!("{path} is not served");
    };
    let headers = HeaderMap::new();
    let sent = Sent {
        path: filled,
        query: query
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
        headers: &headers,
        body: Value::Null,
        viewer: None,
    };
    let reply = answer::reply(&compiled, &compiled.routes[*at], &sent, graph).unwrap_or_else(answer::Reply::from);
    let (status, body, location) = reply.parts();
    (status, body.unwrap_or_default(), location)
}

#[test]
fn answers_have_the_shape_and_the_status_that_the_route_promises() {
    let film = json!({ "id": "7", "name": "Metropolis", "kind": "LONG_FILM" });
    assert_eq!(
        answered(&Method::GET, "/films/7", &[], &json!({ "data": { "film": film } })),
        (200, json!({ "filmId": "7", "kind": "long_film" }), None)
    );
    assert_eq!(
        answered(&Method::GET, "/films/7", &[], &json!({ "data": { "film": null } })).0,
        404
    );
    let failed = json!({ "data": null, "errors": [{ "message": "m", "extensions": { "code": "UNAVAILABLE" } }] });
    assert_eq!(answered(&Method::GET, "/films/7", &[], &failed).0, 503);
    let pagination = json!({ "currentPage": 1, "pageSize": 10, "totalItems": 1, "totalPages": 1 });
    let page = json!({ "data": { "films": { "edges": [{ "node": film }], "pagination": pagination } } });
    assert_eq!(
        answered(&Method::GET, "/films", &[], &page).1,
        json!({ "data": [{ "filmId": "7" }], "pagination": pagination })
    );
    let names = json!({ "data": { "names": ["a", "b", "c"] } });
    assert_eq!(
        answered(&Method::GET, "/names", &[("page", "2"), ("limit", "2")], &names).1,
        json!({ "data": ["c"], "pagination": { "currentPage": 2, "pageSize": 2, "totalItems": 3, "totalPages": 2 } })
    );
    assert_eq!(answered(&Method::GET, "/names", &[("pageSize", "51")], &names).0, 400);
    let made = json!({ "data": { "add": { "film": film, "problem": null } } });
    assert_eq!(
        answered(&Method::POST, "/films", &[], &made),
        (201, json!({ "filmId": "7" }), Some("/api/films/7".to_owned()))
    );
    let taken = json!({ "data": { "add": { "film": null, "problem": { "code": "NAME_TAKEN", "message": "taken" } } } });
    let (status, problem, _) = answered(&Method::POST, "/films", &[], &taken);
    assert_eq!(
        (status, &problem["code"], &problem["detail"]),
        (409, &json!("NAME_TAKEN"), &json!("taken"))
    );
}

#[test]
fn a_route_that_does_not_fit_the_graph_stops_the_start_by_its_name() {
    for (route, reason) in [
        ("operation: Gone", "GET /x (Gone): there is no such operation"),
        ("operation: Bad", "does not fit the schema"),
        ("operation: Names, list: films, item: .", "selects no \"films\""),
        ("operation: Names, answer: names", "operation One: no route uses it"),
        (
            "operation: Names, list: names, item: ., arguments: { year: query.year }",
            "no such variable",
        ),
        ("operation: Names, status: 204, answer: names", "204 has no body"),
        ("operation: Names", "200 has a body"),
    ] {
        let yaml = format!("prefix: /api\nroutes: [{{ route: GET /x, summary: s, {route} }}]");
        let documents = format!("{OPERATIONS} query Bad {{ gone }}");
        let wrong = compile(config::read(&yaml).unwrap(), &documents, &schema())
            .unwrap_err()
            .join("; ");
        assert!(wrong.contains(reason), "{route}: {wrong}");
    }
    let unmapped = CONFIG.replace("NAME_TAKEN: 409", "OTHER: 409");
    let wrong = compile(config::read(&unmapped).unwrap(), OPERATIONS, &schema()).unwrap_err();
    assert_eq!(wrong, ["POST /films (Add): problems gives no status for NAME_TAKEN"]);
}

#[test]
fn the_platforms_routes_fit_its_committed_schema() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/api.graphql");
    let sdl = std::fs::read_to_string(file).unwrap();
    let schema = Schema::parse_and_validate(sdl, "api.graphql").unwrap();
    let source = RestSource::embedded();
    let compiled = compile(config::read(&source.config).unwrap(), &source.documents, &schema);
    let compiled = compiled.unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")));
    let document = openapi::document(&compiled, &schema);
    for route in &compiled.routes {
        // OAuth's paths stand beside the others.
        let prefix = if route.is_oauth() { "" } else { &*compiled.prefix };
        let path = format!("{prefix}{}", route.pattern.path);
        let method = route.pattern.method.as_str().to_ascii_lowercase();
        assert!(
            document["paths"][&path][&method]["responses"].is_object(),
            "{method} {path}"
        );
    }
}

proptest! {
    #[test]
    fn no_request_and_no_answer_breaks_the_facade(
        path in "/[a-z0-9/%{}.]{0,40}",
        names in proptest::collection::vec(("[a-zA-Z]{0,9}|page|limit|year|kind", ".{0,12}"), 0..6),
        body in json_value(),
        graph in json_value(),
    ) {
        let compiled = small();
        for method in [Method::GET, Method::POST, Method::DELETE] {
            for path in [path.as_str(), "/films", "/films/1", "/names", "/notes"] {
                let Found::Route(at, filled) = compiled.table.find(&method, path) else { continue };
                let route = &compiled.routes[*at];
                let headers = HeaderMap::new();
                let sent = Sent { path: filled, query: names.clone(), headers: &headers, body: body.clone(), viewer: None };
                let checked = route.known.check(&sent).and_then(|()| arguments::read(&route.variables, &sent, &sources()));
                if let Err(refused) = checked {
                    prop_assert!((400..500).contains(&Problem::of(&refused).status));
                }
                let graph = json!({ "data": { "film": graph, "films": graph, "names": graph, "add": graph } });
                let reply = answer::reply(&compiled, route, &sent, &graph).unwrap_or_else(answer::Reply::from);
                let (status, _, _) = reply.parts();
                prop_assert!((200..600).contains(&status));
            }
        }
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("edges|node|problem|code|name|id|[a-z]{1,5}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
