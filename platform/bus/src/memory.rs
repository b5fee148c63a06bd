//! The bus of one process: publishing is delivering.

use std::sync::{
    Arc, RwLock,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use futures_util::{FutureExt, Stream, StreamExt, future::BoxFuture, stream::BoxStream};
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
        let events = BroadcastStream::new(self.listeners.subscribe());
        // A lagged listener skips: it reads what it missed from its database.
        Ok(of_kinds(
            events.filter_map(|event| std::future::ready(event.ok())),
            kinds,
        ))
    }

    async fn listen_closely(&self, kinds: &[&'static str]) -> Result<BoxStream<'static, Envelope>, Error> {
        let events = BroadcastStream::new(self.listeners.subscribe());
        let whole = events
            .take_while(|event| std::future::ready(event.is_ok()))
            .filter_map(|event| std::future::ready(event.ok()));
        Ok(of_kinds(whole, kinds))
    }

    async fn lag(&self, _service: &str) -> Result<u64, Error> {
        Ok(0)
    }
}

fn of_kinds(
    events: impl Stream<Item = Envelope> + Send + 'static,
    kinds: &[&'static str],
) -> BoxStream<'static, Envelope> {
    let kinds = kinds.to_vec();
    let wanted = move |event: &Envelope| kinds.is_empty() || kinds.iter().any(|kind| *kind == event.kind);
    events.filter(move |event| std::future::ready(wanted(event))).boxed()
}

#[cfg(test)]
mod tests {
    use kernel::EventId;

    use super::*;

    fn event(kind: &str) -> Envelope {
        Envelope {
            specversion: "1.0".to_owned(),
            id: EventId(uuid::Uuid::nil()),
            source: "/matinee/test".to_owned(),
            kind: kind.to_owned(),
            subject: "bell".to_owned(),
            time: chrono::DateTime::UNIX_EPOCH,
            datacontenttype: "application/json".to_owned(),
            data: serde_json::Value::Null,
        }
    }

    #[tokio::test]
    async fn who_listens_closely_is_told_by_the_end_that_events_were_missed_and_others_go_on() {
        let bus = Memory::default();
        let mut close = bus.listen_closely(&["a"]).await.expect("a listener");
        let mut loose = bus.listen(&["a"]).await.expect("a listener");
        bus.publish(&event("a")).await.expect("published");
        assert_eq!(close.next().await.map(|event| event.kind), Some("a".to_owned()));
        for _ in 0..=LISTENER_BUFFER {
            bus.publish(&event("b")).await.expect("published");
        }
        bus.publish(&event("a")).await.expect("published");
        assert!(close.next().await.is_none(), "it cannot know what was among them");
        assert_eq!(loose.next().await.map(|event| event.kind), Some("a".to_owned()));
    }
}
