//! What a plan gives: the same in process and over HTTP.

use futures_util::StreamExt;
use router::Request;
use serde_json::{Value, json};

use crate::graph::{ACCOUNT, ALL, Graph, codes};

#[tokio::test]
async fn an_interface_object_answers_for_a_concrete_type() {
    for transport in ALL {
        let graph = Graph::start(transport).await;
        let answer = graph
            .query(r#"{ title(id: "m1") { name ... on Movie { access { allowed reason } } } }"#)
            .await;
        let title = json!({"name": "Metropolis", "access": {"allowed": false, "reason": "NOT_SIGNED_IN"}});
        assert_eq!(answer, json!({"data": {"title": title}}), "{transport:?}");
    }
}

#[tokio::test]
async fn the_home_screen_needs_one_fetch_per_subgraph() {
    for transport in ALL {
        let graph = Graph::start(transport).await;
        let query = "{ home { rails { items { edges { node {
            __typename id name ... on Movie { releaseYear } ... on Series { seasonCount } access { allowed } } } } } } }";
        let answer = graph.ask_as(Request::new(query), &graph.signed_in()).await;
        let movie = json!({"__typename": "Movie", "id": "m1", "name": "Metropolis", "releaseYear": 1927,
            "access": {"allowed": true}});
        let series = json!({"__typename": "Series", "id": "s1", "name": "Les Vampires", "seasonCount": 10,
            "access": {"allowed": true}});
        let rail = |titles: Vec<&Value>| {
            let edges: Vec<Value> = titles.into_iter().map(|title| json!({"node": title})).collect();
            json!({"items": {"edges": edges}})
        };
        let rails = json!([rail(vec![&movie, &series]), rail(vec![&series])]);
        assert_eq!(answer, json!({"data": {"home": {"rails": rails}}}), "{transport:?}");
        let fetches = graph.router.fetches();
        assert_eq!(
            (fetches["home"], fetches["catalogue"], fetches["rights"]),
            (1, 1, 1),
            "{transport:?}"
        );
    }
}

#[tokio::test]
async fn an_interface_is_enough_where_the_type_does_not_matter() {
    let graph = Graph::local().await;
    let answer = graph
        .query("{ home { rails { items { edges { reason node { id access { allowed } } } } } } }")
        .await;
    let first = &answer["data"]["home"]["rails"][0]["items"]["edges"][0];
    assert_eq!(
        *first,
        json!({"reason": "NEW", "node": {"id": "m1", "access": {"allowed": false}}}),
        "{answer}"
    );
    let fetches = graph.router.fetches();
    assert_eq!((fetches["home"], fetches["catalogue"], fetches["rights"]), (1, 0, 1));
}

#[tokio::test]
async fn a_reference_to_something_that_is_gone_is_null_and_no_error() {
    let graph = Graph::local().await;
    let answer = graph
        .query("{ home(gone: true) { rails { items { edges { node { __typename id name access { allowed } } } } } } }")
        .await;
    let edges = &answer["data"]["home"]["rails"][1]["items"]["edges"];
    assert_eq!(edges[0], json!({"node": null}), "{answer}");
    assert_eq!(edges[1]["node"]["name"], "Les Vampires", "{answer}");
    assert_eq!(answer.get("errors"), None, "{answer}");
}

#[tokio::test]
async fn a_list_of_interfaces_takes_fields_from_fragments_aliases_and_unions() {
    let graph = Graph::local().await;
    let query = "query Q($ids: [ID!]!) {
        titles(ids: $ids) { kind: __typename ...Name }
        search { __typename ... on Movie { id released: releaseYear } ... on Title { again: name } }
    } fragment Name on Title { label: name ...Year } fragment Year on Movie { releaseYear }";
    let answer = graph
        .ask(Request::new(query).variables(json!({"ids": ["m1", "s1", "zz"]})))
        .await;
    assert_eq!(
        answer,
        json!({"data": {
            "titles": [
                {"kind": "Movie", "label": "Metropolis", "releaseYear": 1927},
                {"kind": "Series", "label": "Les Vampires"},
                null,
            ],
            "search": [
                {"__typename": "Movie", "id": "m1", "released": 1927, "again": "Metropolis"},
                {"__typename": "Series", "again": "Les Vampires"},
                null,
            ],
        }})
    );
}

