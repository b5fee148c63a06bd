//! What editors change.

use auth::Role;
use schema::events::livetv::{ChangeKind, ChannelChanged, GuideChanged};
use serde_json::{Value, json};

use crate::kit::{Kit, Show, counts, file, file_of};

const CREATE: &str = "mutation($input: CreateChannelInput!) { createChannel(input: $input) { channel { id number name } problem { code } } }";
const UPDATE: &str = "mutation($input: UpdateChannelInput!) { updateChannel(input: $input) { channel { number name xmltvId streamSources { url } } problem { code } } }";
const DELETE: &str =
    "mutation($input: DeleteChannelInput!) { deleteChannel(input: $input) { deletedChannelId problem { code } } }";

async fn change(tv: &Kit, mutation: &str, input: Value) -> Value {
    let editor = tv.bench.viewer(3, &[Role::Editor]);
    let answer = tv.bench.ask(Some(&editor), mutation, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let data = answer["data"].as_object().expect("data");
    data.values().next().expect("a payload").clone()
}

#[tokio::test]
async fn a_channel_is_made_changed_and_deleted_with_its_programmes() {
    let tv = Kit::start().await;
    let made = change(
        &tv,
        CREATE,
        json!({ "number": "5-1", "name": "One", "xmltvId": "one.example" }),
    )
    .await;
    assert_eq!(
        (&made["channel"]["number"], &made["problem"]),
        (&json!("5.1"), &Value::Null)
    );
    let id = &made["channel"]["id"];
    tv.upload(file(&[Show("12:30", "13:00", "News")])).await;

    let sources = json!([{ "protocol": "HLS", "url": "https://up.example/live.m3u8" }]);
    let changed = change(
        &tv,
        UPDATE,
        json!({ "id": id, "name": "Uno", "streamSources": sources }),
    )
    .await;
    let expected = json!({ "number": "5.1", "name": "Uno", "xmltvId": "one.example",
        "streamSources": [{ "url": "https://up.example/live.m3u8" }] });
    assert_eq!(changed["channel"], expected);
    let gone = change(&tv, DELETE, json!({ "id": id })).await;
    assert_eq!(gone["deletedChannelId"], *id);

    let events = tv.bench.published::<ChannelChanged>().await;
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.version, event.name.as_str(), event.deleted))
        .collect();
    assert_eq!(told, [(1, "One", false), (2, "Uno", false), (3, "Uno", true)]);
    assert_eq!(
        tv.bench.published::<GuideChanged>().await[1].changes[0].kind,
        ChangeKind::Removed
    );
    let data = tv
        .ask(
            "query($id: ID!) { channel(id: $id) { id } channels { totalCount } }",
            json!({ "id": id }),
        )
        .await;
    assert_eq!(data, json!({ "channel": null, "channels": { "totalCount": 0 } }));
    // A guide does not bring it back; an editor does.
    let report = tv.upload(file(&[Show("12:30", "13:00", "News")])).await;
    assert_eq!((counts(&report), &report["warnings"]), ([0, 0, 0, 0], &json!(1)));
    let again = change(
        &tv,
        CREATE,
        json!({ "number": "5.1", "name": "One", "xmltvId": "one.example" }),
    )
    .await;
    assert_eq!(again["problem"], Value::Null);
}

#[tokio::test]
async fn refusals_say_why() {
    let tv = Kit::start().await;
    change(&tv, CREATE, json!({ "number": "1", "name": "One", "xmltvId": "one" })).await;
    let two = change(&tv, CREATE, json!({ "number": "2", "name": "Two" })).await;
    let two = &two["channel"]["id"];

    let taken = change(&tv, CREATE, json!({ "number": "1", "name": "Other" })).await;
    assert_eq!(taken, json!({ "channel": null, "problem": { "code": "NUMBER_TAKEN" } }));
    let taken = change(&tv, UPDATE, json!({ "id": two, "xmltvId": "one" })).await;
    assert_eq!(taken["problem"]["code"], "XMLTV_ID_TAKEN");
    let unknown = change(&tv, DELETE, json!({ "id": testkit::Bench::id(5) })).await;
    assert_eq!(unknown["problem"]["code"], "CHANNEL_NOT_FOUND");
    for input in [
        json!({ "number": "BBC", "name": "One" }),
        json!({ "number": "3", "name": " " }),
        json!({ "number": "3", "name": "x", "logoUrl": "javascript:alert(1)" }),
    ] {
        assert_eq!(
            tv.refused(CREATE, json!({ "input": input })).await,
            "VALIDATION_FAILED",
            "{input}"
        );
    }
    let answer = tv
        .bench
        .ask(
            Some(&tv.bench.viewer(2, &[])),
            DELETE,
            json!({ "input": { "id": two } }),
        )
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(tv.bench.published::<ChannelChanged>().await.len(), 2);
}

#[tokio::test]
async fn channels_are_found_by_the_genre_of_what_they_show_now() {
    let tv = Kit::start().await;
    let guide = |category: &str, at: &'static str| {
        let shows = file_of(
            &format!("{category}.{at}"),
            &format!("{category} {at}"),
            &[Show("11:30", at, "A"), Show(at, "13:30", "B")],
        );
        shows.replacen("</title>", &format!("</title><category>{category}</category>"), 1)
    };
    // It is 12:00: three show their first programme; one is in a gap, its news begin later.
    for file in [
        guide("Sports", "12:30"),
        guide("Movie", "12:30"),
        guide("News", "12:30"),
        guide("Sports", "11:45"),
        file_of(
            "gap",
            "Gap",
            &[Show("10:00", "11:00", "Over"), Show("13:00", "14:00", "Later")],
        )
        .replace("</title>", "</title><category>News</category>"),
    ] {
        assert_eq!(tv.upload(file).await["status"], "COMPLETED");
    }
    let query = "query($filter: ChannelFilter) { channels(filter: $filter) { totalCount edges { node { name } } } }";
    for (filter, expected) in [
        (json!({ "genre": "SPORT" }), vec!["Sports 12:30"]),
        (json!({ "genre": "NEWS" }), vec!["News 12:30"]),
        (json!({ "genre": "MOVIE", "query": "Mov" }), vec!["Movie 12:30"]),
        (json!({ "genre": "MOVIE", "query": "News" }), vec![]),
        (json!({ "genre": "MUSIC" }), vec![]),
    ] {
        let found = tv.ask(query, json!({ "filter": filter })).await["channels"].clone();
        let names: Vec<&str> = found["edges"]
            .as_array()
            .expect("edges")
            .iter()
            .filter_map(|edge| edge["node"]["name"].as_str())
            .collect();
        assert_eq!(
            (names, &found["totalCount"]),
            (expected.clone(), &json!(expected.len())),
            "{filter}"
        );
    }
    tv.bench.clock.advance(std::time::Duration::from_mins(65));
    let later = tv.ask(query, json!({ "filter": { "genre": "NEWS" } })).await;
    assert_eq!(later["channels"]["edges"], json!([{ "node": { "name": "Gap" } }]));
}
