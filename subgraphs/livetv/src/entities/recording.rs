//! Recordings: the right to replay what the archive keeps of a channel.

use kernel::{AccountId, ChannelId, Instant, ProfileId, ProgrammeId};
use schema::events::livetv::RecordingId;
use sea_orm::{DeleteMany, QueryOrder, QuerySelect, Select, UpdateMany, entity::prelude::*, sea_query::Expr};

use crate::domain::recording::{Padding, Phase};

/// How far a recording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// It has not begun.
    #[sea_orm(string_value = "SCHEDULED")]
    Scheduled,
    /// It runs.
    #[sea_orm(string_value = "RECORDING")]
    Recording,
    /// It is complete.
    #[sea_orm(string_value = "RECORDED")]
    Recorded,
    /// It ended before it was complete.
    #[sea_orm(string_value = "FAILED")]
    Failed,
    /// It will not begin, or was broken off.
    #[sea_orm(string_value = "CANCELLED")]
    Cancelled,
}

impl Status {
    /// Those that count: of the account's quota, and of an episode that needs no second one.
    pub const LIVE: [Self; 3] = [Self::Scheduled, Self::Recording, Self::Recorded];

    /// Whether it counts.
    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }
}

impl From<Phase> for Status {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Ahead => Self::Scheduled,
            Phase::Running => Self::Recording,
            Phase::Over => Self::Recorded,
        }
    }
}

/// Why a recording came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Reason {
    /// The viewer cancelled it.
    #[sea_orm(string_value = "BY_VIEWER")]
    ByViewer,
    /// The guide no longer has its programme.
    #[sea_orm(string_value = "PROGRAMME_REMOVED")]
    ProgrammeRemoved,
    /// The guide moved its programme onto one that the profile records already.
    #[sea_orm(string_value = "DUPLICATE")]
    Duplicate,
}

/// A profile's recording of a programme.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recordings")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose quota it takes.
    pub account_id: Uuid,
    /// Whose it is.
    pub profile_id: Uuid,
    /// What is recorded; unique in the profile.
    pub programme_id: Uuid,
    /// Where.
    pub channel_id: Uuid,
    /// The rule that scheduled it.
    pub rule_id: Option<Uuid>,
    /// The programme's title.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Its subtitle.
    #[sea_orm(column_type = "Text", nullable)]
    pub subtitle: Option<String>,
    /// Its season.
    pub season: Option<i32>,
    /// Its episode.
    pub episode: Option<i32>,
    /// Which episode it is, when the guide says.
    #[sea_orm(column_type = "Text", nullable)]
    pub episode_key: Option<String>,
    /// When the programme begins.
    pub starts_at: Instant,
    /// When it ends.
    pub ends_at: Instant,
    /// Minutes recorded before it.
    pub padding_before_minutes: i32,
    /// Minutes recorded after it.
    pub padding_after_minutes: i32,
    /// First instant that is recorded.
    pub records_from: Instant,
    /// First instant after that.
    pub records_to: Instant,
    /// What it takes of the quota.
    pub seconds: i32,
    /// How far it is.
    pub status: Status,
    /// Why it came to nothing.
    pub reason: Option<Reason>,
    /// It is kept until then.
    pub expires_at: Instant,
    /// When it was scheduled.
    pub created_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its typed id.
    pub fn recording(&self) -> RecordingId {
        RecordingId(self.id)
    }

    /// The typed id of its account.
    pub fn account(&self) -> AccountId {
        AccountId(self.account_id)
    }

    /// The typed id of its profile.
    pub fn profile(&self) -> ProfileId {
        ProfileId(self.profile_id)
    }

    /// The typed id of its programme.
    pub fn programme(&self) -> ProgrammeId {
        ProgrammeId(self.programme_id)
    }

    /// The typed id of its channel.
    pub fn channel(&self) -> ChannelId {
        ChannelId(self.channel_id)
    }

    /// What is recorded beside the programme.
    pub fn padding(&self) -> Padding {
        Padding {
            before_minutes: self.padding_before_minutes,
            after_minutes: self.padding_after_minutes,
        }
    }
}

impl Entity {
    /// Recordings of a profile of `account`.
    pub fn owned_by(account: AccountId, profile: ProfileId) -> Select<Self> {
        Self::of_account(account).filter(Column::ProfileId.eq(profile.0))
    }

    /// Recordings of all profiles of `account`: what its quota counts.
    pub fn of_account(account: AccountId) -> Select<Self> {
        Self::find().filter(Column::AccountId.eq(account.0))
    }

    /// Recordings of `accounts`, for counting.
    pub fn counted(accounts: &[Uuid]) -> Select<Self> {
        Self::find().filter(Column::AccountId.is_in(accounts.iter().copied()))
    }

    /// For the guide: any of anybody's.
    pub fn anybody() -> Select<Self> {
        Self::find().limit(1)
    }

    /// For the guide: those of everybody that follow one of `programmes`, after the last one seen.
    pub fn following(programmes: &[Uuid], after: Option<Uuid>, limit: u64) -> Select<Self> {
        let mut live = Self::find()
            .filter(Column::ProgrammeId.is_in(programmes.iter().copied()))
            .filter(Column::Status.is_in(Status::LIVE));
        if let Some(id) = after {
            live = live.filter(Column::Id.gt(id));
        }
        // Nobody deletes them before they are written again.
        live.order_by_asc(Column::Id).limit(limit).lock_exclusive()
    }

    /// For the clock: those of everybody whose `status` is over because `column` has come.
    pub fn turning(status: Status, column: Column, now: Instant) -> Select<Self> {
        Self::find()
            .filter(Column::Status.eq(status))
            .filter(column.lte(now))
            .order_by_asc(column)
            .lock_exclusive()
    }

    /// For the guide and rules: those of `profiles`.
    pub fn taken_by(profiles: &[Uuid]) -> Select<Self> {
        Self::find().filter(Column::ProfileId.is_in(profiles.iter().copied()))
    }

    /// Gives up the programme of these rows, which the caller holds and writes next: two may change places.
    pub fn vacate(ids: &[Uuid]) -> UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::ProgrammeId, Expr::col(Column::Id))
            .filter(Column::Id.is_in(ids.iter().copied()))
    }

    /// For rules: their complete ones, latest first.
    pub fn complete_of_rules(rules: &[Uuid]) -> Select<Self> {
        Self::find()
            .filter(Column::RuleId.is_in(rules.iter().copied()))
            .filter(Column::Status.eq(Status::Recorded))
            .order_by_desc(Column::StartsAt)
            .order_by_desc(Column::Id)
    }

    /// Makes the recordings of `rule` nobody's, which the caller has read as its owner.
    pub fn detach(rule: Uuid) -> UpdateMany<Self> {
        let detached = Self::update_many().col_expr(Column::RuleId, Expr::value(None::<Uuid>));
        detached.filter(Column::RuleId.eq(rule))
    }

    /// Forgets the recordings of `profile`.
    pub fn forget_profile(profile: ProfileId) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::ProfileId.eq(profile.0))
    }

    /// Forgets the recordings of `account`.
    pub fn forget_account(account: AccountId) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::AccountId.eq(account.0))
    }

    /// Forgets these recordings, which the caller has read as their owner or as the clock.
    pub fn forget(ids: &[Uuid]) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::Id.is_in(ids.iter().copied()))
    }
}