#[tokio::test]
async fn what_the_api_does_not_know_becomes_null() {
    let graph = Graph::local().await;
    let answer = graph
        .query(r#"{ title(id: "m2") { ... on Movie { name colour } } search { ... on Movie { id } } }"#)
        .await;
    let data = json!({"title": {"name": "Nosferatu", "colour": null}, "search": [{"id": "m1"}, {}, null]});
    assert_eq!(answer, json!({"data": data}));
}

#[tokio::test]
async fn a_null_that_may_not_be_carries_to_the_nearest_place_where_it_may() {
    for transport in ALL {
        let graph = Graph::start(transport).await;
        let answer = graph.query("{ trouble { fine must } who }").await;
        assert_eq!(answer["data"], json!({"trouble": null, "who": null}), "{answer}");
        assert_eq!(codes(&answer), ["INTERNAL_SERVER_ERROR"]);
        let answer = graph.query("{ trouble { fine may } }").await;
        assert_eq!(answer["data"], json!({"trouble": {"fine": 1, "may": null}}));
        let error = &answer["errors"][0];
        assert_eq!(error["path"], json!(["trouble", "may"]));
        assert_eq!(error["message"], "not you");
        assert_eq!(error["extensions"]["code"], "FORBIDDEN");
        assert_eq!(error["extensions"]["service"], "accounts");
    }
}

#[tokio::test]
async fn an_error_on_an_entity_has_the_path_the_client_knows() {
    for transport in ALL {
        let graph = Graph::start(transport).await;
        let answer = graph.query("{ films: movies { id right: access { allowed } } }").await;
        assert_eq!(
            answer["data"]["films"][0]["right"],
            json!({"allowed": false}),
            "{answer}"
        );
        assert_eq!(answer["data"]["films"][1]["right"], Value::Null);
        assert_eq!(answer["errors"][0]["path"], json!(["films", 1, "right"]), "{answer}");
        assert_eq!(codes(&answer), ["CONFLICT"]);
    }
}

#[tokio::test]
async fn a_dead_subgraph_costs_its_fields_and_says_so() {
    let graph = Graph::without("rights").await;
    let answer = graph
        .query("{ home { rails { items { edges { node { name access { allowed } } } } } } who }")
        .await;
    let node = &answer["data"]["home"]["rails"][0]["items"]["edges"][0]["node"];
    assert_eq!(*node, json!({"name": "Metropolis", "access": null}), "{answer}");
    assert_eq!(codes(&answer), ["UNAVAILABLE"], "{answer}");
    assert_eq!(answer["errors"][0]["path"], json!(["home", "rails"]));
    assert_eq!(answer["errors"][0]["extensions"]["service"], "rights");

    let answer = Graph::without("accounts")
        .await
        .query("{ who trouble { fine } rightsVersion }")
        .await;
    assert_eq!(
        answer["data"],
        json!({"who": null, "trouble": null, "rightsVersion": 1}),
        "{answer}"
    );
    assert_eq!(answer["errors"][1]["path"], json!(["trouble"]), "{answer}");
}

#[tokio::test]
async fn a_slow_subgraph_is_given_up() {
    let graph = Graph::with(router::Settings {
        subgraph_timeout_ms: 30,
        ..Default::default()
    })
    .await;
    let answer = graph.query("{ trouble { slow } rightsVersion }").await;
    assert_eq!(answer["data"], json!({"trouble": null, "rightsVersion": 1}));
    assert_eq!(codes(&answer), ["TIMEOUT"]);
}

#[tokio::test]
async fn the_viewer_reaches_the_subgraph() {
    for transport in ALL {
        let graph = Graph::start(transport).await;
        let answer = graph.ask_as(Request::new("{ who }"), &graph.signed_in()).await;
        assert_eq!(answer, json!({"data": {"who": ACCOUNT}}), "{transport:?}");
        let answer = graph.query("{ who }").await;
        assert_eq!(answer, json!({"data": {"who": null}}), "{transport:?}");
    }
}

#[tokio::test]
async fn mutations_run_in_the_order_of_the_document() {
    let graph = Graph::local().await;
    let answer = graph
        .query(r#"mutation { a: append(word: "x") b: append(word: "y") c: append(word: "z") __typename }"#)
        .await;
    assert_eq!(
        answer,
        json!({"data": {"a": "x", "b": "xy", "c": "xyz", "__typename": "Mutation"}})
    );
}

#[tokio::test]
async fn skip_and_include_follow_the_variables() {
    let graph = Graph::local().await;
    let query = r#"query Q($yes: Boolean!, $no: Boolean! = false) {
        title(id: "m1") { id @include(if: $no) name @skip(if: $no) ... @include(if: $yes) { access { allowed } } }
        who @include(if: $no) rightsVersion @skip(if: $yes) all: rightsVersion @skip(if: true)
    }"#;
    let answer = graph.ask(Request::new(query).variables(json!({"yes": true}))).await;
    assert_eq!(
        answer,
        json!({"data": {"title": {"name": "Metropolis", "access": {"allowed": false}}}})
    );
    let answer = graph
        .ask(Request::new(query).variables(json!({"yes": false, "no": true})))
        .await;
    assert_eq!(
        answer,
        json!({"data": {"title": {"id": "m1"}, "who": null, "rightsVersion": 1}})
    );
    assert_eq!(graph.query("{ who @skip(if: true) }").await, json!({"data": {}}));
}

#[tokio::test]
async fn introspection_mixes_with_data() {
    let graph = Graph::local().await;
    let answer = graph
        .query(
            r#"{ __typename me: __type(name: "Movie") { name interfaces { name } fields { name } } rightsVersion
            ... on Query { __schema { queryType { name } subscriptionType { name } } } }"#,
        )
        .await;
    assert_eq!(answer["data"]["__typename"], "Query", "{answer}");
    assert_eq!(answer["data"]["rightsVersion"], 1);
    assert_eq!(answer["data"]["me"]["interfaces"], json!([{"name": "Title"}]));
    assert_eq!(
        answer["data"]["__schema"]["subscriptionType"],
        json!({"name": "Subscription"})
    );
    assert!(!answer.to_string().contains("internalScore"));
}

