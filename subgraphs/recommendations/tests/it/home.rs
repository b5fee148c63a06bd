//! The home screen, related titles, and what is recommended.

use std::collections::HashSet;

use kernel::{AccountId, Clock, ProfileId, TitleId};
use schema::events::{
    accounts::{AccountClosed, ProfileChanged},
    catalogue::{TitlePublished, TitleWithdrawn},
};
use serde_json::{Value, json};
use testkit::Bench;

use crate::kit::{Kit, film};

const HOME: &str = "query($profileId: ID) { home(profileId: $profileId) { rails(first: 8) { id kind heading
    items(first: 10) { totalCount edges { reason node { __typename id } } } } } }";

fn rails(data: &Value) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = |rail: &Value| {
        rail["items"]["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| text(&edge["node"]["id"]))
            .collect()
    };
    data["home"]["rails"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rail| (text(&rail["kind"]), items(rail)))
        .collect()
}

fn movie(n: usize) -> TitleId {
    demo::titles()
        .iter()
        .filter(|title| title.kind == demo::TitleKind::Movie)
        .nth(n)
        .unwrap()
        .id
}

#[tokio::test]
async fn the_signed_out_home_screen_has_full_rails_and_no_repeats() {
    let kit = Kit::start().await;
    kit.catalogue().await;
    let rails = rails(&kit.data(None, HOME, json!({})).await);
    let kinds: Vec<&str> = rails.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds[..3], ["TRENDING", "NEW", "EDITORIAL"], "{kinds:?}");
    assert_eq!(rails.len(), 8);
    let items: Vec<&String> = rails.iter().flat_map(|(_, items)| items).collect();
    assert!(rails.iter().all(|(_, items)| items.len() >= 3), "{rails:?}");
    assert_eq!(items.iter().collect::<HashSet<_>>().len(), items.len());
}

#[tokio::test]
async fn a_home_screen_is_personal_and_takes_four_statements() {
    let kit = Kit::start().await;
    kit.catalogue().await;
    let ada = kit.bench.viewer(1, &[]);
    let profile = kit.profile(1, 11, false).await;
    kit.watched(11, movie(0), 100, 3).await;
    kit.watched(11, movie(1), 40, 2).await;
    kit.watched(11, movie(2), 10, 1).await;
    kit.watched(11, movie(2), 60, 5).await;
    kit.settled().await;

    let before = kit.database.statements().count();
    let data = kit.data(Some(&ada), HOME, json!({ "profileId": profile })).await;
    assert_eq!(kit.database.statements().count() - before, 4);

    let rails = rails(&data);
    let kinds: Vec<&str> = rails.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        kinds[..3],
        ["CONTINUE_WATCHING", "RECOMMENDED", "BECAUSE_YOU_WATCHED"],
        "{kinds:?}"
    );
    assert_eq!(
        rails[0].1,
        [movie(2).to_string(), movie(1).to_string()],
        "newest first, late news passed over"
    );
    let recommended = &rails[1].1;
    assert!(
        (0..3).all(|n| !recommended.contains(&movie(n).to_string())),
        "nothing that was watched"
    );
}

#[tokio::test]
async fn a_child_sees_nothing_for_older_viewers() {
    let kit = Kit::start().await;
    kit.catalogue().await;
    let ada = kit.bench.viewer(1, &[]);
    let profile = kit.profile(1, 11, true).await;
    let rails = rails(&kit.data(Some(&ada), HOME, json!({ "profileId": profile })).await);
    let items: Vec<&String> = rails.iter().flat_map(|(_, items)| items).collect();
    assert!(!items.is_empty());
    for item in items {
        let id = TitleId::parse("id", item).unwrap();
        assert!(demo::title(id).unwrap().rating.min_age <= 8);
    }
}

