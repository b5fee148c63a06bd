//! Showings on channels.

#![expect(clippy::struct_excessive_bools, reason = "guides say yes or no of each")]

use chrono::TimeDelta;
use kernel::{ChannelId, Instant, ProgrammeId};
use sea_orm::{Iterable, QueryOrder, QuerySelect, Select, entity::prelude::*, sea_query::Expr};
use serde::{Deserialize, Serialize};

use super::{More, Words};
use crate::domain::schedule::LONGEST;

/// One scheduled showing. Those of a channel never overlap.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "programmes")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its channel.
    pub channel_id: Uuid,
    /// First instant; unique in the channel.
    pub starts_at: Instant,
    /// First instant after it.
    pub ends_at: Instant,
    /// Its title.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Its subtitle: an episode's name.
    #[sea_orm(column_type = "Text", nullable)]
    pub subtitle: Option<String>,
    /// What it is about.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// Its categories, main one first.
    pub categories: Words,
    /// Season, from 1.
    pub season: Option<i32>,
    /// Episode, from 1.
    pub episode: Option<i32>,
    /// What kind of programme it is: the name of a genre.
    #[sea_orm(column_type = "Text", nullable)]
    pub genre: Option<String>,
    /// Its series, whatever the channel and the start.
    #[sea_orm(column_type = "Text", nullable)]
    pub series_key: Option<String>,
    /// The showing's work, whatever the channel and the start.
    #[sea_orm(column_type = "Text", nullable)]
    pub episode_key: Option<String>,
    /// It is shown for the first time.
    pub is_new: bool,
    /// It is the first showing of a film or of a series.
    pub is_premiere: bool,
    /// It is shown while it happens.
    pub is_live: bool,
    /// It was shown before.
    pub is_repeat: bool,
    /// It is not shown again soon.
    pub is_last_chance: bool,
    /// For which age it is, by the first system that the guide names.
    #[sea_orm(column_type = "Text", nullable)]
    pub rating: Option<String>,
    /// Where a picture of it is.
    #[sea_orm(column_type = "Text", nullable)]
    pub image_url: Option<String>,
    /// When it was made.
    pub year: Option<i32>,
    /// What else the guide says.
    pub extras: Option<More>,
    /// The source whose import wrote it last; none for a guide of no source.
    pub source_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its typed id.
    pub fn programme(&self) -> ProgrammeId {
        ProgrammeId(self.id)
    }

    /// The typed id of its channel.
    pub fn channel(&self) -> ChannelId {
        ChannelId(self.channel_id)
    }
}

impl Entity {
    /// Programmes of `channels` that overlap `[from, to)`, by channel and start.
    pub fn overlapping(channels: &[Uuid], from: Instant, to: Instant) -> Select<Self> {
        let earliest = from.checked_sub_signed(LONGEST).unwrap_or(from);
        Self::find()
            .filter(Column::ChannelId.is_in(channels.iter().copied()))
            // No programme is longer than a day, so the index needs to be read from there only.
            .filter(Column::StartsAt.gte(earliest))
            .filter(Column::StartsAt.lt(to))
            .filter(Column::EndsAt.gt(from))
            // As the index has them: nothing is sorted.
            .order_by_asc(Column::ChannelId)
            .order_by_asc(Column::StartsAt)
    }
}

/// Reads programmes without their extras.
pub fn without_extras(select: Select<Entity>) -> Select<Entity> {
    let kept = Column::iter().filter(|column| !matches!(column, Column::Extras));
    select
        .select_only()
        .columns(kept)
        .expr_as(Expr::cust("NULL"), Column::Extras.as_str())
}

/// How far ahead "next" is looked for.
pub const HORIZON: TimeDelta = TimeDelta::hours(48);
