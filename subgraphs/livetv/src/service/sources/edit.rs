//! What administrators change of sources.

use std::path::{Component, Path};

use chrono::TimeDelta;
use database::Tx;
use kernel::{ErrorCode, Instant, Refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, SqlErr,
};
use serde_json::Value;
use uuid::Uuid;
use web::{WebAddress, is_public};

use super::MOST_SOURCES;
use crate::{
    Error,
    domain::{
        audit::{Facts, without_secrets},
        fold,
        policy::Policies,
    },
    entities::{
        audit_entry::Subject,
        channel_match,
        guide_source::{self, Seen, SourceKind},
    },
    service::{
        Actor, LiveTv, audit,
        channel_fields::{invalid, text},
    },
};

const MAX_NAME: usize = 200;
/// Longest time between two looks: a week.
const MAX_INTERVAL: i32 = 7 * 24 * 60;
/// Largest number of a priority.
const MAX_PRIORITY: i32 = 1000;

/// A source to be made.
#[derive(Debug, Clone)]
pub struct NewSource {
    /// Its name.
    pub name: String,
    /// How its guide comes here.
    pub kind: SourceKind,
    /// What is its, as with a change.
    pub rest: SourcePatch,
}

/// What is to change of a source; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct SourcePatch {
    /// Its name.
    pub name: Option<String>,
    /// The web address.
    pub url: Option<String>,
    /// The folder.
    pub folder: Option<String>,
    /// Minutes between two looks.
    pub interval_minutes: Option<i32>,
    /// Of two sources the one with the lower number is right.
    pub priority: Option<i32>,
    /// What is done with oddities.
    pub policies: Option<Value>,
    /// It is looked at by itself.
    pub enabled: Option<bool>,
}

/// Why a change of a source was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SourceProblem {
    /// There is no such source.
    #[error("this source does not exist")]
    SourceNotFound,
    /// Another source has the name.
    #[error("this name is taken")]
    NameTaken,
    /// There are as many sources as there may be.
    #[error("there are {MOST_SOURCES} sources already")]
    TooManySources,
    /// The address is not on the public internet, and not among those that the settings allow.
    #[error("this address is not on the public internet; livetv.allow_private_sources may name its host")]
    AddressNotAllowed,
    /// The settings name no folder, or this one is not below it.
    #[error("only folders below livetv.sources_folder are read")]
    FolderNotAllowed,
}

type Changed = Result<Result<guide_source::Model, SourceProblem>, Error>;

impl LiveTv {
    /// Makes a source.
    ///
    /// # Errors
    /// Malformed input; the database does not answer.
    pub async fn create_source(&self, actor: &Actor, new: NewSource) -> Changed {
        let now = self.clock.now();
        let mut row = empty(self.ids.next(), new.kind, now);
        let patch = SourcePatch {
            name: Some(new.name),
            ..new.rest
        };
        if let Err(problem) = self.apply_to_source(&mut row, patch)? {
            return Ok(Err(problem));
        }
        let tx = self.database.begin().await?;
        if guide_source::Entity::find().count(&tx).await? >= MOST_SOURCES {
            return Ok(Err(SourceProblem::TooManySources));
        }
        let inserted = guide_source::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&tx)
            .await;
        if is_name_taken(inserted)? {
            return Ok(Err(SourceProblem::NameTaken));
        }
        let facts = (&Vec::new(), &told(&row));
        audit::note(&tx, actor, "createGuideSource", (Subject::Source, row.id), facts).await?;
        tx.commit().await?;
        tracing::info!(guide_source.id = %row.id, "guide source created");
        Ok(Ok(row))
    }

    /// Changes a source; it is looked at soon, as if it were new.
    ///
    /// # Errors
    /// Malformed input; the database does not answer.
    pub async fn update_source(&self, actor: &Actor, id: Uuid, patch: SourcePatch) -> Changed {
        let tx = self.database.begin().await?;
        let Some(mut row) = guide_source::Entity::find_by_id(id).one(&tx).await? else {
            return Ok(Err(SourceProblem::SourceNotFound));
        };
        let before = row.clone();
        if let Err(problem) = self.apply_to_source(&mut row, patch)? {
            return Ok(Err(problem));
        }
        if row == before {
            return Ok(Ok(row));
        }
        forget_last(&mut row, tx.now());
        let saved = guide_source::Entity::update(row.clone().into_active_model().reset_all())
            .exec(&tx)
            .await;
        if is_name_taken(saved)? {
            return Ok(Err(SourceProblem::NameTaken));
        }
        let facts = (&told(&before), &told(&row));
        audit::note(&tx, actor, "updateGuideSource", (Subject::Source, id), facts).await?;
        tx.commit().await?;
        Ok(Ok(row))
    }

    /// Deletes a source; its programmes stay.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn delete_source(&self, actor: &Actor, id: Uuid) -> Result<Result<Uuid, SourceProblem>, Error> {
        let tx = self.database.begin().await?;
        let Some(row) = guide_source::Entity::find_by_id(id).one(&tx).await? else {
            return Ok(Err(SourceProblem::SourceNotFound));
        };
        guide_source::Entity::delete_by_id(id).exec(&tx).await?;
        channel_match::Entity::delete_many()
            .filter(channel_match::Column::SourceId.eq(id))
            .exec(&tx)
            .await?;
        let facts = (&told(&row), &Vec::new());
        audit::note(&tx, actor, "deleteGuideSource", (Subject::Source, id), facts).await?;
        tx.commit().await?;
        tracing::info!(guide_source.id = %id, "guide source deleted");
        Ok(Ok(id))
    }

    fn apply_to_source(
        &self,
        row: &mut guide_source::Model,
        patch: SourcePatch,
    ) -> Result<Result<(), SourceProblem>, Refusal> {
        if let Some(name) = patch.name {
            row.name = text("name", &name, MAX_NAME)?;
            row.folded_name = fold(&row.name);
        }
        row.interval_minutes = number(
            "intervalMinutes",
            patch.interval_minutes,
            row.interval_minutes,
            (1, MAX_INTERVAL),
        )?;
        row.priority = number("priority", patch.priority, row.priority, (0, MAX_PRIORITY))?;
        if let Some(policies) = patch.policies {
            row.policies = checked_policies(policies)?;
        }
        row.enabled = patch.enabled.unwrap_or(row.enabled);
        if let Some(url) = patch.url {
            if row.kind != SourceKind::Url {
                return Err(invalid("url", "only a source of kind URL has an address"));
            }
            if !self.may_fetch(&url)? {
                return Ok(Err(SourceProblem::AddressNotAllowed));
            }
            row.url = Some(url);
        }
        if let Some(folder) = patch.folder {
            if row.kind != SourceKind::Folder {
                return Err(invalid("folder", "only a source of kind FOLDER has a folder"));
            }
            let is_below = Path::new(&folder)
                .components()
                .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
            if self.settings.sources_folder.is_empty() || !is_below || folder.len() > MAX_NAME {
                return Ok(Err(SourceProblem::FolderNotAllowed));
            }
            row.folder = Some(folder);
        }
        match row.kind {
            SourceKind::Url if row.url.is_none() => Err(invalid("url", "a source of kind URL needs an address")),
            SourceKind::Folder if row.folder.is_none() => {
                Err(invalid("folder", "a source of kind FOLDER needs a folder"))
            }
            _ => Ok(Ok(())),
        }
    }

    /// Whether the text of an address speaks against fetching it; its host is looked up when it is fetched.
    pub(super) fn may_fetch(&self, url: &str) -> Result<bool, Refusal> {
        let address = WebAddress::parse(url).map_err(|reason| invalid("url", reason))?;
        let is_private = address.ip().is_some_and(|ip| !is_public(ip));
        Ok(!is_private || address.is_of(&self.settings.allow_private_sources))
    }
}

