//! Equal subscriptions are executed once and share the bytes of their answers.
//!
//! Whether somebody may join a subscription that runs is a question of what they would miss. Its beginning they must
//! not miss, since many subscriptions begin with a present state. So, of a root field that says nothing
//! (`@sharedStream`), only those share who come before the first answer. One that says `LIVE` has no beginning: whoever
//! joins hears what comes. One that says `REPLAY` may be joined as if from its beginning: all that was said so far is
//! said again, as long as that is the beginning and not old news; then another execution begins, which the next ones
//! share. So there are at most as many executions as there were changes, however many subscribers there are.

mod delivery;
mod hub;
mod marks;
mod settings;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use futures_util::{StreamExt, stream::BoxStream};
use tokio_util::sync::CancellationToken;

use self::hub::Hub;
use crate::{
    Router,
    engine::Engine,
    error::Rejection,
    executor,
    kept::{Class, Hasher, Key},
    pipeline::{Context, Prepared},
    subgraph::Map,
};

pub use delivery::Delivery;
pub(crate) use marks::{Join, Marks};
pub use settings::SubscriptionSettings;

/// The subscriptions that run on one graph and may be joined.
#[derive(Default)]
pub(crate) struct Hubs(Mutex<HashMap<Key, Weak<Hub>>>);

/// A subscription that is asked for.
pub(crate) struct Wanted {
    pub(crate) engine: Arc<Engine>,
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) variables: Map,
}

/// The answers of a subscription: of one that runs, or of a new one.
///
/// # Errors
/// A plan without a subscription.
pub(crate) async fn subscribe(
    router: &Router,
    wanted: Wanted,
    context: &Context,
) -> Result<BoxStream<'static, Delivery>, Rejection> {
    let settings = &wanted.engine.settings.subscriptions;
    if !settings.share {
        let answers = run(&wanted, context.clone()).await?;
        return Ok(answers.map(Delivery::from).boxed());
    }
    let mark = wanted.engine.marks.of(&wanted.prepared);
    let is_plain = is_plain(&wanted.prepared);
    let (key, upstream) = key(&wanted, mark.is_public && is_plain, context);
    // What else an answer holds may have changed since it was said: it is not said again.
    let join = match mark.join {
        Join::Replay if !is_plain => Join::BeforeFirst,
        join => join,
    };
    let hubs = &wanted.engine.hubs;
    let (hub, from, is_new) = hubs.join(key, join, settings);
    let how = if is_new { "begun" } else { "joined" };
    metrics::counter!("router_subscriptions_total", "how" => how).increment(1);
    let subscriber = hub.subscriber(from);
    if is_new {
        context.note_subscribed();
        let (stop, shutdown) = (hub.stop(), router.0.shutdown.clone());
        let hub = Arc::downgrade(&hub);
        router.0.sockets.spawn(drive(hub, wanted, upstream, (stop, shutdown)));
    }
    Ok(subscriber)
}

/// Runs a subscription for all who follow it, until none does.
async fn drive(
    hub: Weak<Hub>,
    wanted: Wanted,
    context: Context,
    (stop, shutdown): (CancellationToken, CancellationToken),
) {
    let work = async {
        match run(&wanted, context).await {
            Ok(mut answers) => {
                while let Some(answer) = answers.next().await {
                    // A source that always has something to say must let others have their turn.
                    tokio::task::consume_budget().await;
                    // Not held while we wait: who follows it keeps it alive, nobody else.
                    let Some(open) = hub.upgrade() else { return };
                    let (room, mut is_full) = (open.room(), open.is_full());
                    drop(open);
                    while is_full {
                        room.notified().await;
                        let Some(open) = hub.upgrade() else { return };
                        is_full = open.is_full();
                    }
                    let Some(open) = hub.upgrade() else { return };
                    open.push(answer);
                }
            }
            Err(rejection) => {
                if let Some(hub) = hub.upgrade() {
                    hub.push(rejection.to_json().into());
                }
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => return,
        () = shutdown.cancelled() => {}
        () = work => {}
    }
    if let Some(hub) = hub.upgrade() {
        hub.end();
    }
}

async fn run(wanted: &Wanted, context: Context) -> Result<BoxStream<'static, bytes::Bytes>, Rejection> {
    let (engine, prepared) = (wanted.engine.clone(), wanted.prepared.clone());
    executor::subscribe(engine, prepared, wanted.variables.clone(), context).await
}

/// Whether all that its answers hold is what the root field says of itself: what other subgraphs add may depend on the
/// viewer and the time, and what needs a sign-in is asked with it.
fn is_plain(prepared: &Prepared) -> bool {
    prepared.plan.is_one_fetch() && !prepared.policy.is_private && prepared.needs.is_empty()
}

/// What equal subscriptions have in common, and in whose name they run.
fn key(wanted: &Wanted, is_public: bool, context: &Context) -> (Key, Context) {
    let mut key = Hasher::default();
    key.add(&wanted.prepared.digest);
    key.add_json(&wanted.variables);
    let class = Class::of(context, &wanted.engine.settings.traffic.headers);
    if class.shares(!is_public) {
        return (key.end(), Context::default());
    }
    class.add_to(&mut key, true);
    // A token ends, and its subscriptions with it: another token of the same viewer has its own.
    if let Some(bearer) = &context.identity.bearer {
        key.add(bearer.0.as_bytes());
    }
    (key.end(), context.for_others())
}

impl Hubs {
    /// The hub of `key` that may be joined, and from which answer on; or a new one.
    fn join(self: &Arc<Self>, key: Key, join: Join, settings: &SubscriptionSettings) -> (Arc<Hub>, u64, bool) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hub) = open.get(&key).and_then(Weak::upgrade)
            && let Some(from) = hub.joins_at(join)
        {
            return (hub, from, false);
        }
        let hub = Arc::new(Hub::new(key, self.clone(), settings));
        open.insert(key, Arc::downgrade(&hub));
        (hub, 0, true)
    }

    /// A hub is gone; a newer one with its key stays.
    fn leave(&self, key: &Key) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.get(key).is_some_and(|hub| hub.strong_count() == 0) {
            open.remove(key);
        }
    }
}
