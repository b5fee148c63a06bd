//! What a service does with other services' events.

use std::{collections::HashMap, fmt, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use kernel::{Event, EventId, Instant};

use crate::Envelope;

/// Why an event was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Try again later.
    Retry(String),
    /// No later try can help.
    Fail(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry(reason) | Self::Fail(reason) => f.write_str(reason),
        }
    }
}

/// Turns any error into [`Outcome::Retry`].
pub trait OrRetry<T> {
    /// The value, or an outcome that asks for another try.
    fn or_retry(self) -> Result<T, Outcome>;
}

impl<T, E: std::error::Error> OrRetry<T> for Result<T, E> {
    fn or_retry(self) -> Result<T, Outcome> {
        self.map_err(|error| {
            let mut text = error.to_string();
            let mut cause = error.source();
            while let Some(error) = cause {
                text = format!("{text}: {error}");
                cause = error.source();
            }
            Outcome::Retry(text)
        })
    }
}

/// What an event carries beside its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// For [`database::is_first_delivery`].
    pub id: EventId,
    /// When it was raised.
    pub time: Instant,
}

type Handler = Arc<dyn Fn(Envelope) -> BoxFuture<'static, Result<(), Outcome>> + Send + Sync>;

/// The events that one service takes, each with the service call that takes it.
#[derive(Clone)]
pub struct Consumer {
    service: String,
    handlers: HashMap<&'static str, Handler>,
}

impl Consumer {
    /// A consumer of `service` that takes nothing yet.
    pub fn new(service: &str) -> Self {
        Self {
            service: service.to_owned(),
            handlers: HashMap::new(),
        }
    }

    /// Takes events of type `E` with `handler`, which must be idempotent.
    #[must_use]
    pub fn on<E, F>(mut self, handler: impl Fn(E, Meta) -> F + Send + Sync + 'static) -> Self
    where
        E: Event,
        F: Future<Output = Result<(), Outcome>> + Send + 'static,
    {
        let handle = move |envelope: Envelope| match envelope.read::<E>() {
            Ok(event) => handler(
                event,
                Meta {
                    id: envelope.id,
                    time: envelope.time,
                },
            )
            .boxed(),
            Err(outcome) => async { Err(outcome) }.boxed(),
        };
        self.handlers.insert(E::TYPE, Arc::new(handle));
        self
    }

    /// Whose consumer it is.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The event types it takes.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.handlers.keys().copied()
    }

    /// Gives `event` to its handler; events of other types are passed over.
    pub async fn take(&self, event: Envelope) -> Result<(), Outcome> {
        let Some(handler) = self.handlers.get(event.kind.as_str()) else {
            return Ok(());
        };
        let (id, kind) = (event.id, event.kind.clone());
        let taken = handler(event).await;
        if let Err(outcome) = &taken {
            tracing::warn!(event.id = %id, event.kind = %kind, consumer = %self.service, error = %outcome, "event was not taken");
        }
        metrics::counter!("events_consumed_total", "consumer" => self.service.clone(), "outcome" => if taken.is_ok() { "ok" } else { "failed" })
            .increment(1);
        taken
    }
}
