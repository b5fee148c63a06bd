//! Series rules: made, changed, deleted, listed.

use std::collections::HashMap;

use database::Tx;
use kernel::{ChannelId, Page, PageRequest, ProgrammeId, Refusal};
use schema::events::livetv::SeriesRuleId;
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{LiveTv, Owner, quota, recordings};
use crate::{
    Error,
    domain::{recording::Padding, rule::title_key},
    entities::{
        channel, programme,
        recording::{self, Reason, Status},
        rule_match,
        series_rule::{self, Column},
    },
    service::Edit,
};

/// Most complete recordings that a rule may be told to keep.
const MAX_KEEP: i32 = 1_000;
/// Longest title.
const MAX_TITLE: usize = 200;
/// Most recordings of one rule that are cancelled at once.
const MOST_SCHEDULED: u64 = 5_000;

/// What a rule is made from.
#[derive(Debug, Clone)]
pub enum RuleSource {
    /// The series of a programme.
    Programme(ProgrammeId),
    /// What a channel shows under a title.
    Title {
        /// The channel.
        channel: ChannelId,
        /// The title.
        title: String,
    },
}

/// A rule that is asked for.
#[derive(Debug, Clone)]
pub struct NewRule {
    /// The series.
    pub source: RuleSource,
    /// On any channel; only where the guide knows the series.
    pub any_channel: bool,
    /// Only new episodes, each once.
    pub new_only: bool,
    /// Most complete recordings it keeps.
    pub keep: Option<i32>,
    /// What is recorded beside each programme.
    pub padding: Padding,
}

/// Changes of a rule; what is absent stays.
#[derive(Debug, Clone)]
pub struct RulePatch {
    /// Only new episodes, each once.
    pub new_only: Option<bool>,
    /// Most complete recordings it keeps.
    pub keep: Edit<i32>,
    /// Minutes recorded before a programme.
    pub before_minutes: Option<i32>,
    /// Minutes recorded after it.
    pub after_minutes: Option<i32>,
    /// It matches nothing for now.
    pub paused: Option<bool>,
}

/// A rule that was asked for.
#[derive(Debug, Clone)]
pub struct Ruled {
    /// The rule.
    pub rule: series_rule::Model,
    /// It was there before.
    pub was_there: bool,
}

/// Why a rule is not made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRule {
    /// There is no such programme, channel or rule.
    #[error("this does not exist")]
    NotFound,
    /// The profile has as many as it may.
    #[error("a profile has at most {0} series rules")]
    RuleLimit(u32),
}

impl LiveTv {
    /// Makes a rule and looks at all programmes of its series. A second time answers the first rule.
    pub async fn create_series_rule(&self, owner: Owner, new: NewRule) -> Result<Result<Ruled, NoRule>, Error> {
        let keep = new.keep.map(check_keep).transpose()?;
        let tx = self.database.begin().await?;
        let Some((series_key, title, channel_id)) = find_series(&tx, &new).await? else {
            return Ok(Err(NoRule::NotFound));
        };
        quota::lock(&tx, &[owner.account.0]).await?;
        let on_channel = match channel_id {
            Some(channel) => Column::ChannelId.eq(channel),
            None => Column::ChannelId.is_null(),
        };
        let known = owner
            .rules()
            .filter(Column::SeriesKey.eq(&series_key))
            .filter(on_channel);
        if let Some(rule) = known.one(&tx).await? {
            return Ok(Ok(Ruled { rule, was_there: true }));
        }
        let most = self.settings.series_rules_per_profile;
        if owner.rules().count(&tx).await? >= u64::from(most) {
            return Ok(Err(NoRule::RuleLimit(most)));
        }
        let rule = series_rule::Model {
            id: tx.next_id(),
            account_id: owner.account.0,
            profile_id: owner.profile.0,
            channel_id,
            series_key,
            title,
            new_only: new.new_only,
            keep,
            padding_before_minutes: new.padding.before_minutes,
            padding_after_minutes: new.padding.after_minutes,
            paused: false,
            matched_at: None,
            created_at: tx.now(),
        };
        series_rule::Entity::insert(rule.clone().into_active_model())
            .exec_without_returning(&tx)
            .await?;
        // Committed before it looks: what an import adds meanwhile is seen by the one or by the other.
        tx.commit().await?;
        tracing::info!(series_rule.id = %rule.id, "series rule made");
        self.match_rule(rule.id).await?;
        Ok(Ok(Ruled { rule, was_there: false }))
    }

