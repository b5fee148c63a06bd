//! Blackouts: data that rights reads.

use database::Tx;
use kernel::{Instant, Page, PageRequest, Refusal};
use schema::events::livetv::BlackoutChanged;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter,
    QuerySelect, Select, sea_query::ExprTrait as _,
};
use std::collections::HashMap;
use uuid::Uuid;

use super::{
    Actor, Changed, Edit, LiveTv, Problem, audit,
    channel_fields::{invalid, text},
    regions,
};
use crate::{
    Error,
    domain::audit::Facts,
    entities::{
        Words,
        audit_entry::Subject,
        blackout::{self, Scope},
        channel, programme,
    },
};

const MAX_REASON: usize = 500;
/// Blackouts of one request's channels and programmes that are looked at.
const MOST: u64 = 10_000;

/// Whose blackout it is.
#[derive(Debug, Clone, Copy)]
pub enum Concerned {
    /// A channel's.
    Channel(Uuid),
    /// A programme's.
    Programme(Uuid),
}

/// A blackout to be made.
#[derive(Debug, Clone)]
pub struct NewBlackout {
    /// Whose.
    pub concerned: Concerned,
    /// What it takes away.
    pub scope: Scope,
    /// The rest.
    pub patch: BlackoutPatch,
}

/// What is to change of a blackout.
#[derive(Debug, Clone, Default)]
pub struct BlackoutPatch {
    /// What it takes away.
    pub scope: Option<Scope>,
    /// Where; empty is everywhere.
    pub regions: Option<Vec<String>>,
    /// From.
    pub starts_at: Edit<Instant>,
    /// Until.
    pub ends_at: Edit<Instant>,
    /// Why.
    pub reason: Option<String>,
}

/// Which blackouts.
#[derive(Debug, Clone, Default)]
pub struct BlackoutFilter {
    /// Of this channel.
    pub channel: Option<Uuid>,
    /// Of this programme.
    pub programme: Option<Uuid>,
    /// Only those that hold now, or only the others.
    pub active: Option<bool>,
}

impl LiveTv {
    /// Makes a blackout.
    pub async fn create_blackout(&self, actor: &Actor, new: NewBlackout) -> Changed<blackout::Model> {
        let tx = self.database.begin().await?;
        let (channel_id, programme_id) = match new.concerned {
            Concerned::Channel(id) => (Some(id), None),
            Concerned::Programme(id) => (None, Some(id)),
        };
        if let Some(id) = channel_id
            && channel::Entity::living()
                .filter(channel::Column::Id.eq(id))
                .one(&tx)
                .await?
                .is_none()
        {
            return Ok(Err(Problem::ChannelNotFound));
        }
        if let Some(id) = programme_id
            && programme::Entity::find_by_id(id).one(&tx).await?.is_none()
        {
            return Ok(Err(Problem::ProgrammeNotFound));
        }
        let mut row = blackout::Model {
            id: tx.next_id(),
            channel_id,
            programme_id,
            scope: new.scope,
            regions: Words::default(),
            starts_at: None,
            ends_at: None,
            reason: String::new(),
            version: 1,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        apply(&mut row, new.patch)?;
        blackout::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&tx)
            .await?;
        raise(&tx, &row, false).await?;
        let told = (&Vec::new(), &facts(&row));
        audit::note(&tx, actor, "createBlackout", (Subject::Blackout, row.id), told).await?;
        tx.commit().await?;
        tracing::info!(blackout.id = %row.id, "blackout created");
        Ok(Ok(row))
    }

    /// Changes a blackout.
    pub async fn update_blackout(&self, actor: &Actor, id: Uuid, patch: BlackoutPatch) -> Changed<blackout::Model> {
        let tx = self.database.begin().await?;
        let Some(before) = blackout::Entity::find_by_id(id).one(&tx).await? else {
            return Ok(Err(Problem::BlackoutNotFound));
        };
        let mut row = before.clone();
        apply(&mut row, patch)?;
        if row == before {
            return Ok(Ok(row));
        }
        row.version += 1;
        row.updated_at = tx.now();
        row.clone().into_active_model().reset_all().update(&tx).await?;
        raise(&tx, &row, false).await?;
        let told = (&facts(&before), &facts(&row));
        audit::note(&tx, actor, "updateBlackout", (Subject::Blackout, id), told).await?;
        tx.commit().await?;
        tracing::info!(blackout.id = %id, "blackout updated");
        Ok(Ok(row))
    }

