//! One socket to a subgraph with all its subscriptions. Reading never waits for writing, nor for a subscriber.

use std::{
    collections::HashMap,
    future::pending,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, interval_at, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite::Message;

use super::{
    SubgraphAnswer,
    opening::{Head, Socket},
    wired,
};
use crate::data::{Data, Reading, member};

/// Messages of ours that wait for the socket.
const OUTGOING: usize = 1_024;
/// Time between pings: servers close sockets that were silent for a minute.
const PING: Duration = Duration::from_secs(20);
/// Longest wait for the subgraph to take a message.
const SEND_TIME: Duration = Duration::from_secs(30);
/// A socket without subscriptions stays open for so long.
const IDLE: Duration = Duration::from_secs(10);

/// The queue of a subscription's events. Boxed: a queue has room for 32 from its beginning, and most are empty for hours.
pub(super) type Events = mpsc::Sender<Box<SubgraphAnswer>>;

/// What the socket is to do.
pub(super) enum Command {
    /// Begin a subscription.
    Subscribe(Subscribe),
    /// Nobody listens to it any more.
    Complete(u64),
}

/// A subscription that is to begin.
pub(super) struct Subscribe {
    /// The payload, as JSON.
    pub(super) payload: String,
    /// What is read of its events.
    pub(super) reading: Arc<Reading>,
    /// Takes its events.
    pub(super) events: Events,
    /// Says why there are no more.
    pub(super) end: Arc<OnceLock<End>>,
    /// Is told its number once the subgraph knows of it; dropped when the socket ended before.
    pub(super) accepted: oneshot::Sender<u64>,
}

/// Why a subscription has no more events; without it, the socket broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The subgraph says it is complete.
    Complete,
    /// Its subscriber was too slow.
    Slow,
}

struct Entry {
    reading: Arc<Reading>,
    events: Events,
    end: Arc<OnceLock<End>>,
}

/// What the two halves share.
#[derive(Default)]
struct Shared {
    entries: Mutex<HashMap<u64, Entry>>,
    /// Something came since the last ping.
    heard: AtomicBool,
}

/// Runs a socket until it breaks or is idle; `leave` is asked then, with the commands that wait, whether it may go.
pub(super) async fn serve(
    socket: Socket,
    commands: &mut mpsc::Receiver<Command>,
    leave: impl Fn(&mut mpsc::Receiver<Command>) -> bool,
) {
    let (sink, stream) = socket.split();
    let (outgoing, waiting) = mpsc::channel(OUTGOING);
    let shared = Shared::default();
    let mut writer = Writer {
        sink,
        shared: &shared,
        waiting,
        last: 0,
    };
    let reason = tokio::select! {
        reason = read(stream, &shared, outgoing) => reason,
        reason = writer.run(commands, leave) => reason,
    };
    tracing::debug!(reason, "socket to a subgraph ended");
    // A socket that broke takes no close frame, one that is idle does.
    if timeout(Duration::from_secs(1), writer.sink.close()).await.is_err() {
        tracing::debug!("socket to a subgraph was not closed in time");
    }
}

struct Writer<'a> {
    sink: SplitSink<Socket, Message>,
    shared: &'a Shared,
    /// What the reading half wants sent.
    waiting: mpsc::Receiver<Option<String>>,
    last: u64,
}

impl Writer<'_> {
    async fn run(
        &mut self,
        commands: &mut mpsc::Receiver<Command>,
        leave: impl Fn(&mut mpsc::Receiver<Command>) -> bool,
    ) -> &'static str {
        let mut ping = interval_at(Instant::now() + PING, PING);
        self.shared.heard.store(true, Ordering::Relaxed);
        let mut idle_since = Some(Instant::now());
        loop {
            let idle = async {
                match idle_since {
                    Some(since) => sleep_until(since + IDLE).await,
                    None => pending().await,
                }
            };
            let sent = tokio::select! {
                Some(message) = self.waiting.recv() => match message {
                    Some(text) => self.send(text).await,
                    None => Ok(()),
                },
                Some(command) = commands.recv() => self.obey(command).await,
                _ = ping.tick() => self.ping().await,
                () = idle => {
                    if leave(commands) {
                        return "idle";
                    }
                    idle_since = Some(Instant::now());
                    Ok(())
                }
            };
            if let Err(reason) = sent {
                return reason;
            }
            let is_idle = self.shared.is_empty();
            idle_since = is_idle.then(|| idle_since.unwrap_or_else(Instant::now));
        }
    }

    async fn obey(&mut self, command: Command) -> Result<(), &'static str> {
        let subscribe = match command {
            Command::Subscribe(subscribe) => subscribe,
            Command::Complete(id) => {
                // It may have ended by itself in the meantime.
                return match self.shared.remove(id) {
                    Some(_) => self.send(complete(id)).await,
                    None => Ok(()),
                };
            }
        };
        self.last += 1;
        let id = self.last;
        let entry = Entry {
            reading: subscribe.reading,
            events: subscribe.events,
            end: subscribe.end,
        };
        self.shared.insert(id, entry);
        self.send(format!(
            r#"{{"id":"{id}","type":"subscribe","payload":{}}}"#,
            subscribe.payload
        ))
        .await?;
        if subscribe.accepted.send(id).is_err() && self.shared.remove(id).is_some() {
            return self.send(complete(id)).await;
        }
        Ok(())
    }

    /// Asks whether the subgraph is there, and lets those go whose subscriber is gone.
    async fn ping(&mut self) -> Result<(), &'static str> {
        if !self.shared.heard.swap(false, Ordering::Relaxed) {
            return Err("nothing came for two pings");
        }
        for id in self.shared.abandoned() {
            self.send(complete(id)).await?;
        }
        self.send(r#"{"type":"ping"}"#.to_owned()).await
    }

    async fn send(&mut self, text: String) -> Result<(), &'static str> {
        match timeout(SEND_TIME, self.sink.send(Message::text(text))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err("it cannot be written to"),
            Err(_) => Err("it takes no messages"),
        }
    }
}

