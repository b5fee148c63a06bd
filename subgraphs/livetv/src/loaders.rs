//! Batched reads behind types and references.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use graphql::{Batch, Loader, Result};
use uuid::Uuid;

use crate::{
    entities::{
        blackout, channel, guide_import, import_message, lineup, lineup_channel, profile, programme, recording,
        reminder, rule_match, series_rule,
    },
    service::{self, Covered, Depth, LiveTv, NowNext, Owner, Window},
    shown::Shown,
};

/// The loaders of one request, or of one message of a subscription: they remember what they have read.
pub struct Loaders {
    /// Living channels.
    pub channels: Loader<Uuid, channel::Model>,
    /// Programmes.
    pub programmes: Loader<Uuid, programme::Model>,
    /// What is on now and next, by channel.
    pub now_next: Loader<Uuid, NowNext>,
    /// Programmes of a channel in a window.
    pub schedules: Loader<(Uuid, Window), Vec<Arc<programme::Model>>>,
    /// Messages of imports.
    pub messages: Loader<Uuid, Vec<import_message::Model>>,
    /// Imports.
    pub imports: Loader<Uuid, guide_import::Model>,
    /// How far the guide of a channel goes.
    pub covered: Loader<Uuid, Covered>,
    /// The import that last changed a channel's guide.
    pub last_imports: Loader<Uuid, guide_import::Model>,
    /// Locked fields, by channel or programme.
    pub locked_fields: Loader<Uuid, Vec<String>>,
    /// The line-ups of a channel, and its place there.
    pub lineups: Loader<Uuid, Vec<(lineup::Model, lineup_channel::Model)>>,
    /// Blackouts that hold everywhere, by channel or programme.
    pub blackouts: Loader<Uuid, Vec<blackout::Model>>,
    /// Profiles, whosever they are.
    pub profiles: Loader<Uuid, profile::Model>,
    /// A profile's recordings, by programme.
    pub recordings: Loader<(Owner, Uuid), recording::Model>,
    /// A profile's reminders, by programme.
    pub reminders: Loader<(Owner, Uuid), reminder::Model>,
    /// A profile's series rules.
    pub rules: Loader<(Owner, Uuid), series_rule::Model>,
    /// What a profile's series rules made of programmes to come.
    pub rule_matches: Loader<(Owner, Uuid), Vec<rule_match::Model>>,
    /// What subscribers are shown of changes.
    pub shown: Shown,
}

impl Loaders {
    /// Fresh loaders.
    pub fn new(livetv: &LiveTv) -> Self {
        Self {
            channels: Loader::new(Channels(livetv.clone())),
            programmes: Loader::new(Programmes(livetv.clone())),
            now_next: Loader::new(NowNexts(livetv.clone())),
            schedules: Loader::new(Schedules(livetv.clone())),
            messages: Loader::new(Messages(livetv.clone())),
            imports: Loader::new(Imports(livetv.clone())),
            covered: Loader::new(Care(livetv.clone())),
            last_imports: Loader::new(Care(livetv.clone())),
            locked_fields: Loader::new(Care(livetv.clone())),
            lineups: Loader::new(Care(livetv.clone())),
            blackouts: Loader::new(Care(livetv.clone())),
            profiles: Loader::new(Profiles(livetv.clone())),
            recordings: Loader::new(Recordings(livetv.clone())),
            reminders: Loader::new(Reminders(livetv.clone())),
            rules: Loader::new(Rules(livetv.clone())),
            rule_matches: Loader::new(Rules(livetv.clone())),
            shown: Shown::default(),
        }
    }
}

/// Loaders that the messages of all subscriptions share for a moment: thousands that wake together read together.
///
/// What they remember is at most a second old, and never older than the last change that this process has heard of. They
/// carry nothing of a viewer.
#[derive(Default)]
pub struct Moment(Mutex<Option<(service::Moment, Arc<Loaders>)>>);

impl Moment {
    /// The loaders of the present moment.
    pub fn loaders(&self, livetv: &LiveTv) -> Arc<Loaders> {
        let now = livetv.moment();
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*shared {
            Some((moment, loaders)) if moment.is_still(&now) => loaders.clone(),
            _ => {
                let loaders = Arc::new(Loaders::new(livetv));
                *shared = Some((now, loaders.clone()));
                loaders
            }
        }
    }
}

struct Channels(LiveTv);

#[async_trait]
impl Batch<Uuid, channel::Model> for Channels {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, channel::Model>> {
        Ok(self.0.channels(keys).await?)
    }
}

struct Programmes(LiveTv);

#[async_trait]
impl Batch<Uuid, programme::Model> for Programmes {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, programme::Model>> {
        Ok(self.0.programmes(keys).await?)
    }
}

struct NowNexts(LiveTv);

#[async_trait]
impl Batch<Uuid, NowNext> for NowNexts {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, NowNext>> {
        Ok(self.0.now_next(keys).await?)
    }
}

struct Schedules(LiveTv);

