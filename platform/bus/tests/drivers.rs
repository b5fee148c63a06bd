//! One suite, every driver; and what the relay promises.
#![expect(clippy::unwrap_used, reason = "a test says by failing what is wrong")]

use std::{sync::Arc, time::Duration};

use bus::{Bus, Consumer, Memory, Meta, Outcome, Relay};
use database::Database;
use kernel::{Clock, Event, Ids, SystemClock, SystemIds};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

#[tokio::test]
async fn the_memory_bus_passes_the_suite() {
    let bus = Arc::new(Memory::default());
    bus::suite::run(bus, "suite", SystemClock.now(), || SystemIds.next())
        .await
        .unwrap();
}

#[cfg(feature = "services")]
#[tokio::test]
async fn nats_passes_the_suite() {
    #[expect(clippy::disallowed_methods, reason = "scripts/services.sh says where NATS is")]
    let url = std::env::var("MATINEE_TEST_NATS_URL").expect("MATINEE_TEST_NATS_URL: run `make test`, it starts NATS");
    let bus = Arc::new(bus::Nats::connect(&url, 5).await.unwrap());
    // A service of its own for each run: durable consumers outlive it.
    let service = format!("suite-{}", SystemIds.next());
    bus::suite::run(bus, &service, SystemClock.now(), || SystemIds.next())
        .await
        .unwrap();
}

#[derive(Debug, Serialize, Deserialize)]
struct Rang {
    times: u32,
}

impl Event for Rang {
    const TYPE: &'static str = "tv.test.bell.rang.v1";
    fn subject(&self) -> String {
        "bell".to_owned()
    }
}

async fn database() -> (Database, std::path::PathBuf) {
    let folder = std::env::temp_dir().join(format!("matinee-bus-{}", SystemIds.next()));
    let settings = database::Settings::default();
    let database = Database::connect(&settings, &folder, "bell", Arc::new(SystemClock), Arc::new(SystemIds))
        .await
        .unwrap();
    let sql = "CREATE TABLE outbox (id BLOB PRIMARY KEY, kind TEXT, subject TEXT, payload TEXT, occurred_at TEXT, attempts INTEGER, next_attempt_at TEXT, dead_at TEXT, last_error TEXT)";
    database.writer().execute_unprepared(sql).await.unwrap();
    (database, folder)
}

#[tokio::test]
async fn a_failing_consumer_delays_its_event_and_loses_nothing() {
    let (database, folder) = database().await;
    let bus = Arc::new(Memory::default());
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = seen.clone();
    let consumer = Consumer::new("listener").on(move |event: Rang, _: Meta| {
        let mut seen = heard.lock().unwrap();
        let is_first_try = !seen.contains(&(event.times + 100));
        seen.push(if event.times == 1 && is_first_try {
            event.times + 100
        } else {
            event.times
        });
        std::future::ready(if event.times == 1 && is_first_try {
            Err(Outcome::Retry("not now".to_owned()))
        } else {
            Ok(())
        })
    });
    let _runs_until_stopped = bus
        .consume(consumer, tokio_util::sync::CancellationToken::new())
        .await
        .unwrap();
    let relay = Relay::new(bus, Arc::new(SystemClock), 5);
    relay.add(database.clone());

    let tx = database.begin().await.unwrap();
    tx.raise(&Rang { times: 1 }).await.unwrap();
    tx.raise(&Rang { times: 2 }).await.unwrap();
    tx.commit().await.unwrap();

    assert!(
        !relay.drain(Duration::from_secs(2)).await,
        "the refused event is still there"
    );
    assert_eq!(*seen.lock().unwrap(), [101, 2]);
    assert_eq!(relay.depths().await, [("bell".to_owned(), 1)]);
    let stop = tokio_util::sync::CancellationToken::new();
    let background = relay.run(stop.clone());
    let done = async {
        while relay.depths().await != [("bell".to_owned(), 0)] {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        () = background => {}
        done = tokio::time::timeout(Duration::from_secs(10), done) => done.expect("the event is delivered in the end"),
    }
    assert_eq!(*seen.lock().unwrap(), [101, 2, 1]);
    std::fs::remove_dir_all(folder).unwrap();
}
