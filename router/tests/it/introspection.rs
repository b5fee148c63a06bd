//! What clients may know of the schema, and nothing else.

use router::{Context, Request, Router};
use serde_json::{Value, json};

use crate::graph::{codes, of_sdl};

const ONE: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@inaccessible", "@shareable"])

type Query {
  "Finds things."
  find("By what." by: By!, "Old." legacy: String @deprecated(reason: "Use by."), secretOption: Int @inaccessible): [Thing!]!
  filter(filter: Filter = {old: 4}): Int
  hidden: HiddenThing @inaccessible
  any: Any
  node: Node
}
"One way to name a thing."
input By @oneOf { id: ID, "Its name." name: String, inner: By }
input Filter { "Since when." since: Moment, old: Int = 3 @deprecated(reason: "Not used."), secretField: Int @inaccessible }
"An instant."
scalar Moment @specifiedBy(url: "https://example.com/moment")
scalar HiddenScalar @inaccessible
enum Colour { "Reddish." RED, PINK @deprecated(reason: "Use RED."), SECRET_BLACK @inaccessible }
enum HiddenEnum @inaccessible { A }
input HiddenInput @inaccessible { a: HiddenEnum }
interface Node { id: ID! }
interface HiddenNode @inaccessible { id: ID! }
type Thing implements Node & HiddenNode @key(fields: "id") {
  id: ID!
  colour: Colour
  was: String @deprecated
  at: Moment
  secretScore(input: HiddenInput @inaccessible): HiddenScalar @inaccessible
}
type HiddenThing implements Node @inaccessible { id: ID! }
union Any = Thing | HiddenThing
"#;

/// Another owner of the same scalar says nothing of it.
const TWO: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
scalar Moment
type Thing @key(fields: "id") { id: ID!, since: [Moment!]! }
"#;

fn router() -> Router {
    of_sdl(&[("one", ONE.to_owned()), ("two", TWO.to_owned())])
}

async fn ask(router: &Router, query: &str, variables: Value) -> Value {
    let request = Request::new(query).variables(variables);
    let text = match router.execute(request, &Context::default()).await {
        Ok(answer) => answer.body,
        Err(rejection) => rejection.to_json().into(),
    };
    serde_json::from_slice(&text).expect("an answer is JSON")
}

const EVERYTHING: &str = "{ __schema { description queryType { name } types { ...Type } directives {
        name description isRepeatable locations args(includeDeprecated: true) { ...Input } } } }
    fragment Type on __Type { kind name description specifiedByURL isOneOf
        fields(includeDeprecated: true) { name description isDeprecated deprecationReason type { ...Ref }
            args(includeDeprecated: true) { ...Input } }
        inputFields(includeDeprecated: true) { ...Input } interfaces { ...Ref } possibleTypes { ...Ref }
        enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } }
    fragment Input on __InputValue { name description type { ...Ref } defaultValue isDeprecated deprecationReason }
    fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

#[tokio::test]
async fn what_is_inaccessible_never_shows() {
    let router = router();
    let answer = ask(&router, EVERYTHING, Value::Null).await;
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    for text in [answer.to_string(), router.api_sdl()] {
        for hidden in [
            "Hidden",
            "secret",
            "SECRET",
            "join__",
            "inaccessible",
            "_Any",
            "_entities",
        ] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
    }
    for hidden in [
        "HiddenThing",
        "HiddenNode",
        "HiddenInput",
        "HiddenEnum",
        "HiddenScalar",
        "join__Graph",
        "Nobody",
    ] {
        let answer = ask(
            &router,
            "query($name: String!) { __type(name: $name) { name } }",
            json!({ "name": hidden }),
        )
        .await;
        assert_eq!(answer, json!({"data": {"__type": null}}), "{hidden}");
    }
    for query in [
        "{ hidden { id } }",
        "{ find(by: {id: 1}, secretOption: 1) { id } }",
        "{ find(by: {id: 1}) { secretScore } }",
        "{ filter(filter: {secretField: 1}) }",
        "{ any { ... on HiddenThing { id } } }",
        "{ node { ... on HiddenNode { id } } }",
    ] {
        let answer = ask(&router, query, Value::Null).await;
        assert_eq!(codes(&answer)[0], "GRAPHQL_VALIDATION_FAILED", "{query}: {answer}");
    }
}

