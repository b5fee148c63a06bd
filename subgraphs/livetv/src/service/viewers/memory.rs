//! What rules and profiles recorded before, and programmes as rules see them.

use std::collections::{HashMap, HashSet};

use database::Tx;
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{
    domain::{
        recording::Span,
        rule::{Memory, Seen, Wish},
    },
    entities::{
        programme,
        recording::{self, Status},
        rule_match::{self, Outcome},
        series_rule,
    },
};

/// More rows than rules of one transaction can have seen.
const MOST_SEEN: u64 = 200_000;

/// What rules made of programmes before: `(rule, programme)`.
pub(super) type Matched = HashMap<(Uuid, Uuid), (Outcome, Option<Uuid>)>;

/// A programme with its keys.
pub(super) struct Showing<'a> {
    /// The programme.
    pub row: &'a programme::Model,
    /// Which episode it is, when anybody can tell.
    pub episode_key: Option<String>,
}

impl Showing<'_> {
    /// What `rule` sees.
    pub fn seen(&self, rule: &series_rule::Model) -> Seen<'_> {
        let span = Span::of(self.row.starts_at, self.row.ends_at, rule.padding());
        Seen {
            programme: self.row.id,
            channel: self.row.channel_id,
            series_key: self.row.series_key.as_deref(),
            title: &self.row.title,
            episode_key: self.episode_key.as_deref(),
            is_repeat: self.row.is_repeat,
            seconds: span.seconds(),
        }
    }
}

/// Whether a rule wants a programme.
pub(super) fn wants(rule: &series_rule::Model, programme: &programme::Model) -> bool {
    let wish = Wish {
        series_key: &rule.series_key,
        channel: rule.channel_id,
    };
    wish.wants(&Seen {
        programme: programme.id,
        channel: programme.channel_id,
        series_key: programme.series_key.as_deref(),
        title: &programme.title,
        episode_key: None,
        is_repeat: programme.is_repeat,
        seconds: 0,
    })
}

/// What rules and their profiles recorded of these showings, and what the rules made of them before.
pub(super) async fn remember(
    tx: &Tx,
    rules: &[series_rule::Model],
    showings: &[Showing<'_>],
) -> Result<(Memory, Matched), DbErr> {
    let (mut memory, mut seen) = (Memory::default(), HashMap::new());
    if rules.is_empty() || showings.is_empty() {
        return Ok((memory, seen));
    }
    let ids: Vec<Uuid> = showings.iter().map(|showing| showing.row.id).collect();
    let keys: HashSet<&String> = showings
        .iter()
        .filter_map(|showing| showing.episode_key.as_ref())
        .collect();
    let keys: Vec<String> = keys.into_iter().cloned().collect();
    let rule_ids: Vec<Uuid> = rules.iter().map(|rule| rule.id).collect();
    let of_showings = Condition::any()
        .add(rule_match::Column::ProgrammeId.is_in(ids.iter().copied()))
        .add(rule_match::Column::EpisodeKey.is_in(keys.iter().cloned()));
    let matches = rule_match::Entity::of_rules(&rule_ids)
        .filter(of_showings)
        .limit(MOST_SEEN)
        .all(tx)
        .await?;
    for row in matches {
        if row.outcome == Outcome::Scheduled
            && let Some(key) = row.episode_key
        {
            memory.done.insert((row.rule_id, key));
        }
        seen.insert((row.rule_id, row.programme_id), (row.outcome, row.recording_id));
    }
    let profiles: HashSet<Uuid> = rules.iter().map(|rule| rule.profile_id).collect();
    let profiles: Vec<Uuid> = profiles.into_iter().collect();
    let of_showings = Condition::any()
        .add(recording::Column::ProgrammeId.is_in(ids))
        .add(recording::Column::EpisodeKey.is_in(keys));
    let rows: Vec<(Uuid, Uuid, Option<String>, Status)> = recording::Entity::taken_by(&profiles)
        .select_only()
        .column(recording::Column::ProfileId)
        .column(recording::Column::ProgrammeId)
        .column(recording::Column::EpisodeKey)
        .column(recording::Column::Status)
        .filter(of_showings)
        .limit(MOST_SEEN)
        .into_tuple()
        .all(tx)
        .await?;
    for (profile, programme, key, status) in rows {
        memory.programmes.insert((profile, programme));
        if let Some(key) = key.filter(|_| status.is_live()) {
            memory.episodes.insert((profile, key));
        }
    }
    Ok((memory, seen))
}
