//! The bus of one process: publishing is delivering.

use std::sync::{
    Arc, RwLock,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

use crate::{Bus, Consumer, Envelope, Error, Outcome};

/// Events a slow listener may be behind before it misses some.
const LISTENER_BUFFER: usize = 1024;

/// Delivers in the publisher's task. Durable all the same: the relay keeps an event in the outbox until every consumer
/// has taken it.
pub struct Memory {
    consumers: Arc<Consumers>,
    listeners: broadcast::Sender<Envelope>,
}

#[derive(Default)]
struct Consumers {
    list: RwLock<Vec<Consumer>>,
    /// The process is stopping: nobody is there to take an event, so none may be called delivered.
    are_gone: AtomicBool,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            consumers: Arc::default(),
            listeners: broadcast::channel(LISTENER_BUFFER).0,
        }
    }
}

#[async_trait]
impl Bus for Memory {
    async fn publish(&self, event: &Envelope) -> Result<(), Error> {
        let takers: Vec<Consumer> = {
            let consumers = self.consumers.list.read().expect("consumer list");
            if self.consumers.are_gone.load(Ordering::Acquire) {
                return Err(Error::Unavailable("the process is stopping".to_owned()));
            }
            consumers
                .iter()
                .filter(|consumer| consumer.kinds().any(|kind| kind == event.kind))
                .cloned()
                .collect()
        };
        let mut refused: Option<Outcome> = None;
        for consumer in takers {
            if let Err(outcome) = consumer.take(event.clone()).await
                && !matches!(refused, Some(Outcome::Retry(_)))
            {
                refused = Some(outcome);
            }
        }
        // No listener is no error.
        let _heard_by = self.listeners.send(event.clone()).unwrap_or(0);
        match refused {
            None => Ok(()),
            Some(Outcome::Retry(reason)) => Err(Error::NotDelivered(reason)),
            Some(Outcome::Fail(reason)) => Err(Error::Dead(reason)),
        }
    }

    async fn consume(&self, consumer: Consumer, stop: CancellationToken) -> Result<BoxFuture<'static, ()>, Error> {
        self.consumers.list.write().expect("consumer list").push(consumer);
        let consumers = self.consumers.clone();
        Ok(async move {
            stop.cancelled().await;
            // Consumers hold their services, which hold this bus: without this, neither would ever be dropped.
            let mut list = consumers.list.write().expect("consumer list");
            consumers.are_gone.store(true, Ordering::Release);
            list.clear();
        }
        .boxed())
    }

    async fn listen(&self, kinds: &[&'static str]) -> Result<BoxStream<'static, Envelope>, Error> {
        let kinds = kinds.to_vec();
        let events = BroadcastStream::new(self.listeners.subscribe());
        // A lagged listener skips: it reads what it missed from its database.
        let events = events.filter_map(|event| async { event.ok() });
        Ok(events
            .filter(move |event| std::future::ready(kinds.is_empty() || kinds.iter().any(|kind| *kind == event.kind)))
            .boxed())
    }

    async fn lag(&self, _service: &str) -> Result<u64, Error> {
        Ok(0)
    }
}
