//! Both subscriptions.

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{Kit, Messages, Show, file, file_of};

const UPDATES: &str = "subscription($channels: [ID!], $after: String) { epgUpdates(channelIds: $channels, after: $after) \
                       { cursor kind changes { kind programmeId channelId programme { id title startsAt } } } }";
const ON_NOW: &str = "subscription($channels: [ID!]!) { nowNext(channelIds: $channels) \
                      { channel { name now { title } } now { title } next { title } } }";
const DAY: [Show; 2] = [Show("11:30", "12:30", "Lunch"), Show("12:30", "13:00", "News")];

/// The next message: its kind, its changes as `KIND title`, its cursor.
async fn update(messages: &mut Messages) -> (Value, Vec<String>, Value) {
    let message = messages.next().await;
    let update = &message["data"]["epgUpdates"];
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let change = |change: &Value| format!("{} {}", text(&change["kind"]), text(&change["programme"]["title"]));
    let changes = update["changes"]
        .as_array()
        .expect("an update has changes")
        .iter()
        .map(change)
        .collect();
    (update["kind"].clone(), changes, update["cursor"].clone())
}

fn none() -> Vec<String> {
    Vec::new()
}

#[tokio::test]
async fn an_open_subscription_receives_exactly_what_changed_once_for_each_import() {
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    let mut messages = tv.subscribe(UPDATES, json!({}));
    let (kind, changes, _) = update(&mut messages).await;
    assert_eq!((kind, changes), (json!("CHANGES"), none()));

    tv.upload(file(&DAY)).await;
    messages.silence().await;
    tv.upload(file(&DAY).replace("News", "Late News")).await;
    assert_eq!(update(&mut messages).await.1, ["UPDATED Late News"]);
    // The same programme again: not what the subscription remembers of it.
    tv.upload(file(&[
        Show("11:30", "12:30", "Lunch"),
        Show("12:30", "12:45", "Flash"),
        Show("12:45", "13:00", "Sport"),
    ]))
    .await;
    assert_eq!(update(&mut messages).await.1, ["UPDATED Flash", "ADDED Sport"]);
    tv.upload(file(&[Show("11:30", "13:00", "Long lunch")])).await;
    assert_eq!(
        update(&mut messages).await.1,
        ["REMOVED -", "REMOVED -", "UPDATED Long lunch"]
    );
    messages.silence().await;
}

