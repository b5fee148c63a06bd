//! Channels as their editors see them: deleted and hidden ones, too, and how far their guide goes.

use std::collections::HashMap;

use kernel::{Instant, Page, PageRequest, Refusal};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{LiveTv, channel_fields::MAX_NAME, lineups};
use crate::{
    Error,
    domain::fold,
    entities::{channel, guide_change, guide_import, programme},
};

/// Which channels.
#[derive(Debug, Clone, Default)]
pub struct AdminFilter {
    /// Part of the name or the number.
    pub query: Option<String>,
    /// In this package.
    pub package: Option<String>,
    /// Shown by a line-up for this region.
    pub region: Option<String>,
    /// Only deleted ones, or only living ones.
    pub deleted: Option<bool>,
    /// Only hidden ones, or only listed ones.
    pub hidden: Option<bool>,
    /// Only those with nothing to play.
    pub without_stream: bool,
    /// Only those whose guide has no programme that ends in the future.
    pub without_guide: bool,
}

/// How far the guide of a channel goes.
#[derive(Debug, Clone, Default)]
pub struct Covered {
    /// Its first programme begins.
    pub from: Option<Instant>,
    /// Its last programme ends.
    pub until: Option<Instant>,
}

impl LiveTv {
    /// A page of channels, by number.
    pub async fn list_admin_channels(
        &self,
        filter: &AdminFilter,
        request: &PageRequest,
    ) -> Result<Page<channel::Model>, Error> {
        use channel::Column;
        let order = [
            (Column::SortMajor, Order::Asc),
            (Column::SortMinor, Order::Asc),
            (Column::Id, Order::Asc),
        ];
        database::page(
            self.database.reader(),
            self.filtered(filter)?,
            &order,
            request,
            |row| (row.sort_major, row.sort_minor, row.id),
            |(major, minor, id): (i32, i32, Uuid)| vec![major.into(), minor.into(), id.into()],
        )
        .await
    }

    /// How many there are.
    pub async fn count_admin_channels(&self, filter: &AdminFilter) -> Result<u64, Error> {
        Ok(self.filtered(filter)?.count(self.database.reader()).await?)
    }

    fn filtered(&self, filter: &AdminFilter) -> Result<Select<channel::Entity>, Refusal> {
        use channel::Column;
        let mut select = channel::Entity::find();
        if let Some(query) = &filter.query {
            if query.len() > MAX_NAME {
                return Err(Refusal::limit("filter.query", MAX_NAME as u64, query.len() as u64));
            }
            select = channel::containing(select, &fold(query));
        }
        if let Some(package) = &filter.package {
            select = select.filter(channel::in_package(package));
        }
        if let Some(region) = &filter.region {
            select = select.filter(Column::Id.in_subquery(lineups::channels_of_region(region)));
        }
        if let Some(deleted) = filter.deleted {
            select = select.filter(Column::Deleted.eq(deleted));
        }
        if let Some(hidden) = filter.hidden {
            select = select.filter(Column::Hidden.eq(hidden));
        }
        if filter.without_stream {
            let nothing = channel::as_text(Column::Sources).eq("[]");
            select = select.filter(Condition::all().add(nothing).add(Column::Loops.is_null()));
        }
        if filter.without_guide {
            let mut covered = Query::select();
            covered
                .column(programme::Column::ChannelId)
                .from(programme::Entity)
                .and_where(programme::Column::EndsAt.gt(self.clock.now()));
            select = select.filter(Column::Id.not_in_subquery(covered));
        }
        Ok(select)
    }

    /// How far the guide of each channel goes. One statement for any number.
    pub async fn covered(&self, channels: &[Uuid]) -> Result<HashMap<Uuid, Covered>, Error> {
        use programme::Column;
        let rows: Vec<(Uuid, Option<Instant>, Option<Instant>)> = programme::Entity::find()
            .select_only()
            .column(Column::ChannelId)
            .column_as(Column::StartsAt.min(), "begins")
            .column_as(Column::EndsAt.max(), "ends")
            .filter(Column::ChannelId.is_in(channels.iter().copied()))
            .group_by(Column::ChannelId)
            .limit(channels.len() as u64)
            .into_tuple()
            .all(self.database.reader())
            .await?;
        let covered = |(id, from, until)| (id, Covered { from, until });
        Ok(rows.into_iter().map(covered).collect())
    }

    /// The import that last changed the guide of each channel, as far as the log of changes reaches.
    pub async fn last_imports(&self, channels: &[Uuid]) -> Result<HashMap<Uuid, guide_import::Model>, Error> {
        use guide_change::Column;
        let imports = guide_import::Entity::find()
            .select_only()
            .column(guide_import::Column::Id)
            .into_query();
        let latest: Vec<(Uuid, i64)> = guide_change::Entity::find()
            .select_only()
            .column(Column::ChannelId)
            .column_as(Column::Cursor.max(), "latest")
            .filter(Column::ChannelId.is_in(channels.iter().copied()))
            // What an editor changed by hand is no import.
            .filter(Expr::col((guide_change::Entity, Column::ImportId)).in_subquery(imports))
            .group_by(Column::ChannelId)
            .limit(channels.len() as u64)
            .into_tuple()
            .all(self.database.reader())
            .await?;
        let cursors = latest.iter().map(|(_, cursor)| *cursor);
        let changes = guide_change::Entity::find()
            .filter(Column::Cursor.is_in(cursors))
            .limit(latest.len() as u64)
            .all(self.database.reader())
            .await?;
        let ids = changes.iter().map(|change| change.import_id);
        let rows = guide_import::Entity::find()
            .filter(guide_import::Column::Id.is_in(ids))
            .limit(latest.len() as u64)
            .all(self.database.reader())
            .await?;
        let rows: HashMap<Uuid, guide_import::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        let of = |change: &guide_change::Model| Some((change.channel_id, rows.get(&change.import_id)?.clone()));
        Ok(changes.iter().filter_map(of).collect())
    }
}
