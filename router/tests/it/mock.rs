//! Subgraphs that are made up from the schema.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use auth::{KeyPair, Verifier};
use axum::http::Method;
use futures_util::{StreamExt, stream::BoxStream};
use kernel::SystemClock;
use router::{
    Context, FetchOperation, Inputs, Landing, Map, MockSettings, Parts, Ports, Request, Router, Settings, Source,
    Subgraph, SubgraphAnswer, Supergraph, mocks,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{front::ask, graph::codes};

const LINK: &str =
    "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@external\",
    \"@requires\", \"@authenticated\", \"@interfaceObject\", \"@cacheControl\"]) ";

const CATALOGUE: &str = r#"
    scalar DateTime scalar URL @specifiedBy(url: "https://www.rfc-editor.org/rfc/rfc3986") scalar Strange
    type Query {
        title(id: ID!): Title movie(id: ID!): Movie titles(first: Int): [Title!]! movies(ids: [ID!]!): [Movie]!
        page(first: Int, after: String): MovieConnection! mine: String! @authenticated found: [Found!]!
    }
    type Mutation { rename(input: RenameInput!): RenamePayload! }
    type Subscription { changed: Movie! watched(id: ID!): Movie! }
    input RenameInput { id: ID! name: String! }
    type RenamePayload { movie: Movie problem: Problem }
    type Problem { message: String! }
    interface Title @key(fields: "id") { id: ID! name: String! }
    type Movie implements Title @key(fields: "id") {
        id: ID! name: String! kind: Kind! at: DateTime! poster: URL releaseYear: Int! rating: Float kids: Boolean odd: Strange
    }
    type Series implements Title @key(fields: "id") { id: ID! name: String! seasons: [[Int!]!]! }
    type MovieConnection { edges: [MovieEdge!]! pageInfo: PageInfo! totalCount: Int! }
    type MovieEdge { node: Movie! cursor: String! }
    type PageInfo { hasNextPage: Boolean! }
    union Found = Movie | Series
    enum Kind { FEATURE SHORT }
"#;

const REVIEWS: &str = r#"
    type Query { best: Movie }
    type Movie @key(fields: "id") { id: ID! stars: Int! name: String! @external blurb: String! @requires(fields: "name") }
"#;

const COUNTS: &str = r#"
    type Query { top: Title }
    type Title @key(fields: "id") @interfaceObject { id: ID! reviews: Int! }
"#;

const ID: &str = "0190a1b2-0000-7000-8000-000000000001";

fn supergraph() -> Supergraph {
    let sources = [("catalogue", CATALOGUE), ("reviews", REVIEWS), ("counts", COUNTS)]
        .map(|(name, sdl)| Source::new(name, "", format!("{LINK}{sdl}")));
    Supergraph::compose(&sources).expect("they compose")
}

pub fn settings(subgraphs: &[&str], values: Value) -> MockSettings {
    MockSettings {
        subgraphs: subgraphs.iter().map(ToString::to_string).collect(),
        values: serde_json::from_value::<BTreeMap<String, Value>>(values).expect("an object"),
        tick_ms: 10,
        ..MockSettings::default()
    }
}

/// A router whose subgraphs are made up, all but those of `real`.
pub fn router(mock: MockSettings, real: HashMap<String, Arc<dyn Subgraph>>) -> Router {
    let supergraph = supergraph();
    let mut subgraphs = mocks(&supergraph, &mock).expect("settings that fit");
    subgraphs.extend(real);
    let pem = KeyPair::generate().expect("a key");
    let pair = KeyPair::from_pem(&pem).expect("our own key");
    Router::new(Parts {
        supergraph,
        subgraphs,
        verifier: Verifier::new(pair.public(), "test", Arc::new(SystemClock)),
        settings: Settings {
            mock,
            ..Settings::default()
        },
        landing: Landing::default(),
        shutdown: CancellationToken::new(),
        ports: Ports::default(),
    })
    .expect("a router")
}

fn all(values: Value) -> Router {
    router(settings(&["*"], values), HashMap::new())
}

async fn query(router: &Router, text: &str) -> Value {
    let answered = router.execute(Request::new(text), &Context::default()).await;
    let body = answered.map_or_else(|rejection| rejection.to_json().into(), |answer| answer.body);
    serde_json::from_slice(&body).expect("JSON")
}

/// The data of an answer without errors.
async fn data(router: &Router, text: &str) -> Value {
    let answer = query(router, text).await;
    assert!(answer.get("errors").is_none(), "{text}: {answer:#}");
    answer["data"].clone()
}

const MOVIE: &str = "{ id name kind at poster releaseYear rating kids odd stars blurb reviews }";

#[tokio::test]
async fn everything_has_the_type_that_the_schema_says_and_is_the_same_again() {
    let graph = all(json!({}));
    let text = format!(
        "{{ movie(id: \"{ID}\") {MOVIE} titles {{ __typename id name ... on Series {{ seasons }} }} found {{ __typename }} }}"
    );
    let found = data(&graph, &text).await;
    let movie = &found["movie"];
    assert_eq!(movie["id"], ID);
    assert!(["FEATURE", "SHORT"].contains(&movie["kind"].as_str().expect("an enum")));
    assert!(
        movie["at"]
            .as_str()
            .is_some_and(|at| at.starts_with("2026-") && at.ends_with('Z')),
        "{movie}"
    );
    assert!(
        movie["poster"].as_str().is_some_and(|url| url.starts_with("https://")),
        "{movie}"
    );
    assert!(
        movie["releaseYear"]
            .as_i64()
            .is_some_and(|year| (1950..2026).contains(&year)),
        "{movie}"
    );
    assert!(
        movie["rating"].is_f64() && movie["kids"].is_boolean() && movie["stars"].is_i64(),
        "{movie}"
    );
    assert!(
        movie["name"].as_str().is_some_and(|name| name.ends_with("Movie")),
        "{movie}"
    );
    assert!(
        movie["odd"].is_string() && movie["blurb"].is_string() && movie["reviews"].is_i64(),
        "{movie}"
    );
    assert_eq!(found["titles"].as_array().map(Vec::len), Some(3));
    assert_eq!(data(&graph, &text).await, found);
    assert_eq!(
        data(&all(json!({})), &text).await,
        found,
        "another process says the same"
    );
    let other = MockSettings {
        seed: 2,
        ..settings(&["*"], json!({}))
    };
    assert_ne!(data(&router(other, HashMap::new()), &text).await, found);
}

#[tokio::test]
async fn a_thing_is_the_same_on_every_way_to_it() {
    let graph = all(json!({}));
    let titles = data(&graph, "{ titles(first: 8) { __typename id name reviews } }").await;
    let titles = titles["titles"].as_array().expect("a list");
    assert_eq!(titles.len(), 8);
    for title in titles {
        let text = format!("{{ title(id: {}) {{ __typename id name reviews }} }}", title["id"]);
        assert_eq!(data(&graph, &text).await["title"], *title);
    }
    let kinds: Vec<&Value> = titles.iter().map(|title| &title["__typename"]).collect();
    assert!(
        kinds.contains(&&json!("Movie")) && kinds.contains(&&json!("Series")),
        "{kinds:?}"
    );
    // The way through the other subgraph, and several at once.
    let best = data(&graph, "{ best { id name stars } }").await["best"].clone();
    let text = format!(
        "{{ movies(ids: [{}, \"{ID}\"]) {{ id name stars }} movie(id: \"{ID}\") {{ id name stars }} }}",
        best["id"]
    );
    let asked = data(&graph, &text).await;
    assert_eq!(asked["movies"], json!([best, asked["movie"]]));
    let top = data(&graph, "{ top { __typename id name reviews } }").await["top"].clone();
    let text = format!("{{ title(id: {}) {{ __typename id name reviews }} }}", top["id"]);
    assert_eq!(data(&graph, &text).await["title"], top);
}

#[tokio::test]
async fn lists_have_as_many_items_as_are_asked_for_and_a_mutation_has_no_problem() {
    let graph = all(json!({}));
    let page = data(
        &graph,
        "{ page(first: 5) { edges { cursor node { id } } pageInfo { hasNextPage } totalCount } }",
    )
    .await;
    let page = &page["page"];
    assert_eq!(page["edges"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        (&page["totalCount"], &page["pageInfo"]["hasNextPage"]),
        (&json!(5), &json!(false))
    );
    let fewer = data(&graph, "{ page(first: 2) { edges { cursor node { id } } } }").await;
    assert_eq!(
        fewer["page"]["edges"],
        json!(page["edges"].as_array().expect("a list")[..2])
    );
    let text = format!(
        "mutation {{ rename(input: {{ id: \"{ID}\", name: \"x\" }}) {{ movie {{ id }} problem {{ message }} }} }}"
    );
    let renamed = data(&graph, &text).await;
    assert!(
        renamed["rename"]["movie"]["id"].is_string() && renamed["rename"]["problem"].is_null(),
        "{renamed}"
    );
}

#[tokio::test]
async fn a_subscription_ticks_and_what_was_asked_for_stays_itself() {
    let graph = all(json!({}));
    let ask = async |text: &str| {
        let events = graph.stream(Request::new(text), &Context::default()).await;
        let events: Vec<_> = events.expect("a subscription").take(3).collect().await;
        let read = |event: &router::Delivery| {
            let text = event.body().to_vec();
            serde_json::from_slice::<Value>(&text).expect("JSON")["data"].clone()
        };
        events.iter().map(read).collect::<Vec<_>>()
    };
    let changed = ask("subscription { changed { id name stars } }").await;
    assert!(changed[0] != changed[1] && changed[1] != changed[2], "{changed:?}");
    let watched = ask(&format!(
        "subscription {{ watched(id: \"{ID}\") {{ id releaseYear odd }} }}"
    ))
    .await;
    assert!(watched.iter().all(|event| event["watched"]["id"] == ID), "{watched:?}");
    assert_ne!(watched[0], watched[1]);
}

#[tokio::test]
async fn what_the_settings_give_is_said_and_null_goes_as_far_as_it_must() {
    let graph = all(json!({
        "Title.name": "Metropolis", "Kind": "SHORT", "Movie.poster": null, "DateTime": "2027-01-01T00:00:00Z",
        "Query.titles": [{ "__typename": "Series", "name": "Dark", "seasons": [[1, 2], []] }, { "__typename": "Movie", "id": ID }],
        "MovieEdge.node": null,
    }));
    let text = format!(
        "{{ movie(id: \"{ID}\") {{ name kind poster at }} page {{ totalCount }}
            titles {{ __typename id name ... on Series {{ seasons }} }} }}"
    );
    let found = data(&graph, &text).await;
    assert_eq!(
        found["movie"],
        json!({ "name": "Metropolis", "kind": "SHORT", "poster": null, "at": "2027-01-01T00:00:00Z" })
    );
    let titles = found["titles"].as_array().expect("a list");
    assert_eq!(
        (&titles[0]["name"], &titles[0]["seasons"]),
        (&json!("Dark"), &json!([[1, 2], []]))
    );
    assert_eq!(
        (&titles[1]["id"], &titles[1]["name"]),
        (&json!(ID), &json!("Metropolis"))
    );
    // Neither the node, nor its edge, nor the list, nor the page may be null, so nothing is left.
    let answer = query(&graph, "{ page { edges { node { id } } } }").await;
    assert_eq!(
        (&answer["data"], codes(&answer)),
        (&Value::Null, vec!["INTERNAL_SERVER_ERROR"]),
        "{answer:#}"
    );
    assert_eq!(answer["errors"][0]["path"], json!(["page", "edges", 0, "node"]));
}

