//! One execution of a subscription and all who follow it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use kernel::Refusal;
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{Delivery, Hubs, Join, SubscriptionSettings};
use crate::{error::Rejection, kept::Key};

/// Most bytes of answers that are remembered.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// One execution: its latest answers are remembered once, for those who are behind and those who come. It keeps to the
/// pace of its quickest subscriber; who falls too far behind that one is let go.
pub(super) struct Hub {
    key: Key,
    hubs: Arc<Hubs>,
    buffer: usize,
    /// What is said from then on is news, not the beginning.
    beginning_until: Instant,
    memory: Mutex<Memory>,
    bell: watch::Sender<()>,
    room: Arc<Notify>,
    stop: CancellationToken,
}

#[derive(Default)]
struct Memory {
    /// The number of the first answer that is remembered.
    first: u64,
    answers: VecDeque<Delivery>,
    bytes: usize,
    /// How many answers the quickest subscriber has taken: the execution keeps to its pace.
    taken: u64,
    /// Something was said after the beginning.
    has_news: bool,
    has_ended: bool,
}

/// What there is for a subscriber.
enum Next {
    Answer(Delivery),
    /// It is too far behind: what comes next for it was forgotten.
    Missed,
    /// Nothing yet.
    Wait,
    End,
}

impl Memory {
    fn end(&self) -> u64 {
        self.first + self.answers.len() as u64
    }

    /// Whether even the quickest subscriber has enough to do.
    fn is_full(&self, buffer: usize) -> bool {
        let waiting = self.end() - self.taken;
        waiting >= buffer as u64 || (waiting > 0 && self.bytes > MAX_BYTES)
    }
}

impl Hub {
    pub(super) fn new(key: Key, hubs: Arc<Hubs>, settings: &SubscriptionSettings) -> Self {
        Self {
            key,
            hubs,
            buffer: settings.buffer.max(1),
            beginning_until: Instant::now() + Duration::from_millis(settings.replay_ms),
            memory: Mutex::default(),
            bell: watch::Sender::new(()),
            room: Arc::default(),
            stop: CancellationToken::new(),
        }
    }

    /// Where somebody who comes now begins; `None` when they would miss something.
    pub(super) fn joins_at(&self, join: Join) -> Option<u64> {
        let memory = self.memory();
        let end = memory.end();
        let is_open = match join {
            _ if memory.has_ended => false,
            Join::BeforeFirst => end == 0,
            Join::Replay => memory.first == 0 && !memory.has_news,
            Join::Live => return Some(end),
        };
        is_open.then_some(0)
    }

    /// Tells when nobody follows any more.
    pub(super) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Rings when there may be room for another answer.
    pub(super) fn room(&self) -> Arc<Notify> {
        self.room.clone()
    }

    /// Whether another answer would be one too many for all subscribers.
    pub(super) fn is_full(&self) -> bool {
        self.memory().is_full(self.buffer)
    }

    /// An answer for all. What the quickest subscriber has taken is forgotten when there is too much of it.
    pub(super) fn push(&self, body: Bytes) {
        let mut memory = self.memory();
        memory.has_news |= Instant::now() > self.beginning_until;
        memory.bytes += body.len();
        memory.answers.push_back(Delivery::from(body));
        while memory.first < memory.taken && (memory.answers.len() > self.buffer || memory.bytes > MAX_BYTES) {
            if let Some(forgotten) = memory.answers.pop_front() {
                memory.bytes -= forgotten.len();
                memory.first += 1;
            }
        }
        drop(memory);
        self.bell.send_replace(());
    }

    /// No answer comes any more.
    pub(super) fn end(&self) {
        self.memory().has_ended = true;
        self.bell.send_replace(());
    }

    /// The answers from number `from` on.
    pub(super) fn subscriber(self: &Arc<Self>, from: u64) -> BoxStream<'static, Delivery> {
        let follower = (self.clone(), self.bell.subscribe(), Some(from));
        let answers = stream::unfold(follower, |(hub, mut bell, from)| async move {
            let from = from?;
            loop {
                match hub.next(from) {
                    Next::Answer(answer) => return Some((answer, (hub, bell, Some(from + 1)))),
                    Next::Missed => return Some((hub.too_slow(), (hub, bell, None))),
                    Next::End => return None,
                    Next::Wait => bell.changed().await.ok()?,
                }
            }
        });
        answers.boxed()
    }

    fn next(&self, from: u64) -> Next {
        let mut memory = self.memory();
        let Some(place) = from.checked_sub(memory.first) else {
            return Next::Missed;
        };
        let answer = usize::try_from(place)
            .ok()
            .and_then(|place| memory.answers.get(place))
            .cloned();
        match answer {
            Some(answer) => {
                let was_full = memory.is_full(self.buffer);
                memory.taken = memory.taken.max(from + 1);
                if was_full && !memory.is_full(self.buffer) {
                    self.room.notify_one();
                }
                Next::Answer(answer)
            }
            None if memory.has_ended => Next::End,
            None => Next::Wait,
        }
    }

    /// The last word to who did not keep up: silence would hide that something is missing.
    fn too_slow(&self) -> Delivery {
        metrics::counter!("router_subscribers_too_slow_total").increment(1);
        let allowed = self.buffer as u64;
        let refusal = Refusal::limit("answers waiting for a slow subscriber", allowed, allowed + 1);
        Bytes::from(Rejection::of(&refusal).to_json()).into()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop.cancel();
        self.hubs.leave(&self.key);
    }
}
