//! Where the programmes went that recordings and reminders follow.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use database::Tx;
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::episode_key;
use crate::{
    domain::series::{NEAR, Showing},
    entities::{
        guide_change::{self, Kind},
        programme,
    },
};

/// Programmes that are read at once.
const PAGE: u64 = 500;
/// Most programmes that are looked at for one that moved.
const CANDIDATES: u64 = 5_000;

/// Programmes that changed.
pub(super) struct Changed {
    /// All of them.
    pub ids: Vec<Uuid>,
    /// What each was committed with.
    pub imports: HashMap<Uuid, HashSet<Uuid>>,
}

/// Where rows go: their programmes as they are now, and for those that are gone or show something else, where the work
/// went.
pub(super) struct Targets {
    /// Those that the guide has.
    pub present: HashMap<Uuid, programme::Model>,
    /// Where the work of the others went.
    successors: HashMap<Uuid, programme::Model>,
    /// Programmes that show something else now.
    pub replaced: HashSet<Uuid>,
}

/// What a row follows, as it last knew it.
pub(super) struct Followed<'a> {
    /// The programme.
    pub programme: Uuid,
    /// Its channel.
    pub channel: Uuid,
    /// What it showed, and when.
    pub showing: Showing<'a>,
}

impl Targets {
    /// Where a row that follows `programme` goes, and whether that is another programme; `None` when it is gone.
    ///
    /// Without a trace of the work elsewhere, a programme that shows something else is still the one: guides correct
    /// titles, and a recording too many is better than one that is lost.
    pub fn of(&self, programme: Uuid) -> Option<(&programme::Model, bool)> {
        let successor = self.successors.get(&programme).map(|found| (found, true));
        successor.or_else(|| self.present.get(&programme).map(|found| (found, false)))
    }

    /// Whether a row that follows `programme` goes to another one.
    pub fn moves(&self, programme: Uuid) -> bool {
        self.successors.contains_key(&programme)
    }
}

/// Reads where rows go. Their rows are locked, so nothing older is written over this.
pub(super) async fn find_targets(tx: &Tx, changed: &Changed, followed: &[Followed<'_>]) -> Result<Targets, DbErr> {
    let ids: HashSet<Uuid> = followed.iter().map(|row| row.programme).collect();
    let mut present = HashMap::new();
    if !ids.is_empty() {
        let rows = programme::Entity::find()
            .filter(programme::Column::Id.is_in(ids))
            .limit(PAGE)
            .all(tx)
            .await?;
        present = rows.into_iter().map(|row| (row.id, row)).collect();
    }
    let mut replaced = HashSet::new();
    let mut lost = Vec::new();
    for row in followed {
        match present.get(&row.programme) {
            Some(programme) if is_same_work(row, programme) => continue,
            Some(_) => drop(replaced.insert(row.programme)),
            None => {}
        }
        lost.push(row);
    }
    let successors = find_successors(tx, changed, &lost).await?;
    Ok(Targets {
        present,
        successors,
        replaced,
    })
}

/// Where the work of programmes went: to the nearest showing of it on the channel that the same commit wrote.
async fn find_successors(
    tx: &Tx,
    changed: &Changed,
    lost: &[&Followed<'_>],
) -> Result<HashMap<Uuid, programme::Model>, DbErr> {
    let mut found = HashMap::new();
    let channels: HashSet<Uuid> = lost.iter().map(|lost| lost.channel).collect();
    let starts = || lost.iter().map(|lost| lost.showing.starts_at);
    let (Some(first), Some(last)) = (starts().min(), starts().max()) else {
        return Ok(found);
    };
    let channels: Vec<Uuid> = channels.into_iter().collect();
    let candidates = programme::Entity::overlapping(&channels, first - NEAR, last + NEAR)
        .limit(CANDIDATES)
        .all(tx)
        .await?;
    let imports = lost.iter().filter_map(|lost| changed.imports.get(&lost.programme));
    let imports: HashSet<Uuid> = imports.flatten().copied().collect();
    let written: Vec<(Uuid, Uuid)> = guide_change::Entity::find()
        .select_only()
        .column(guide_change::Column::ImportId)
        .column(guide_change::Column::ProgrammeId)
        .filter(guide_change::Column::ChannelId.is_in(channels))
        .filter(guide_change::Column::ImportId.is_in(imports))
        .filter(guide_change::Column::Kind.ne(Kind::Removed))
        .limit(CANDIDATES)
        .into_tuple()
        .all(tx)
        .await?;
    let written: HashSet<(Uuid, Uuid)> = written.into_iter().collect();
    for lost in lost {
        let Some(imports) = changed.imports.get(&lost.programme) else {
            continue;
        };
        let is_written = |id: Uuid| imports.iter().any(|import| written.contains(&(*import, id)));
        let here = candidates
            .iter()
            .filter(|candidate| candidate.channel_id == lost.channel);
        let near = here.filter_map(|candidate| Some((moved_by(lost, candidate)?, candidate)));
        let near = near.filter(|(_, candidate)| candidate.id != lost.programme && is_written(candidate.id));
        if let Some((_, nearest)) = near.min_by_key(|(distance, candidate)| (*distance, candidate.starts_at)) {
            found.insert(lost.programme, nearest.clone());
        }
    }
    Ok(found)
}

fn is_same_work(followed: &Followed<'_>, programme: &programme::Model) -> bool {
    let key = episode_key(programme);
    followed.showing.is_same_work(&showing(programme, key.as_deref()))
}

fn showing<'a>(programme: &'a programme::Model, episode_key: Option<&'a str>) -> Showing<'a> {
    Showing {
        title: &programme.title,
        episode_key,
        starts_at: programme.starts_at,
    }
}

fn moved_by(lost: &Followed<'_>, candidate: &programme::Model) -> Option<TimeDelta> {
    let key = episode_key(candidate);
    lost.showing.moved_by(&showing(candidate, key.as_deref()))
}

/// Which profiles have a row of a successor already, `(profile, programme)`; rows that leave have vacated theirs.
pub(super) async fn taken<E>(
    tx: &Tx,
    of_profiles: impl Fn(&[Uuid]) -> Select<E>,
    places: &HashSet<(Uuid, Uuid)>,
    targets: &Targets,
) -> Result<HashSet<(Uuid, Uuid)>, DbErr>
where
    E: EntityTrait,
{
    if places.is_empty() {
        return Ok(HashSet::new());
    }
    let profiles: HashSet<Uuid> = places.iter().map(|(profile, _)| *profile).collect();
    let profiles: Vec<Uuid> = profiles.into_iter().collect();
    let programmes = targets.successors.values().map(|to| to.id);
    let pairs = of_profiles(&profiles)
        .select_only()
        .column_as(Expr::col("profile_id"), "profile_id")
        .column_as(Expr::col("programme_id"), "programme_id")
        .filter(Expr::col("programme_id").is_in(programmes))
        .limit(CANDIDATES)
        .into_tuple::<(Uuid, Uuid)>()
        .all(tx)
        .await?;
    Ok(pairs.into_iter().collect())
}
