//! NATS JetStream: one stream, one durable consumer per service.

use std::{sync::atomic::Ordering, time::Duration};

use async_nats::{
    connection::State,
    jetstream::{
        self, AckKind,
        consumer::{AckPolicy, PullConsumer, pull},
        context::ConsumerInfoErrorKind,
        stream,
    },
};
use async_trait::async_trait;
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{BoxStream, SelectAll},
};
use tokio_util::sync::CancellationToken;

use crate::{Bus, Consumer, Envelope, Error, Outcome};

/// The stream that holds every event.
const STREAM: &str = "MATINEE";
/// Events live this long: the longest a consumer may be away.
const RETENTION: Duration = Duration::from_hours(7 * 24);
/// A second publish of the same event id within this window is dropped by the server.
const DEDUPLICATION: Duration = Duration::from_mins(2);
/// Longest wait for the server.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Time between two looks at the connection.
const WATCH: Duration = Duration::from_millis(250);
/// An event that was neither taken nor refused comes again after this.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// The bus of the split shape.
pub struct Nats {
    client: async_nats::Client,
    context: jetstream::Context,
    stream: stream::Stream,
    max_attempts: u32,
}

fn unavailable(error: impl std::fmt::Display) -> Error {
    Error::Unavailable(error.to_string())
}

fn subject(kind: &str) -> String {
    format!("events.{kind}")
}

impl Nats {
    /// Connects and makes the stream when there is none.
    pub async fn connect(url: &str, max_attempts: u32) -> Result<Self, Error> {
        let options = async_nats::ConnectOptions::new()
            .name("matinee")
            .connection_timeout(TIMEOUT);
        let client = options.connect(url).await.map_err(unavailable)?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(TIMEOUT);
        let config = stream::Config {
            name: STREAM.to_owned(),
            subjects: vec!["events.>".to_owned()],
            max_age: RETENTION,
            duplicate_window: DEDUPLICATION,
            ..Default::default()
        };
        let stream = context.get_or_create_stream(config).await.map_err(unavailable)?;
        Ok(Self {
            client,
            context,
            stream,
            max_attempts,
        })
    }

    async fn durable(&self, service: &str) -> Result<PullConsumer, Error> {
        // NATS 2.9 filters a consumer by one subject only, so a service reads all and passes over what it does not take.
        let config = pull::Config {
            durable_name: Some(service.to_owned()),
            filter_subject: "events.>".to_owned(),
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_deliver: i64::from(self.max_attempts),
            ..Default::default()
        };
        self.stream
            .get_or_create_consumer(service, config)
            .await
            .map_err(unavailable)
    }
}

#[async_trait]
impl Bus for Nats {
    async fn publish(&self, event: &Envelope) -> Result<(), Error> {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Nats-Msg-Id", event.id.to_string());
        let body = serde_json::to_vec(event).map_err(unavailable)?;
        let sent = self
            .context
            .publish_with_headers(subject(&event.kind), headers, body.into())
            .await;
        sent.map_err(unavailable)?.await.map_err(unavailable)?;
        Ok(())
    }

    async fn consume(&self, consumer: Consumer, stop: CancellationToken) -> Result<BoxFuture<'static, ()>, Error> {
        let durable = self.durable(consumer.service()).await?;
        Ok(async move {
            while !stop.is_cancelled() {
                let pass = pump(&durable, &consumer, &stop).await;
                if let Err(error) = pass {
                    tracing::warn!(consumer = consumer.service(), %error, "event bus lost, trying again");
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(Duration::from_secs(1)) => {}
                    }
                }
            }
        }
        .boxed())
    }

    async fn listen(&self, kinds: &[&'static str]) -> Result<BoxStream<'static, Envelope>, Error> {
        let mut all = SelectAll::new();
        let wanted = if kinds.is_empty() { &[">"] } else { kinds };
        for kind in wanted {
            all.push(self.client.subscribe(subject(kind)).await.map_err(unavailable)?);
        }
        // The subscription stands when the server has read it.
        self.client.flush().await.map_err(unavailable)?;
        Ok(all
            .filter_map(|message| async move { serde_json::from_slice(&message.payload).ok() })
            .boxed())
    }

    async fn listen_closely(&self, kinds: &[&'static str]) -> Result<BoxStream<'static, Envelope>, Error> {
        let statistics = self.client.statistics();
        let connections = statistics.connects.load(Ordering::Relaxed);
        if self.client.connection_state() != State::Connected {
            return Err(Error::Unavailable("no connection".to_owned()));
        }
        let events = tokio::time::timeout(TIMEOUT, self.listen(kinds)).await;
        let events = events.map_err(unavailable)??;
        let client = self.client.clone();
        // The client connects again by itself; what was told in between is lost.
        let lost = async move {
            while client.connection_state() == State::Connected
                && client.statistics().connects.load(Ordering::Relaxed) == connections
            {
                tokio::time::sleep(WATCH).await;
            }
        };
        Ok(events.take_until(lost).boxed())
    }

    async fn lag(&self, service: &str) -> Result<u64, Error> {
        match self.stream.consumer_info(service).await {
            Ok(info) => Ok(info.num_pending + info.num_ack_pending as u64),
            // It consumes nothing; asking must not make a consumer that then falls behind for ever.
            Err(error) if error.kind() == ConsumerInfoErrorKind::NotFound => Ok(0),
            Err(error) => Err(unavailable(error)),
        }
    }
}

async fn pump(durable: &PullConsumer, consumer: &Consumer, stop: &CancellationToken) -> Result<(), String> {
    let mut messages = durable
        .stream()
        .max_messages_per_batch(64)
        .heartbeat(Duration::from_secs(5))
        .messages()
        .await
        .map_err(|error| error.to_string())?;
    loop {
        let message = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            message = messages.next() => message,
        };
        let Some(message) = message else {
            return Err("the stream of messages ended".to_owned());
        };
        let message = message.map_err(|error| error.to_string())?;
        let attempt = message.info().map_or(1, |info| info.delivered);
        let answer = match serde_json::from_slice::<Envelope>(&message.payload) {
            Ok(event) => match consumer.take(event).await {
                Ok(()) => AckKind::Ack,
                Err(Outcome::Retry(_)) => {
                    let seconds = 1u64 << u64::try_from(attempt).unwrap_or(1).min(6);
                    AckKind::Nak(Some(Duration::from_millis(100 * seconds)))
                }
                Err(Outcome::Fail(_)) => AckKind::Term,
            },
            Err(error) => {
                tracing::error!(%error, "a message on the bus is not an event");
                AckKind::Term
            }
        };
        message.ack_with(answer).await.map_err(|error| error.to_string())?;
    }
}
