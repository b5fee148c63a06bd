//! Line-ups: which channels a region has, and at which numbers.

use std::collections::{HashMap, HashSet};

use database::Tx;
use kernel::{Page, PageRequest, Refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, SqlErr,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    Actor, Changed, LiveTv, MAX_CHANNELS, Problem, ROWS_AT_ONCE, audit,
    channel_fields::{MAX_NAME, invalid, text},
    regions,
};
use crate::{
    Error,
    domain::{audit::Facts, number::ChannelNumber},
    entities::{Words, audit_entry::Subject, channel, lineup, lineup_channel},
};

/// Line-ups that one channel may be in.
const MOST_OF_CHANNEL: u64 = 100;

/// A channel's place, as an editor gives it.
#[derive(Debug, Clone)]
pub struct Place {
    /// The channel.
    pub channel: Uuid,
    /// Its number there; the channel's own when absent.
    pub number: Option<String>,
    /// It is not shown.
    pub hidden: bool,
}

/// What is to change of a line-up; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct LineupPatch {
    /// Its name.
    pub name: Option<String>,
    /// Where it is for.
    pub regions: Option<Vec<String>>,
    /// All its channels.
    pub channels: Option<Vec<Place>>,
}

impl LiveTv {
    /// Makes a line-up.
    pub async fn create_lineup(&self, actor: &Actor, patch: LineupPatch) -> Changed<lineup::Model> {
        let tx = self.database.begin().await?;
        let row = lineup::Model {
            id: tx.next_id(),
            name: String::new(),
            regions: Words::default(),
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        let name = patch.name.unwrap_or_default();
        let patch = LineupPatch {
            name: Some(name),
            ..patch
        };
        self.write(tx, actor, ("createLineup", None, row), patch).await
    }

    /// Changes a line-up.
    pub async fn update_lineup(&self, actor: &Actor, id: Uuid, patch: LineupPatch) -> Changed<lineup::Model> {
        let tx = self.database.begin().await?;
        let Some(row) = lineup::Entity::find_by_id(id).one(&tx).await? else {
            return Ok(Err(Problem::LineupNotFound));
        };
        let before = facts(&row, &places(&tx, id).await?);
        self.write(tx, actor, ("updateLineup", Some(before), row), patch).await
    }

    async fn write(
        &self,
        tx: Tx,
        actor: &Actor,
        (action, before, mut row): (&str, Option<Facts>, lineup::Model),
        patch: LineupPatch,
    ) -> Changed<lineup::Model> {
        if let Some(name) = patch.name {
            row.name = text("name", &name, MAX_NAME)?;
        }
        if let Some(codes) = patch.regions {
            row.regions = Words(regions::read("input.regions", codes)?);
        }
        row.updated_at = tx.now();
        let active = row.clone().into_active_model();
        let written = match &before {
            Some(_) => active.reset_all().update(&tx).await.map(|_| ()),
            None => lineup::Entity::insert(active)
                .exec_without_returning(&tx)
                .await
                .map(|_| ()),
        };
        if let Some(problem) = taken(written)? {
            return Ok(Err(problem));
        }
        if let Some(channels) = patch.channels
            && let Some(problem) = replace(&tx, row.id, channels).await?
        {
            return Ok(Err(problem));
        }
        let after = facts(&row, &places(&tx, row.id).await?);
        let told = (&before.unwrap_or_default(), &after);
        audit::note(&tx, actor, action, (Subject::Lineup, row.id), told).await?;
        tx.commit().await?;
        tracing::info!(lineup.id = %row.id, "line-up written");
        Ok(Ok(row))
    }

    /// Deletes a line-up; its channels stay.
    pub async fn delete_lineup(&self, actor: &Actor, id: Uuid) -> Changed<Uuid> {
        let tx = self.database.begin().await?;
        let Some(row) = lineup::Entity::find_by_id(id).one(&tx).await? else {
            return Ok(Err(Problem::LineupNotFound));
        };
        let before = facts(&row, &places(&tx, id).await?);
        clear(&tx, id).await?;
        lineup::Entity::delete_by_id(id).exec(&tx).await?;
        audit::note(
            &tx,
            actor,
            "deleteLineup",
            (Subject::Lineup, id),
            (&before, &Vec::new()),
        )
        .await?;
        tx.commit().await?;
        tracing::info!(lineup.id = %id, "line-up deleted");
        Ok(Ok(id))
    }

    /// A page of line-ups, by name.
    pub async fn list_lineups(
        &self,
        region: Option<&str>,
        request: &PageRequest,
    ) -> Result<Page<lineup::Model>, Error> {
        database::page(
            self.database.reader(),
            of_region(region),
            &[(lineup::Column::Name, Order::Asc)],
            request,
            |row| row.name.clone(),
            |name: String| vec![name.into()],
        )
        .await
    }

    /// How many there are.
    pub async fn count_lineups(&self, region: Option<&str>) -> Result<u64, Error> {
        Ok(of_region(region).count(self.database.reader()).await?)
    }

    /// A line-up.
    pub async fn find_lineup(&self, id: Uuid) -> Result<Option<lineup::Model>, Error> {
        Ok(lineup::Entity::find_by_id(id).one(self.database.reader()).await?)
    }

    /// A page of the places of a line-up that it shows, by number, of channels in `among`.
    pub(super) async fn list_places(
        &self,
        lineup: Uuid,
        among: Select<channel::Entity>,
        request: &PageRequest,
    ) -> Result<Page<lineup_channel::Model>, Error> {
        use lineup_channel::Column;
        let order = [
            (Column::SortMajor, Order::Asc),
            (Column::SortMinor, Order::Asc),
            (Column::ChannelId, Order::Asc),
        ];
        let among = among.select_only().column(channel::Column::Id).into_query();
        let select = shown(lineup).filter(Column::ChannelId.in_subquery(among));
        database::page(
            self.database.reader(),
            select,
            &order,
            request,
            |row| (row.sort_major, row.sort_minor, row.channel_id),
            |(major, minor, id): (i32, i32, Uuid)| vec![major.into(), minor.into(), id.into()],
        )
        .await
    }

    /// The numbers that channels have in a line-up.
    pub(super) async fn numbers_in(&self, lineup: Uuid, channels: &[Uuid]) -> Result<HashMap<Uuid, String>, Error> {
        let rows = shown(lineup)
            .filter(lineup_channel::Column::ChannelId.is_in(channels.iter().copied()))
            .limit(channels.len() as u64)
            .all(self.database.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.channel_id, row.number)).collect())
    }

    /// The line-ups that each channel is in. Two statements for any number.
    pub async fn lineups_of(
        &self,
        channels: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<(lineup::Model, lineup_channel::Model)>>, Error> {
        let places = lineup_channel::Entity::find()
            .filter(lineup_channel::Column::ChannelId.is_in(channels.iter().copied()))
            .limit(MOST_OF_CHANNEL * channels.len() as u64)
            .all(self.database.reader())
            .await?;
        let ids: HashSet<Uuid> = places.iter().map(|place| place.lineup_id).collect();
        let rows = lineup::Entity::find()
            .filter(lineup::Column::Id.is_in(ids.iter().copied()))
            .limit(ids.len() as u64)
            .all(self.database.reader())
            .await?;
        let rows: HashMap<Uuid, lineup::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut found: HashMap<Uuid, Vec<(lineup::Model, lineup_channel::Model)>> = HashMap::new();
        for place in places {
            if let Some(lineup) = rows.get(&place.lineup_id) {
                found.entry(place.channel_id).or_default().push((lineup.clone(), place));
            }
        }
        Ok(found)
    }
}

