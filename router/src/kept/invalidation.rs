//! Which event makes which kept answers stale. The one table: a new event, or a new type that is kept, is a line here.
//!
//! A kept answer carries tags: the family of each object whose id is known (`Title:0197…`), and the families of all
//! that stands in lists or could stand where nothing is (`Title`). A family is a type or the interface it implements.

use bus::Envelope;

use super::Tag;

/// What one event drops.
pub(super) struct Rule {
    /// The event's CloudEvents type.
    kind: &'static str,
    drops: &'static [Drops],
}

enum Drops {
    /// The object of this family whose id stands there in the event's data (JSON Pointer).
    One(&'static str, &'static str),
    /// Every answer with a list of this family, or a place where one could come.
    Lists(&'static str),
    /// Every answer with any object of this family.
    All(&'static str),
    /// The same, if this text stands there in the event's data.
    AllIf(&'static str, &'static str, &'static str),
}

use Drops::{All, AllIf, Lists, One};

const RULES: &[Rule] = &[
    Rule {
        kind: "tv.catalogue.title.published.v1",
        drops: TITLE,
    },
    Rule {
        kind: "tv.catalogue.title.changed.v1",
        drops: TITLE,
    },
    Rule {
        kind: "tv.catalogue.title.withdrawn.v1",
        drops: GONE,
    },
    Rule {
        kind: "tv.catalogue.video.created.v1",
        drops: TITLE,
    },
    Rule {
        kind: "tv.catalogue.video.deleted.v1",
        drops: GONE,
    },
    Rule {
        kind: "tv.accounts.title.rated.v1",
        drops: &[One("Title", "/title")],
    },
    Rule {
        kind: "tv.analytics.video.watched.v1",
        drops: &[One("Title", "/title")],
    },
    Rule {
        kind: "tv.rights.access.changed.v1",
        drops: &[One("Title", "/content"), One("Channel", "/content")],
    },
    Rule {
        kind: "tv.livetv.channel.changed.v1",
        drops: &[One("Channel", "/channel"), Lists("Channel"), Lists("Programme")],
    },
    Rule {
        // A change tells up to 500 programmes; whoever shows any looks again.
        kind: "tv.livetv.guide.changed.v1",
        drops: &[Lists("Programme"), Lists("Channel")],
    },
    Rule {
        kind: "tv.billing.offer.changed.v1",
        drops: &[
            One("Offer", "/offer"),
            Lists("Offer"),
            Lists("Plan"),
            One("Title", "/content"),
            One("Channel", "/content"),
        ],
    },
    Rule {
        kind: "tv.billing.subscription.created.v1",
        drops: SUBSCRIPTION,
    },
    Rule {
        kind: "tv.billing.subscription.updated.v1",
        drops: SUBSCRIPTION,
    },
    Rule {
        kind: "tv.billing.purchase.completed.v1",
        drops: MONEY,
    },
    Rule {
        kind: "tv.billing.rental.started.v1",
        drops: MONEY,
    },
    Rule {
        kind: "tv.billing.payment.succeeded.v1",
        drops: MONEY,
    },
    Rule {
        kind: "tv.billing.payment.failed.v1",
        drops: MONEY,
    },
    Rule {
        kind: "tv.accounts.profile.changed.v1",
        drops: &[
            One("Profile", "/profile"),
            Lists("Profile"),
            One("Account", "/account"),
            Lists("Viewer"),
        ],
    },
    Rule {
        kind: "tv.accounts.watchlist.updated.v1",
        drops: PROFILE,
    },
    Rule {
        kind: "tv.accounts.history.updated.v1",
        drops: PROFILE,
    },
    Rule {
        kind: "tv.accounts.account.closed.v1",
        drops: &[
            One("Account", "/account"),
            Lists("Account"),
            Lists("Profile"),
            Lists("Viewer"),
        ],
    },
];

/// An episode counts in its series' pages.
const TITLE: &[Drops] = &[
    One("Title", "/title"),
    One("Title", "/facts/series"),
    // Seasons and episodes show their series' pictures.
    AllIf("Title", "/facts/kind", "SERIES"),
    Lists("Title"),
    Lists("Genre"),
    Lists("Person"),
];
/// What is gone is seen nowhere; the event does not tell of what it was a part.
const GONE: &[Drops] = &[All("Title"), Lists("Title"), Lists("Genre"), Lists("Person")];
const SUBSCRIPTION: &[Drops] = &[
    One("Account", "/facts/account"),
    Lists("PlanSubscription"),
    Lists("Viewer"),
];
const MONEY: &[Drops] = &[One("Account", "/account"), Lists("Viewer")];
const PROFILE: &[Drops] = &[One("Profile", "/profile"), Lists("Viewer")];

/// Families without an event for each change. A mutation that can give one back drops them all, in its process; in
/// others they end with their time.
const UNTOLD: [&str; 3] = ["Genre", "Person", "Plan"];

/// Whether a mutation that gives back one of this family may have changed it untold.
pub(super) fn is_untold(family: &str) -> bool {
    UNTOLD.contains(&family)
}

/// The events that the router hears.
pub(crate) fn kinds() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.kind).collect()
}

/// The families whose changes are told.
pub(super) fn families() -> impl Iterator<Item = &'static str> {
    RULES.iter().flat_map(|rule| rule.drops).map(|drops| match drops {
        One(family, _) | Lists(family) | All(family) | AllIf(family, ..) => *family,
    })
}

/// The tag of one object.
fn tag_of(family: &str, id: &str) -> Tag {
    format!("{family}:{id}").into()
}

/// The tag of whatever holds any object of a family.
pub(super) fn every(family: &str) -> Tag {
    format!("{family}*").into()
}

/// The tags of an answer with one object.
pub(super) fn tags_of(family: &str, id: &str) -> [Tag; 2] {
    [tag_of(family, id), every(family)]
}

/// What `event` makes stale.
pub(super) fn dropped_by(event: &Envelope) -> Vec<Tag> {
    let rules = RULES.iter().filter(|rule| rule.kind == event.kind);
    let drops = rules.flat_map(|rule| rule.drops);
    let tags = drops.filter_map(|drops| match drops {
        One(family, pointer) => {
            let id = event.data.pointer(pointer)?.as_str()?;
            Some(tag_of(family, id))
        }
        Lists(family) => Some((*family).into()),
        All(family) => Some(every(family)),
        AllIf(family, pointer, text) => {
            let is_so = event.data.pointer(pointer).and_then(|value| value.as_str()) == Some(text);
            is_so.then(|| every(family))
        }
    });
    tags.collect()
}
