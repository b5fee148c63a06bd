//! Programmes by hand: what an editor sets survives the next guide.

use database::Tx;
use kernel::{ChannelId, ImportId, Instant, ProgrammeId, Refusal};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    Actor, Changed, Edit, LiveTv, Problem, audit,
    changes::{self, Change},
    channel_fields::{few, invalid, text},
    locks, log,
};
use crate::{
    Error,
    domain::{locks::Field, schedule::LONGEST},
    entities::{Words, audit_entry::Subject, channel, programme},
};

const MAX_TITLE: usize = 500;
const MAX_DESCRIPTION: usize = 10_000;
const MAX_EPISODE: i32 = 100_000;

/// A programme to be made.
#[derive(Debug, Clone)]
pub struct NewProgramme {
    /// On which channel.
    pub channel: ChannelId,
    /// First instant.
    pub starts_at: Instant,
    /// First instant after it.
    pub ends_at: Instant,
    /// What it is; the times in it are not read.
    pub details: ProgrammePatch,
}

/// What is to change of a programme; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ProgrammePatch {
    /// First instant.
    pub starts_at: Option<Instant>,
    /// First instant after it.
    pub ends_at: Option<Instant>,
    /// Its title.
    pub title: Option<String>,
    /// Its subtitle.
    pub subtitle: Edit<String>,
    /// What it is about.
    pub description: Edit<String>,
    /// Its categories.
    pub categories: Option<Vec<String>>,
    /// Season, from 1.
    pub season: Edit<i32>,
    /// Episode, from 1.
    pub episode: Edit<i32>,
}

impl ProgrammePatch {
    /// The fields it names.
    fn fields(&self) -> Vec<Field> {
        let is_episode = !matches!((&self.season, &self.episode), (Edit::Keep, Edit::Keep));
        let named = [
            (Field::StartsAt, self.starts_at.is_some()),
            (Field::EndsAt, self.ends_at.is_some()),
            (Field::Title, self.title.is_some()),
            (Field::Subtitle, !matches!(self.subtitle, Edit::Keep)),
            (Field::Description, !matches!(self.description, Edit::Keep)),
            (Field::Categories, self.categories.is_some()),
            (Field::Episode, is_episode),
        ];
        named
            .into_iter()
            .filter(|(_, is_named)| *is_named)
            .map(|(field, _)| field)
            .collect()
    }
}

impl LiveTv {
    /// Adds a programme; guides do not change it.
    pub async fn create_programme(&self, actor: &Actor, new: NewProgramme) -> Changed<programme::Model> {
        let tx = self.database.begin().await?;
        log::take_places(&tx, 0).await?;
        let channel = channel::Entity::living()
            .filter(channel::Column::Id.eq(new.channel.0))
            .one(&tx)
            .await?;
        let Some(channel) = channel else {
            return Ok(Err(Problem::ChannelNotFound));
        };
        let mut row = programme::Model {
            starts_at: new.starts_at,
            ends_at: new.ends_at,
            ..changes::to_row(
                channel.id,
                tx.next_id(),
                changes::nothing(new.starts_at, new.ends_at),
                None,
            )
        };
        let title = new.details.title.clone().unwrap_or_default();
        let patch = ProgrammePatch {
            title: Some(title),
            starts_at: None,
            ends_at: None,
            ..new.details
        };
        apply(&mut row, patch)?;
        if overlaps(&tx, &row).await? {
            return Ok(Err(Problem::ProgrammeOverlaps));
        }
        locks::lock(&tx, &row, &Field::ALL, row.starts_at).await?;
        let facts = (&Vec::new(), &audit::programme(&row));
        audit::note(&tx, actor, "createProgramme", subject(&row), facts).await?;
        write(&tx, Change::added(row.clone())).await?;
        tx.commit().await?;
        tracing::info!(programme.id = %row.id, "programme created");
        Ok(Ok(row))
    }