#[tokio::test]
async fn a_foreign_unknown_or_malformed_profile_is_refused() {
    let kit = Kit::start().await;
    let mine = kit.profile(1, 11, false).await;
    let bob = kit.bench.viewer(2, &[]);
    for (id, code) in [
        (mine.as_str(), "NOT_FOUND"),
        (&Bench::id(99).to_string(), "NOT_FOUND"),
        ("x", "BAD_USER_INPUT"),
    ] {
        let answer = kit.bench.ask(Some(&bob), HOME, json!({ "profileId": id })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!(code), "{answer}");
    }
    let representation = json!({ "r": [{ "__typename": "Profile", "id": mine }] });
    let query =
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on Profile { recommendations { score } } } }";
    let answer = kit.bench.ask(Some(&bob), query, representation).await;
    assert_eq!(answer["data"]["_entities"][0]["recommendations"], Value::Null);
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        json!("NOT_FOUND"),
        "{answer}"
    );
}

#[tokio::test]
async fn every_demo_title_has_something_related_and_every_profile_something_recommended() {
    let kit = Kit::start().await;
    kit.catalogue().await;
    let titles = demo::titles().iter();
    let keys: Vec<Value> = titles
        .map(|title| json!({ "__typename": "Title", "id": title.id }))
        .collect();
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Title { id related(first: 6) { reason score title { id } } } } }";
    let data = kit.data(None, query, json!({ "r": keys })).await;
    for title in data["_entities"].as_array().unwrap() {
        assert_eq!(title["related"].as_array().unwrap().len(), 6, "{title}");
        assert!(
            title["related"]
                .as_array()
                .unwrap()
                .iter()
                .all(|related| related["title"]["id"] != title["id"])
        );
    }
    let ada = kit.bench.viewer(1, &[]);
    let mut keys = Vec::new();
    for profile in 11..14 {
        keys.push(json!({ "__typename": "Profile", "id": kit.profile(1, profile, false).await }));
    }
    kit.watched(11, movie(0), 100, 1).await;
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Profile { recommendations(first: 10) { score reason title { id } } } } }";
    let data = kit.data(Some(&ada), query, json!({ "r": keys })).await;
    let lists = data["_entities"].as_array().unwrap();
    assert!(
        lists
            .iter()
            .all(|profile| profile["recommendations"].as_array().unwrap().len() == 10)
    );
    assert!(
        lists[0]["recommendations"][0]["reason"]
            .as_str()
            .unwrap()
            .starts_with("Because you watched")
    );
}

#[tokio::test]
async fn a_withdrawn_title_and_a_deleted_profile_are_forgotten() {
    let kit = Kit::start().await;
    for n in 1..9 {
        let facts = film(TitleId(Bench::id(n)), &format!("Film {n}"));
        kit.bench
            .emit(&TitlePublished {
                title: facts.title,
                facts,
            })
            .await;
    }
    kit.bench
        .emit(&TitleWithdrawn {
            title: TitleId(Bench::id(1)),
            version: 2,
        })
        .await;
    kit.settled().await;
    let rails_now = rails(&kit.data(None, HOME, json!({})).await);
    let gone = Bench::id(1).to_string();
    assert!(rails_now.iter().all(|(_, items)| !items.contains(&gone)) && !rails_now.is_empty());

    let ada = kit.bench.viewer(1, &[]);
    let profile = kit.profile(1, 11, false).await;
    kit.watched(11, TitleId(Bench::id(2)), 50, 1).await;
    let at = kit.bench.clock.now();
    let account = AccountId(Bench::id(1));
    let deleted = ProfileChanged {
        profile: ProfileId(Bench::id(11)),
        account,
        kids: false,
        max_age: None,
        deleted: true,
        at,
    };
    kit.bench.emit(&deleted).await;
    let answer = kit.bench.ask(Some(&ada), HOME, json!({ "profileId": profile })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], json!("NOT_FOUND"));
    kit.bench.emit(&AccountClosed { account, at }).await;
}

#[tokio::test]
async fn the_demo_is_loaded_once() {
    let kit = Kit::start().await;
    for _ in 0..2 {
        (kit.demo)().await.unwrap();
    }
}
