//! Channels: lists, and what editors change.

use database::Tx;
use kernel::{ChannelId, ImportId, Instant, Page, PageRequest, Refusal};
use schema::events::livetv::ChannelChanged;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter,
    QuerySelect, Select, SqlErr, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    Actor, Changed, LiveTv, Problem, audit, changes,
    channel_fields::{CatchUp, Edit, MAX_NAME, NewChannel, Patch, apply, draft, few},
    lineups, locks, log,
};
use crate::{
    Error,
    domain::{fold, genre::Genre},
    entities::{audit_entry::Subject, channel, programme},
};

/// Programmes that one channel may have: two months of one a minute.
const MOST_PROGRAMMES: u64 = 100_000;

/// Which channels.
#[derive(Debug, Clone, Default)]
pub struct ChannelFilter {
    /// Part of the name or the number.
    pub query: Option<String>,
    /// In one of these packages.
    pub packages: Vec<String>,
    /// Shown by a line-up for this region.
    pub region: Option<String>,
    /// Shown by this line-up.
    pub lineup: Option<Uuid>,
    /// What they show now is of this genre.
    pub genre: Option<Genre>,
    /// In which order.
    pub order: ChannelOrder,
}

/// The order of a list of channels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChannelOrder {
    /// By number: of the line-up, if one is named.
    #[default]
    Number,
    /// By name.
    Name,
}

/// A channel and its number in the line-up that was asked for.
pub type Numbered = (channel::Model, Option<String>);

impl LiveTv {
    /// A page of channels.
    pub async fn list_channels(&self, filter: &ChannelFilter, request: &PageRequest) -> Result<Page<Numbered>, Error> {
        use channel::Column;
        let select = filtered(filter, self.clock.now())?;
        if let (Some(lineup), ChannelOrder::Number) = (filter.lineup, filter.order) {
            let places = self.list_places(lineup, select, request).await?;
            let ids: Vec<Uuid> = places.rows.iter().map(|(_, place)| place.channel_id).collect();
            let rows = self.channels(&ids).await?;
            return Ok(Page {
                has_next: places.has_next,
                has_previous: places.has_previous,
                place: places.place,
                rows: places
                    .rows
                    .into_iter()
                    .filter_map(|(cursor, place)| {
                        Some((cursor, (rows.get(&place.channel_id)?.clone(), Some(place.number))))
                    })
                    .collect(),
            });
        }
        let reader = self.database.reader();
        let page = match filter.order {
            ChannelOrder::Number => {
                let order = [
                    (Column::SortMajor, Order::Asc),
                    (Column::SortMinor, Order::Asc),
                    (Column::Id, Order::Asc),
                ];
                let key = |row: &channel::Model| (row.sort_major, row.sort_minor, row.id);
                let values = |(major, minor, id): (i32, i32, Uuid)| vec![major.into(), minor.into(), id.into()];
                database::page::<_, _, Error>(reader, select, &order, request, key, values).await?
            }
            ChannelOrder::Name => {
                let order = [(Column::FoldedName, Order::Asc), (Column::Id, Order::Asc)];
                let key = |row: &channel::Model| (row.folded_name.clone(), row.id);
                let values = |(name, id): (String, Uuid)| vec![name.into(), id.into()];
                database::page::<_, _, Error>(reader, select, &order, request, key, values).await?
            }
        };
        let Some(lineup) = filter.lineup else {
            return Ok(page.map(|row| (row, None)));
        };
        let ids: Vec<Uuid> = page.rows.iter().map(|(_, row)| row.id).collect();
        let mut numbers = self.numbers_in(lineup, &ids).await?;
        Ok(page.map(|row| {
            let number = numbers.remove(&row.id);
            (row, number)
        }))
    }

    /// How many channels there are.
    pub async fn count_channels(&self, filter: &ChannelFilter) -> Result<u64, Error> {
        let select = filtered(filter, self.clock.now())?;
        Ok(select.count(self.database.reader()).await?)
    }

