//! Live TV in several processes: one imports, others tell their subscribers.

use std::sync::Arc;

use async_trait::async_trait;
use bus::{Bus, Consumer, Envelope, Error};
use futures_util::{StreamExt, future::BoxFuture, stream::BoxStream};
use runtime::{Platform, PlatformParts};
use serde_json::{Value, json};

use crate::{
    kit::{Kit, Messages, Other, Show, file},
    live::UPDATES,
};

const ON_NOW: &str = "subscription($channels: [ID!]!) { nowNext(channelIds: $channels) { now { title } } }";
const DAY: [Show; 2] = [Show("11:30", "12:30", "Lunch"), Show("12:30", "13:00", "News")];
/// A look at the log that no test lives to see.
const NEVER: u64 = 3_600_000;

/// A bus whose messages never arrive.
struct Deaf;

#[async_trait]
impl Bus for Deaf {
    async fn publish(&self, _: &Envelope) -> Result<(), Error> {
        Ok(())
    }

    async fn consume(
        &self,
        _: Consumer,
        _: tokio_util::sync::CancellationToken,
    ) -> Result<BoxFuture<'static, ()>, Error> {
        Err(Error::Unavailable("this process consumes nothing".to_owned()))
    }

    async fn listen(&self, _: &[&'static str]) -> Result<BoxStream<'static, Envelope>, Error> {
        Ok(futures_util::stream::pending().boxed())
    }

    async fn listen_closely(&self, _: &[&'static str]) -> Result<BoxStream<'static, Envelope>, Error> {
        Ok(futures_util::stream::pending().boxed())
    }

    async fn lag(&self, _: &str) -> Result<u64, Error> {
        Ok(0)
    }
}

/// The platform of another process with this bus.
pub fn platform(tv: &Kit, bus: Arc<dyn Bus>) -> Platform {
    let parts = &tv.bench.platform;
    Platform::new(PlatformParts {
        clock: parts.clock.clone(),
        ids: parts.ids.clone(),
        database: parts.database.clone(),
        data_dir: parts.data_dir.clone(),
        bus,
        inline_events: false,
        max_attempts: parts.max_attempts,
        kv: parts.kv.clone(),
        storage: parts.storage.clone(),
        issuer: None,
        verifier: parts.verifier.clone(),
        paths: parts.paths.clone(),
        urls: parts.urls.clone(),
        tokens: parts.tokens.clone(),
        supervisor: parts.supervisor.clone(),
    })
}

async fn titles(messages: &mut Messages) -> Vec<Value> {
    let message = messages.next().await;
    let changes = message["data"]["epgUpdates"]["changes"]
        .as_array()
        .expect("changes")
        .clone();
    changes
        .iter()
        .map(|change| change["programme"]["title"].clone())
        .collect()
}

#[tokio::test]
async fn what_one_process_imports_others_tell_and_a_lost_message_is_healed() {
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    let settings = |glance_ms| livetv::Settings {
        glance_ms,
        ..Default::default()
    };
    // One hears the bus and never looks by itself, the other hears nothing and looks.
    let hearing = Other::start(&platform(&tv, tv.bench.platform.bus.clone()), settings(NEVER)).await;
    let deaf = Other::start(&platform(&tv, Arc::new(Deaf)), settings(20)).await;
    let channel = tv.channel("1").await;
    for other in [&hearing, &deaf] {
        let mut updates = other.subscribe(UPDATES, json!({}));
        let mut on_now = other.subscribe(ON_NOW, json!({ "channels": [channel] }));
        assert_eq!(titles(&mut updates).await, Vec::<Value>::new());
        assert_eq!(on_now.next().await["data"]["nowNext"]["now"]["title"], "Lunch");

        tv.upload(file(&DAY).replace("Lunch", "Brunch")).await;
        assert_eq!(titles(&mut updates).await, [json!("Brunch")]);
        assert_eq!(on_now.next().await["data"]["nowNext"]["now"]["title"], "Brunch");
        updates.silence().await;
        on_now.silence().await;
        tv.upload(file(&DAY)).await;
    }
}

#[tokio::test]
async fn a_cursor_of_one_process_is_good_in_another_that_has_not_heard_yet() {
    let tv = Kit::start().await;
    let deaf = Other::start(
        &platform(&tv, Arc::new(Deaf)),
        livetv::Settings {
            glance_ms: NEVER,
            ..Default::default()
        },
    )
    .await;
    let mut updates = tv.subscribe(UPDATES, json!({}));
    updates.next().await;
    tv.upload(file(&DAY)).await;
    let message = updates.next().await;
    let cursor = &message["data"]["epgUpdates"]["cursor"];

    let mut updates = deaf.subscribe(UPDATES, json!({ "after": cursor }));
    let message = updates.next().await;
    let update = &message["data"]["epgUpdates"];
    assert_eq!((&update["kind"], &update["cursor"]), (&json!("CHANGES"), cursor));
    updates.silence().await;
}