    /// Changes a programme and locks what is named, changed or not.
    pub async fn update_programme(
        &self,
        actor: &Actor,
        id: ProgrammeId,
        patch: ProgrammePatch,
    ) -> Changed<programme::Model> {
        let tx = self.database.begin().await?;
        log::take_places(&tx, 0).await?;
        let Some(before) = programme::Entity::find_by_id(id.0).one(&tx).await? else {
            return Ok(Err(Problem::ProgrammeNotFound));
        };
        let fields = patch.fields();
        let mut row = before.clone();
        apply(&mut row, patch)?;
        if (row.starts_at, row.ends_at) != (before.starts_at, before.ends_at) && overlaps(&tx, &row).await? {
            return Ok(Err(Problem::ProgrammeOverlaps));
        }
        locks::lock(&tx, &row, &fields, before.starts_at).await?;
        if row != before {
            let facts = (&audit::programme(&before), &audit::programme(&row));
            audit::note(&tx, actor, "updateProgramme", subject(&row), facts).await?;
            write(&tx, Change::updated(before, row.clone())).await?;
        }
        tx.commit().await?;
        tracing::info!(programme.id = %row.id, "programme updated");
        Ok(Ok(row))
    }

    /// Takes a programme out of the guide; a guide that has it still does not bring it back.
    pub async fn delete_programme(&self, actor: &Actor, id: ProgrammeId) -> Changed<ProgrammeId> {
        let tx = self.database.begin().await?;
        log::take_places(&tx, 0).await?;
        let Some(row) = programme::Entity::find_by_id(id.0).one(&tx).await? else {
            return Ok(Err(Problem::ProgrammeNotFound));
        };
        locks::lock_deleted(&tx, &row).await?;
        let facts = (&audit::programme(&row), &Vec::new());
        audit::note(&tx, actor, "deleteProgramme", subject(&row), facts).await?;
        write(&tx, Change::removed(row)).await?;
        tx.commit().await?;
        tracing::info!(programme.id = %id, "programme deleted");
        Ok(Ok(id))
    }
}

fn subject(row: &programme::Model) -> (Subject, uuid::Uuid) {
    (Subject::Programme, row.id)
}

async fn write(tx: &Tx, change: Change) -> Result<(), Error> {
    changes::record(tx, ImportId(tx.next_id()), vec![change]).await?;
    Ok(())
}

/// Whether another programme of the channel is on at the time of `row`.
async fn overlaps(tx: &Tx, row: &programme::Model) -> Result<bool, Error> {
    let found = programme::Entity::overlapping(&[row.channel_id], row.starts_at, row.ends_at)
        .filter(programme::Column::Id.ne(row.id))
        .limit(1)
        .one(tx)
        .await?;
    Ok(found.is_some())
}

fn apply(row: &mut programme::Model, patch: ProgrammePatch) -> Result<(), Refusal> {
    row.starts_at = patch.starts_at.unwrap_or(row.starts_at);
    row.ends_at = patch.ends_at.unwrap_or(row.ends_at);
    if row.ends_at <= row.starts_at {
        return Err(invalid("endsAt", "endsAt must be after startsAt"));
    }
    if row.ends_at - row.starts_at > LONGEST {
        let (most, sent) = (LONGEST.num_minutes(), (row.ends_at - row.starts_at).num_minutes());
        let limit = Refusal::limit("programme minutes", most.unsigned_abs(), sent.unsigned_abs());
        return Err(limit.with("field", "input.endsAt"));
    }
    if let Some(title) = patch.title {
        row.title = text("title", &title, MAX_TITLE)?;
    }
    set_text(&mut row.subtitle, "subtitle", patch.subtitle, MAX_TITLE)?;
    set_text(&mut row.description, "description", patch.description, MAX_DESCRIPTION)?;
    if let Some(categories) = patch.categories {
        few("categories", categories.len())?;
        let categories = categories
            .iter()
            .map(|category| text("categories", category, MAX_TITLE));
        row.categories = Words(categories.collect::<Result<_, _>>()?);
    }
    set_number(&mut row.season, "season", &patch.season)?;
    set_number(&mut row.episode, "episode", &patch.episode)
}

fn set_text(field: &mut Option<String>, name: &str, edit: Edit<String>, most: usize) -> Result<(), Refusal> {
    match edit {
        Edit::Keep => {}
        Edit::Clear => *field = None,
        Edit::Set(value) => *field = Some(text(name, &value, most)?),
    }
    Ok(())
}

fn set_number(field: &mut Option<i32>, name: &str, edit: &Edit<i32>) -> Result<(), Refusal> {
    match edit {
        Edit::Keep => {}
        Edit::Clear => *field = None,
        Edit::Set(number) if (1..=MAX_EPISODE).contains(number) => *field = Some(*number),
        Edit::Set(number) => {
            let message = format!("{name} is {number}, it is 1 to {MAX_EPISODE}");
            return Err(invalid(name, &message));
        }
    }
    Ok(())
}
