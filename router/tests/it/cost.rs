//! What an operation costs, before and after.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use auth::{Issuer, KeyPair, Role, Verifier};
use futures_util::stream::BoxStream;
use kernel::{AccountId, Clock, SystemClock};
use router::{
    Context, Cost, FetchOperation, Inputs, Landing, Map, Parts, Ports, RateLimits, Request, Router, Settings, Source,
    Subgraph, SubgraphAnswer, Supergraph,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::graph::{ACCOUNT, Graph, codes};

const SDL: &str = r#"
    type Query {
        one: Item
        plain: [Item!]
        assumed: [Item!] @listSize(assumedSize: 7)
        sliced(first: Int = 4): [Item!] @listSize(slicingArguments: ["first"], assumedSize: 9)
        few(ids: [ID!]): [Item!] @listSize(slicingArguments: ["ids"], assumedSize: 50, requireOneSlicingArgument: false)
        must(first: Int, last: Int): [Item!] @listSize(slicingArguments: ["first", "last"])
        page(first: Int, page: PageInput): Page
            @listSize(slicingArguments: ["first", "page"], sizedFields: ["edges"], assumedSize: 10, requireOneSlicingArgument: false)
        dear(deep: Boolean @cost(weight: 3)): Item @cost(weight: 20)
        any: Any
        matrix: [[Item!]!]
        search(filter: Filter): Item
        mine(first: Int): [Item!] @authenticated @listSize(slicingArguments: ["first"])
    }
    type Mutation { change(filter: Filter): Item }
    input PageInput { page: Int! = 1 pageSize: Int }
    input Filter { year: Int text: String @cost(weight: 5) inner: Filter }
    type Page { edges: [Edge!]! total: Int @cost(weight: 2) }
    type Edge { node: Item }
    type Item { id: ID! tint: Tint items: [Item!] other: Item }
    type Heavy @cost(weight: 30) { id: ID! }
    union Any = Item | Heavy
    enum Tint @cost(weight: 1) { RED }
    directive @cost(weight: Int!) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | ENUM
    directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],
        requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize", "@authenticated"])
"#;

/// Answers everything with what it was made of.
struct Canned(Value);

#[async_trait]
impl Subgraph for Canned {
    async fn execute(&self, operation: &FetchOperation, _: Inputs, _: &Context) -> SubgraphAnswer {
        let data = async_graphql::Value::from_json(self.0.clone()).expect("JSON");
        SubgraphAnswer::new(operation, data, Vec::new())
    }

    async fn subscribe(&self, _: &FetchOperation, _: Map, _: &Context) -> BoxStream<'static, SubgraphAnswer> {
        Box::pin(futures_util::stream::empty())
    }
}

fn router(answer: Value, settings: Settings) -> Router {
    with_issuer(answer, settings).0
}

fn with_issuer(answer: Value, settings: Settings) -> (Router, Issuer) {
    let pem = KeyPair::generate().expect("a key");
    let pair = Arc::new(KeyPair::from_pem(&pem).expect("our own key"));
    let transport: Arc<dyn Subgraph> = Arc::new(Canned(answer));
    let router = Router::new(Parts {
        supergraph: Supergraph::compose(&[Source::new("items", "http://items.example", SDL)]).expect("it composes"),
        subgraphs: HashMap::from([("items".to_owned(), transport)]),
        verifier: Verifier::new(pair.public(), "test", Arc::new(SystemClock)),
        settings,
        landing: Landing::default(),
        shutdown: CancellationToken::new(),
        ports: Ports::default(),
    });
    (router.expect("a router"), Issuer::new(pair, "test"))
}

async fn cost(router: &Router, query: &str, variables: Value) -> Cost {
    let request = Request::new(query).variables(variables);
    match router.execute(request, &Context::default()).await {
        Ok(answer) => answer.cost,
        Err(rejection) => unreachable!("{query}: {:?}", rejection.errors),
    }
}