#[test]
fn what_does_not_fit_is_named() {
    let supergraph = supergraph();
    for (subgraphs, values, named) in [
        (
            &["catalog"][..],
            json!({}),
            ["\"catalog\"", "catalogue, reviews, counts"],
        ),
        (&["*"], json!({ "Movi.name": "x" }), ["\"Movi.name\"", "no such type"]),
        (&["*"], json!({ "Movie.nam": "x" }), ["\"Movie.nam\"", "no such field"]),
        (&["*"], json!({ "Movie.name": 7 }), ["\"Movie.name\"", "7 is no String"]),
        (
            &["*"],
            json!({ "Movie.kind": "LONG" }),
            ["\"LONG\" is no Kind", "FEATURE, SHORT"],
        ),
        (&["*"], json!({ "Query.titles": "x" }), ["\"Query.titles\"", "no list"]),
        (
            &["*"],
            json!({ "Query.titles": [{ "__typename": "PageInfo" }] }),
            ["\"PageInfo\"", "no Title"],
        ),
        (
            &["*"],
            json!({ "Movie": { "stars": 1, "sars": 2 } }),
            ["\"Movie\"", "no field \"sars\""],
        ),
    ] {
        let error = mocks(&supergraph, &settings(subgraphs, values))
            .err()
            .expect("it does not fit")
            .to_string();
        assert!(named.iter().all(|part| error.contains(part)), "{named:?}: {error}");
    }
}

