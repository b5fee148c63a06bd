//! Guide changes in the graph.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    Context, ContextSelectionSet, Enum, ID, Object, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};

use super::{asked, programme::Programme};
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
    pub(crate) fresh: Arc<Loaders>,
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
    async fn changes(&self, ctx: &Context<'_>) -> Vec<SharedChange> {
        let changes = &self.update.changes;
        let asked: Option<Arc<str>> = asked::of_changes(&ctx.field()).map(Arc::from);
        let known = asked.as_deref().map(|asked| self.fresh.shown.find(asked, changes));
        let mut known = known.unwrap_or_default().into_iter();
        let shared = |change: &Arc<ChangedProgramme>| SharedChange {
            change: GuideChange(change.clone(), self.fresh.clone()),
            asked: asked.clone(),
            known: known.next().flatten(),
        };
        changes.iter().map(shared).collect()
    }
}

/// A changed programme of a message. Thousands are told of it at once: it is made once for all who ask for the same.
pub struct SharedChange {
    change: GuideChange,
    /// What is asked of it; none when that is not the same for everybody.
    asked: Option<Arc<str>>,
    /// What was made of it for somebody else.
    known: Option<Arc<Value>>,
}

impl OutputType for SharedChange {
    fn type_name() -> Cow<'static, str> {
        GuideChange::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        GuideChange::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        if let Some(known) = &self.known {
            return Ok(Value::clone(known));
        }
        let value = self.change.resolve(ctx, field).await?;
        if let Some(asked) = &self.asked {
            let GuideChange(change, loaders) = &self.change;
            loaders.shown.keep(asked, change, value.clone());
        }
        Ok(value)
    }
}

/// A changed programme.
pub struct GuideChange(Arc<ChangedProgramme>, Arc<Loaders>);

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