    /// Makes a channel.
    pub async fn create_channel(&self, actor: &Actor, new: NewChannel) -> Changed<channel::Model> {
        self.check_window(new.catch_up)?;
        let row = draft(new, self.ids.next(), self.clock.now())?;
        let tx = self.database.begin().await?;
        if let Some(xmltv_id) = &row.xmltv_id {
            release_xmltv_id(&tx, xmltv_id).await?;
        }
        let inserted = channel::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&tx)
            .await;
        if let Some(problem) = taken(inserted)? {
            return Ok(Err(problem));
        }
        raise_changed(&tx, &row).await?;
        audit::note(
            &tx,
            actor,
            "createChannel",
            subject(&row),
            (&Vec::new(), &audit::channel(&row)),
        )
        .await?;
        tx.commit().await?;
        tracing::info!(channel.id = %row.id, "channel created");
        Ok(Ok(row))
    }

    /// Changes a channel.
    pub async fn update_channel(&self, actor: &Actor, id: ChannelId, patch: Patch) -> Changed<channel::Model> {
        if let Edit::Set(window) = patch.catch_up {
            self.check_window(Some(window))?;
        }
        let tx = self.database.begin().await?;
        let Some(mut row) = living(&tx, id).await? else {
            return Ok(Err(Problem::ChannelNotFound));
        };
        let before = row.clone();
        apply(&mut row, patch)?;
        if row == before {
            return Ok(Ok(row));
        }
        if row.xmltv_id != before.xmltv_id
            && let Some(xmltv_id) = &row.xmltv_id
        {
            release_xmltv_id(&tx, xmltv_id).await?;
        }
        row.version += 1;
        row.updated_at = self.clock.now();
        if let Some(problem) = taken(save(&tx, &row).await)? {
            return Ok(Err(problem));
        }
        raise_changed(&tx, &row).await?;
        let facts = (&audit::channel(&before), &audit::channel(&row));
        audit::note(&tx, actor, "updateChannel", subject(&row), facts).await?;
        tx.commit().await?;
        tracing::info!(channel.id = %row.id, "channel updated");
        Ok(Ok(row))
    }

    /// A programme can be watched only while it is kept.
    fn check_window(&self, window: Option<CatchUp>) -> Result<(), Refusal> {
        let most = i64::from(self.settings.catch_up_days) * 24;
        match window
            .map(|window| i64::from(window.hours))
            .filter(|hours| *hours > most)
        {
            None => Ok(()),
            Some(sent) => {
                let limit = Refusal::limit("catch-up hours", most.unsigned_abs(), sent.unsigned_abs());
                Err(limit.with("field", "input.catchUp.hours"))
            }
        }
    }

    /// Deletes a channel with its programmes. A guide that has it still does not make it anew.
    pub async fn delete_channel(&self, actor: &Actor, id: ChannelId) -> Changed<ChannelId> {
        let tx = self.database.begin().await?;
        // No import may add programmes meanwhile.
        log::take_places(&tx, 0).await?;
        let Some(mut row) = living(&tx, id).await? else {
            return Ok(Err(Problem::ChannelNotFound));
        };
        let programmes = programme::Entity::find()
            .filter(programme::Column::ChannelId.eq(row.id))
            .limit(MOST_PROGRAMMES)
            .all(&tx)
            .await?;
        let gone = programmes.into_iter().map(changes::Change::removed);
        changes::record(&tx, ImportId(tx.next_id()), gone.collect()).await?;
        let before = audit::channel(&row);
        row.deleted = true;
        row.live_number = None;
        row.version += 1;
        row.updated_at = self.clock.now();
        save(&tx, &row).await?;
        raise_changed(&tx, &row).await?;
        locks::unlock_programmes_of(&tx, row.id).await?;
        audit::note(
            &tx,
            actor,
            "deleteChannel",
            subject(&row),
            (&before, &audit::channel(&row)),
        )
        .await?;
        tx.commit().await?;
        tracing::info!(channel.id = %row.id, "channel deleted");
        Ok(Ok(id))
    }

    /// Brings a deleted channel back, at its number or another one; its programmes come with the next guide.
    pub async fn restore_channel(
        &self,
        actor: &Actor,
        id: ChannelId,
        number: Option<String>,
    ) -> Changed<channel::Model> {
        let tx = self.database.begin().await?;
        let Some(mut row) = channel::Entity::find_by_id(id.0).one(&tx).await? else {
            return Ok(Err(Problem::ChannelNotFound));
        };
        if !row.deleted {
            return Ok(Ok(row));
        }
        let before = audit::channel(&row);
        let number = number.unwrap_or_else(|| row.number.clone());
        let patch = Patch {
            number: Some(number),
            ..Patch::default()
        };
        apply(&mut row, patch)?;
        row.deleted = false;
        row.version += 1;
        row.updated_at = self.clock.now();
        if let Some(problem) = taken(save(&tx, &row).await)? {
            return Ok(Err(problem));
        }
        raise_changed(&tx, &row).await?;
        audit::note(
            &tx,
            actor,
            "restoreChannel",
            subject(&row),
            (&before, &audit::channel(&row)),
        )
        .await?;
        tx.commit().await?;
        tracing::info!(channel.id = %row.id, "channel restored");
        Ok(Ok(row))
    }
}