fn of_region(region: Option<&str>) -> Select<lineup::Entity> {
    match region {
        Some(region) => lineup::Entity::find().filter(lineup::in_region(region)),
        None => lineup::Entity::find(),
    }
}

fn shown(lineup: Uuid) -> Select<lineup_channel::Entity> {
    lineup_channel::Entity::find()
        .filter(lineup_channel::Column::LineupId.eq(lineup))
        .filter(lineup_channel::Column::Hidden.eq(false))
}

/// Ids of the channels that a line-up for `region` shows.
pub(super) fn channels_of_region(region: &str) -> sea_orm::sea_query::SelectStatement {
    let lineups = lineup::Entity::find()
        .select_only()
        .column(lineup::Column::Id)
        .filter(lineup::in_region(region))
        .into_query();
    lineup_channel::Entity::find()
        .select_only()
        .column(lineup_channel::Column::ChannelId)
        .filter(lineup_channel::Column::LineupId.in_subquery(lineups))
        .filter(lineup_channel::Column::Hidden.eq(false))
        .into_query()
}

/// Ids of the channels that a line-up shows.
pub(super) fn channels_of_lineup(lineup: Uuid) -> sea_orm::sea_query::SelectStatement {
    shown(lineup)
        .select_only()
        .column(lineup_channel::Column::ChannelId)
        .into_query()
}

