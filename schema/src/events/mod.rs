//! Facts that services tell each other. Owned by the producer; fields are only ever added.

pub mod accounts;
pub mod analytics;
pub mod billing;
pub mod catalogue;
pub mod livetv;
pub mod rights;
pub mod router;
pub mod sidecar;

/// Ties an event to its CloudEvents type and subject.
macro_rules! event {
    ($name:ident, $kind:literal, $subject:ident) => {
        impl kernel::Event for $name {
            const TYPE: &'static str = $kind;
            fn subject(&self) -> String {
                self.$subject.to_string()
            }
        }
    };
}
pub(crate) use event;

/// Every event type there is, for the contract test and the documentation.
pub const TYPES: [&str; 31] = [
    "tv.accounts.user.registered.v1",
    "tv.accounts.user.logged_in.v1",
    "tv.accounts.profile.changed.v1",
    "tv.accounts.watchlist.updated.v1",
    "tv.accounts.history.updated.v1",
    "tv.accounts.title.rated.v1",
    "tv.accounts.account.closed.v1",
    "tv.catalogue.video.created.v1",
    "tv.catalogue.video.deleted.v1",
    "tv.catalogue.title.published.v1",
    "tv.catalogue.title.changed.v1",
    "tv.catalogue.title.withdrawn.v1",
    "tv.livetv.channel.changed.v1",
    "tv.livetv.guide.changed.v1",
    "tv.livetv.recording.changed.v1",
    "tv.livetv.blackout.changed.v1",
    "tv.playback.started.v1",
    "tv.playback.progressed.v1",
    "tv.playback.paused.v1",
    "tv.playback.ended.v1",
    "tv.rights.access.changed.v1",
    "tv.billing.subscription.created.v1",
    "tv.billing.subscription.updated.v1",
    "tv.billing.payment.succeeded.v1",
    "tv.billing.payment.failed.v1",
    "tv.billing.purchase.completed.v1",
    "tv.billing.rental.started.v1",
    "tv.billing.offer.changed.v1",
    "tv.analytics.video.watched.v1",
    "tv.sidecar.guide.uploaded.v1",
    "tv.router.usage.recorded.v1",
];
