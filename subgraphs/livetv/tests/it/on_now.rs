//! Many subscribers of what is on now: what they share, what wakes them, and what the clock tells.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures_util::{StreamExt, stream::BoxStream};
use serde_json::{Value, json};

use crate::kit::{Kit, Messages, Show, file, file_of};

const ON_NOW: &str = "subscription($channels: [ID!]!) { nowNext(channelIds: $channels) { channel { name } now { title } next { title } } }";
const DAY: [Show; 2] = [Show("11:30", "12:30", "Lunch"), Show("12:30", "13:00", "News")];

/// Counts how often it is woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A subscriber whose wakes are counted.
struct Counted {
    messages: BoxStream<'static, Value>,
    wakes: Arc<Wakes>,
}

impl Counted {
    /// Takes what is there; the rest is waited for.
    fn take(&mut self) -> Vec<Value> {
        let waker = Waker::from(self.wakes.clone());
        let mut context = Context::from_waker(&waker);
        let mut taken = Vec::new();
        while let Poll::Ready(Some(message)) = self.messages.poll_next_unpin(&mut context) {
            taken.push(message);
        }
        self.wakes.0.store(0, Ordering::Relaxed);
        taken
    }

    fn wakes(&self) -> usize {
        self.wakes.0.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn a_boundary_wakes_who_follows_the_channel_and_nobody_else() {
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    tv.upload(file_of("two", "Two", &[Show("11:00", "15:00", "Opera")]))
        .await;
    let (one, two) = (tv.channel("1").await, tv.channel("2").await);
    let mut followers = Vec::new();
    for channels in [json!([one]), json!([two]), json!([two, one])] {
        let mut messages = tv.subscribe(ON_NOW, json!({ "channels": channels }));
        for _ in 0..channels.as_array().expect("a list").len() {
            messages.next().await;
        }
        let mut counted = Counted {
            messages: messages.0,
            wakes: Arc::default(),
        };
        assert!(counted.take().is_empty());
        followers.push(counted);
    }
    // The last one follows both: its message says that the board was turned over.
    let turned = |followers: &mut Vec<Counted>| {
        let last = followers.pop().expect("a follower");
        let (mut messages, wakes) = (Messages(last.messages), last.wakes);
        async move {
            let message = messages.next().await;
            (message, messages, wakes)
        }
    };
    for (now, count) in [("2026-11-21T12:30:00Z", 1), ("2026-11-21T13:00:00Z", 1)] {
        tv.bench.clock.set(now);
        let (_, messages, wakes) = turned(&mut followers).await;
        assert_eq!(
            (followers[0].wakes(), followers[1].wakes()),
            (count, 0),
            "only channel one changed at {now}"
        );
        assert_eq!((followers[0].take().len(), followers[1].take().len()), (1, 0));
        followers.push(Counted {
            messages: messages.0,
            wakes,
        });
        followers[2].take();
    }
    tv.upload(file_of("two", "Two", &[Show("11:00", "15:00", "Ballet")]))
        .await;
    let (message, _, _) = turned(&mut followers).await;
    assert_eq!(message["data"]["nowNext"]["now"]["title"], "Ballet");
    assert_eq!(
        (followers[0].wakes(), followers[1].wakes()),
        (0, 1),
        "a schedule change wakes its channel's followers"
    );
}

#[tokio::test]
async fn thousands_follow_one_channel_by_one_reading() {
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    let one = tv.channel("1").await;
    let mut first = tv.subscribe(ON_NOW, json!({ "channels": [one] }));
    first.next().await;
    tv.note_statements();
    let mut followers = Vec::new();
    for _ in 0..1_000 {
        let mut messages = tv.subscribe(ON_NOW, json!({ "channels": [one] }));
        assert_eq!(messages.next().await["data"]["nowNext"]["now"]["title"], "Lunch");
        followers.push(messages);
    }
    tv.bench.clock.set("2026-11-21T12:30:00Z");
    for messages in &mut followers {
        assert_eq!(messages.next().await["data"]["nowNext"]["now"]["title"], "News");
    }
    let reads = tv.statements_with("FROM \"programmes\"");
    assert!(reads <= 1, "the boundary is read once: {reads}");
}

#[tokio::test]
async fn an_hour_that_comes_twice_is_two_hours_and_a_gap_is_empty() {
    let tv = Kit::start().await;
    tv.bench.clock.set("2027-10-31T00:30:00Z");
    // Central Europe sets its clocks back at 03:00 summer time: 02:30 comes twice.
    let shows = [
        ("023000 +0200", "023000 +0100", "Night"),
        ("033000 +0100", "040000 +0100", "Morning"),
    ];
    let programme = |(start, stop, title): &(&str, &str, &str)| {
        format!(
            "<programme start=\"20271031{start}\" stop=\"20271031{stop}\" channel=\"one\"><title>{title}</title></programme>"
        )
    };
    let programmes: String = shows.iter().map(programme).collect();
    tv.upload(format!("<tv><channel id=\"one\"/>{programmes}</tv>")).await;
    let mut messages = tv.subscribe(ON_NOW, json!({ "channels": [tv.channel("1").await] }));
    for (at, now, next) in [
        ("2027-10-31T00:30:00Z", json!("Night"), json!("Morning")),
        ("2027-10-31T01:30:00Z", Value::Null, json!("Morning")),
        ("2027-10-31T02:30:00Z", json!("Morning"), Value::Null),
        ("2027-10-31T03:00:00Z", Value::Null, Value::Null),
    ] {
        tv.bench.clock.set(at);
        let message = messages.next().await;
        let state = &message["data"]["nowNext"];
        assert_eq!((&state["now"]["title"], &state["next"]["title"]), (&now, &next), "{at}");
    }
    tv.bench.clock.advance(Duration::from_hours(3));
    messages.silence().await;
}