    /// Changes a rule and looks at all programmes of its series again. What it has scheduled stays as it is.
    pub async fn update_series_rule(
        &self,
        owner: Owner,
        id: SeriesRuleId,
        patch: RulePatch,
    ) -> Result<Result<series_rule::Model, NoRule>, Error> {
        let tx = self.database.begin().await?;
        quota::lock(&tx, &[owner.account.0]).await?;
        let found = owner.rules().filter(Column::Id.eq(id.0)).one(&tx).await?;
        let Some(mut rule) = found else {
            return Ok(Err(NoRule::NotFound));
        };
        let padding = Padding::try_new(
            patch.before_minutes.unwrap_or(rule.padding_before_minutes),
            patch.after_minutes.unwrap_or(rule.padding_after_minutes),
        )?;
        rule.new_only = patch.new_only.unwrap_or(rule.new_only);
        rule.paused = patch.paused.unwrap_or(rule.paused);
        rule.padding_before_minutes = padding.before_minutes;
        rule.padding_after_minutes = padding.after_minutes;
        match patch.keep {
            Edit::Keep => {}
            Edit::Clear => rule.keep = None,
            Edit::Set(keep) => rule.keep = Some(check_keep(keep)?),
        }
        rule.matched_at = None;
        let overwrite = OnConflict::column(Column::Id)
            .update_columns([
                Column::NewOnly,
                Column::Paused,
                Column::PaddingBeforeMinutes,
                Column::PaddingAfterMinutes,
                Column::Keep,
                Column::MatchedAt,
            ])
            .to_owned();
        series_rule::Entity::insert(rule.clone().into_active_model())
            .on_conflict(overwrite)
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
        self.match_rule(rule.id).await?;
        Ok(Ok(rule))
    }

    /// Deletes a rule; what it has scheduled is cancelled or stays, what it has recorded stays.
    pub async fn delete_series_rule(
        &self,
        owner: Owner,
        id: SeriesRuleId,
        cancels: bool,
    ) -> Result<Result<SeriesRuleId, NoRule>, Error> {
        let tx = self.database.begin().await?;
        // Whoever matches it is done, or finds it gone.
        quota::lock(&tx, &[owner.account.0]).await?;
        let found = owner.rules().filter(Column::Id.eq(id.0)).one(&tx).await?;
        let Some(rule) = found else {
            return Ok(Err(NoRule::NotFound));
        };
        series_rule::Entity::forget(rule.id).exec(&tx).await?;
        rule_match::Entity::forget_rule(rule.id).exec(&tx).await?;
        if cancels {
            let mut rows = owner
                .recordings()
                .filter(recording::Column::RuleId.eq(rule.id))
                .filter(recording::Column::Status.eq(Status::Scheduled))
                .limit(MOST_SCHEDULED)
                .lock_exclusive()
                .all(&tx)
                .await?;
            for row in &mut rows {
                row.status = Status::Cancelled;
                row.reason = Some(Reason::ByViewer);
                row.changed_at = tx.now();
            }
            recordings::write(&tx, &rows).await?;
        }
        recording::Entity::detach(rule.id).exec(&tx).await?;
        tx.commit().await?;
        Ok(Ok(id))
    }

    /// A page of a profile's rules, oldest first.
    pub async fn list_series_rules(
        &self,
        owner: Owner,
        request: &PageRequest,
    ) -> Result<Page<series_rule::Model>, Error> {
        database::page(
            self.database.reader(),
            owner.rules(),
            &[(Column::Id, Order::Asc)],
            request,
            |row| row.id,
            |id: Uuid| vec![id.into()],
        )
        .await
    }

    /// How many rules a profile has.
    pub async fn count_series_rules(&self, owner: Owner) -> Result<u64, Error> {
        Ok(owner.rules().count(self.database.reader()).await?)
    }

    /// A profile's rules by id.
    pub async fn rules_of(&self, owner: Owner, ids: &[Uuid]) -> Result<HashMap<Uuid, series_rule::Model>, Error> {
        let rows = owner
            .rules()
            .filter(Column::Id.is_in(ids.iter().copied()))
            .limit(ids.len() as u64)
            .all(self.database.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The series that a rule is to record: its key, its title, and the channel when it is only that one.
async fn find_series(tx: &Tx, new: &NewRule) -> Result<Option<(String, String, Option<Uuid>)>, Error> {
    match &new.source {
        RuleSource::Programme(id) => {
            let found = programme::Entity::find_by_id(id.0).one(tx).await?;
            Ok(found.map(|programme| {
                let (title, channel) = (programme.title, programme.channel_id);
                match programme.series_key {
                    Some(key) if new.any_channel => (key, title, None),
                    Some(key) => (key, title, Some(channel)),
                    // The guide knows no series: what the channel shows under the title.
                    None => (title_key(&title), title, Some(channel)),
                }
            }))
        }
        RuleSource::Title { channel, title } => {
            let title = title.trim();
            if title.is_empty() {
                return Err(Refusal::bad_input("input.title", "input.title is empty").into());
            }
            if title.len() > MAX_TITLE {
                let limit = Refusal::limit("title bytes", MAX_TITLE as u64, title.len() as u64);
                return Err(limit.with("field", "input.title").into());
            }
            let found = channel::Entity::living()
                .filter(channel::Column::Id.eq(channel.0))
                .one(tx)
                .await?;
            Ok(found.map(|channel| (title_key(title), title.to_owned(), Some(channel.id))))
        }
    }
}

fn check_keep(keep: i32) -> Result<i32, Refusal> {
    if keep < 1 {
        return Err(Refusal::bad_input(
            "input.keep",
            format!("input.keep is at least 1, not {keep}"),
        ));
    }
    if keep > MAX_KEEP {
        let limit = Refusal::limit("keep", MAX_KEEP.unsigned_abs().into(), keep.unsigned_abs().into());
        return Err(limit.with("field", "input.keep"));
    }
    Ok(keep)
}
