//! Batched reads behind types and references.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use graphql::{Batch, Loader, Result};
use uuid::Uuid;

use crate::{
    entities::{channel, guide_import, import_message, programme},
    service::{self, Covered, LiveTv, NowNext, Window},
};

/// The loaders of one request, or of one message of a subscription: they remember what they have read.
#[derive(Clone)]
pub struct Loaders {
    /// Living channels.
    pub channels: Loader<Uuid, channel::Model>,
    /// Programmes.
    pub programmes: Loader<Uuid, programme::Model>,
    /// What is on now and next, by channel.
    pub now_next: Loader<Uuid, NowNext>,
    /// Programmes of a channel in a window.
    pub schedules: Loader<(Uuid, Window), Vec<programme::Model>>,
    /// Messages of imports.
    pub messages: Loader<Uuid, Vec<import_message::Model>>,
    /// How far the guide of a channel goes.
    pub covered: Loader<Uuid, Covered>,
    /// The import that last changed a channel's guide.
    pub last_imports: Loader<Uuid, guide_import::Model>,
    /// Locked fields, by channel or programme.
    pub locked_fields: Loader<Uuid, Vec<String>>,
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
            covered: Loader::new(Care(livetv.clone())),
            last_imports: Loader::new(Care(livetv.clone())),
            locked_fields: Loader::new(Care(livetv.clone())),
        }
    }
}

/// Loaders that the messages of all subscriptions share for a moment: thousands that wake together read together.
///
/// What they remember is at most a second old, and never older than the last change that this process has heard of. They
/// carry nothing of a viewer.
#[derive(Default)]
pub struct Moment(Mutex<Option<(service::Moment, Loaders)>>);

impl Moment {
    /// The loaders of the present moment.
    pub fn loaders(&self, livetv: &LiveTv) -> Loaders {
        let now = livetv.moment();
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*shared {
            Some((moment, loaders)) if moment.is_still(&now) => loaders.clone(),
            _ => {
                let loaders = Loaders::new(livetv);
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
impl Batch<(Uuid, Window), Vec<programme::Model>> for Schedules {
    async fn load(&self, keys: &[(Uuid, Window)]) -> Result<HashMap<(Uuid, Window), Vec<programme::Model>>> {
        let mut windows: HashMap<Window, Vec<Uuid>> = HashMap::new();
        for (channel, window) in keys {
            windows.entry(*window).or_default().push(*channel);
        }
        let mut found = HashMap::new();
        // One statement for each window: a request has one or two.
        for (window, channels) in windows {
            let programmes = self.0.programmes_in(&channels, window).await?;
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
