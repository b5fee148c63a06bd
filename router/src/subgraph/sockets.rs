//! The sockets to one subgraph: one for each sign-in, shared by all its subscriptions.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use futures_util::{StreamExt, stream::BoxStream};
use http::HeaderMap;
use kernel::ErrorCode;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    FetchOperation, Map, SubgraphAnswer,
    socket::{self, Command, End, Subscribe},
};

pub(super) use super::opening::Opening;

/// Commands that wait for a socket.
const COMMANDS: usize = 256;
/// How often a subscription that came when its socket ended gets another one.
const TRIES: usize = 3;

/// A hash of the headers a socket was opened with: who may share it.
type Key = [u8; 32];

/// The sockets to one subgraph.
pub(super) struct Sockets {
    opening: Opening,
    open: Arc<Open>,
    queue: usize,
}

/// Open sockets; those that end take themselves out.
#[derive(Default)]
struct Open(Mutex<HashMap<Key, Handle>>);

#[derive(Clone)]
struct Handle {
    commands: mpsc::Sender<Command>,
    /// Why it could not be opened.
    failed: Arc<OnceLock<String>>,
}

impl Sockets {
    /// None yet; a subscription may have `queue` events waiting.
    pub(super) fn new(opening: Opening, queue: usize) -> Self {
        Self {
            opening,
            open: Arc::default(),
            queue: queue.max(1),
        }
    }

    /// Begins a subscription on the socket of those who send the same `headers`.
    ///
    /// # Errors
    /// Why there is no socket.
    pub(super) async fn subscribe(
        &self,
        operation: &FetchOperation,
        variables: &Map,
        headers: HeaderMap,
    ) -> Result<BoxStream<'static, SubgraphAnswer>, String> {
        let payload = json!({ "query": operation.text, "variables": variables }).to_string();
        let pass = self
            .opening
            .caller
            .breaker
            .pass()
            .ok_or("the circuit breaker is open")?;
        match self.begin(&payload, operation, &headers).await {
            Ok(subscription) => {
                pass.succeeded();
                Ok(subscription.events(operation.service.clone(), self.queue))
            }
            Err(reason) => {
                pass.failed();
                Err(reason)
            }
        }
    }

    async fn begin(
        &self,
        payload: &str,
        operation: &FetchOperation,
        headers: &HeaderMap,
    ) -> Result<Subscription, String> {
        let key = key(headers);
        for _ in 0..TRIES {
            let handle = self.socket(key, headers);
            let (events, receiver) = mpsc::channel(self.queue);
            let (accepted, acceptance) = oneshot::channel();
            let end = Arc::new(OnceLock::new());
            let subscribe = Subscribe {
                payload: payload.to_owned(),
                reading: operation.reading.clone(),
                events,
                end: end.clone(),
                accepted,
            };
            let begun = async {
                handle.commands.send(Command::Subscribe(subscribe)).await.ok()?;
                acceptance.await.ok()
            };
            match timeout(self.opening.timeout, begun).await {
                Ok(Some(id)) => {
                    let commands = handle.commands;
                    return Ok(Subscription {
                        events: receiver,
                        end,
                        place: Place { id, commands },
                    });
                }
                Ok(None) => {
                    if let Some(reason) = handle.failed.get() {
                        return Err(reason.clone());
                    }
                }
                Err(_) => return Err("it was not taken in time".to_owned()),
            }
        }
        Err("sockets ended as fast as they were opened".to_owned())
    }

    /// The socket of `key`; a new one when there is none.
    fn socket(&self, key: Key, headers: &HeaderMap) -> Handle {
        let mut open = self.open.lock();
        if let Some(handle) = open.get(&key)
            && !handle.commands.is_closed()
        {
            return handle.clone();
        }
        let (commands, receiver) = mpsc::channel(COMMANDS);
        let handle = Handle {
            commands,
            failed: Arc::default(),
        };
        open.insert(key, handle.clone());
        let running = run(
            self.opening.clone(),
            self.open.clone(),
            (key, headers.clone()),
            (receiver, handle.failed.clone()),
        );
        #[expect(clippy::disallowed_methods, reason = "ends when it has no subscriptions")]
        tokio::spawn(running);
        handle
    }
}

/// The life of a socket. Commands that come too late are dropped with their `accepted`, and come again.
async fn run(
    opening: Opening,
    open: Arc<Open>,
    (key, headers): (Key, HeaderMap),
    (mut commands, failed): (mpsc::Receiver<Command>, Arc<OnceLock<String>>),
) {
    let gauge = metrics::gauge!("router_subgraph_sockets");
    match opening.open(&headers).await {
        Ok(socket) => {
            gauge.increment(1);
            // While it may be asked for, nothing may be on its way to it.
            let leave = |commands: &mut mpsc::Receiver<Command>| {
                let mut open = open.lock();
                let is_idle = commands.is_empty();
                if is_idle {
                    commands.close();
                    open.remove(&key);
                }
                is_idle
            };
            socket::serve(socket, &mut commands, leave).await;
            gauge.decrement(1);
        }
        Err(reason) => {
            failed.get_or_init(|| reason);
        }
    }
    // Closed first: whoever asks after that gets a new one.
    commands.close();
    let mut open = open.lock();
    if open.get(&key).is_some_and(|handle| handle.commands.is_closed()) {
        open.remove(&key);
    }
}

impl Open {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Handle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(headers: &HeaderMap) -> Key {
    let mut all: Vec<(&[u8], &[u8])> = headers
        .iter()
        .map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()))
        .collect();
    all.sort_unstable();
    let mut hash = Sha256::new();
    for (name, value) in all {
        hash.update(name);
        // Neither can hold these bytes.
        hash.update([0]);
        hash.update(value);
        hash.update(b"\n");
    }
    hash.finalize().into()
}

/// A subscription that has begun.
struct Subscription {
    events: mpsc::Receiver<SubgraphAnswer>,
    end: Arc<OnceLock<End>>,
    place: Place,
}

/// Its place on the socket, given back when nobody listens any more.
struct Place {
    id: u64,
    commands: mpsc::Sender<Command>,
}

impl Drop for Place {
    fn drop(&mut self) {
        // A full queue is no loss: the socket finds out with the next event or ping.
        drop(self.commands.try_send(Command::Complete(self.id)));
    }
}

impl Subscription {
    /// Its events, and why they end if that is not what was meant.
    fn events(mut self, service: String, queue: usize) -> BoxStream<'static, SubgraphAnswer> {
        async_stream::stream! {
            let _place = self.place;
            while let Some(answer) = self.events.recv().await {
                yield answer;
            }
            match self.end.get() {
                Some(End::Complete) => {}
                Some(End::Slow) => yield SubgraphAnswer::slow(queue),
                None => yield SubgraphAnswer::outage(ErrorCode::Unavailable, &service),
            }
        }
        .boxed()
    }
}