#[tokio::test]
async fn directives_sizes_and_variables_make_the_estimate() {
    let router = router(json!({}), Settings::default());
    for (query, expected) in [
        ("{ one { id } }", 1),
        ("{ one { id tint } }", 2),
        ("{ one { __typename } a: one { id } }", 2),
        ("{ plain { id } }", 5),
        ("{ plain { other { id } } }", 10),
        ("{ assumed { id } }", 7),
        ("{ sliced(first: 3) { id } }", 3),
        ("{ few { id } }", 50),
        ("{ few(ids: [\"a\", \"b\"]) { id } }", 2),
        ("{ must(last: 6) { id } }", 6),
        ("{ page(first: 3) { edges { node { id } } } }", 1 + 3 * 2),
        ("{ page { edges { node { id } } total } }", 1 + 10 * 2 + 2),
        (
            "{ page(page: { page: 2, pageSize: 4 }) { edges { node { id } } } }",
            1 + 1 + 4 * 2,
        ),
        ("{ dear { id } }", 20),
        ("{ dear(deep: true) { id } }", 23),
        ("{ any { ... on Item { id } } }", 30),
        (
            "{ any { ... on Item { items { items { items { id } } } } ... on Heavy { id } } }",
            1 + 5 + 25 + 125,
        ),
        ("{ matrix { id } }", 25),
        (
            "{ search(filter: { year: 1, text: \"a\", inner: { text: \"b\" } }) { id } }",
            1 + 6 + 6,
        ),
        ("mutation { change { id } }", 11),
        ("{ one { id } one { other { id } } }", 2),
        (
            "{ one { id ...F } } fragment F on Item { other { ...G } } fragment G on Item { other { id } }",
            3,
        ),
        ("{ __schema { queryType { name } } }", 100),
    ] {
        // Where exactly one argument is needed, it is there.
        assert_eq!(cost(&router, query, json!({})).await.estimated, expected, "{query}");
    }
}

#[tokio::test]
async fn variables_are_looked_at_for_each_request() {
    let router = router(json!({}), Settings::default());
    let sliced = "query($n: Int, $with: Boolean = false) { page(first: $n) { edges { node { id other @include(if: $with) { id } } } } }";
    for (variables, expected) in [
        (json!({}), 21),
        (json!({"n": null}), 21),
        (json!({"n": 2}), 5),
        (json!({"n": 0}), 1),
        (json!({"n": -3}), 1),
        (json!({"n": 2, "with": true}), 7),
    ] {
        assert_eq!(
            cost(&router, sliced, variables.clone()).await.estimated,
            expected,
            "{variables}"
        );
    }
    let filter = "query($f: Filter) { search(filter: $f) { id } }";
    for (variables, expected) in [
        (json!({}), 1),
        (json!({"f": {"year": 3}}), 2),
        (json!({"f": {"text": "a", "inner": {"inner": {"text": "b"}}}}), 14),
    ] {
        assert_eq!(
            cost(&router, filter, variables.clone()).await.estimated,
            expected,
            "{variables}"
        );
    }
}

#[tokio::test]
async fn what_costs_too_much_is_refused_before_it_runs() {
    let settings = Settings {
        max_cost: 100,
        ..Settings::default()
    };
    let router = router(json!({}), settings);
    let query = "query($n: Int) { page(first: $n) { edges { node { id } } } }";
    assert_eq!(cost(&router, query, json!({"n": 49})).await.estimated, 99);
    for (n, sent) in [(50, 101), (i32::MAX, 1 + 2 * u64::from(i32::MAX.unsigned_abs()))] {
        let request = Request::new(query).variables(json!({ "n": n }));
        let refused = router
            .execute(request, &Context::default())
            .await
            .expect_err("too much");
        let answer: Value = serde_json::from_slice(&refused.to_json()).expect("JSON");
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(codes(&answer), ["LIMIT_EXCEEDED"]);
        assert_eq!(
            (&extensions["limit"], &extensions["allowed"], &extensions["sent"]),
            (&json!("cost"), &json!(100), &json!(sent))
        );
    }
    let refused = router
        .execute(Request::new("{ must { id } }"), &Context::default())
        .await;
    let message = refused.expect_err("no size").errors[0].message.clone();
    assert!(
        message.contains("Query.must") && message.contains("first, last"),
        "{message}"
    );
}