/// Knows one movie.
pub struct Real;

#[async_trait]
impl Subgraph for Real {
    async fn execute(&self, operation: &FetchOperation, _: Inputs, _: &Context) -> SubgraphAnswer {
        let data = json!({ "movie": { "__typename": "Movie", "id": ID, "name": "Real" } });
        let data = async_graphql::Value::from_json(data).expect("JSON");
        SubgraphAnswer::new(operation, data, Vec::new())
    }

    async fn subscribe(&self, _: &FetchOperation, _: Map, _: &Context) -> BoxStream<'static, SubgraphAnswer> {
        Box::pin(futures_util::stream::empty())
    }
}

#[tokio::test]
async fn beside_real_subgraphs_the_rest_is_as_always_and_the_answer_says_what_is_made_up() {
    let real: HashMap<String, Arc<dyn Subgraph>> = HashMap::from([("catalogue".to_owned(), Arc::new(Real) as _)]);
    let graph = router(settings(&["counts", "reviews"], json!({ "Movie.stars": 5 })), real);
    let path = |query: &str| {
        format!(
            "/graphql?query={}",
            query
                .replace(' ', "%20")
                .replace('{', "%7B")
                .replace('}', "%7D")
                .replace('"', "%22")
        )
    };
    let ask = async |query: String| ask(graph.routes(), Method::GET, &path(&query), &[]).await;
    let mixed = ask(format!("{{ movie(id: \"{ID}\") {{ name stars }} }}")).await;
    assert_eq!(
        mixed.json(),
        json!({ "data": { "movie": { "name": "Real", "stars": 5 } } })
    );
    let marks = |reply: &crate::front::Reply| reply.header("x-matinee-mock".parse().expect("a name")).to_owned();
    assert_eq!(marks(&mixed), "reviews");
    assert_eq!(mixed.header(axum::http::header::CACHE_CONTROL), "no-store");
    let only_real = ask(format!("{{ movie(id: \"{ID}\") {{ name }} }}")).await;
    assert_eq!((marks(&only_real).as_str(), only_real.status.as_u16()), ("", 200));
    // What is guarded is guarded.
    let before: u64 = graph.fetches().values().sum();
    assert_eq!(codes(&query(&graph, "{ mine }").await), ["UNAUTHENTICATED"]);
    assert_eq!(graph.fetches().values().sum::<u64>(), before);
}
