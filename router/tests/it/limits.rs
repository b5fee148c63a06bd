//! What is too much names itself.

use std::fmt::Write;

use router::{Request, Settings};
use serde_json::json;

use crate::graph::{Graph, codes};

#[tokio::test]
async fn every_limit_names_itself() {
    let graph = Graph::local().await;
    let deep = format!(
        "{}{{id}}{}",
        "{title(id:\"m1\"){...on Movie{related{node".repeat(12),
        "}}}}".repeat(12)
    );
    let aliases = (0..1000).map(|i| format!("a{i}: who")).collect::<Vec<_>>().join(" ");
    let roots = "who rightsVersion ".repeat(20);
    let directives = "@skip(if: false) ".repeat(101);
    for (limit, query) in [
        ("depth", deep),
        ("nesting", "{a".repeat(4_000)),
        (
            "nesting",
            format!("{{ at(when: {}1{}) }}", "[".repeat(500), "]".repeat(500)),
        ),
        ("aliases", format!("{{ {aliases} }}")),
        ("tokens", "a ".repeat(10_001)),
        ("root fields", format!("{{ {roots} }}")),
        ("directives", format!("{{ who {directives} }}")),
        ("fields", fragment_bomb()),
    ] {
        let answer = graph.query(&query).await;
        assert_eq!(codes(&answer), ["LIMIT_EXCEEDED"], "{limit}: {answer}");
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions["limit"], limit, "{answer}");
        assert!(extensions["sent"].as_u64() > extensions["allowed"].as_u64(), "{answer}");
    }
}

/// Each fragment spreads the next one twice: 2^30 fields in half a kilobyte.
fn fragment_bomb() -> String {
    let mut text = "{ title(id: \"m1\") { ...f0 } } ".to_owned();
    for i in 0..30 {
        write!(text, "fragment f{i} on Title {{ ...f{0} ...f{0} }} ", i + 1).expect("a string takes all");
    }
    text + "fragment f30 on Title { id }"
}

#[tokio::test]
async fn what_is_just_allowed_passes() {
    let graph = Graph::local().await;
    // The deepest nesting that is let through must fit the stack of a worker.
    let answer = graph
        .query(&format!("{{ at(when: {}1{}) }}", "[".repeat(97), "]".repeat(97)))
        .await;
    assert!(codes(&answer).iter().all(|code| *code != "LIMIT_EXCEEDED"), "{answer}");
    let answer = graph.query(INTROSPECTION).await;
    assert!(
        answer["data"]["__schema"]["types"]
            .as_array()
            .is_some_and(|types| types.len() > 10),
        "{answer}"
    );
}

#[tokio::test]
async fn a_document_that_is_wrong_says_where() {
    let graph = Graph::local().await;
    let answer = graph.query("{ who").await;
    assert_eq!(codes(&answer)[0], "GRAPHQL_PARSE_FAILED", "{answer}");
    let answer = graph.query("{ who\n  nobody }").await;
    assert_eq!(codes(&answer), ["GRAPHQL_VALIDATION_FAILED"], "{answer}");
    assert_eq!(answer["errors"][0]["locations"], json!([{"line": 2, "column": 3}]));
    assert_eq!(answer.get("data"), None);
    for query in [
        "query A { who } query B { who }",
        "fragment A on Movie { ...A } { who ...A }",
        "{ who @nothing }",
        "",
    ] {
        let answer = graph.query(query).await;
        assert!(codes(&answer)[0].starts_with("GRAPHQL_"), "{query}: {answer}");
    }
}

#[tokio::test]
async fn introspection_that_grows_without_end_is_refused() {
    let graph = Graph::local().await;
    let nested =
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }";
    let answer = graph.query(nested).await;
    assert_eq!(codes(&answer), ["GRAPHQL_VALIDATION_FAILED"], "{answer}");
}

/// What GraphiQL asks.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind }
    subscriptionType { name kind } types { ...FullType } directives { name description isRepeatable locations
    args(includeDeprecated: true) { ...InputValue } } } }
    fragment FullType on __Type { kind name description specifiedByURL fields(includeDeprecated: true) { name description
    args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
    inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

#[tokio::test]
async fn a_query_that_fans_out_over_types_is_planned_or_refused_in_time() {
    let graph = Graph::local().await;
    let mut query = "name".to_owned();
    for _ in 0..5 {
        query = format!(
            "related {{ node {{ ... on Movie {{ {query} }} ... on Series {{ {query} }} ... on Title {{ {query} }} }} }}"
        );
    }
    let begin = std::time::Instant::now();
    let answer = graph.query(&format!("{{ title(id: \"m1\") {{ {query} }} }}")).await;
    assert!(
        answer.get("data").is_some() || codes(&answer) == ["LIMIT_EXCEEDED"],
        "{answer}"
    );
    assert!(
        begin.elapsed() < std::time::Duration::from_secs(8),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test]
async fn variables_are_limited_before_they_are_read() {
    let settings = Settings {
        max_variable_values: 50,
        max_variable_nesting: 5,
        ..Settings::default()
    };
    let graph = Graph::with(settings).await;
    let query = "query($ids: [ID!]!, $w: Int) { titles(ids: $ids) { id } at(when: $w) }";
    let nested = (0..6).fold(json!(1), |inner, _| json!([inner]));
    for (limit, variables) in [
        ("variable values", json!({ "ids": vec!["m1"; 50] })),
        ("variable nesting", json!({ "ids": [], "w": nested })),
    ] {
        let answer = graph.ask(Request::new(query).variables(variables)).await;
        assert_eq!(codes(&answer), ["LIMIT_EXCEEDED"], "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["limit"], limit, "{answer}");
    }
}

#[tokio::test]
async fn introspection_can_be_switched_off_and_type_names_stay() {
    let graph = Graph::with(Settings {
        introspection: false,
        ..Settings::default()
    })
    .await;
    for query in [
        "{ __schema { queryType { name } } }",
        "{ who a: __type(name: \"Movie\") { name } }",
    ] {
        let answer = graph.query(query).await;
        assert_eq!(codes(&answer), ["FORBIDDEN"], "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["limit"], "introspection");
    }
    let answer = graph.query("{ __typename who }").await;
    assert_eq!(answer["data"]["__typename"], "Query", "{answer}");
}

#[tokio::test]
async fn unknown_names_are_suggested_unless_that_is_switched_off() {
    let message = async |suggestions: bool, query: &str| {
        let graph = Graph::with(Settings {
            suggestions,
            ..Settings::default()
        })
        .await;
        graph.query(query).await["errors"][0]["message"].to_string()
    };
    for (query, meant) in [
        ("{ moveis { id } }", "movies"),
        ("{ movies(frist: 1) { id } }", "first"),
        ("{ movies(filter: { yaer: 1 }) { id } }", "year"),
        ("query($f: Fliter) { movies(filter: $f) { id } }", "Filter"),
    ] {
        let told = message(true, query).await;
        assert!(told.contains("Did you mean") && told.contains(meant), "{told}");
        let silent = message(false, query).await;
        assert!(
            !silent.contains("Did you mean") && !silent.contains(&format!("`{meant}`")),
            "{silent}"
        );
    }
    let subfields = message(false, "{ title(id: \"m1\") }").await;
    assert!(!subfields.contains("Did you mean"), "{subfields}");
}
