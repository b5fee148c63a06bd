//! Who may watch what: facts in bulk, decisions one by one.

use std::{collections::HashMap, sync::Arc};

use kernel::{AccountId, Instant};
use schema::events::{
    catalogue::AssetRef,
    livetv::{CatchUpWindow, StreamSource},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Rights;
use crate::{
    Error,
    domain::{
        decision::{Asker, Claim, Decision, Denial, Door, Facts, Source, decide, earliest},
        live::Live,
    },
    entities::{Words, access_rule, channel, entitlement, offer, title},
};

/// Most lines of a ledger that a decision looks at; the latest to end come first.
const MAX_CLAIMS: u64 = 1000;
/// Most offers beside a decision.
const MAX_OFFERS: usize = 50;

/// Content that can be watched, with what a decision and a player need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Title or channel.
    pub id: Uuid,
    /// It is a channel.
    pub is_channel: bool,
    /// What a decision needs.
    pub facts: Facts,
    /// What is played, when it is ours to play.
    pub asset: Option<AssetRef>,
    /// Upstreams of a channel, best first.
    pub sources: Vec<StreamSource>,
    /// What is known of a channel, or of a programme on it; `None` for a title.
    pub live: Option<Live>,
}

impl Content {
    /// The channel of live content; otherwise the content itself.
    pub fn played_id(&self) -> Uuid {
        self.live.as_ref().map_or(self.id, |live| live.channel)
    }
}

/// What an account may watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger(Vec<entitlement::Model>);

impl Ledger {
    /// The claims that concern `content`.
    fn claims(&self, content: Uuid) -> Vec<Claim> {
        let concerned = self
            .0
            .iter()
            .filter(|row| row.content_id.is_none_or(|id| id == content));
        concerned
            .map(|row| Claim {
                source: match row.source {
                    entitlement::Source::Subscription => Source::Plan,
                    entitlement::Source::Purchase => Source::Purchase,
                    entitlement::Source::Rental => Source::Rental,
                },
                packages: row.packages.0.clone(),
                starts_at: row.starts_at,
                ends_at: row.ends_at,
            })
            .collect()
    }

    /// Streams at the same time: the most that a right gives, `free` without any.
    pub(super) fn max_streams(&self, free: i32, now: Instant) -> usize {
        let open = self.0.iter().filter(|row| row.starts_at <= now);
        let most = open.map(|row| row.max_streams).chain([free]).max().unwrap_or(free);
        usize::try_from(most).unwrap_or(1).max(1)
    }
}

/// What is sold for one content, and what plans give.
#[derive(Debug, Clone, Default)]
pub struct OfferBook {
    own: Vec<offer::Model>,
    plans: Arc<Vec<offer::Model>>,
}

impl OfferBook {
    /// Ids of the offers that open `door`, cheapest first.
    pub fn opening(&self, door: &Door) -> Vec<Uuid> {
        let Door::Packages(packages) = door else {
            return Vec::new();
        };
        let plans = self
            .plans
            .iter()
            .filter(|plan| plan.packages.0.iter().any(|package| packages.contains(package)));
        let mut offers: Vec<&offer::Model> = self.own.iter().chain(plans).collect();
        offers.sort_by_key(|offer| (offer.price_minor, offer.id));
        offers.into_iter().take(MAX_OFFERS).map(|offer| offer.id).collect()
    }
}

impl Rights {
    /// The content of `ids`: titles, channels, programmes. What is unknown, withdrawn or deleted is left out. Three
    /// statements for any number of titles, four more with live TV.
    pub async fn contents(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Content>, Error> {
        let mut found = self.titles_and_channels(ids).await?;
        let unknown: Vec<Uuid> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
        let showings = if unknown.is_empty() {
            Vec::new()
        } else {
            self.showings(&unknown).await?
        };
        let lacking: Vec<Uuid> = showings
            .iter()
            .map(|(channel, _)| *channel)
            .filter(|channel| !found.contains_key(channel))
            .collect();
        let others = if lacking.is_empty() {
            HashMap::new()
        } else {
            self.titles_and_channels(&lacking).await?
        };
        let mut shown = Vec::with_capacity(showings.len());
        for (channel, showing) in showings {
            let Some(channel) = found.get(&channel).or_else(|| others.get(&channel)) else {
                continue;
            };
            let mut content = channel.clone();
            content.id = showing.id;
            if let Some(live) = &mut content.live {
                live.showing = Some(showing);
            }
            shown.push((showing.id, content));
        }
        found.extend(shown);
        self.add_blackouts(&mut found).await?;
        Ok(found)
    }

    async fn add_blackouts(&self, contents: &mut HashMap<Uuid, Content>) -> Result<(), Error> {
        let live = contents.values().filter(|content| content.live.is_some());
        let mut ids: Vec<Uuid> = live.flat_map(|content| [content.id, content.played_id()]).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(());
        }
        let blackouts = self.blackouts(&ids).await?;
        if blackouts.is_empty() {
            return Ok(());
        }
        for content in contents.values_mut() {
            let Some(live) = &mut content.live else { continue };
            let of_channel = blackouts.get(&live.channel).into_iter().flatten();
            // What is on now binds who watches the channel, not who watches another programme of it.
            let of_channel = of_channel.filter(|blackout| live.showing.is_none() || !blackout.is_programme);
            let own = blackouts.get(&content.id).filter(|_| live.showing.is_some());
            live.blackouts = of_channel.chain(own.into_iter().flatten()).cloned().collect();
        }
        Ok(())
    }