/// Hands out what comes; ends with the socket.
async fn read(
    mut stream: SplitStream<Socket>,
    shared: &Shared,
    outgoing: mpsc::Sender<Option<String>>,
) -> &'static str {
    // What does not fit is not needed: a pong of many, or a `complete` that is said again with the next event.
    let say = |text: Option<String>| drop(outgoing.try_send(text));
    loop {
        let text = match stream.next().await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(_))) | None => return "closed by the subgraph",
            Some(Ok(_)) => {
                shared.heard.store(true, Ordering::Relaxed);
                continue;
            }
            Some(Err(_)) => return "it cannot be read from",
        };
        shared.heard.store(true, Ordering::Relaxed);
        let Ok(head) = serde_json::from_str::<Head>(&text) else {
            return "a message that is none";
        };
        let id = head.id.and_then(|id| id.parse().ok());
        match (head.kind.as_str(), id) {
            ("next", Some(id)) => {
                let Some(reading) = shared.reading(id) else {
                    say(Some(complete(id)));
                    continue;
                };
                let Some(answer) = event(&text.into(), &reading) else {
                    return "an event that is none";
                };
                if !shared.deliver(id, answer) {
                    say(Some(complete(id)));
                }
            }
            ("error", Some(id)) => {
                let answer = SubgraphAnswer {
                    data: Data::Null,
                    errors: wired::errors(&text),
                    ..SubgraphAnswer::default()
                };
                if shared.deliver(id, answer) {
                    shared.complete(id);
                }
                say(None);
            }
            ("complete", Some(id)) => {
                shared.complete(id);
                say(None);
            }
            ("ping", _) => say(Some(r#"{"type":"pong"}"#.to_owned())),
            _ => {}
        }
    }
}

/// The payload of a `next` message.
fn event(text: &Bytes, reading: &Reading) -> Option<SubgraphAnswer> {
    let payload = member(text, "payload").ok()??;
    SubgraphAnswer::read_as(reading, &payload).ok()
}

fn complete(id: u64) -> String {
    format!(r#"{{"id":"{id}","type":"complete"}}"#)
}

impl Shared {
    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    fn insert(&self, id: u64, entry: Entry) {
        self.entries().insert(id, entry);
    }

    fn remove(&self, id: u64) -> Option<Entry> {
        self.entries().remove(&id)
    }

    /// What is read of the events of a subscription.
    fn reading(&self, id: u64) -> Option<Arc<Reading>> {
        self.entries().get(&id).map(|entry| entry.reading.clone())
    }

    /// Puts an event into its queue; false when its subscription is over: unknown, left, or too slow.
    fn deliver(&self, id: u64, answer: SubgraphAnswer) -> bool {
        let mut entries = self.entries();
        let Some(entry) = entries.get(&id) else {
            return false;
        };
        match entry.events.try_send(Box::new(answer)) {
            Ok(()) => true,
            Err(error) => {
                if matches!(error, mpsc::error::TrySendError::Full(_)) {
                    entry.end.get_or_init(|| End::Slow);
                }
                entries.remove(&id);
                false
            }
        }
    }

    fn complete(&self, id: u64) {
        if let Some(entry) = self.remove(id) {
            entry.end.get_or_init(|| End::Complete);
        }
    }

    /// Forgets subscriptions whose subscriber is gone; gives their numbers.
    fn abandoned(&self) -> Vec<u64> {
        let mut entries = self.entries();
        let gone: Vec<u64> = entries
            .iter()
            .filter(|(_, entry)| entry.events.is_closed())
            .map(|(id, _)| *id)
            .collect();
        for id in &gone {
            entries.remove(id);
        }
        gone
    }
}