async fn places(tx: &Tx, lineup: Uuid) -> Result<Vec<lineup_channel::Model>, DbErr> {
    lineup_channel::Entity::find()
        .filter(lineup_channel::Column::LineupId.eq(lineup))
        .order_by_asc(lineup_channel::Column::SortMajor)
        .order_by_asc(lineup_channel::Column::SortMinor)
        .limit(MAX_CHANNELS as u64)
        .all(tx)
        .await
}

async fn clear(tx: &Tx, lineup: Uuid) -> Result<(), DbErr> {
    lineup_channel::Entity::delete_many()
        .filter(lineup_channel::Column::LineupId.eq(lineup))
        .exec(tx)
        .await?;
    Ok(())
}

/// Puts `channels` in place of those that the line-up has.
async fn replace(tx: &Tx, lineup: Uuid, channels: Vec<Place>) -> Result<Option<Problem>, Error> {
    if channels.len() > MAX_CHANNELS {
        let limit = Refusal::limit("channels", MAX_CHANNELS as u64, channels.len() as u64);
        return Err(limit.with("field", "input.channels").into());
    }
    let ids: Vec<Uuid> = channels.iter().map(|place| place.channel).collect();
    let known = channel::Entity::living()
        .filter(channel::Column::Id.is_in(ids.iter().copied()))
        .limit(ids.len() as u64)
        .all(tx)
        .await?;
    let known: HashMap<Uuid, channel::Model> = known.into_iter().map(|row| (row.id, row)).collect();
    let (mut numbers, mut named, mut rows) = (HashSet::new(), HashSet::new(), Vec::new());
    for place in channels {
        let Some(channel) = known.get(&place.channel) else {
            return Ok(Some(Problem::ChannelNotFound));
        };
        let number = place.number.as_deref().unwrap_or(&channel.number);
        let number = ChannelNumber::parse(number)
            .ok_or_else(|| invalid("channels.number", "number is a number like 5 or 5.1"))?;
        if !named.insert(place.channel) {
            return Err(invalid("channels", "name each channel once").into());
        }
        if !numbers.insert((number.major, number.minor)) {
            return Ok(Some(Problem::NumberTaken));
        }
        let row = lineup_channel::Model {
            lineup_id: lineup,
            channel_id: place.channel,
            number: number.to_string(),
            sort_major: number.major,
            sort_minor: number.minor,
            hidden: place.hidden,
        };
        rows.push(row.into_active_model());
    }
    clear(tx, lineup).await?;
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        lineup_channel::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(None)
}

fn taken(written: Result<(), DbErr>) -> Result<Option<Problem>, DbErr> {
    let Err(error) = written else { return Ok(None) };
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Ok(Some(Problem::LineupNameTaken)),
        _ => Err(error),
    }
}

fn facts(row: &lineup::Model, places: &[lineup_channel::Model]) -> Facts {
    let places: Vec<_> = places
        .iter()
        .map(|place| json!({ "channelId": place.channel_id, "number": place.number, "hidden": place.hidden }))
        .collect();
    vec![
        ("name", row.name.clone().into()),
        ("regions", row.regions.0.clone().into()),
        ("channels", places.into()),
    ]
}