    /// Lifts a blackout.
    pub async fn delete_blackout(&self, actor: &Actor, id: Uuid) -> Changed<Uuid> {
        let tx = self.database.begin().await?;
        let Some(mut row) = blackout::Entity::find_by_id(id).one(&tx).await? else {
            return Ok(Err(Problem::BlackoutNotFound));
        };
        blackout::Entity::delete_by_id(id).exec(&tx).await?;
        row.version += 1;
        raise(&tx, &row, true).await?;
        let told = (&facts(&row), &Vec::new());
        audit::note(&tx, actor, "deleteBlackout", (Subject::Blackout, id), told).await?;
        tx.commit().await?;
        tracing::info!(blackout.id = %id, "blackout lifted");
        Ok(Ok(id))
    }

    /// A page of blackouts, latest made first.
    pub async fn list_blackouts(
        &self,
        filter: &BlackoutFilter,
        request: &PageRequest,
    ) -> Result<Page<blackout::Model>, Error> {
        use blackout::Column;
        let order = [(Column::CreatedAt, Order::Desc), (Column::Id, Order::Desc)];
        database::page(
            self.database.reader(),
            self.blackouts_of(filter),
            &order,
            request,
            |row| (row.created_at, row.id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many there are.
    pub async fn count_blackouts(&self, filter: &BlackoutFilter) -> Result<u64, Error> {
        Ok(self.blackouts_of(filter).count(self.database.reader()).await?)
    }

    fn blackouts_of(&self, filter: &BlackoutFilter) -> Select<blackout::Entity> {
        use blackout::Column;
        let mut select = blackout::Entity::find();
        if let Some(id) = filter.channel {
            select = select.filter(Column::ChannelId.eq(id));
        }
        if let Some(id) = filter.programme {
            select = select.filter(Column::ProgrammeId.eq(id));
        }
        if let Some(active) = filter.active {
            let now = self.clock.now();
            let begun = Column::StartsAt.is_null().or(Column::StartsAt.lte(now));
            let open = Column::EndsAt.is_null().or(Column::EndsAt.gt(now));
            let holds = Condition::all().add(begun).add(open);
            select = select.filter(if active { holds } else { holds.not() });
        }
        select
    }

    /// The blackouts that hold everywhere, by channel or programme. One statement for any number.
    pub async fn blackouts_everywhere(&self, contents: &[Uuid]) -> Result<HashMap<Uuid, Vec<blackout::Model>>, Error> {
        use blackout::Column;
        let wanted = || contents.iter().copied();
        let rows = blackout::Entity::find()
            .filter(
                Condition::any()
                    .add(Column::ChannelId.is_in(wanted()))
                    .add(Column::ProgrammeId.is_in(wanted())),
            )
            .limit(MOST)
            .all(self.database.reader())
            .await?;
        let mut found: HashMap<Uuid, Vec<blackout::Model>> = HashMap::new();
        for row in rows.into_iter().filter(|row| row.regions.0.is_empty()) {
            found.entry(row.content()).or_default().push(row);
        }
        Ok(found)
    }
}

fn apply(row: &mut blackout::Model, patch: BlackoutPatch) -> Result<(), Refusal> {
    row.scope = patch.scope.unwrap_or(row.scope);
    if let Some(codes) = patch.regions {
        row.regions = Words(regions::read("input.regions", codes)?);
    }
    for (edge, edit) in [(&mut row.starts_at, patch.starts_at), (&mut row.ends_at, patch.ends_at)] {
        match edit {
            Edit::Keep => {}
            Edit::Clear => *edge = None,
            Edit::Set(at) => *edge = Some(at),
        }
    }
    if row
        .starts_at
        .zip(row.ends_at)
        .is_some_and(|(starts, ends)| ends <= starts)
    {
        return Err(invalid("endsAt", "endsAt must be after startsAt"));
    }
    if let Some(reason) = patch.reason {
        row.reason = text("reason", &reason, MAX_REASON)?;
    }
    Ok(())
}

fn facts(row: &blackout::Model) -> Facts {
    vec![
        ("channelId", row.channel_id.map(|id| id.to_string()).into()),
        ("programmeId", row.programme_id.map(|id| id.to_string()).into()),
        (
            "scope",
            if row.scope == Scope::CatchUp {
                "CATCH_UP"
            } else {
                "EVERYTHING"
            }
            .into(),
        ),
        ("regions", row.regions.0.clone().into()),
        ("startsAt", row.starts_at.map(|at| at.to_rfc3339()).into()),
        ("endsAt", row.ends_at.map(|at| at.to_rfc3339()).into()),
        ("reason", row.reason.clone().into()),
    ]
}

async fn raise(tx: &Tx, row: &blackout::Model, deleted: bool) -> Result<(), DbErr> {
    let event = BlackoutChanged {
        blackout: row.id,
        content: row.content(),
        is_programme: row.programme_id.is_some(),
        scope: row.scope.into(),
        regions: row.regions.0.clone(),
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        reason: row.reason.clone(),
        deleted,
        version: row.version,
    };
    tx.raise(&event).await
}
