//! What series rules make of programmes: all of their series when a rule is made or changed, and those that the guide
//! changed. A rule looks under the lock of its account, so no episode and no second of a quota is taken twice.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::TimeDelta;
use database::Tx;
use kernel::Instant;
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query, WindowStatement},
};
use uuid::Uuid;

use super::{
    LiveTv, Owner, Quota, episode_key,
    memory::{Showing, remember, wants},
    quota, recordings,
    targets::Targets,
};
use crate::{
    Error,
    domain::{
        rule::{Asking, Memory, Verdict, title_key},
        schedule::LONGEST,
    },
    entities::{
        programme, recording,
        rule_match::{self, Outcome},
        series_rule,
    },
    service::ROWS_AT_ONCE,
};

/// Rules of one transaction.
const RULES: u64 = 200;
/// Programmes that a rule looks at: a fortnight of a channel.
const PROGRAMMES: u64 = 2_000;
/// Programmes of one transaction: they are keys of statements.
const PROGRAMMES_AT_ONCE: usize = 500;
/// Matches to come that a rule shows.
const MOST_SHOWN: u64 = 50;

impl LiveTv {
    /// Looks at what the guide changed, for every rule that may want it.
    pub(super) async fn match_changed(&self, programmes: &[Uuid]) -> Result<(), Error> {
        let now = self.clock.now();
        let mut present: Vec<programme::Model> = self.programmes(programmes).await?.into_values().collect();
        present.retain(|programme| programme.ends_at > now);
        let by_title = present.iter().map(|programme| title_key(&programme.title));
        let keys: BTreeSet<String> = present
            .iter()
            .filter_map(|programme| programme.series_key.clone())
            .chain(by_title)
            .collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let ids: Vec<Uuid> = present.iter().map(|programme| programme.id).collect();
        let mut after = None;
        loop {
            let rules = series_rule::Entity::wanting(&keys, after, RULES)
                .all(self.database.reader())
                .await?;
            let Some(last) = rules.last() else { return Ok(()) };
            after = Some(last.id);
            let is_last = (rules.len() as u64) < RULES;
            self.match_showings(&rules, &ids).await?;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Looks at all programmes of the series of rules that have not done so.
    pub(super) async fn match_unmatched(&self) -> Result<(), Error> {
        loop {
            let rules = series_rule::Entity::unmatched(RULES)
                .all(self.database.reader())
                .await?;
            for rule in &rules {
                self.match_rule(rule.id).await?;
            }
            if (rules.len() as u64) < RULES {
                return Ok(());
            }
        }
    }

    /// Looks at all programmes of a rule's series.
    pub(super) async fn match_rule(&self, id: Uuid) -> Result<(), Error> {
        let Some(rule) = series_rule::Entity::one_of(&[id]).one(self.database.reader()).await? else {
            return Ok(());
        };
        if !rule.paused {
            let ids = self.programmes_of_rule(&rule).await?;
            for chunk in ids.chunks(PROGRAMMES_AT_ONCE) {
                self.match_showings(std::slice::from_ref(&rule), chunk).await?;
            }
        }
        let tx = self.database.begin().await?;
        series_rule::Entity::note_matched(id, tx.now()).exec(&tx).await?;
        Ok(tx.commit().await?)
    }

    async fn programmes_of_rule(&self, rule: &series_rule::Model) -> Result<Vec<Uuid>, Error> {
        use programme::Column;
        let now = self.clock.now();
        let select = match rule.channel_id {
            Some(channel) => programme::Entity::find().filter(Column::ChannelId.eq(channel)),
            None => programme::Entity::find().filter(Column::SeriesKey.eq(&rule.series_key)),
        };
        let rows = select
            .filter(Column::StartsAt.gt(now - LONGEST))
            .filter(Column::EndsAt.gt(now))
            .order_by_asc(Column::StartsAt)
            .limit(PROGRAMMES)
            .all(self.database.reader())
            .await?;
        let wanted = rows.iter().filter(|row| wants(rule, row));
        Ok(wanted.map(|row| row.id).collect())
    }

    /// Shows rules programmes, in one transaction: each is recorded, or passed over with a reason.
    async fn match_showings(&self, rules: &[series_rule::Model], programmes: &[Uuid]) -> Result<(), Error> {
        let tx = self.database.begin().await?;
        // No import may move them meanwhile: their recordings would not follow.
        let programmes = programme::Entity::find()
            .filter(programme::Column::Id.is_in(programmes.iter().copied()))
            .order_by_asc(programme::Column::StartsAt)
            .order_by_asc(programme::Column::Id)
            .limit(programmes.len() as u64)
            .lock_shared()
            .all(&tx)
            .await?;
        let accounts: Vec<Uuid> = rules.iter().map(|rule| rule.account_id).collect();
        quota::lock(&tx, &accounts).await?;
        // One may be deleted or paused since.
        let ids: Vec<Uuid> = rules.iter().map(|rule| rule.id).collect();
        let rules = series_rule::Entity::one_of(&ids)
            .filter(series_rule::Column::Paused.eq(false))
            .order_by_asc(series_rule::Column::Id)
            .limit(RULES)
            .all(&tx)
            .await?;
        let showings: Vec<Showing<'_>> = programmes
            .iter()
            .map(|row| Showing {
                row,
                episode_key: episode_key(row),
            })
            .collect();
        let (mut memory, seen) = remember(&tx, &rules, &showings).await?;
        let mut quotas = self.count_quotas(&tx, &accounts).await?;
        let (mut recorded, mut matches) = (Vec::new(), Vec::new());
        for rule in &rules {
            let Some(quota) = quotas.get_mut(&rule.account_id) else {
                continue;
            };
            for showing in showings.iter().filter(|showing| wants(rule, showing.row)) {
                let known = seen.get(&(rule.id, showing.row.id));
                if let Some((Outcome::Scheduled, recording)) = known {
                    // Done; it may have moved.
                    matches.push(to_match(rule, showing, Outcome::Scheduled, *recording));
                    continue;
                }
                match self.judge(&tx, rule, showing, &mut memory, quota) {
                    Ok(row) => {
                        matches.push(to_match(rule, showing, Outcome::Scheduled, Some(row.id)));
                        recorded.push(row);
                    }
                    Err(outcome) => matches.push(to_match(rule, showing, outcome, None)),
                }
            }
        }
        recordings::write(&tx, &recorded).await?;
        write(&tx, matches).await?;
        Ok(tx.commit().await?)
    }

    /// The recording that a rule makes of a showing, or why it makes none.
    fn judge(
        &self,
        tx: &Tx,
        rule: &series_rule::Model,
        showing: &Showing<'_>,
        memory: &mut Memory,
        quota: &mut Quota,
    ) -> Result<recording::Model, Outcome> {
        let asking = Asking {
            rule: rule.id,
            profile: rule.profile_id,
            new_only: rule.new_only,
        };
        let seen = showing.seen(rule);
        match memory.judge(asking, &seen, quota.has_room(seen.seconds)) {
            Verdict::Record => {}
            Verdict::Repeat => return Err(Outcome::Repeat),
            Verdict::SameEpisode => return Err(Outcome::SameEpisode),
            Verdict::AlreadyScheduled => return Err(Outcome::AlreadyScheduled),
            Verdict::OverQuota => return Err(Outcome::OverQuota),
        }
        quota.take(seen.seconds);
        let owner = Owner::of_rule(rule);
        let mut row = self.draft_recording(tx.next_id(), owner, showing.row, rule.padding(), tx.now());
        row.rule_id = Some(rule.id);
        Ok(row)
    }

    /// What a profile's rules made of programmes that are not over, next first, at most 50 of each.
    pub async fn matches_of(
        &self,
        owner: Owner,
        rules: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<rule_match::Model>>, Error> {
        use rule_match::Column;
        let place = Alias::new("place");
        let window = WindowStatement::partition_by(Column::RuleId)
            .order_by(Column::StartsAt, Order::Asc)
            .order_by(Column::ProgrammeId, Order::Asc)
            .to_owned();
        let mut ranked = Query::select();
        ranked
            .columns([Column::RuleId, Column::ProgrammeId])
            .expr_window_as(Expr::cust("ROW_NUMBER()"), window, place.clone())
            .from(rule_match::Entity)
            .and_where(Column::RuleId.is_in(rules.iter().copied()))
            .and_where(Column::StartsAt.gt(self.clock.now() - TimeDelta::hours(1)));
        let mut first = Query::select();
        first
            .columns([Column::RuleId, Column::ProgrammeId])
            .from_subquery(ranked, "ranked")
            .and_where(Expr::col(place).lte(MOST_SHOWN));
        let keys = Expr::tuple([Expr::col(Column::RuleId), Expr::col(Column::ProgrammeId)]);
        let rows = owner
            .matches()
            .filter(keys.in_subquery(first))
            .order_by_asc(Column::StartsAt)
            .order_by_asc(Column::ProgrammeId)
            .limit(MOST_SHOWN * rules.len() as u64)
            .all(self.database.reader())
            .await?;
        let mut found: HashMap<Uuid, Vec<rule_match::Model>> = HashMap::new();
        for row in rows {
            found.entry(row.rule_id).or_default().push(row);
        }
        Ok(found)
    }
}

fn to_match(
    rule: &series_rule::Model,
    showing: &Showing<'_>,
    outcome: Outcome,
    recording_id: Option<Uuid>,
) -> rule_match::Model {
    rule_match::Model {
        rule_id: rule.id,
        programme_id: showing.row.id,
        account_id: rule.account_id,
        profile_id: rule.profile_id,
        channel_id: showing.row.channel_id,
        title: showing.row.title.clone(),
        episode_key: showing.episode_key.clone(),
        starts_at: showing.row.starts_at,
        outcome,
        recording_id,
    }
}

async fn write(tx: &Tx, matches: Vec<rule_match::Model>) -> Result<(), DbErr> {
    use rule_match::Column;
    let overwrite = OnConflict::columns([Column::RuleId, Column::ProgrammeId])
        .update_columns([
            Column::ChannelId,
            Column::Title,
            Column::EpisodeKey,
            Column::StartsAt,
            Column::Outcome,
            Column::RecordingId,
        ])
        .to_owned();
    let mut rows = matches.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(ROWS_AT_ONCE).collect();
        rule_match::Entity::insert_many(chunk)
            .on_conflict(overwrite.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Recordings of rules whose programme shows something else now, which the rule does not want.
pub(super) async fn unwanted(tx: &Tx, rows: &[recording::Model], targets: &Targets) -> Result<HashSet<Uuid>, DbErr> {
    let replaced = rows.iter().filter(|row| targets.replaced.contains(&row.programme_id));
    let replaced: Vec<&recording::Model> = replaced.filter(|row| row.rule_id.is_some()).collect();
    if replaced.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: HashSet<Uuid> = replaced.iter().filter_map(|row| row.rule_id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rules = series_rule::Entity::one_of(&ids)
        .limit(ids.len() as u64)
        .all(tx)
        .await?;
    let rules: HashMap<Uuid, series_rule::Model> = rules.into_iter().map(|rule| (rule.id, rule)).collect();
    let is_unwanted = |row: &&recording::Model| {
        let rule = row.rule_id.and_then(|rule| rules.get(&rule));
        let programme = targets.present.get(&row.programme_id);
        rule.zip(programme)
            .is_some_and(|(rule, programme)| !wants(rule, programme))
    };
    Ok(replaced.into_iter().filter(is_unwanted).map(|row| row.id).collect())
}

/// Rules whose recordings the guide took away look again: another showing of the episode may do.
pub(super) async fn give_back(tx: &Tx, lost: &[recording::Model], now: Instant) -> Result<(), DbErr> {
    let recordings: Vec<Uuid> = lost.iter().map(|row| row.id).collect();
    let rules: HashSet<Uuid> = lost
        .iter()
        .filter(|row| row.records_to > now)
        .filter_map(|row| row.rule_id)
        .collect();
    let rules: Vec<Uuid> = rules.into_iter().collect();
    if rules.is_empty() {
        return Ok(());
    }
    rule_match::Entity::forget_recordings(&rules, &recordings)
        .exec(tx)
        .await?;
    series_rule::Entity::note_unmatched(&rules).exec(tx).await?;
    Ok(())
}
