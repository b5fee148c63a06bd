//! Who may watch what.

use std::time::Duration;

use auth::Role;
use kernel::AccountId;
use schema::events::{
    billing::{RentalStarted, SubscriptionFacts, SubscriptionUpdated},
    catalogue::{TitleChanged, TitlePublished, TitleWithdrawn},
    rights::AccessChanged,
};
use serde_json::json;
use uuid::Uuid;

use crate::kit::Tv;

#[tokio::test]
async fn a_refusal_lists_what_would_help_cheapest_first() {
    let tv = Tv::start().await;
    let ada = tv.viewer(1).await;
    let film = tv.title(1, &["basic"], None).await;
    let rental = tv.offer(1, 299, Some(&film), &[]).await;
    let plan = tv.offer(2, 199, None, &["basic", "cinema"]).await;
    tv.offer(3, 99, None, &["live"]).await;
    let refused = json!({ "allowed": false, "reason": "NOT_SIGNED_IN", "via": null, "expiresAt": null,
        "offers": [{ "id": plan }, { "id": rental }] });
    assert_eq!(tv.check(None, &film).await, refused);
    assert_eq!(tv.check(Some(&ada), &film).await["reason"], "NOT_ENTITLED");
    let free = tv.title(2, &[], None).await;
    assert_eq!(tv.check(None, &free).await["via"], "FREE");
    let unknown = tv.check(Some(&ada), &Tv::id(77).to_string()).await;
    assert_eq!(
        (&unknown["reason"], &unknown["offers"]),
        (&json!("NOT_FOUND"), &json!([]))
    );
}

#[tokio::test]
async fn a_subscription_opens_its_packages_until_it_ends() {
    let tv = Tv::start().await;
    let ada = tv.viewer(1).await;
    let film = tv.title(1, &["basic"], None).await;
    tv.subscription(1, &["basic"], 1).await;
    assert_eq!(tv.check(Some(&ada), &film).await["via"], "PLAN");
    let facts = SubscriptionFacts {
        subscription: Tv::id(201).into(),
        account: AccountId(Tv::id(1)),
        plan: Tv::id(300).into(),
        status: "ENDED".to_owned(),
        entitlements: vec![],
        max_streams: 1,
        access_until: tv.now(),
        version: 2,
    };
    tv.bench
        .emit(&SubscriptionUpdated {
            subscription: facts.subscription,
            facts,
        })
        .await;
    // The first version comes once more, late.
    tv.subscription(1, &["basic"], 1).await;
    assert_eq!(tv.check(Some(&ada), &film).await["reason"], "NOT_ENTITLED");
}

#[tokio::test]
async fn a_rental_opens_one_title_for_its_time() {
    let tv = Tv::start().await;
    let ada = tv.viewer(1).await;
    let (film, other) = (tv.title(1, &["basic"], None).await, tv.title(2, &["basic"], None).await);
    let expires_at = tv.now() + chrono::TimeDelta::hours(48);
    tv.bench
        .emit(&RentalStarted {
            rental: Tv::id(801),
            account: AccountId(Tv::id(1)),
            content: film.parse::<Uuid>().unwrap(),
            offer: Tv::id(401).into(),
            starts_at: tv.now(),
            expires_at,
        })
        .await;
    let mine = tv.check(Some(&ada), &film).await;
    assert_eq!(
        (&mine["via"], &mine["expiresAt"]),
        (&json!("RENTAL"), &json!("2026-11-23T12:00:00+00:00"))
    );
    assert_eq!(tv.check(Some(&ada), &other).await["allowed"], false);
    tv.bench.clock.advance(Duration::from_hours(48));
    assert_eq!(tv.check(Some(&ada), &film).await["reason"], "NOT_ENTITLED");
}

#[tokio::test]
async fn a_page_of_titles_costs_the_same_few_statements_as_one() {
    let tv = Tv::start().await;
    let ada = tv.viewer(1).await;
    tv.subscription(1, &["cinema"], 1).await;
    let mut titles = Vec::new();
    for n in 1..=30 {
        titles.push(json!({ "__typename": "Title", "id": tv.title(n, &["basic"], None).await }));
    }
    let query = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Title { id access { allowed offers { id } } } } }";
    let mut counts = Vec::new();
    for few in [&titles[..1], &titles[..]] {
        let before = tv.database.statements().count();
        let reply = tv.bench.ask(Some(&ada), query, json!({ "of": few })).await;
        counts.push(tv.database.statements().count() - before);
        let answered = reply["data"]["_entities"].as_array().unwrap();
        assert_eq!(answered.len(), few.len());
        assert!(
            answered.iter().all(|title| title["access"]["allowed"] == false),
            "{reply}"
        );
    }
    assert_eq!(counts, [5, 5], "contents 3, ledger 1, offers 1");
}

