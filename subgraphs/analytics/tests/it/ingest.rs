//! What apps report, and charts of it.

use auth::Role;
use chrono::TimeDelta;
use kernel::{AccountId, Clock};
use schema::events::accounts::{AccountClosed, UserRegistered};
use serde_json::{Value, json};
use testkit::Bench;

use crate::kit::{METRICS, count, start};

const INGEST: &str = "mutation($input: IngestEventsInput!) { ingestEvents(input: $input) {
    accepted duplicates rejected { index code message } } }";

fn event(id: &str, name: &str, at: &str) -> Value {
    json!({ "id": id, "type": name, "at": at, "subject": "home", "metadata": { "row": 1 } })
}

async fn ingest(bench: &Bench, account: u64, events: Vec<Value>) -> Value {
    let viewer = bench.viewer(account, &[]);
    let answer = bench
        .ask(Some(&viewer), INGEST, json!({ "input": { "events": events } }))
        .await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["ingestEvents"].clone()
}

#[tokio::test]
async fn what_is_sent_twice_counts_once() {
    let bench = start().await;
    let now = "2026-11-21T12:00:00Z";
    let batch = vec![event("1", "playback.error", now), event("2", "trailer_opened", now)];
    let once = ingest(
        &bench,
        1,
        [batch.clone(), vec![event("1", "playback.error", now)]].concat(),
    )
    .await;
    assert_eq!((&once["accepted"], &once["duplicates"]), (&json!(2), &json!(1)));
    let again = ingest(&bench, 1, [batch, vec![event("3", "page.viewed", now)]].concat()).await;
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(1), &json!(2)));
    let other = ingest(&bench, 2, vec![event("1", "playback.error", now)]).await;
    assert_eq!(other["accepted"], json!(1), "ids are the account's own");
    assert_eq!(
        (count(&bench, "EVENTS").await, count(&bench, "PLAYBACK_ERRORS").await),
        (4, 2)
    );
}

#[tokio::test]
async fn bad_events_are_rejected_by_place_and_the_rest_is_taken() {
    let bench = start().await;
    let now = "2026-11-21T12:00:00Z";
    let mut long = event("1", "page.viewed", now);
    long["metadata"] = json!({ "text": "x".repeat(5000) });
    let mut list = event("2", "page.viewed", now);
    list["metadata"] = json!([1]);
    let events = vec![
        event("0", "page.viewed", now),
        long,
        list,
        event("", "page.viewed", now),
        event("4", "No Word", now),
        event("5", "page.viewed", "2026-11-01T00:00:00Z"),
        event("6", "page.viewed", "2026-11-21T12:06:00Z"),
        json!({ "id": "7", "type": "page.viewed", "at": now, "subject": "x".repeat(201) }),
    ];
    let answer = ingest(&bench, 1, events).await;
    let codes: Vec<&str> = answer["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        [
            "BAD_METADATA",
            "BAD_METADATA",
            "BAD_ID",
            "BAD_TYPE",
            "TOO_OLD",
            "IN_FUTURE",
            "BAD_SUBJECT"
        ]
    );
    assert_eq!(
        (&answer["accepted"], &answer["rejected"][0]["index"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn who_may_ask_and_how_much() {
    let bench = start().await;
    let many: Vec<Value> = (0..501)
        .map(|n| event(&n.to_string(), "x", "2026-11-21T12:00:00Z"))
        .collect();
    let viewer = bench.viewer(1, &[]);
    let day = json!({ "type": "EVENTS", "from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z" });
    let year =
        json!({ "type": "EVENTS", "from": "2026-01-01T00:00:00Z", "to": "2026-11-22T00:00:00Z", "interval": "MINUTE" });
    let back = json!({ "type": "EVENTS", "from": "2026-11-22T00:00:00Z", "to": "2026-11-21T00:00:00Z" });
    let analyst = bench.viewer(2, &[Role::Analyst]);
    let table = [
        (None, INGEST, json!({ "input": { "events": [] } }), "UNAUTHENTICATED"),
        (
            Some(&viewer),
            INGEST,
            json!({ "input": { "events": many } }),
            "LIMIT_EXCEEDED",
        ),
        (None, METRICS, day.clone(), "UNAUTHENTICATED"),
        (Some(&viewer), METRICS, day, "FORBIDDEN"),
        (Some(&analyst), METRICS, year, "LIMIT_EXCEEDED"),
        (Some(&analyst), METRICS, back, "BAD_USER_INPUT"),
    ];
    for (viewer, query, variables, code) in table {
        let answer = bench.ask(viewer, query, variables).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!(code), "{answer}");
    }
}

#[tokio::test]
async fn a_chart_has_zeros_and_an_account_can_be_forgotten_but_not_its_counts() {
    let bench = start().await;
    let at = bench.clock.now();
    let registered = UserRegistered {
        account: AccountId(Bench::id(1)),
        email_hash: String::new(),
        at,
    };
    let id = Bench::id(77);
    bench.emit_as(id, &registered).await;
    bench.emit_as(id, &registered).await;
    let analyst = bench.viewer(2, &[Role::Analyst]);
    let span = json!({
        "type": "REGISTRATIONS", "interval": "HOUR",
        "from": at - TimeDelta::hours(1), "to": at + TimeDelta::hours(1),
    });
    let answer = bench.ask(Some(&analyst), METRICS, span).await;
    insta::assert_json_snapshot!(answer["data"]["metrics"], @r#"
    {
      "count": 1,
      "series": [
        {
          "at": "2026-11-21T11:00:00+00:00",
          "value": 0.0
        },
        {
          "at": "2026-11-21T12:00:00+00:00",
          "value": 1.0
        }
      ]
    }
    "#);
    bench
        .emit(&AccountClosed {
            account: AccountId(Bench::id(1)),
            at,
        })
        .await;
    assert_eq!(count(&bench, "REGISTRATIONS").await, 1);
}
