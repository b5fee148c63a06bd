//! Guide changes in the graph.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object};

use super::programme::Programme;
use crate::{
    entities::guide_change,
    loaders::Loaders,
    service::{self, ChangedProgramme},
};

/// What a message of `epgUpdates` is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuideUpdateKind {
    /// Changes after the last message.
    Changes,
    /// The cursor was too old, or too far behind: read the guide again; changes go on from here.
    Resync,
}

/// How a programme changed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::entities::guide_change::Kind")]
pub enum GuideChangeKind {
    /// It is new.
    Added,
    /// A field that viewers see changed.
    Updated,
    /// It is gone.
    Removed,
}

/// One message of `epgUpdates`.
pub struct GuideUpdate {
    pub(crate) update: service::Update,
    pub(crate) fresh: Loaders,
}

/// Guide changes that were committed together.
#[Object]
impl GuideUpdate {
    /// Where the subscriber stands after this message: `after` of the next subscription.
    async fn cursor(&self) -> String {
        self.update.place.into_text()
    }

    /// What the message is.
    async fn kind(&self) -> GuideUpdateKind {
        match self.update.kind {
            service::UpdateKind::Changes => GuideUpdateKind::Changes,
            service::UpdateKind::Resync => GuideUpdateKind::Resync,
        }
    }

    /// The changed programmes, at most 500; a larger commit comes as several messages.
    async fn changes(&self) -> Vec<GuideChange> {
        let change = |change: &Arc<ChangedProgramme>| GuideChange(change.clone(), self.fresh.clone());
        self.update.changes.iter().map(change).collect()
    }
}

/// A changed programme.
pub struct GuideChange(Arc<ChangedProgramme>, Loaders);

impl GuideChange {
    fn row(&self) -> &guide_change::Model {
        &self.0.change
    }
}

/// A changed programme.
#[Object]
impl GuideChange {
    /// How it changed.
    async fn kind(&self) -> GuideChangeKind {
        self.row().kind.into()
    }

    /// The programme.
    async fn programme_id(&self) -> ID {
        self.row().programme_id.into()
    }

    /// Its channel.
    async fn channel_id(&self) -> ID {
        self.row().channel_id.into()
    }

    /// The programme as it is with this change; with a later one when the subscriber was away. Null when it is gone.
    async fn programme(&self) -> Option<Programme> {
        let row = self.0.programme.clone()?;
        Some(Programme::with(row, Some(self.1.clone())))
    }
}