#[tokio::test]
async fn descriptions_deprecations_one_of_and_specified_by_show() {
    let answer = ask(
        &router(),
        r#"query($old: Boolean) {
            query: __type(name: "Query") { fields(includeDeprecated: $old) {
                name description args { name } all: args(includeDeprecated: true) { name description deprecationReason } } }
            by: __type(name: "By") { __typename description isOneOf inputFields { name description isDeprecated } }
            filter: __type(name: "Filter") { isOneOf inputFields { name defaultValue }
                all: inputFields(includeDeprecated: $old) { name description defaultValue deprecationReason } }
            moment: __type(name: "Moment") { description specifiedByURL isOneOf }
            colour: __type(name: "Colour") { enumValues { name }
                all: enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } }
            thing: __type(name: "Thing") { interfaces { name } fields { name }
                all: fields(includeDeprecated: true) { name deprecationReason type { kind name isOneOf ofType { kind } } } }
            node: __type(name: "Node") { possibleTypes { name } }
            any: __type(name: "Any") { possibleTypes { name } }
        }"#,
        json!({"old": true}),
    )
    .await;
    let data = &answer["data"];
    // Composition puts fields in the order of the alphabet.
    let find = &data["query"]["fields"][2];
    assert_eq!(find["description"], "Finds things.", "{answer}");
    assert_eq!(find["args"], json!([{"name": "by"}]));
    assert_eq!(
        find["all"],
        json!([
            {"name": "by", "description": "By what.", "deprecationReason": null},
            {"name": "legacy", "description": "Old.", "deprecationReason": "Use by."},
        ])
    );
    assert_eq!(data["by"]["isOneOf"], true, "{answer}");
    assert_eq!(data["by"]["__typename"], "__Type");
    assert_eq!(data["by"]["description"], "One way to name a thing.");
    assert_eq!(data["by"]["inputFields"][1]["description"], "Its name.");
    assert_eq!(data["filter"]["isOneOf"], false);
    assert_eq!(
        data["filter"]["inputFields"],
        json!([{"name": "since", "defaultValue": null}])
    );
    assert_eq!(
        data["filter"]["all"][0],
        json!({"name": "old", "description": null, "defaultValue": "3", "deprecationReason": "Not used."})
    );
    assert_eq!(
        data["moment"],
        json!({"description": "An instant.", "specifiedByURL": "https://example.com/moment", "isOneOf": false})
    );
    assert_eq!(data["colour"]["enumValues"], json!([{"name": "RED"}]));
    assert_eq!(data["colour"]["all"][0]["description"], "Reddish.");
    assert_eq!(data["colour"]["all"][1]["deprecationReason"], "Use RED.");
    let names: Vec<&str> = data["thing"]["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|field| field["name"].as_str())
        .collect();
    assert_eq!(names, ["at", "colour", "id", "since"]);
    assert_eq!(data["thing"]["all"][4]["deprecationReason"], "No longer supported");
    assert_eq!(
        data["thing"]["all"][2]["type"],
        json!({"kind": "NON_NULL", "name": null, "isOneOf": false, "ofType": {"kind": "SCALAR"}})
    );
    assert_eq!(data["thing"]["interfaces"], json!([{"name": "Node"}]));
    assert_eq!(data["node"]["possibleTypes"], json!([{"name": "Thing"}]));
    assert_eq!(data["any"]["possibleTypes"], json!([{"name": "Thing"}]));
}

#[tokio::test]
async fn introspection_is_an_operation_like_any_other() {
    let answer = ask(
        &router(),
        r#"query($yes: Boolean!, $no: Boolean!) {
            a: __typename
            ... on Query { __schema { queryType { ...N } queryType { kind } } }
            skipped: __type(name: "Thing") @skip(if: $yes) { name }
            b: __type(name: "Thing") { ...N @include(if: $no) ... @include(if: $yes) { k: kind } __typename }
        }
        fragment N on __Type { n: name }"#,
        json!({"yes": true, "no": false}),
    )
    .await;
    let expected = json!({"data": {
        "a": "Query",
        "__schema": {"queryType": {"n": "Query", "kind": "OBJECT"}},
        "b": {"k": "OBJECT", "__typename": "__Type"},
    }});
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn one_of_takes_exactly_one_field() {
    let router = router();
    for (query, variables, code) in [
        ("{ find(by: {}) { id } }", json!({}), "GRAPHQL_VALIDATION_FAILED"),
        (
            "{ find(by: {id: 1, name: \"x\"}) { id } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ find(by: {id: null}) { id } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ find(by: {inner: {id: 1, name: \"x\"}}) { id } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query($id: ID) { find(by: {id: $id}) { id } }",
            json!({"id": 1}),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query($by: By! = {id: 1, name: \"x\"}) { find(by: $by) { id } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query($by: By!) { find(by: $by) { id } }",
            json!({"by": {"id": 1, "name": "x"}}),
            "BAD_USER_INPUT",
        ),
        (
            "query($by: By!) { find(by: $by) { id } }",
            json!({"by": {"inner": {"name": null}}}),
            "BAD_USER_INPUT",
        ),
        // In order: only that nobody answers.
        ("{ find(by: {id: 1}) { id } }", json!({}), "UNAVAILABLE"),
        (
            "query($id: ID!) { find(by: {id: $id}) { id } }",
            json!({"id": 1}),
            "UNAVAILABLE",
        ),
        (
            "query($by: By!) { find(by: $by) { id } }",
            json!({"by": {"inner": {"name": "x"}}}),
            "UNAVAILABLE",
        ),
    ] {
        let answer = ask(&router, query, variables.clone()).await;
        assert_eq!(codes(&answer), [code], "{query} {variables}: {answer}");
    }
}