fn empty(id: Uuid, kind: SourceKind, now: Instant) -> guide_source::Model {
    guide_source::Model {
        id,
        name: String::new(),
        folded_name: String::new(),
        kind,
        url: None,
        folder: None,
        interval_minutes: 60,
        priority: 100,
        policies: serde_json::json!({}),
        enabled: true,
        etag: None,
        last_modified: None,
        digest: None,
        seen: Seen::default(),
        failures: 0,
        last_error: None,
        checked_at: None,
        next_run_at: (kind != SourceKind::Upload).then_some(now),
        last_import_id: None,
        created_at: now,
    }
}

/// The next look takes everything, whatever the last one saw, and is soon.
pub(super) fn forget_last(row: &mut guide_source::Model, now: Instant) {
    (row.etag, row.last_modified, row.digest) = (None, None, None);
    row.seen = Seen::default();
    row.failures = 0;
    row.next_run_at = (row.kind != SourceKind::Upload && row.enabled).then_some(now);
}

/// Lets the next look at a source take everything, because it may mean something else now.
pub(super) async fn look_again(tx: &Tx, source: Uuid) -> Result<(), Error> {
    if let Some(mut row) = guide_source::Entity::find_by_id(source).one(tx).await? {
        // A moment later: several decisions are one look.
        forget_last(&mut row, tx.now() + TimeDelta::seconds(30));
        guide_source::Entity::update(row.into_active_model().reset_all())
            .exec(tx)
            .await?;
    }
    Ok(())
}

fn number(field: &str, value: Option<i32>, present: i32, (least, most): (i32, i32)) -> Result<i32, Refusal> {
    let value = value.unwrap_or(present);
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(invalid(field, &format!("{field} is {value}, it is {least} to {most}")))
}

/// Policies as they are stored; a name that nobody knows is refused.
fn checked_policies(given: Value) -> Result<Value, Refusal> {
    let defaults = serde_json::to_value(Policies::default()).unwrap_or_default();
    let unknown = given
        .as_object()
        .and_then(|given| given.keys().find(|name| defaults.get(name.as_str()).is_none()));
    if let Some(name) = unknown {
        return Err(invalid("policies", &format!("policies has no {name:?}")));
    }
    let read: Result<Policies, _> = serde_json::from_value(given);
    let read = read.map_err(|error| invalid("policies", &format!("policies cannot be read: {error}")))?;
    serde_json::to_value(read).map_err(|error| Refusal::new(ErrorCode::Internal, error.to_string()))
}

fn is_name_taken<T>(written: Result<T, DbErr>) -> Result<bool, DbErr> {
    let Err(error) = written else { return Ok(false) };
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Ok(true),
        _ => Err(error),
    }
}

/// A source as the log tells it.
fn told(row: &guide_source::Model) -> Facts {
    vec![
        ("name", row.name.clone().into()),
        ("url", row.url.as_deref().map(without_secrets).into()),
        ("folder", row.folder.clone().into()),
        ("intervalMinutes", row.interval_minutes.into()),
        ("priority", row.priority.into()),
        ("policies", row.policies.clone()),
        ("enabled", row.enabled.into()),
    ]
}