#[tokio::test]
async fn a_subscriber_of_a_window_hears_what_touches_it() {
    const IN_WINDOW: &str = "subscription($window: TimeWindow!, $after: String) { epgUpdates(window: $window, after: $after) \
                             { cursor kind changes { kind programme { title } } } }";
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    let window = json!({ "from": "2026-11-21T12:30:00Z", "to": "2026-11-21T13:00:00Z" });
    let mut messages = tv.subscribe(IN_WINDOW, json!({ "window": window }));
    let begin = update(&mut messages).await.2;

    // It ends where the window begins.
    tv.upload(file(&DAY).replace("Lunch", "Long lunch")).await;
    messages.silence().await;
    tv.upload(file(&DAY).replace("News", "Late News")).await;
    assert_eq!(update(&mut messages).await.1, ["UPDATED Late News"]);
    // Out of the window: who shows it there has to know.
    let moved = [Show("11:30", "12:30", "Lunch"), Show("13:00", "13:30", "Late News")];
    tv.upload(file(&moved)).await;
    assert_eq!(update(&mut messages).await.1, ["UPDATED Late News"]);
    let later = [moved[0], moved[1], Show("13:30", "14:00", "Film")];
    tv.upload(file(&later)).await;
    messages.silence().await;
    tv.upload(file(&[later[0], Show("12:45", "13:30", "Sport"), later[2]]))
        .await;
    assert!(update(&mut messages).await.1.contains(&"ADDED Sport".to_owned()));

    // A cursor belongs to no window.
    let later = json!({ "from": "2026-11-21T13:30:00Z", "to": "2026-11-21T14:00:00Z" });
    let mut resumed = tv.subscribe(IN_WINDOW, json!({ "window": later, "after": begin }));
    assert_eq!(update(&mut resumed).await.1, none());
    assert_eq!(update(&mut resumed).await.1, ["ADDED Film"]);
    let backwards = json!({ "from": "2026-11-21T13:30:00Z", "to": "2026-11-21T13:30:00Z" });
    let mut refused = tv.subscribe(IN_WINDOW, json!({ "window": backwards }));
    let message = refused.next().await;
    assert_eq!(
        message["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
        "{message}"
    );
}

#[tokio::test]
async fn a_cursor_resumes_exactly() {
    let tv = Kit::start().await;
    let mut messages = tv.subscribe(UPDATES, json!({}));
    update(&mut messages).await;
    tv.upload(file(&DAY)).await;
    let (_, _, cursor) = update(&mut messages).await;
    drop(messages);
    tv.upload(file(&DAY).replace("News", "One")).await;
    tv.upload(file(&DAY).replace("News", "Two")).await;

    let mut messages = tv.subscribe(UPDATES, json!({ "after": cursor }));
    assert_eq!(update(&mut messages).await, (json!("CHANGES"), none(), cursor));
    // Two imports, two messages; nobody read the first change when it was made, so its programme is told as it is now.
    let (_, changes, between) = update(&mut messages).await;
    assert_eq!(changes, ["UPDATED Two"]);
    assert_eq!(update(&mut messages).await.1, ["UPDATED Two"]);
    messages.silence().await;
    let mut messages = tv.subscribe(UPDATES, json!({ "after": between }));
    update(&mut messages).await;
    assert_eq!(update(&mut messages).await.1, ["UPDATED Two"]);
    messages.silence().await;
}

#[tokio::test]
async fn changes_of_other_channels_are_not_told_and_large_ones_come_in_pieces() {
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    tv.upload(file_of("two", "Two", &DAY)).await;
    let two = tv.channel("2").await;
    let mut messages = tv.subscribe(UPDATES, json!({ "channels": [two] }));
    update(&mut messages).await;

    tv.upload(file(&DAY).replace("News", "Not told")).await;
    let programme = |minute: u32| {
        let (hour, minute) = (12 + minute / 60, minute % 60);
        format!("<programme start=\"20261122{hour}{minute:02}00\" channel=\"two\"><title>x</title></programme>")
    };
    let large: Vec<String> = (0..720).map(programme).collect();
    tv.upload(format!("<tv><channel id=\"two\"/>{}</tv>", large.concat()))
        .await;
    // The last one has no end: left out.
    assert_eq!(update(&mut messages).await.1.len(), 500);
    assert_eq!(update(&mut messages).await.1.len(), 219);
    messages.silence().await;
}

#[tokio::test]
async fn a_cursor_that_is_too_old_is_answered_by_resync_once() {
    let tv = Kit::start().await;
    let mut messages = tv.subscribe(UPDATES, json!({}));
    let (_, _, old) = update(&mut messages).await;
    tv.upload(file(&DAY)).await;
    tv.bench.clock.advance(Duration::from_hours(8 * 24));
    tv.run_job("livetv.forget_the_past").await;

    let mut messages = tv.subscribe(UPDATES, json!({ "after": old }));
    let (kind, changes, cursor) = update(&mut messages).await;
    assert_eq!((kind, changes), (json!("RESYNC"), none()));
    assert_ne!(cursor, old);
    tv.upload(file(&[Show("18:00", "19:00", "Today")]).replace("20261121", "20261129"))
        .await;
    assert_eq!(update(&mut messages).await.1, ["ADDED Today"]);
    messages.silence().await;
}

#[tokio::test]
async fn a_cursor_of_another_log_is_too_old_and_nonsense_is_refused() {
    let tv = Kit::start().await;
    let other = "WyIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDEiLDNd";
    let mut messages = tv.subscribe(UPDATES, json!({ "after": other }));
    assert_eq!(update(&mut messages).await.0, "RESYNC", "another log's cursor");
    tv.upload(file(&DAY)).await;
    assert_eq!(update(&mut messages).await.1, ["ADDED Lunch", "ADDED News"]);

    for (variables, code) in [
        (json!({ "after": "nonsense" }), "BAD_USER_INPUT"),
        (json!({ "channels": ["1"] }), "BAD_USER_INPUT"),
        (
            json!({ "channels": vec![testkit::Bench::id(1); 501] }),
            "LIMIT_EXCEEDED",
        ),
    ] {
        let message = tv.subscribe(UPDATES, variables).next().await;
        assert_eq!(message["errors"][0]["extensions"]["code"], code, "{message}");
    }
}

#[tokio::test]
async fn on_now_tells_the_present_then_each_change_by_clock_and_by_schedule() {
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    let channel = tv.channel("1").await;
    let mut messages = tv.subscribe(ON_NOW, json!({ "channels": [channel, channel] }));
    let state = |now: Value, next: Value| json!({ "data": { "nowNext": { "channel": { "name": "Channel One", "now": now }, "now": now, "next": next } } });
    let show = |title: &str| json!({ "title": title });
    assert_eq!(messages.next().await, state(show("Lunch"), show("News")));

    tv.bench.clock.set("2026-11-21T12:30:00Z");
    assert_eq!(messages.next().await, state(show("News"), Value::Null));
    tv.upload(file(&[Show("12:30", "13:00", "News"), Show("13:30", "14:00", "Film")]))
        .await;
    assert_eq!(messages.next().await, state(show("News"), show("Film")));
    tv.bench.clock.set("2026-11-21T13:10:00Z");
    assert_eq!(messages.next().await, state(Value::Null, show("Film")));
    messages.silence().await;

    let unknown = tv
        .subscribe(ON_NOW, json!({ "channels": [testkit::Bench::id(9)] }))
        .next()
        .await;
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "NOT_FOUND");
}