fn filtered(filter: &ChannelFilter, now: Instant) -> Result<Select<channel::Entity>, Refusal> {
    let mut select = channel::Entity::listed();
    if let Some(query) = &filter.query {
        if query.len() > MAX_NAME {
            return Err(Refusal::limit("filter.query", MAX_NAME as u64, query.len() as u64));
        }
        select = channel::containing(select, &fold(query));
    }
    if !filter.packages.is_empty() {
        few("filter.packages", filter.packages.len())?;
        let of_any = filter.packages.iter().map(|package| channel::in_package(package));
        select = select.filter(of_any.fold(Condition::any(), Condition::add));
    }
    if let Some(region) = &filter.region {
        select = select.filter(channel::Column::Id.in_subquery(lineups::channels_of_region(region)));
    }
    if let Some(lineup) = filter.lineup {
        select = select.filter(channel::Column::Id.in_subquery(lineups::channels_of_lineup(lineup)));
    }
    if let Some(genre) = filter.genre {
        select = select.filter(channel::showing(genre, now));
    }
    Ok(select)
}

async fn living(tx: &Tx, id: ChannelId) -> Result<Option<channel::Model>, DbErr> {
    channel::Entity::living()
        .filter(channel::Column::Id.eq(id.0))
        .one(tx)
        .await
}

pub(super) fn subject(row: &channel::Model) -> (Subject, Uuid) {
    (Subject::Channel, row.id)
}

pub(super) async fn save(tx: &Tx, row: &channel::Model) -> Result<(), DbErr> {
    channel::Entity::update(row.clone().into_active_model().reset_all())
        .exec(tx)
        .await?;
    Ok(())
}

/// A deleted channel gives its XMLTV id to one that is made with it.
async fn release_xmltv_id(tx: &Tx, xmltv_id: &str) -> Result<(), DbErr> {
    channel::Entity::update_many()
        .col_expr(channel::Column::XmltvId, Expr::value(None::<String>))
        .filter(channel::Column::XmltvId.eq(xmltv_id))
        .filter(channel::Column::Deleted.eq(true))
        .exec(tx)
        .await?;
    Ok(())
}

/// Which rule of uniqueness a write broke.
pub(super) fn taken<T>(written: Result<T, DbErr>) -> Result<Option<Problem>, DbErr> {
    let Err(error) = written else { return Ok(None) };
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("number") => Ok(Some(Problem::NumberTaken)),
        Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("xmltv") => Ok(Some(Problem::XmltvIdTaken)),
        _ => Err(error),
    }
}

/// Tells other services what a channel is now.
pub(super) async fn raise_changed(tx: &Tx, row: &channel::Model) -> Result<(), DbErr> {
    let event = ChannelChanged {
        channel: row.channel(),
        number: row.number.clone(),
        name: row.name.clone(),
        packages: row.packages.0.clone(),
        sources: row.sources.0.clone(),
        loops: row.loops.clone().map(|loops| loops.0),
        catch_up: Some(row.catch_up()),
        deleted: row.deleted,
        version: row.version,
    };
    tx.raise(&event).await
}
