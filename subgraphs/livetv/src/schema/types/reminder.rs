//! Reminders in the graph.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use graphql::{ListName, Result};

use super::{channel::Channel, loaders, programme::Programme};
use crate::{entities::reminder, loaders::Loaders};

/// A profile wants to be told before a programme begins.
pub struct Reminder {
    row: reminder::Model,
    /// Loaders of one message of a subscription; see [`Channel`].
    fresh: Option<Arc<Loaders>>,
}

impl Reminder {
    pub(crate) fn new(row: reminder::Model) -> Self {
        Self { row, fresh: None }
    }

    fn loaders<'a>(&'a self, ctx: &Context<'a>) -> &'a Loaders {
        self.fresh.as_deref().unwrap_or_else(|| loaders(ctx))
    }
}

/// A profile wants to be told before a programme begins.
#[Object]
impl Reminder {
    /// The reminder's id.
    async fn id(&self) -> ID {
        self.row.id.into()
    }

    /// Its programme; null when the guide no longer has it.
    async fn programme(&self, ctx: &Context<'_>) -> Result<Option<Programme>> {
        let row = self.loaders(ctx).programmes.load(self.row.programme_id).await?;
        Ok(row.map(|row| Programme::with(row, self.fresh.clone())))
    }

    /// Its channel; null when that was deleted.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        let row = self.loaders(ctx).channels.load(self.row.channel_id).await?;
        Ok(row.map(|row| Channel::with(row, self.fresh.clone())))
    }

    /// The programme's title.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// When the programme begins; follows the guide.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.row.starts_at
    }

    /// How long before that the profile is told, in minutes.
    async fn minutes_before(&self) -> i32 {
        self.row.minutes_before
    }

    /// When the profile is told.
    async fn due_at(&self) -> DateTime<Utc> {
        self.row.due_at
    }
}

/// A list of reminders: names its connection.
pub struct Reminders;

impl ListName for Reminders {
    const NAME: &'static str = "Reminder";
}

/// What `reminderDue` tells.
pub struct ReminderDue {
    pub(crate) row: reminder::Model,
    pub(crate) fresh: Arc<Loaders>,
}

/// What `reminderDue` tells.
#[Object]
impl ReminderDue {
    /// What it is.
    async fn kind(&self) -> ReminderDueKind {
        if self.row.dropped {
            ReminderDueKind::ProgrammeRemoved
        } else {
            ReminderDueKind::Due
        }
    }

    /// The reminder.
    async fn reminder(&self) -> Reminder {
        Reminder {
            row: self.row.clone(),
            fresh: Some(self.fresh.clone()),
        }
    }
}

/// What a message of `reminderDue` is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReminderDueKind {
    /// The programme begins soon.
    Due,
    /// The guide no longer has the programme: the reminder is gone.
    ProgrammeRemoved,
}
