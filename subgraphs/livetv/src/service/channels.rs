//! Channels: lists, and what editors change.

use database::Tx;
use kernel::{ChannelId, ErrorCode, ImportId, Instant, Page, PageRequest, Refusal};
use schema::events::{
    catalogue::AssetRef,
    livetv::{ChannelChanged, StreamSource},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter,
    QuerySelect, Select, SqlErr, sea_query::Expr,
};
use uuid::Uuid;

use super::{Changed, LiveTv, Problem, changes, log};
use crate::{
    Error,
    domain::{fold, number::ChannelNumber},
    entities::{Loop, Sources, Words, channel, guide_change::Kind, programme},
};

const MAX_NAME: usize = 200;
const MAX_URL: usize = 2000;
const MAX_ITEMS: usize = 20;
/// Programmes that one channel may have: two months of one a minute.
const MOST_PROGRAMMES: u64 = 100_000;

/// Which channels.
#[derive(Debug, Clone, Default)]
pub struct ChannelFilter {
    /// Part of the name or the number.
    pub query: Option<String>,
}

/// A channel to be made.
#[derive(Debug, Clone)]
pub struct NewChannel {
    /// Its id, when it is fixed.
    pub id: Option<ChannelId>,
    /// Its number: `5.1` exists.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Where its logo is.
    pub logo_url: Option<String>,
    /// Its id in XMLTV guides.
    pub xmltv_id: Option<String>,
    /// The IANA zone of its viewers.
    pub time_zone: Option<String>,
    /// Packages it belongs to.
    pub packages: Vec<String>,
    /// Where it streams.
    pub sources: Vec<StreamSource>,
    /// What is played in place of an upstream.
    pub loops: Option<AssetRef>,
}

/// What is to change of a field that may be empty.
#[derive(Debug, Clone, Default)]
pub enum Edit<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It becomes empty.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> From<Option<T>> for Edit<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

/// What is to change of a channel; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    /// Its number.
    pub number: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Where its logo is.
    pub logo_url: Edit<String>,
    /// Its id in XMLTV guides.
    pub xmltv_id: Edit<String>,
    /// The IANA zone of its viewers.
    pub time_zone: Edit<String>,
    /// Packages it belongs to.
    pub packages: Option<Vec<String>>,
    /// Where it streams.
    pub sources: Option<Vec<StreamSource>>,
}

impl LiveTv {
    /// A page of channels, by number.
    pub async fn list_channels(
        &self,
        filter: &ChannelFilter,
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
            filtered(filter)?,
            &order,
            request,
            |row| (row.sort_major, row.sort_minor, row.id),
            |(major, minor, id): (i32, i32, Uuid)| vec![major.into(), minor.into(), id.into()],
        )
        .await
    }

    /// How many channels there are.
    pub async fn count_channels(&self, filter: &ChannelFilter) -> Result<u64, Error> {
        Ok(filtered(filter)?.count(self.database.reader()).await?)
    }

    /// Makes a channel.
    pub async fn create_channel(&self, new: NewChannel) -> Changed<channel::Model> {
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
        tx.commit().await?;
        tracing::info!(channel.id = %row.id, "channel created");
        Ok(Ok(row))
    }

    /// Changes a channel.
    pub async fn update_channel(&self, id: ChannelId, patch: Patch) -> Changed<channel::Model> {
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
        tx.commit().await?;
        tracing::info!(channel.id = %row.id, "channel updated");
        Ok(Ok(row))
    }

    /// Deletes a channel with its programmes. A guide that has it still does not make it anew.
    pub async fn delete_channel(&self, id: ChannelId) -> Changed<ChannelId> {
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
        let gone = programmes.into_iter().map(|programme| changes::Change {
            kind: Kind::Removed,
            programme,
        });
        changes::record(&tx, ImportId(tx.next_id()), gone.collect()).await?;
        row.deleted = true;
        row.live_number = None;
        row.version += 1;
        row.updated_at = self.clock.now();
        save(&tx, &row).await?;
        raise_changed(&tx, &row).await?;
        tx.commit().await?;
        tracing::info!(channel.id = %row.id, "channel deleted");
        Ok(Ok(id))
    }
}

fn filtered(filter: &ChannelFilter) -> Result<Select<channel::Entity>, Refusal> {
    let select = channel::Entity::living();
    let Some(query) = &filter.query else { return Ok(select) };
    if query.len() > MAX_NAME {
        return Err(Refusal::limit("filter.query", MAX_NAME as u64, query.len() as u64));
    }
    Ok(channel::containing(select, &fold(query)))
}