#[async_trait]
impl Batch<(Uuid, Window), Vec<Arc<programme::Model>>> for Schedules {
    async fn load(&self, keys: &[(Uuid, Window)]) -> Result<HashMap<(Uuid, Window), Vec<Arc<programme::Model>>>> {
        let mut windows: HashMap<Window, Vec<Uuid>> = HashMap::new();
        for (channel, window) in keys {
            windows.entry(*window).or_default().push(*channel);
        }
        let mut found = HashMap::new();
        // One statement for each window: a request has one or two.
        for (window, channels) in windows {
            let programmes = self.0.programmes_in(&channels, window, Depth::All).await?;
            found.extend(
                programmes
                    .into_iter()
                    .map(|(channel, programmes)| ((channel, window), programmes)),
            );
        }
        Ok(found)
    }
}

struct Messages(LiveTv);

#[async_trait]
impl Batch<Uuid, Vec<import_message::Model>> for Messages {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, Vec<import_message::Model>>> {
        Ok(self.0.messages(keys).await?)
    }
}

struct Imports(LiveTv);

#[async_trait]
impl Batch<Uuid, guide_import::Model> for Imports {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, guide_import::Model>> {
        Ok(self.0.imports(keys).await?)
    }
}

/// What editors see beside a channel or programme.
struct Care(LiveTv);

#[async_trait]
impl Batch<Uuid, Covered> for Care {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, Covered>> {
        Ok(self.0.covered(keys).await?)
    }
}

#[async_trait]
impl Batch<Uuid, guide_import::Model> for Care {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, guide_import::Model>> {
        Ok(self.0.last_imports(keys).await?)
    }
}

#[async_trait]
impl Batch<Uuid, Vec<String>> for Care {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>> {
        Ok(self.0.locked_fields(keys).await?)
    }
}

struct Profiles(LiveTv);

#[async_trait]
impl Batch<Uuid, profile::Model> for Profiles {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, profile::Model>> {
        Ok(self.0.profiles(keys).await?)
    }
}

struct Recordings(LiveTv);

#[async_trait]
impl Batch<(Owner, Uuid), recording::Model> for Recordings {
    async fn load(&self, keys: &[(Owner, Uuid)]) -> Result<HashMap<(Owner, Uuid), recording::Model>> {
        let mut found = HashMap::new();
        for (owner, ids) in by_owner(keys) {
            let rows = self.0.recordings_of(owner, &ids).await?;
            found.extend(rows.into_iter().map(|(id, row)| ((owner, id), row)));
        }
        Ok(found)
    }
}

struct Reminders(LiveTv);

#[async_trait]
impl Batch<(Owner, Uuid), reminder::Model> for Reminders {
    async fn load(&self, keys: &[(Owner, Uuid)]) -> Result<HashMap<(Owner, Uuid), reminder::Model>> {
        let mut found = HashMap::new();
        for (owner, ids) in by_owner(keys) {
            let rows = self.0.reminders_of(owner, &ids).await?;
            found.extend(rows.into_iter().map(|(id, row)| ((owner, id), row)));
        }
        Ok(found)
    }
}

struct Rules(LiveTv);

#[async_trait]
impl Batch<(Owner, Uuid), series_rule::Model> for Rules {
    async fn load(&self, keys: &[(Owner, Uuid)]) -> Result<HashMap<(Owner, Uuid), series_rule::Model>> {
        let mut found = HashMap::new();
        for (owner, ids) in by_owner(keys) {
            let rows = self.0.rules_of(owner, &ids).await?;
            found.extend(rows.into_iter().map(|(id, row)| ((owner, id), row)));
        }
        Ok(found)
    }
}

#[async_trait]
impl Batch<(Owner, Uuid), Vec<rule_match::Model>> for Rules {
    async fn load(&self, keys: &[(Owner, Uuid)]) -> Result<HashMap<(Owner, Uuid), Vec<rule_match::Model>>> {
        let mut found = HashMap::new();
        for (owner, ids) in by_owner(keys) {
            let rows = self.0.matches_of(owner, &ids).await?;
            found.extend(rows.into_iter().map(|(id, rows)| ((owner, id), rows)));
        }
        Ok(found)
    }
}

/// Keys of each owner: a request has one or two, and each is one statement.
fn by_owner(keys: &[(Owner, Uuid)]) -> HashMap<Owner, Vec<Uuid>> {
    let mut owners: HashMap<Owner, Vec<Uuid>> = HashMap::new();
    for (owner, id) in keys {
        owners.entry(*owner).or_default().push(*id);
    }
    owners
}

#[async_trait]
impl Batch<Uuid, Vec<(lineup::Model, lineup_channel::Model)>> for Care {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, Vec<(lineup::Model, lineup_channel::Model)>>> {
        Ok(self.0.lineups_of(keys).await?)
    }
}

#[async_trait]
impl Batch<Uuid, Vec<blackout::Model>> for Care {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, Vec<blackout::Model>>> {
        Ok(self.0.blackouts_everywhere(keys).await?)
    }
}
