//! What series rules made of the programmes they saw.

use kernel::{AccountId, Instant, ProfileId};
use sea_orm::{DeleteMany, QuerySelect, QueryTrait, Select, entity::prelude::*, sea_query::SelectStatement};

/// What a rule made of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Outcome {
    /// It is recorded.
    #[sea_orm(string_value = "SCHEDULED")]
    Scheduled,
    /// It is a repeat.
    #[sea_orm(string_value = "REPEAT")]
    Repeat,
    /// The episode is recorded, or was.
    #[sea_orm(string_value = "SAME_EPISODE")]
    SameEpisode,
    /// The profile has a recording of this programme already, or cancelled it.
    #[sea_orm(string_value = "ALREADY_SCHEDULED")]
    AlreadyScheduled,
    /// The account's quota is used up.
    #[sea_orm(string_value = "OVER_QUOTA")]
    OverQuota,
}

/// What a rule made of one programme.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule_matches")]
pub struct Model {
    /// The rule.
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule_id: Uuid,
    /// The programme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub programme_id: Uuid,
    /// The rule's account.
    pub account_id: Uuid,
    /// The rule's profile.
    pub profile_id: Uuid,
    /// The programme's channel.
    pub channel_id: Uuid,
    /// The programme's title.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Which episode it is, when the guide says.
    #[sea_orm(column_type = "Text", nullable)]
    pub episode_key: Option<String>,
    /// When the programme begins.
    pub starts_at: Instant,
    /// What the rule made of it.
    pub outcome: Outcome,
    /// The recording; it may be deleted since.
    pub recording_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What rules of a profile of `account` saw.
    pub fn owned_by(account: AccountId, profile: ProfileId) -> Select<Self> {
        Self::find()
            .filter(Column::AccountId.eq(account.0))
            .filter(Column::ProfileId.eq(profile.0))
    }

    /// For matching: what these `rules` saw.
    pub fn of_rules(rules: &[Uuid]) -> Select<Self> {
        Self::find().filter(Column::RuleId.is_in(rules.iter().copied()))
    }

    /// Rules of `account` that passed over programmes to come for want of room.
    pub fn wanting_room(account: AccountId, now: Instant) -> SelectStatement {
        let wanting = Self::find().select_only().column(Column::RuleId);
        wanting
            .filter(Column::AccountId.eq(account.0))
            .filter(Column::Outcome.eq(Outcome::OverQuota))
            .filter(Column::StartsAt.gt(now))
            .into_query()
    }

    /// Forgets that `rules` made these recordings.
    pub fn forget_recordings(rules: &[Uuid], recordings: &[Uuid]) -> DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::RuleId.is_in(rules.iter().copied()))
            .filter(Column::RecordingId.is_in(recordings.iter().copied()))
    }

    /// Forgets what `rule` saw.
    pub fn forget_rule(rule: Uuid) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::RuleId.eq(rule))
    }

    /// Forgets what rules of `profile` saw.
    pub fn forget_profile(profile: ProfileId) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::ProfileId.eq(profile.0))
    }

    /// Forgets what rules of `account` saw.
    pub fn forget_account(account: AccountId) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::AccountId.eq(account.0))
    }

    /// Forgets programmes that rules passed over and that began before; recorded ones stay, so that an episode is
    /// recorded once.
    pub fn forget_before(before: Instant) -> DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::Outcome.is_in([
                Outcome::Repeat,
                Outcome::SameEpisode,
                Outcome::AlreadyScheduled,
                Outcome::OverQuota,
            ]))
            .filter(Column::StartsAt.lt(before))
    }
}