    async fn titles_and_channels(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Content>, Error> {
        let reader = self.db().reader();
        let wanted = || ids.iter().copied();
        let rules = access_rule::Entity::find()
            .filter(access_rule::Column::ContentId.is_in(wanted()))
            .all(reader);
        let titles = title::Entity::find()
            .filter(title::Column::Id.is_in(wanted()))
            .filter(title::Column::Withdrawn.eq(false))
            .all(reader);
        let channels = channel::Entity::find()
            .filter(channel::Column::Id.is_in(wanted()))
            .filter(channel::Column::Deleted.eq(false))
            .all(reader);
        let (rules, titles, channels) = tokio::try_join!(rules, titles, channels)?;
        let rules: HashMap<Uuid, access_rule::Model> = rules.into_iter().map(|rule| (rule.content_id, rule)).collect();
        let mut found = HashMap::with_capacity(ids.len());
        for row in titles {
            let facts = facts(rules.get(&row.id), row.packages, row.min_age);
            let asset = row.asset.map(|asset| asset.0);
            found.insert(
                row.id,
                Content {
                    id: row.id,
                    is_channel: false,
                    facts,
                    asset,
                    sources: Vec::new(),
                    live: None,
                },
            );
        }
        for row in channels {
            let facts = facts(rules.get(&row.id), row.packages, None);
            let live = Live {
                channel: row.id,
                showing: None,
                window: CatchUpWindow {
                    hours: row.catch_up_hours,
                    start_over: row.start_over,
                },
                blackouts: Vec::new(),
            };
            let (asset, mut sources) = (row.loops.map(|asset| asset.0), row.sources.0);
            sources.sort_by_key(|source| source.priority);
            found.insert(
                row.id,
                Content {
                    id: row.id,
                    is_channel: true,
                    facts,
                    asset,
                    sources,
                    live: Some(live),
                },
            );
        }
        Ok(found)
    }

    /// The content of `id`.
    pub async fn find_content(&self, id: Uuid) -> Result<Option<Content>, Error> {
        Ok(self.contents(&[id]).await?.remove(&id))
    }

    /// What `account` may watch now.
    pub async fn ledger(&self, account: AccountId) -> Result<Ledger, Error> {
        let rows = entitlement::Entity::open(account, self.now())
            .order_by_desc(entitlement::Column::EndsAt)
            .limit(MAX_CLAIMS)
            .all(self.db().reader())
            .await?;
        Ok(Ledger(rows))
    }

    /// What is sold for each of `ids`. One statement for any number.
    pub async fn offers(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, OfferBook>, Error> {
        let rows = offer::Entity::for_contents(ids).all(self.db().reader()).await?;
        let (own, plans): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.content_id.is_some());
        let plans = Arc::new(plans);
        let mut books: HashMap<Uuid, OfferBook> = ids
            .iter()
            .map(|id| {
                (
                    *id,
                    OfferBook {
                        own: Vec::new(),
                        plans: plans.clone(),
                    },
                )
            })
            .collect();
        for row in own {
            if let Some(book) = row.content_id.and_then(|id| books.get_mut(&id)) {
                book.own.push(row);
            }
        }
        Ok(books)
    }

    /// Decides for somebody with `ledger` (nobody is signed in without one) and a profile up to `max_age`.
    pub fn decide(&self, content: Option<&Content>, ledger: Option<&Ledger>, max_age: Option<i32>) -> Decision {
        let claims = match (content, ledger) {
            (Some(content), Some(ledger)) => ledger.claims(content.played_id()),
            _ => Vec::new(),
        };
        let asker = if ledger.is_some() {
            Asker::Account(&claims)
        } else {
            Asker::Anonymous
        };
        let settings = self.settings();
        let facts = content.map(|content| &content.facts);
        let decision = decide(facts, asker, self.now(), &settings.territory, max_age);
        let Some(live) = content.and_then(|content| content.live.as_ref()) else {
            return decision;
        };
        match (decision.verdict, live.refuses(self.now(), &settings.places())) {
            (Err(Denial::OutsideWindow | Denial::OutsideTerritory), _) | (_, None) => Decision {
                // What rights give ends with the window of the programme.
                expires_at: earliest(decision.expires_at, live.ends_at().filter(|_| decision.verdict.is_ok())),
                ..decision
            },
            (_, Some(denial)) => Decision::no(denial),
        }
    }
}

/// Without a rule, the packages of the content decide: none means free.
fn facts(rule: Option<&access_rule::Model>, own: Words, min_age: Option<i32>) -> Facts {
    let by_packages = |packages: Vec<String>| {
        if packages.is_empty() {
            Door::Free
        } else {
            Door::Packages(packages)
        }
    };
    let Some(rule) = rule else {
        return Facts {
            door: by_packages(own.0),
            starts_at: None,
            ends_at: None,
            territories: Vec::new(),
            min_age,
        };
    };
    let door = match rule.door {
        access_rule::AccessModel::Free => Door::Free,
        access_rule::AccessModel::Offers => Door::Packages(Vec::new()),
        access_rule::AccessModel::Packages => by_packages(rule.packages.clone().unwrap_or(own).0),
    };
    Facts {
        door,
        starts_at: rule.starts_at,
        ends_at: rule.ends_at,
        territories: rule.territories.0.clone(),
        min_age,
    }
}
