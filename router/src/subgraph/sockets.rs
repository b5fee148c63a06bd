//! The sockets to one subgraph: of each sign-in as few as hold its subscriptions.

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
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
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
    room: Room,
}

/// How much there may be of everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Events that wait for a subscriber.
    pub(super) queue: usize,
    /// Subscriptions of a socket. Servers limit them, and many look at all of a socket's when one has news.
    pub(super) subscriptions: usize,
}

/// Open sockets; those that end take themselves out.
#[derive(Default)]
struct Open(Mutex<HashMap<Key, Vec<Handle>>>);

#[derive(Clone)]
struct Handle {
    commands: mpsc::Sender<Command>,
    /// Why it could not be opened.
    failed: Arc<OnceLock<String>>,
    /// A permit for each subscription that it still takes.
    places: Arc<Semaphore>,
}

impl Sockets {
    /// None yet.
    pub(super) fn new(opening: Opening, room: Room) -> Self {
        Self {
            opening,
            open: Arc::default(),
            room: Room {
                queue: room.queue.max(1),
                subscriptions: room.subscriptions.clamp(1, Semaphore::MAX_PERMITS),
            },
        }
    }

    /// Begins a subscription on a socket of those who send the same `headers`.
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
                Ok(subscription.events(operation.service.clone(), self.room.queue))
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
            let (handle, taken) = self.socket(key, headers)?;
            let (events, receiver) = mpsc::channel(self.room.queue);
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
                        place: Place {
                            id,
                            commands,
                            _taken: taken,
                        },
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

    /// A socket of `key` with a place on it; a new one when none has any.
    fn socket(&self, key: Key, headers: &HeaderMap) -> Result<(Handle, OwnedSemaphorePermit), String> {
        let mut open = self.open.lock();
        let handles = open.entry(key).or_default();
        let with_place = |handle: &Handle| Some((handle.clone(), handle.place()?));
        if let Some(found) = handles.iter().find_map(with_place) {
            return Ok(found);
        }
        let (commands, receiver) = mpsc::channel(COMMANDS);
        let handle = Handle {
            commands,
            failed: Arc::default(),
            places: Arc::new(Semaphore::new(self.room.subscriptions)),
        };
        let taken = handle.place().ok_or("a socket has no places")?;
        handles.push(handle.clone());
        let running = run(
            self.opening.clone(),
            self.open.clone(),
            (key, headers.clone()),
            (receiver, handle.failed.clone()),
        );
        #[expect(clippy::disallowed_methods, reason = "ends when it has no subscriptions")]
        tokio::spawn(running);
        Ok((handle, taken))
    }
}

impl Handle {
    /// A place on a socket that has not ended.
    fn place(&self) -> Option<OwnedSemaphorePermit> {
        if self.commands.is_closed() {
            return None;
        }
        self.places.clone().try_acquire_owned().ok()
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
                    forget_ended(&mut open, &key);
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
    forget_ended(&mut open.lock(), &key);
}

/// Lets go of the sockets of `key` that have ended.
fn forget_ended(open: &mut HashMap<Key, Vec<Handle>>, key: &Key) {
    if let Some(handles) = open.get_mut(key) {
        handles.retain(|handle| !handle.commands.is_closed());
        if handles.is_empty() {
            open.remove(key);
        }
    }
}

impl Open {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Vec<Handle>>> {
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
    events: mpsc::Receiver<Box<SubgraphAnswer>>,
    end: Arc<OnceLock<End>>,
    place: Place,
}

/// Its place on the socket, given back when nobody listens any more.
struct Place {
    id: u64,
    commands: mpsc::Sender<Command>,
    _taken: OwnedSemaphorePermit,
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
                yield *answer;
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
