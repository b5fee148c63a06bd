//! What the router keeps, for whom, and what ends it.

use std::sync::atomic::Ordering;

use auth::Role;
use axum::http::{Method, StatusCode, header};
use router::{CacheSettings, Context, Request, Router, Settings};
use serde_json::json;

use crate::kiosk::{ADA, BOB, Kiosk, keeping};

#[tokio::test]
async fn the_shortest_hint_of_an_operation_counts() {
    let kiosk = Kiosk::open().await;
    let nobody = Context::default();
    for (query, expected) in [
        ("{ channels { id name } }", (60, false)),
        (
            "{ channels { ...A } } fragment A on Channel { name viewers }",
            (10, false),
        ),
        ("{ channels { name weather } }", (0, false)),
        ("{ channels { name } who }", (0, false)),
        ("{ channels { name } mine }", (60, true)),
        // Another subgraph's field takes nothing from the owner's hint.
        ("{ channels { name price } }", (0, false)),
        ("{ channels { __typename } }", (60, false)),
        ("{ __schema { queryType { name } } }", (0, false)),
        ("{ __typename }", (0, false)),
    ] {
        assert_eq!(kiosk.policy(query, &nobody).await, expected, "{query}");
    }
    let editor = kiosk.viewer(ADA, &[Role::Viewer, Role::Editor]);
    assert_eq!(
        kiosk.policy("{ channels { name } }", &editor).await,
        (0, false),
        "staff see what is true now"
    );
}

#[tokio::test]
async fn an_answer_is_kept_for_its_time_and_for_these_variables() {
    let kiosk = Kiosk::open().await;
    let ask = async |id: &str| {
        let request = Request::new("query C($id: ID!) { channel(id: $id) { name } }").variables(json!({"id": id}));
        kiosk
            .router
            .execute(request, &Context::default())
            .await
            .expect("an answer")
    };
    let first = ask("c1").await;
    kiosk.clock.pass(20);
    let again = ask("c1").await;
    assert_eq!((first.body, kiosk.fetches("tv")), (again.body, 1));
    assert_eq!((again.cost.actual, first.cost.actual), (1, 1), "it holds what it held");
    assert_eq!(again.policy.max_age, 40, "what is left of it");
    ask("c2").await;
    assert_eq!(kiosk.fetches("tv"), 2);
    kiosk.clock.pass(41);
    ask("c1").await;
    assert_eq!(kiosk.fetches("tv"), 3);
}

