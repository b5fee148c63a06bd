//! What is sold, and who may watch what.

use chrono::TimeDelta;
use kernel::{ChannelId, Currency, Instant, Money, OfferId, PlanId, TitleId};
use uuid::Uuid;

use crate::{
    channels,
    ids::{Kind, named},
    titles,
    titles::{Special, Title, TitleKind},
};

/// How often a plan is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// Every month.
    Month,
    /// Every year.
    Year,
}

/// What is sold by subscription. Every plan entitles to every movie; they differ in channels and streams.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Fixed id.
    pub id: PlanId,
    /// Its name.
    pub name: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// Price of one interval.
    pub price: Money,
    /// How often it is paid.
    pub interval: Interval,
    /// Days before the first payment.
    pub trial_days: i32,
    /// Packages it includes.
    pub entitlements: Vec<&'static str>,
    /// Streams at the same time.
    pub max_streams: i32,
}

/// All plans, cheapest first within an interval.
pub fn plans() -> Vec<Plan> {
    let all = ["basic", "cinema", "live", "live-plus"];
    vec![
        Plan {
            id: named(Kind::Plan, "basic").into(),
            name: "Basic",
            description: "Every film and series, on one screen.",
            price: euros(599),
            interval: Interval::Month,
            trial_days: 0,
            entitlements: all[..2].to_vec(),
            max_streams: 1,
        },
        Plan {
            id: named(Kind::Plan, "standard").into(),
            name: "Standard",
            description: "Films, series and live channels on two screens, the first fortnight free.",
            price: euros(999),
            interval: Interval::Month,
            trial_days: 14,
            entitlements: all[..3].to_vec(),
            max_streams: 2,
        },
        Plan {
            id: named(Kind::Plan, "premium").into(),
            name: "Premium",
            description: "Everything, sport included, on four screens.",
            price: euros(1499),
            interval: Interval::Month,
            trial_days: 0,
            entitlements: all.to_vec(),
            max_streams: 4,
        },
        Plan {
            id: named(Kind::Plan, "premium yearly").into(),
            name: "Premium, by the year",
            description: "Premium for twelve months at the price of ten.",
            price: euros(14990),
            interval: Interval::Year,
            trial_days: 0,
            entitlements: all.to_vec(),
            max_streams: 4,
        },
    ]
}

/// What an offer gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfferKind {
    /// A few hours.
    Rent,
    /// For good.
    Purchase,
}

/// What is sold for one title.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    /// Fixed id.
    pub id: OfferId,
    /// For which title.
    pub title: TitleId,
    /// Rental or purchase.
    pub kind: OfferKind,
    /// What it costs.
    pub price: Money,
    /// Hours of a rental; `None` for a purchase.
    pub duration_hours: Option<i32>,
}

/// All offers, rental before purchase for each title.
pub fn offers() -> Vec<Offer> {
    let mut all = Vec::new();
    for title in titles() {
        if title.rentable {
            all.push(offer(title, OfferKind::Rent, euros(299), Some(48)));
        }
        if title.purchasable {
            all.push(offer(title, OfferKind::Purchase, euros(799), None));
        }
    }
    all
}

fn offer(title: &Title, kind: OfferKind, price: Money, duration_hours: Option<i32>) -> Offer {
    let id = named(Kind::Offer, &format!("{} {kind:?}", title.id)).into();
    Offer {
        id,
        title: title.id,
        kind,
        price,
        duration_hours,
    }
}

fn euros(amount_minor: i64) -> Money {
    Money {
        amount_minor,
        currency: Currency::try_new("EUR").expect("three capital letters"),
    }
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// A title.
    Title(TitleId),
    /// A channel.
    Channel(ChannelId),
}

/// What opens the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// Nothing is needed.
    Free,
    /// An entitlement to one of these packages, or a rental or purchase of the very title.
    Packages(Vec<String>),
}

/// Who may watch something, when and where.
#[derive(Debug, Clone)]
pub struct AccessRule {
    /// Fixed id.
    pub id: Uuid,
    /// What it is about.
    pub content: Content,
    /// What opens the door.
    pub via: Via,
    /// First instant of the window; `None` is always.
    pub starts_at: Option<Instant>,
    /// First instant after the window; `None` is for ever.
    pub ends_at: Option<Instant>,
    /// ISO 3166-1 countries; empty is everywhere.
    pub territories: Vec<&'static str>,
}

/// One rule for each movie, episode, video and channel. No movie is limited by time or place, so that a plan entitles
/// to every one of them; one video's window is past, another may only be shown in New Zealand.
pub fn access_rules(now: Instant) -> Vec<AccessRule> {
    let playable = titles()
        .iter()
        .filter(|title| !matches!(title.kind, TitleKind::Series | TitleKind::Season));
    let of_titles = playable.map(|title| AccessRule {
        ends_at: (title.special == Special::PastWindow).then(|| now - TimeDelta::days(3)),
        starts_at: (title.special == Special::PastWindow).then(|| now - TimeDelta::days(10)),
        territories: if title.special == Special::Territory {
            vec!["NZ"]
        } else {
            Vec::new()
        },
        ..rule(Content::Title(title.id), title.id.into(), &title.packages)
    });
    let of_channels = channels().iter();
    let of_channels =
        of_channels.map(|channel| rule(Content::Channel(channel.id), channel.id.into(), &channel.packages));
    of_titles.chain(of_channels).collect()
}

fn rule(content: Content, of: Uuid, packages: &[String]) -> AccessRule {
    AccessRule {
        id: named(Kind::AccessRule, &of.to_string()),
        content,
        via: if packages.is_empty() {
            Via::Free
        } else {
            Via::Packages(packages.to_vec())
        },
        starts_at: None,
        ends_at: None,
        territories: Vec::new(),
    }
}
