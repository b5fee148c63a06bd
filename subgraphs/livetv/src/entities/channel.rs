//! Linear channels.

use kernel::{ChannelId, Instant};
use schema::events::livetv::CatchUpWindow;
use sea_orm::{
    Select,
    entity::prelude::*,
    sea_query::{Expr, ExprTrait, LikeExpr, Query},
};

use super::{Loop, Sources, Words, programme};
use crate::domain::genre::Genre;

/// A linear channel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channels")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its number as people write it.
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// The part of the number before the point.
    pub sort_major: i32,
    /// The part after it; 0 when there is none.
    pub sort_minor: i32,
    /// The number while the channel lives: unique.
    #[sea_orm(column_type = "Text", nullable)]
    pub live_number: Option<String>,
    /// Its name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The name as it is compared.
    #[sea_orm(column_type = "Text")]
    pub folded_name: String,
    /// Where its logo is.
    #[sea_orm(column_type = "Text", nullable)]
    pub logo_url: Option<String>,
    /// Its id in XMLTV guides.
    #[sea_orm(column_type = "Text", nullable)]
    pub xmltv_id: Option<String>,
    /// The IANA zone of its viewers; none when nobody said.
    #[sea_orm(column_type = "Text", nullable)]
    pub time_zone: Option<String>,
    /// Packages it belongs to; empty when it is free.
    pub packages: Words,
    /// Where it streams.
    pub sources: Sources,
    /// What is played in place of an upstream.
    pub loops: Option<Loop>,
    /// Lists leave it out; whoever knows its id finds it.
    pub hidden: bool,
    /// Hours that a programme can be watched after it ended; absent: not at all.
    pub catch_up_hours: Option<i32>,
    /// A running programme can be watched from its start.
    pub start_over: bool,
    /// Programmes that ended before were forgotten: an import does not bring them back.
    pub forgotten_before: Option<Instant>,
    /// It is gone; kept so that an import does not make it anew.
    pub deleted: bool,
    /// Grows with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its typed id.
    pub fn channel(&self) -> ChannelId {
        ChannelId(self.id)
    }

    /// What of it can be watched later.
    pub fn catch_up(&self) -> CatchUpWindow {
        CatchUpWindow {
            hours: self.catch_up_hours.unwrap_or(0),
            start_over: self.start_over,
        }
    }
}

impl Entity {
    /// Channels that are not deleted.
    pub fn living() -> Select<Self> {
        Self::find().filter(Column::Deleted.eq(false))
    }

    /// Channels that lists show.
    pub fn listed() -> Select<Self> {
        Self::living().filter(Column::Hidden.eq(false))
    }
}

/// Narrows `select` to channels whose name or number contains `text` (folded).
pub fn containing(select: Select<Entity>, text: &str) -> Select<Entity> {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = LikeExpr::new(format!("%{escaped}%")).escape('\\');
    let name = Expr::col((Entity, Column::FoldedName)).like(pattern.clone());
    let number = Expr::col((Entity, Column::Number)).like(pattern);
    select.filter(name.or(number))
}

/// A JSON column as its text: the list `["basic"]`.
pub fn as_text(column: Column) -> Expr {
    Expr::col((Entity, column)).cast_as("text")
}

/// Channels that belong to `package`.
pub fn in_package(package: &str) -> Expr {
    super::has_word(as_text(Column::Packages), package)
}

/// Channels whose programme at `now` is of `genre`.
///
/// Programmes of a channel never overlap, so only the last one that began can be on: a seek in the index for each channel.
pub fn showing(genre: Genre, now: Instant) -> Expr {
    let (shown, begun) = ("shown", "begun");
    let channel = || Expr::col((Entity, Column::Id));
    let mut last = Query::select();
    last.expr(Expr::col((begun, programme::Column::StartsAt)).max())
        .from_as(programme::Entity, begun)
        .and_where(Expr::col((begun, programme::Column::ChannelId)).eq(channel()))
        .and_where(Expr::col((begun, programme::Column::StartsAt)).lte(now));
    let mut on = Query::select();
    on.expr(Expr::val(1))
        .from_as(programme::Entity, shown)
        .and_where(Expr::col((shown, programme::Column::ChannelId)).eq(channel()))
        .and_where(Expr::col((shown, programme::Column::StartsAt)).in_subquery(last))
        .and_where(Expr::col((shown, programme::Column::EndsAt)).gt(now))
        .and_where(Expr::col((shown, programme::Column::Genre)).eq(genre.name()));
    Expr::exists(on)
}