#[tokio::test]
async fn the_measured_cost_is_of_what_came() {
    let item = json!({"__typename": "Item", "id": "a", "tint": "RED", "items": [{"id": "b"}, {"id": "c"}]});
    let heavy = json!({"__typename": "Heavy", "id": "h"});
    let page = json!({"edges": [{"node": {"id": "a"}}, {"node": null}], "total": 2});
    let router = router(
        json!({"one": item, "page": page, "any": heavy, "change": item}),
        Settings::default(),
    );
    for (query, actual) in [
        ("{ one { id tint items { id } } }", 1 + 1 + 2),
        ("{ page(first: 40) { edges { node { id } } total } }", 1 + 2 + 1 + 2),
        ("{ any { ... on Heavy { id } } }", 30),
        ("mutation { change { id } }", 11),
        ("{ plain { id } }", 0),
    ] {
        let cost = cost(&router, query, json!({})).await;
        assert_eq!(cost.actual, actual, "{query}");
    }
}

#[tokio::test]
async fn cost_is_counted_over_many_subgraphs() {
    let graph = Graph::local().await;
    let query = "{ titles(ids: [\"m1\", \"m2\"]) { id access { allowed } } }";
    let answer = graph.router.execute(Request::new(query), &Context::default()).await;
    let cost = answer.expect("an answer").cost;
    assert_eq!(
        (cost.estimated, cost.actual),
        (10, 3),
        "five titles assumed; two came, one with its access"
    );
}

/// A request that is wrong in every way is refused for the first; each time one thing is put right.
#[tokio::test]
async fn a_request_is_authenticated_read_authorised_weighed_rate_limited_and_answered_in_this_order() {
    let settings = Settings {
        max_cost: 50,
        rate_limits: RateLimits {
            ip: 1_000,
            account: 50,
            ..RateLimits::default()
        },
        ..Settings::default()
    };
    let (router, issuer) = with_issuer(json!({ "mine": [{ "id": "a" }] }), settings);
    let now = SystemClock.now();
    let account = AccountId::parse("account", ACCOUNT).expect("an id");
    let ends = now + std::time::Duration::from_mins(1);
    let token = issuer.issue(account, &[Role::Viewer], uuid::Uuid::nil(), now, ends);
    let signed_in = Context::from(router.authenticate(Some(&format!("Bearer {token}"))).expect("a token"));
    let anonymous = Context::default();

    let wrong = router
        .authenticate(Some(&format!("Bearer {token}x")))
        .expect_err("no token");
    assert_eq!(wrong.status, 401);
    let (query, text) = ("query($n: Int!) { mine(first: $n) { id } }", "a text");
    let steps = [
        (&anonymous, "{ mine { ", json!({ "n": text }), "GRAPHQL_PARSE_FAILED"),
        (&anonymous, query, json!({ "n": text }), "BAD_USER_INPUT"),
        (&anonymous, query, json!({ "n": 60 }), "UNAUTHENTICATED"),
        (&signed_in, query, json!({ "n": 60 }), "LIMIT_EXCEEDED"),
        (&signed_in, query, json!({ "n": 41 }), ""),
        (&signed_in, query, json!({ "n": 41 }), "RATE_LIMITED"),
    ];
    for (context, query, variables, expected) in steps {
        let request = Request::new(query).variables(variables.clone());
        let answer = match router.execute(request, context).await {
            Ok(answer) => answer.body,
            Err(rejection) => rejection.to_json().into(),
        };
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        let code = codes(&answer).first().copied().unwrap_or_default().to_owned();
        assert_eq!(code, expected, "{variables} {answer}");
    }
}