async fn living(tx: &Tx, id: ChannelId) -> Result<Option<channel::Model>, DbErr> {
    channel::Entity::living()
        .filter(channel::Column::Id.eq(id.0))
        .one(tx)
        .await
}

async fn save(tx: &Tx, row: &channel::Model) -> Result<(), DbErr> {
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
fn taken<T>(written: Result<T, DbErr>) -> Result<Option<Problem>, DbErr> {
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
        deleted: row.deleted,
        version: row.version,
    };
    tx.raise(&event).await
}

/// The row of a new channel.
pub(super) fn draft(new: NewChannel, id: Uuid, now: Instant) -> Result<channel::Model, Refusal> {
    let mut row = channel::Model {
        id: new.id.map_or(id, Uuid::from),
        number: String::new(),
        sort_major: 0,
        sort_minor: 0,
        live_number: None,
        name: String::new(),
        folded_name: String::new(),
        logo_url: None,
        xmltv_id: None,
        time_zone: None,
        packages: Words::default(),
        sources: Sources::default(),
        loops: new.loops.map(Loop),
        forgotten_before: None,
        deleted: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let patch = Patch {
        number: Some(new.number),
        name: Some(new.name),
        logo_url: new.logo_url.into(),
        xmltv_id: new.xmltv_id.into(),
        time_zone: new.time_zone.into(),
        packages: Some(new.packages),
        sources: Some(new.sources),
    };
    apply(&mut row, patch)?;
    Ok(row)
}

fn apply(row: &mut channel::Model, patch: Patch) -> Result<(), Refusal> {
    if let Some(text) = patch.number {
        let number =
            ChannelNumber::parse(&text).ok_or_else(|| invalid("number", "number is a number like 5 or 5.1"))?;
        row.number = number.to_string();
        row.live_number = Some(row.number.clone());
        (row.sort_major, row.sort_minor) = (number.major, number.minor);
    }
    if let Some(name) = patch.name {
        row.name = text("name", &name, MAX_NAME)?;
        row.folded_name = fold(&row.name);
    }
    match patch.logo_url {
        Edit::Keep => {}
        Edit::Clear => row.logo_url = None,
        Edit::Set(url) => row.logo_url = Some(address("logoUrl", &url)?),
    }
    match patch.xmltv_id {
        Edit::Keep => {}
        Edit::Clear => row.xmltv_id = None,
        Edit::Set(id) => row.xmltv_id = Some(text("xmltvId", &id, MAX_NAME)?),
    }
    match patch.time_zone {
        Edit::Keep => {}
        Edit::Clear => row.time_zone = None,
        Edit::Set(zone) => row.time_zone = Some(time_zone(&zone)?),
    }
    if let Some(packages) = patch.packages {
        few("packages", packages.len())?;
        let packages = packages.iter().map(|package| text("packages", package, MAX_NAME));
        row.packages = Words(packages.collect::<Result<_, _>>()?);
    }
    if let Some(sources) = patch.sources {
        few("streamSources", sources.len())?;
        for source in &sources {
            address("streamSources", &source.url)?;
        }
        row.sources = Sources(sources);
    }
    Ok(())
}

fn invalid(field: &str, message: &str) -> Refusal {
    Refusal::new(ErrorCode::Invalid, message).with("fields", vec![format!("input.{field}")])
}

fn text(field: &str, value: &str, most: usize) -> Result<String, Refusal> {
    let value = value.trim();
    if value.is_empty() || value.len() > most {
        return Err(invalid(field, &format!("{field} must have 1 to {most} bytes")));
    }
    Ok(value.to_owned())
}

fn address(field: &str, value: &str) -> Result<String, Refusal> {
    let value = text(field, value, MAX_URL)?;
    // A path is one of our own pictures.
    if value.starts_with("https://") || value.starts_with("http://") || value.starts_with("/api/v1/images/") {
        return Ok(value);
    }
    Err(invalid(field, &format!("{field} must be a web address")))
}

/// The name of an IANA zone, as it is written there.
fn time_zone(name: &str) -> Result<String, Refusal> {
    let zone = name.trim().parse::<chrono_tz::Tz>();
    let zone = zone.map_err(|_| invalid("timeZone", "timeZone must be an IANA zone like Europe/London"))?;
    Ok(zone.name().to_owned())
}

fn few(field: &str, count: usize) -> Result<(), Refusal> {
    if count > MAX_ITEMS {
        return Err(Refusal::limit(field, MAX_ITEMS as u64, count as u64).with("field", format!("input.{field}")));
    }
    Ok(())
}
