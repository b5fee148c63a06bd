//! What viewers ask of live TV: reminders, recordings, series rules. Each use case takes an [`Owner`], and only a profile
//! of the account that asks becomes one.

mod bell;
mod follow;
mod matches;
mod memory;
mod quota;
mod recordings;
mod reminders;
mod rules;
mod targets;
mod turns;

use kernel::{AccountId, ProfileId, Refusal};
use schema::events::accounts::{AccountClosed, ProfileChanged};
use sea_orm::{
    ActiveValue::Set,
    EntityTrait, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use std::collections::HashMap;
use uuid::Uuid;

pub use bell::Bell;
pub use quota::Quota;
pub use recordings::{RecordingFilter, Refused};
pub use reminders::NotReminded;
pub use rules::{NewRule, NoRule, RulePatch, RuleSource};

use super::LiveTv;
use crate::{
    Error,
    domain::series::Billing,
    entities::{profile, programme, recording, reminder, rule_match, series_rule},
};

/// A profile of the account that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner {
    account: AccountId,
    profile: ProfileId,
}

impl Owner {
    /// `profile`, if it is one of `account`.
    ///
    /// # Errors
    /// `NOT_FOUND` for any other.
    pub fn try_new(account: AccountId, profile: Option<&profile::Model>) -> Result<Self, Refusal> {
        let own = profile.filter(|profile| profile.account_id == account.0 && !profile.deleted);
        let own = own.ok_or_else(|| Refusal::not_found("profile").with("field", "profileId"))?;
        Ok(Self {
            account,
            profile: ProfileId(own.id),
        })
    }

    fn recordings(self) -> Select<recording::Entity> {
        recording::Entity::owned_by(self.account, self.profile)
    }

    /// Whose a rule is, which was read for its owner.
    pub fn of_rule(rule: &series_rule::Model) -> Self {
        Self {
            account: AccountId(rule.account_id),
            profile: ProfileId(rule.profile_id),
        }
    }

    /// Whose a match is, which was read for its owner.
    pub fn of_match(row: &rule_match::Model) -> Self {
        Self {
            account: AccountId(row.account_id),
            profile: ProfileId(row.profile_id),
        }
    }

    /// Whose a recording is, which was read for its owner.
    pub fn of_recording(row: &recording::Model) -> Self {
        Self {
            account: row.account(),
            profile: row.profile(),
        }
    }

    fn rules(self) -> Select<series_rule::Entity> {
        series_rule::Entity::owned_by(self.account, self.profile)
    }

    fn matches(self) -> Select<rule_match::Entity> {
        rule_match::Entity::owned_by(self.account, self.profile)
    }

    fn reminders(self) -> Select<reminder::Entity> {
        reminder::Entity::owned_by(self.account, self.profile)
    }
}

impl LiveTv {
    /// `profile`, if it is one of `account`.
    ///
    /// # Errors
    /// `NOT_FOUND` for any other.
    pub async fn owner(&self, account: AccountId, profile: ProfileId) -> Result<Owner, Error> {
        let found = profile::Entity::find_by_id(profile.0)
            .one(self.database.reader())
            .await?;
        Ok(Owner::try_new(account, found.as_ref())?)
    }

    /// Profiles by id, of whatever account.
    pub async fn profiles(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, profile::Model>, Error> {
        use sea_orm::{ColumnTrait, QueryFilter};
        let rows = profile::Entity::find()
            .filter(profile::Column::Id.is_in(ids.iter().copied()))
            .limit(ids.len() as u64)
            .all(self.database.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// Takes what accounts says of a profile; what a deleted one asked for is forgotten.
    pub async fn apply_profile(&self, event: ProfileChanged) -> Result<(), Error> {
        use profile::Column::{AccountId, At, Deleted, Id};
        let row = profile::ActiveModel {
            id: Set(event.profile.0),
            account_id: Set(event.account.0),
            deleted: Set(event.deleted),
            at: Set(event.at),
        };
        let newer = OnConflict::column(Id)
            .update_columns([AccountId, Deleted, At])
            .action_and_where(Expr::col((profile::Entity, At)).lte(event.at))
            .to_owned();
        let tx = self.database.begin().await?;
        profile::Entity::insert(row)
            .on_conflict(newer)
            .exec_without_returning(&tx)
            .await?;
        if event.deleted {
            let profile = event.profile;
            // Whoever adds to it now is done first.
            quota::lock(&tx, &[event.account.0]).await?;
            reminder::Entity::forget_profile(profile).exec(&tx).await?;
            recording::Entity::forget_profile(profile).exec(&tx).await?;
            rule_match::Entity::forget_profile(profile).exec(&tx).await?;
            series_rule::Entity::forget_profile(profile).exec(&tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Forgets what the profiles of a closed account asked for.
    pub async fn close_account(&self, event: AccountClosed) -> Result<(), Error> {
        let account = event.account;
        let tx = self.database.begin().await?;
        // Whoever adds to it now is done first.
        quota::lock(&tx, &[account.0]).await?;
        reminder::Entity::forget_account(account).exec(&tx).await?;
        recording::Entity::forget_account(account).exec(&tx).await?;
        rule_match::Entity::forget_account(account).exec(&tx).await?;
        series_rule::Entity::forget_account(account).exec(&tx).await?;
        quota::forget(&tx, account).await?;
        profile::Entity::close(account, event.at).exec(&tx).await?;
        Ok(tx.commit().await?)
    }
}

/// Which episode a programme is.
fn episode_key(programme: &programme::Model) -> Option<String> {
    let billing = Billing {
        title: &programme.title,
        subtitle: programme.subtitle.as_deref(),
        season: programme.season,
        episode: programme.episode,
    };
    programme.episode_key.clone().or_else(|| billing.episode_key())
}