#[tokio::test]
async fn an_older_or_malformed_word_changes_nothing() {
    let tv = Tv::start().await;
    let film = tv.title(1, &["basic"], None).await;
    let mut newer = tv.facts(1, &[], None);
    newer.version = 3;
    tv.bench
        .emit(&TitleChanged {
            title: newer.title,
            facts: newer.clone(),
        })
        .await;
    tv.bench
        .emit(&TitleWithdrawn {
            title: newer.title,
            version: 2,
        })
        .await;
    assert_eq!(tv.check(None, &film).await["via"], "FREE");
    tv.bench
        .emit(&TitleWithdrawn {
            title: newer.title,
            version: 4,
        })
        .await;
    assert_eq!(tv.check(None, &film).await["reason"], "NOT_FOUND");
    let reply = tv.bench.ask(None, crate::kit::CHECK, json!({ "id": "nonsense" })).await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(reply["errors"][0]["extensions"]["field"], "contentId");
    let query = r#"{ _entities(representations: [{ __typename: "Title", id: "nonsense" }]) { __typename } }"#;
    assert_eq!(
        tv.bench.ask(None, query, json!({})).await["data"],
        json!({ "_entities": [null] })
    );
}

#[tokio::test]
async fn an_editor_sets_a_window_and_a_territory_and_nobody_else_may() {
    let tv = Tv::start().await;
    let ada = tv.viewer(1).await;
    let film = tv.title(1, &[], None).await;
    let set = "mutation ($input: SetAccessRuleInput!) { setAccessRule(input: $input) {
        rule { contentId model packages startsAt endsAt territories } problem { code } } }";
    let input = json!({ "contentId": film, "model": "FREE", "endsAt": tv.now() });
    let refused = tv.bench.ask(Some(&ada), set, json!({ "input": input })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let editor = tv.bench.viewer(9, &[Role::Editor]);
    tv.bench.clock.advance(Duration::from_secs(1));
    let done = tv.bench.ask(Some(&editor), set, json!({ "input": input })).await;
    assert_eq!(done["data"]["setAccessRule"]["problem"], json!(null), "{done}");
    assert_eq!(tv.check(None, &film).await["reason"], "OUTSIDE_WINDOW");
    let input = json!({ "contentId": film, "model": "FREE", "territories": ["NZ"] });
    tv.bench.ask(Some(&editor), set, json!({ "input": input })).await;
    assert_eq!(tv.check(None, &film).await["reason"], "OUTSIDE_TERRITORY");
    let list = "{ accessRules(first: 1) { totalCount edges { node { contentId territories } } } }";
    let rules = tv.bench.ask(Some(&editor), list, json!({})).await;
    let expected = json!([{ "node": { "contentId": film, "territories": ["NZ"] } }]);
    assert_eq!(rules["data"]["accessRules"]["edges"], expected, "{rules}");
    let one = "query ($id: ID!) { accessRule(contentId: $id) { territories } }";
    let rule = tv.bench.ask(Some(&editor), one, json!({ "id": film })).await;
    assert_eq!(rule["data"]["accessRule"]["territories"], json!(["NZ"]));
    let input = json!({ "contentId": film, "model": "FREE", "territories": ["Narnia"] });
    let bad = tv.bench.ask(Some(&editor), set, json!({ "input": input })).await;
    assert_eq!(bad["errors"][0]["extensions"]["field"], "input.territories");
    let told = tv.bench.published::<AccessChanged>().await;
    assert_eq!(told.iter().filter(|event| event.content.to_string() == film).count(), 2);
    let delete = "mutation ($id: ID!) { deleteAccessRule(input: { contentId: $id }) { contentId problem { code } } }";
    let refused = tv.bench.ask(Some(&ada), delete, json!({ "id": film })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    for code in [json!(null), json!("RULE_NOT_FOUND")] {
        let done = tv.bench.ask(Some(&editor), delete, json!({ "id": film })).await;
        assert_eq!(done["data"]["deleteAccessRule"]["problem"]["code"], code, "{done}");
    }
    assert_eq!(
        tv.check(None, &film).await["allowed"],
        true,
        "it follows its packages again, and has none"
    );
}

#[tokio::test]
async fn the_cheapest_demo_plan_opens_every_demo_movie() {
    let tv = Tv::start().await;
    let ada = tv.viewer(1).await;
    tv.subscription(1, &demo::plans()[0].entitlements, 1).await;
    let movies: Vec<_> = demo::titles()
        .iter()
        .filter(|title| title.kind == demo::TitleKind::Movie)
        .collect();
    let mut asked = Vec::new();
    for movie in &movies {
        let packages: Vec<&str> = movie.packages.iter().map(String::as_str).collect();
        let mut facts = tv.facts(0, &packages, Some(movie.rating.min_age.into()));
        facts.title = movie.id;
        tv.bench.emit(&TitlePublished { title: movie.id, facts }).await;
        asked.push(json!({ "__typename": "Title", "id": movie.id }));
    }
    let query =
        "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Title { access { allowed reason } } } }";
    let reply = tv.bench.ask(Some(&ada), query, json!({ "of": asked })).await;
    for (movie, answer) in movies.iter().zip(reply["data"]["_entities"].as_array().unwrap()) {
        assert_eq!(answer["access"]["allowed"], true, "{}: {answer}", movie.name);
    }
}
