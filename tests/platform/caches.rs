//! Caches are on: what changed is seen by the next request, and nobody sees another's.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Client, TestPlatform};

const PAGE: &str = "query Page($id: ID!) { title(id: $id) { id name synopsis } }";
const NEWEST: &str = "{ latestTitles(first: 5) { edges { node { id name } } } }";
const RAILS: &str = "{ home { rails(first: 2) { items(first: 3) { edges { node { id name } } } } } }";

/// How often the subgraph was asked while `request` ran.
async fn asked<T>(tv: &TestPlatform, subgraph: &str, request: impl Future<Output = T>) -> (u64, T) {
    let router = tv.inside().router.as_ref().expect("the router runs here");
    let before = router.fetches()[subgraph];
    let answer = request.await;
    (router.fetches()[subgraph] - before, answer)
}

/// The name of the title `id`, wherever it stands in an answer.
fn name_of(answer: &Value, id: &Value) -> Option<String> {
    match answer {
        Value::Object(members) if members.get("id") == Some(id) => members["name"].as_str().map(str::to_owned),
        Value::Object(members) => members.values().find_map(|value| name_of(value, id)),
        Value::Array(items) => items.iter().find_map(|value| name_of(value, id)),
        _ => None,
    }
}

async fn rename(editor: &Client, id: &Value, name: &str) {
    let change = "mutation Rename($input: UpdateTitleInput!) { updateTitle(input: $input) { problem { message } } }";
    let answer = editor
        .ask(change, json!({ "input": { "titleId": id, "name": name } }))
        .await;
    assert_eq!(answer, json!({ "data": { "updateTitle": { "problem": null } } }));
}

#[tokio::test]
async fn a_new_name_is_seen_by_the_next_request_wherever_the_old_one_was_kept() {
    let tv = TestPlatform::start().await;
    let (nobody, editor) = (
        tv.client.clone(),
        tv.client.log_in("admin@example.com", "matinee-demo").await,
    );
    let viewer = tv.client.log_in("viewer@example.com", "matinee-demo").await;
    let home = nobody.ask(RAILS, json!({})).await;
    let film = home["data"]["home"]["rails"][0]["items"]["edges"][0]["node"]["id"].clone();
    let newest = nobody.ask(NEWEST, json!({})).await;
    let listed = newest["data"]["latestTitles"]["edges"][0]["node"]["id"].clone();

    let page = |client: &Client| {
        let (client, id) = (client.clone(), film.clone());
        async move { client.ask(PAGE, json!({ "id": id })).await }
    };
    let first = page(&nobody).await;
    let (fetches, again) = asked(&tv, "catalogue", page(&viewer)).await;
    assert_eq!(
        (fetches, &again),
        (0, &first),
        "one answer for everybody who may see the same"
    );
    let (fetches, _) = asked(&tv, "catalogue", nobody.ask(RAILS, json!({}))).await;
    assert_eq!(fetches, 0, "the titles of the rails are kept one by one");
    let (fetches, _) = asked(&tv, "catalogue", page(&editor)).await;
    assert_eq!(fetches, 1, "editors see what is there now");

    rename(&editor, &film, "A new name").await;
    rename(&editor, &listed, "Another name").await;
    for client in [&viewer, &nobody] {
        assert_eq!(name_of(&page(client).await, &film).as_deref(), Some("A new name"));
        let home = client.ask(RAILS, json!({})).await;
        let expected = if film == listed { "Another name" } else { "A new name" };
        assert_eq!(name_of(&home, &film).as_deref(), Some(expected), "{home:#}");
        let newest = client.ask(NEWEST, json!({})).await;
        assert_eq!(name_of(&newest, &listed).as_deref(), Some("Another name"), "{newest:#}");
    }
    let (fetches, _) = asked(&tv, "catalogue", page(&viewer)).await;
    assert_eq!(fetches, 0, "the new one is kept, too");

    let gone = "mutation Hide($input: WithdrawTitleInput!) { withdrawTitle(input: $input) { problem { message } } }";
    let answer = editor.ask(gone, json!({ "input": { "titleId": film } })).await;
    assert_eq!(answer["data"]["withdrawTitle"]["problem"], Value::Null, "{answer:#}");
    assert_eq!(page(&viewer).await, json!({ "data": { "title": null } }));
    tv.close().await;
}

#[tokio::test]
async fn viewers_who_ask_the_same_at_the_same_time_each_get_their_own() {
    let tv = TestPlatform::start().await;
    let mut clients = vec![tv.client.clone()];
    for name in ["viewer", "admin"] {
        clients.push(tv.client.log_in(&format!("{name}@example.com"), "matinee-demo").await);
    }
    let own = "{ viewer { account { id email } profiles { id name } } home { rails(first: 2) { kind \
               items(first: 3) { edges { node { id name access { allowed } } } } } } }";
    let expected: Vec<Value> = join_all(clients.iter().map(|client| client.ask(own, json!({})))).await;
    let emails: HashSet<&str> = expected
        .iter()
        .map(|answer| {
            answer["data"]["viewer"]["account"]["email"]
                .as_str()
                .unwrap_or("nobody")
        })
        .collect();
    assert_eq!(
        emails,
        ["nobody", "viewer@example.com", "admin@example.com"].into(),
        "{expected:#?}"
    );
    let rounds = (0..12).map(|i| {
        let (client, expected) = (&clients[i % 3], &expected[i % 3]);
        async move { (client.ask(own, json!({})).await, expected) }
    });
    for (answer, expected) in join_all(rounds).await {
        assert_eq!(&answer["data"]["viewer"], &expected["data"]["viewer"]);
    }
    tv.close().await;
}