#[tokio::test]
async fn variables_are_brought_to_their_types_or_refused_by_name() {
    let graph = Graph::local().await;
    let query = "query Q($filter: Filter, $first: Int = 1) { movies(filter: $filter, first: $first) { name } }";
    let answer = graph.query(query).await;
    assert_eq!(answer, json!({"data": {"movies": [{"name": "Metropolis"}]}}));
    let answer = graph
        .ask(Request::new(query).variables(json!({"filter": {"year": 1922}, "first": 5})))
        .await;
    assert_eq!(answer, json!({"data": {"movies": [{"name": "Nosferatu"}]}}));
    for variables in [json!({"first": "ten"}), json!({"first": 3_000_000_000_u64})] {
        let answer = graph.ask(Request::new(query).variables(variables)).await;
        assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], "first", "{answer}");
        assert_eq!(answer.get("data"), None);
    }
    let answer = graph
        .ask(Request::new(query).variables(json!({"filter": {"yaer": 1}})))
        .await;
    assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{answer}");
}

#[tokio::test]
async fn a_scalar_that_cannot_be_read_is_bad_input() {
    for transport in ALL {
        let graph = Graph::start(transport).await;
        let request = Request::new("query Q($day: Day!) { at(when: $day) }").variables(json!({"day": "tomorrow"}));
        let answer = graph.ask(request).await;
        assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{transport:?} {answer}");
    }
}

#[tokio::test]
async fn each_event_of_a_subscription_runs_the_rest_of_the_plan() {
    for transport in ALL {
        let graph = Graph::start(transport).await;
        let request = Request::new("subscription { watched { id name access { allowed } } }");
        let events = graph
            .router
            .stream(request, &graph.signed_in())
            .await
            .expect("a stream");
        let events: Vec<Value> = events
            .map(|event| serde_json::from_slice(&event).expect("an answer is JSON"))
            .collect()
            .await;
        assert_eq!(events.len(), 2, "{events:?}");
        let first = json!({"id": "m1", "name": "Metropolis", "access": {"allowed": true}});
        assert_eq!(events[0], json!({"data": {"watched": first}}), "{transport:?}");
        assert_eq!(events[1]["data"]["watched"]["access"], Value::Null, "{transport:?}");
        assert_eq!(
            events[1]["errors"][0]["path"],
            json!(["watched", "access"]),
            "{transport:?}"
        );
    }
}

#[tokio::test]
async fn a_subscription_that_is_refused_says_why_and_ends() {
    for transport in ALL {
        let graph = Graph::start(transport).await;
        let request = Request::new("subscription { refused }");
        let events = graph
            .router
            .stream(request, &router::Context::default())
            .await
            .expect("a stream");
        let events: Vec<Value> = events
            .map(|event| serde_json::from_slice(&event).expect("an answer is JSON"))
            .collect()
            .await;
        assert_eq!(events.len(), 1, "{transport:?} {events:?}");
        assert_eq!(codes(&events[0]), ["UNAUTHENTICATED"], "{transport:?} {events:?}");
    }
}
