//! Reading the guide.

use serde_json::{Value, json};

use crate::kit::{Kit, Show, file, file_of};

const GRID: &str = "query($ids: [ID!], $from: DateTime!, $to: DateTime!) { epg(channelIds: $ids, from: $from, to: $to) \
                    { channel { number } programmes { id title startsAt endsAt episode { season number } } } }";

#[tokio::test]
async fn the_grid_has_what_overlaps_its_window_sorted_by_start() {
    let tv = Kit::start().await;
    tv.upload(file(&[
        Show("10:00", "12:00", "Before"),
        Show("12:00", "12:30", "First"),
        Show("13:30", "14:30", "Last"),
        Show("14:30", "15:00", "After"),
    ]))
    .await;

    let window = json!({ "from": "2026-11-21T12:15:00Z", "to": "2026-11-21T14:30:00Z" });
    let data = tv.ask(GRID, window).await;
    let titles: Vec<&Value> = data["epg"][0]["programmes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|programme| &programme["title"])
        .collect();
    assert_eq!(titles, ["First", "Last"]);
    let nobody =
        json!({ "ids": [testkit::Bench::id(1)], "from": "2026-11-21T12:15:00Z", "to": "2026-11-21T14:30:00Z" });
    assert_eq!(tv.ask(GRID, nobody).await["epg"], json!([]));
}

#[tokio::test]
async fn a_window_has_its_limits() {
    let tv = Kit::start().await;
    let window = |to: &str| json!({ "from": "2026-11-21T00:00:00Z", "to": to });
    tv.ask(GRID, window("2026-11-23T00:00:00Z")).await;
    let answer = tv.bench.ask(None, GRID, window("2026-11-23T00:00:01Z")).await;
    let refusal = &answer["errors"][0]["extensions"];
    assert_eq!(
        (&refusal["code"], &refusal["allowed"], &refusal["sent"]),
        (&json!("LIMIT_EXCEEDED"), &json!(48), &json!(49))
    );
    assert_eq!(tv.refused(GRID, window("2026-11-20T00:00:00Z")).await, "BAD_USER_INPUT");
    let bad = json!({ "ids": ["x"], "from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z" });
    assert_eq!(tv.refused(GRID, bad).await, "BAD_USER_INPUT");
    assert_eq!(
        tv.refused("{ channel(id: \"x\") { id } }", json!({})).await,
        "BAD_USER_INPUT"
    );
    assert_eq!(
        tv.refused("{ channels(first: 51) { totalCount } }", json!({})).await,
        "LIMIT_EXCEEDED"
    );
    assert_eq!(
        tv.refused("{ channels(after: \"x\") { totalCount } }", json!({})).await,
        "BAD_USER_INPUT"
    );
}

#[tokio::test]
async fn the_demo_has_a_guide_around_the_present_on_every_channel_and_loads_once() {
    let tv = Kit::start().await;
    let began = std::time::Instant::now();
    tv.load_demo().await;
    println!("demo loaded in {:?}", began.elapsed());
    tv.load_demo().await;

    let all =
        "{ channels(first: 50) { totalCount edges { node { number name logoUrl now { title } next { title } } } } }";
    let data = tv.ask(all, json!({})).await;
    let channels = data["channels"]["edges"].as_array().unwrap();
    assert!(channels.len() >= 12);
    assert_eq!(data["channels"]["totalCount"], channels.len());
    let numbers: Vec<&Value> = channels.iter().map(|edge| &edge["node"]["number"]).collect();
    let (five, five_one) = (
        numbers.iter().position(|n| **n == "5"),
        numbers.iter().position(|n| **n == "5.1"),
    );
    assert_eq!(five.map(|five| five + 1), five_one);
    for edge in channels {
        let node = &edge["node"];
        assert!(
            node["now"]["title"].is_string() && node["next"]["title"].is_string(),
            "{node}"
        );
        assert!(
            node["logoUrl"]
                .as_str()
                .unwrap()
                .starts_with("http://media.test/api/v1/images/"),
            "{node}"
        );
    }
    for day in ["2026-11-14T12:00:00Z", "2026-11-28T11:00:00Z"] {
        let to = day.replace(":00:00", ":30:00");
        let data = tv.ask(GRID, json!({ "from": day, "to": to })).await;
        let rows = data["epg"].as_array().unwrap();
        assert!(
            rows.iter().all(|row| !row["programmes"].as_array().unwrap().is_empty()),
            "{day}"
        );
    }
}

#[tokio::test]
async fn the_demo_guide_goes_on_as_time_passes_and_respects_an_operators_guide() {
    let tv = Kit::start().await;
    tv.run_job("livetv.extend_demo_guide").await;
    assert_eq!(
        tv.ask("{ channels { totalCount } }", json!({})).await["channels"]["totalCount"],
        0
    );
    tv.load_demo().await;
    let own = file_of(
        "one.matinee.example",
        "Matinee One",
        &[Show("13:00", "18:00", "Our own")],
    );
    assert_eq!(tv.upload(own).await["added"], 1);
    tv.run_job("livetv.extend_demo_guide").await;
    let afternoon = json!({ "from": "2026-11-21T13:00:00Z", "to": "2026-11-21T18:00:00Z" });
    let programmes = tv.ask(GRID, afternoon).await["epg"][0]["programmes"].clone();
    assert_eq!(
        (&programmes[0]["title"], programmes.as_array().map(Vec::len)),
        (&json!("Our own"), Some(1))
    );
    tv.bench.clock.set("2026-11-30T12:00:00Z");
    tv.run_job("livetv.extend_demo_guide").await;

    let late = json!({ "from": "2026-12-05T12:00:00Z", "to": "2026-12-07T12:00:00Z" });
    let data = tv.ask(GRID, late).await;
    for row in data["epg"].as_array().unwrap() {
        let programmes = row["programmes"].as_array().unwrap();
        assert!(!programmes.is_empty());
        for pair in programmes.windows(2) {
            assert_eq!(pair[0]["endsAt"], pair[1]["startsAt"], "back to back");
        }
    }
}

#[tokio::test]
async fn now_and_next_of_many_channels_cost_as_many_statements_as_of_one() {
    let tv = Kit::start().await;
    tv.load_demo().await;
    let mut costs = Vec::new();
    for first in [1, 12] {
        let home = "query($first: Int) { channels(first: $first) { edges { node { name now { title channel { name } } \
                    next { title } schedule(from: \"2026-11-21T12:00:00Z\", to: \"2026-11-21T16:00:00Z\") { title } } } } }";
        let statements = tv.statements_of(home, json!({ "first": first })).await;
        costs.push(statements.len());
    }
    // Channels, now and next, schedules, channels of programmes.
    assert_eq!(costs, [4, 4]);
}

#[tokio::test]
async fn other_subgraphs_find_channels_and_programmes_by_key() {
    let tv = Kit::start().await;
    tv.upload(file(&[Show("11:30", "12:30", "Lunch")])).await;
    let channel = tv.channel("1").await;
    let now = tv
        .ask(
            "query($id: ID!) { channel(id: $id) { now { id } } }",
            json!({ "id": channel }),
        )
        .await;
    let programme = &now["channel"]["now"]["id"];

    let entities = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Channel { name } ... on Programme { title } } }";
    let keys = json!([
        { "__typename": "Channel", "id": channel },
        { "__typename": "Programme", "id": programme },
        { "__typename": "Channel", "id": "malformed" },
        { "__typename": "Programme", "id": testkit::Bench::id(1) }
    ]);
    let data = tv.ask(entities, json!({ "keys": keys })).await;
    assert_eq!(
        data["_entities"],
        json!([{ "name": "Channel One" }, { "title": "Lunch" }, null, null])
    );
}