#[tokio::test]
async fn a_change_is_seen_by_the_next_request_and_others_stay_kept() {
    let kiosk = Kiosk::open().await;
    let one = r#"{ channel(id: "c1") { id name } }"#;
    let two = r#"{ channel(id: "c2") { other: id name } }"#;
    let unnamed = r#"{ channel(id: "c3") { id: name } }"#;
    for query in [one, two, unnamed, "{ channels { id name } }", "{ drafts }"] {
        kiosk.ask(query).await;
    }
    let before = kiosk.fetches("tv");
    kiosk.ask(r#"mutation { rename(id: "c1", name: "First") }"#).await;
    assert_eq!(
        kiosk.ask(one).await,
        json!({"data": {"channel": {"id": "c1", "name": "First"}}})
    );
    let listed = kiosk.ask("{ channels { id name } }").await;
    assert_eq!(listed["data"]["channels"][0]["name"], "First");
    // The mutation, the channel, the list; what is known to be another channel stays, as what is none.
    kiosk.ask(two).await;
    kiosk.ask("{ drafts }").await;
    assert_eq!(kiosk.fetches("tv"), before + 3);
    kiosk.ask(unnamed).await;
    assert_eq!(kiosk.fetches("tv"), before + 4, "an alias is not an id");
}

#[tokio::test]
async fn nothing_is_kept_that_was_read_before_a_change_and_answered_after() {
    let kiosk = Kiosk::open().await;
    let query = "{ channels { name } slow }";
    assert_eq!(kiosk.policy("{ channels { name } }", &Context::default()).await.0, 60);
    let reading = kiosk.ask(query);
    let change = async {
        while kiosk.world.slow_calls.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        kiosk.ask(r#"mutation { rename(id: "c1", name: "First") }"#).await;
        kiosk.world.gate.add_permits(1);
    };
    tokio::join!(reading, change);
    assert_eq!(
        kiosk.ask("{ channels { name } }").await["data"]["channels"][0]["name"],
        "First"
    );
}

#[tokio::test]
async fn nobody_sees_what_was_answered_to_another() {
    let kiosk = Kiosk::open().await;
    let (ada, bob) = (kiosk.viewer(ADA, &[Role::Viewer]), kiosk.viewer(BOB, &[Role::Viewer]));
    let editor = kiosk.viewer(BOB, &[Role::Viewer, Role::Editor]);
    for _ in 0..2 {
        assert_eq!(kiosk.ask_as("{ mine }", &ada).await, json!({"data": {"mine": ADA}}));
        assert_eq!(kiosk.ask_as("{ mine }", &bob).await, json!({"data": {"mine": BOB}}));
        assert_eq!(kiosk.ask("{ mine }").await, json!({"data": {"mine": null}}));
    }
    assert_eq!(kiosk.fetches("tv"), 3, "each is kept for its own");
    // What is public is one for all viewers, but staff see more and keep it to themselves.
    for _ in 0..2 {
        assert_eq!(
            kiosk.ask_as("{ drafts }", &editor).await,
            json!({"data": {"drafts": 1}})
        );
        assert_eq!(kiosk.ask_as("{ drafts }", &ada).await, json!({"data": {"drafts": 0}}));
        assert_eq!(kiosk.ask("{ drafts }").await, json!({"data": {"drafts": 0}}));
    }
    assert_eq!(kiosk.fetches("tv"), 6, "nothing is kept for staff");
}

#[tokio::test]
async fn of_entities_only_what_is_missing_is_fetched() {
    let kiosk = Kiosk::open().await;
    let ask = async |ids: &str| {
        let answer = kiosk.ask(&format!("{{ picks(ids: {ids}) {{ name }} }}")).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        let picks = answer["data"]["picks"].as_array().expect("a list").clone();
        picks
            .iter()
            .map(|pick| pick["name"].as_str().unwrap_or("gone").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ask(r#"["c1", "c2"]"#).await, ["One", "Two"]);
    assert_eq!(kiosk.fetches("tv"), 1);
    assert_eq!(ask(r#"["c2", "c1"]"#).await, ["Two", "One"]);
    assert_eq!(kiosk.fetches("tv"), 1, "both are kept");
    kiosk
        .world
        .names
        .lock()
        .expect("names")
        .insert("c1".to_owned(), "untold".to_owned());
    assert_eq!(
        ask(r#"["c3", "c1", "zz", "c2"]"#).await,
        ["Three", "One", "gone", "Two"]
    );
    assert_eq!(kiosk.fetches("tv"), 2);
    // One is dropped by its event, the others stay.
    kiosk.ask(r#"mutation { rename(id: "c2", name: "Second") }"#).await;
    assert_eq!(ask(r#"["c3", "c2"]"#).await, ["Three", "Second"]);
    assert_eq!(ask(r#"["c3", "c2"]"#).await, ["Three", "Second"]);
    assert_eq!(kiosk.fetches("tv"), 4, "the mutation and one fetch");
}

#[tokio::test]
async fn without_ears_or_by_setting_nothing_is_kept() {
    let off = Settings {
        cache: CacheSettings {
            answers: false,
            entities: false,
            ..CacheSettings::default()
        },
        ..Settings::default()
    };
    for kiosk in [Kiosk::deaf(keeping()), Kiosk::with(off).await] {
        for _ in 0..2 {
            kiosk.ask("{ channels { name } }").await;
            kiosk.ask(r#"{ picks(ids: ["c1"]) { name } }"#).await;
        }
        assert_eq!(kiosk.fetches("tv"), 4);
    }
}

#[tokio::test]
async fn equal_fetches_under_way_are_one_and_a_client_that_leaves_does_not_end_it() {
    let kiosk = Kiosk::open().await;
    let query = Request::new("{ slow }");
    let nobody = Context::default();
    let mut first = Box::pin(kiosk.router.execute(query.clone(), &nobody));
    let mut second = Box::pin(kiosk.router.execute(query.clone(), &nobody));
    let started = async {
        while kiosk.world.slow_calls.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = &mut first => unreachable!("the gate is closed"),
        () = started => {}
    }
    let other = kiosk.viewer(ADA, &[Role::Viewer]);
    let mut foreign = Box::pin(kiosk.router.execute(query.clone(), &other));
    for _ in 0..20 {
        tokio::select! {
            biased;
            _ = &mut second => unreachable!("the gate is closed"),
            _ = &mut foreign => unreachable!("the gate is closed"),
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(kiosk.fetches("tv"), 2, "one for both, one for another viewer");
    drop(first);
    kiosk.world.gate.add_permits(2);
    let (second, foreign) = tokio::join!(second, foreign);
    let body = |answer: Result<router::Answer, _>| String::from_utf8(answer.expect("an answer").body.to_vec());
    assert_eq!(body(second).expect("text"), r#"{"data":{"slow":1}}"#);
    assert_eq!(body(foreign).expect("text"), r#"{"data":{"slow":2}}"#);
    // The answer is not kept: whoever comes later asks anew.
    kiosk.world.gate.add_permits(1);
    assert_eq!(kiosk.ask("{ slow }").await, json!({"data": {"slow": 3}}));
}

#[tokio::test]
async fn an_error_is_shared_by_those_who_wait_and_kept_by_nobody() {
    let kiosk = Kiosk::open().await;
    let query = "{ slow(fails: true) }";
    let open = async {
        while kiosk.world.slow_calls.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        kiosk.world.gate.add_permits(1);
    };
    let (left, right, ()) = tokio::join!(kiosk.ask(query), kiosk.ask(query), open);
    assert_eq!(left["errors"][0]["message"], right["errors"][0]["message"]);
    assert_eq!(kiosk.fetches("tv"), 1);
    kiosk.world.gate.add_permits(1);
    kiosk.ask(query).await;
    assert_eq!(kiosk.fetches("tv"), 2);
}

#[tokio::test]
async fn nobody_waits_with_a_fetch_that_began_before_a_mutation() {
    let kiosk = Kiosk::open().await;
    let early = kiosk.ask("{ slow }");
    let late = async {
        while kiosk.world.slow_calls.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        kiosk.ask(r#"mutation { rename(id: "c1", name: "First") }"#).await;
        kiosk.world.gate.add_permits(2);
        kiosk.ask("{ slow }").await
    };
    let (early, late) = tokio::join!(early, late);
    assert_eq!((&early["data"]["slow"], &late["data"]["slow"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn a_link_has_a_tag_and_is_not_sent_twice() {
    let kiosk = Kiosk::open().await;
    let get = async |query: &str, headers: &[(&str, &str)]| {
        crate::front::ask(kiosk.router.routes(), Method::GET, query, headers).await
    };
    let path = "/graphql?query=%7Bchannels%7Bname%7D%7D";
    let first = get(path, &[]).await;
    let tag = first.header(header::ETAG).to_owned();
    assert_eq!(first.header(header::CACHE_CONTROL), "public, max-age=60");
    assert_eq!(first.header(header::VARY), "accept, authorization, x-api-key");
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        let reply = get(path, &[("if-none-match", &known)]).await;
        assert_eq!(
            (reply.status, reply.body.len()),
            (StatusCode::NOT_MODIFIED, 0),
            "{known}"
        );
        assert_eq!(reply.header(header::ETAG), tag);
        assert_eq!(reply.header(header::CACHE_CONTROL), "public, max-age=60");
    }
    let other = get(path, &[("accept", "application/graphql-response+json")]).await;
    assert_ne!(other.header(header::ETAG), tag, "another representation");
    kiosk.ask(r#"mutation { rename(id: "c1", name: "First") }"#).await;
    assert_eq!(get(path, &[("if-none-match", &tag)]).await.status, StatusCode::OK);

    let own = format!("Bearer {}", kiosk.token(ADA, &[Role::Viewer]));
    let reply = get("/graphql?query=%7Bmine%7D", &[("authorization", &own)]).await;
    assert_eq!(reply.header(header::CACHE_CONTROL), "private, max-age=60");
    for uncached in ["/graphql?query=%7Bwho%7D", "/graphql?query=%7Bnobody%7D"] {
        assert_eq!(get(uncached, &[]).await.header(header::CACHE_CONTROL), "no-store");
    }
    let head = crate::front::ask(kiosk.router.routes(), Method::HEAD, path, &[]).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert!(head.headers.contains_key(header::ETAG));
}

#[test]
fn every_event_that_is_heard_exists() {
    for kind in Router::heard_kinds() {
        assert!(schema::events::TYPES.contains(&kind), "{kind}");
    }
}
