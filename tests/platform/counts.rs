//! No N+1: the home screen asks each subgraph a fixed number of times, and each subgraph its database.

use std::collections::HashMap;

use serde_json::{Value, json};
use tests::TestPlatform;

/// What one request costs: fetches and statements of each service.
async fn cost(
    tv: &TestPlatform,
    request: impl Future<Output = Value>,
) -> (HashMap<String, u64>, HashMap<String, u64>, Value) {
    tv.settled().await;
    let inside = tv.inside();
    let router = inside.router.as_ref().expect("the router runs here");
    let before = (router.fetches(), inside.statements());
    let answer = request.await;
    let difference = |before: &HashMap<String, u64>, after: HashMap<String, u64>| {
        let spent = |(name, count): (String, u64)| {
            let spent = count - before.get(&name).copied().unwrap_or(0);
            (spent > 0).then_some((name, spent))
        };
        after.into_iter().filter_map(spent).collect()
    };
    (
        difference(&before.0, router.fetches()),
        difference(&before.1, inside.statements()),
        answer,
    )
}

#[tokio::test]
async fn the_home_screen_costs_the_same_for_two_rails_and_for_eight() {
    // What is kept would hide what is asked.
    let off = [("router.cache.answers", "false"), ("router.cache.entities", "false")];
    let tv = TestPlatform::start_with(&off).await;
    let viewer = tv.client.log_in("viewer@example.com", "matinee-demo").await;
    let profile = viewer.run("Viewer", json!({})).await["viewer"]["profiles"][0]["id"].clone();
    let home = |rails: i32, items: i32| {
        let text = tests::document("Home").replace("rails(first: 8)", &format!("rails(first: {rails})"));
        let text = text.replace("items(first: 10)", &format!("items(first: {items})"));
        let body = json!({ "query": text, "operationName": "Home", "variables": { "profileId": profile } });
        let viewer = viewer.clone();
        async move { viewer.post_json("/graphql", &body).await.json() }
    };
    // Caches that live longer than a request are warm before anything is counted.
    home(8, 10).await;
    let (small_fetches, small_statements, small) = cost(&tv, home(2, 2)).await;
    let (large_fetches, large_statements, large) = cost(&tv, home(8, 10)).await;

    let titles = |answer: &Value| {
        let rails = answer["data"]["home"]["rails"].as_array().expect("rails").clone();
        rails
            .iter()
            .map(|rail| rail["items"]["edges"].as_array().expect("edges").len())
            .sum::<usize>()
    };
    assert!(
        titles(&large) >= 5 * titles(&small),
        "{} and {} titles",
        titles(&small),
        titles(&large)
    );
    assert_eq!(large_fetches, small_fetches, "fetches do not grow with titles");
    for (service, count) in &large_fetches {
        assert!(*count <= 3, "{service} was asked {count} times");
    }
    // Rails of more kinds may read more; titles may not.
    for (service, count) in &large_statements {
        let small = small_statements.get(service).copied().unwrap_or(0);
        assert!(
            *count <= small + 8 && *count <= 25,
            "{service}: {count} statements for eight rails, {small} for two"
        );
    }
    tv.close().await;
}

#[tokio::test]
async fn whether_each_programme_of_a_grid_may_be_watched_is_one_question_to_rights() {
    let off = [("router.cache.answers", "false"), ("router.cache.entities", "false")];
    let tv = TestPlatform::start_with(&off).await;
    let viewer = tv.client.log_in("viewer@example.com", "matinee-demo").await;
    #[expect(clippy::disallowed_methods, reason = "a guide is about the present")]
    let now = chrono::Utc::now();
    let channels = viewer
        .ask("{ channels(first: 50) { edges { node { id } } } }", json!({}))
        .await;
    let ids: Vec<Value> = channels["data"]["channels"]["edges"]
        .as_array()
        .expect("channels")
        .iter()
        .map(|edge| edge["node"]["id"].clone())
        .collect();
    let query = "query($ids: [ID!], $from: DateTime!, $to: DateTime!) { epg(channelIds: $ids, from: $from, to: $to) { \
                 programmes { id title access { allowed reason } } } }";
    let grid = |channels: usize, hours: i64| {
        let to = now + chrono::Duration::hours(hours);
        let variables = json!({ "ids": &ids[..channels], "from": now.to_rfc3339(), "to": to.to_rfc3339() });
        let viewer = viewer.clone();
        async move { viewer.ask(query, variables).await }
    };
    let decided = |answer: &Value| {
        let rows = answer["data"]["epg"].as_array().expect("a grid");
        let programmes = rows.iter().filter_map(|row| row["programmes"].as_array()).flatten();
        programmes
            .filter(|programme| programme["access"]["allowed"].is_boolean())
            .count()
    };
    grid(1, 1).await;
    let (few_fetches, few_statements, few) = cost(&tv, grid(1, 1)).await;
    let (many_fetches, many_statements, many) = cost(&tv, grid(ids.len(), 12)).await;
    assert!(
        decided(&few) <= 4 && decided(&many) >= 50,
        "{} and {}",
        decided(&few),
        decided(&many)
    );
    let once = HashMap::from([("livetv".to_owned(), 1), ("rights".to_owned(), 1)]);
    assert_eq!((&few_fetches, &many_fetches), (&once, &once));
    assert_eq!(
        many_statements["rights"], few_statements["rights"],
        "statements do not grow with programmes"
    );
    assert!(many_statements["rights"] <= 10, "{many_statements:?}");

    let list = |first: usize| {
        let query = format!("{{ channels(first: {first}) {{ edges {{ node {{ id access {{ allowed }} }} }} }} }}");
        let viewer = viewer.clone();
        async move { viewer.ask(&query, json!({})).await }
    };
    list(1).await;
    let (_, one, _) = cost(&tv, list(1)).await;
    let (fetches, all, _) = cost(&tv, list(ids.len())).await;
    assert_eq!((fetches, all["rights"]), (once, one["rights"]));

    // In three places of one answer, too.
    let everywhere = "query($from: DateTime!, $to: DateTime!) { epg(from: $from, to: $to) { \
                      channel { id access { allowed } now { id access { allowed } } } \
                      programmes { id access { allowed } } } }";
    let to = now + chrono::Duration::hours(4);
    let variables = json!({ "from": now.to_rfc3339(), "to": to.to_rfc3339() });
    let (fetches, statements, _) = cost(&tv, viewer.ask(everywhere, variables)).await;
    assert_eq!(fetches["rights"], 1, "{fetches:?} {statements:?}");
    tv.close().await;
}
