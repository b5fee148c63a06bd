//! Reminders of programmes.

use kernel::{AccountId, Instant, ProfileId};
use sea_orm::{
    Condition, DeleteMany, QueryOrder, QuerySelect, Select, UpdateMany, entity::prelude::*, sea_query::Expr,
};

/// A profile wants to be told before a programme begins.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminders")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The profile's account.
    pub account_id: Uuid,
    /// Who is told.
    pub profile_id: Uuid,
    /// Of what; unique in the profile.
    pub programme_id: Uuid,
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
    /// Minutes before that.
    pub minutes_before: i32,
    /// When the profile is told.
    pub due_at: Instant,
    /// The programme is gone from the guide.
    pub dropped: bool,
    /// When it was set.
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Reminders of a profile of `account`.
    pub fn owned_by(account: AccountId, profile: ProfileId) -> Select<Self> {
        Self::find()
            .filter(Column::AccountId.eq(account.0))
            .filter(Column::ProfileId.eq(profile.0))
    }

    /// For the clock: those of everybody that are due in `(since, now]`, after the last one seen, in their order.
    pub fn due(since: Instant, now: Instant, after: Option<(Instant, Uuid)>) -> Select<Self> {
        let mut due = Self::find()
            .filter(Column::DueAt.gt(since))
            .filter(Column::DueAt.lte(now));
        if let Some((at, id)) = after {
            let later = Condition::all().add(Column::DueAt.eq(at)).add(Column::Id.gt(id));
            due = due.filter(Condition::any().add(Column::DueAt.gt(at)).add(later));
        }
        due.order_by_asc(Column::DueAt).order_by_asc(Column::Id)
    }

    /// For the guide: any of anybody's.
    pub fn anybody() -> Select<Self> {
        Self::find().limit(1)
    }

    /// For the guide: those of `profiles`.
    pub fn kept_by(profiles: &[Uuid]) -> Select<Self> {
        Self::find().filter(Column::ProfileId.is_in(profiles.iter().copied()))
    }

    /// For the guide: those of everybody that wait for one of `programmes`, after the last one seen.
    pub fn following(programmes: &[Uuid], after: Option<Uuid>, limit: u64) -> Select<Self> {
        let mut waiting = Self::find()
            .filter(Column::ProgrammeId.is_in(programmes.iter().copied()))
            .filter(Column::Dropped.eq(false));
        if let Some(id) = after {
            waiting = waiting.filter(Column::Id.gt(id));
        }
        // Nobody deletes them before they are written again.
        waiting.order_by_asc(Column::Id).limit(limit).lock_exclusive()
    }

    /// Gives up the programme of these rows, which the caller holds and writes next: two may change places.
    pub fn vacate(ids: &[Uuid]) -> UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::ProgrammeId, Expr::col(Column::Id))
            .filter(Column::Id.is_in(ids.iter().copied()))
    }

    /// Forgets the reminders of `profile`.
    pub fn forget_profile(profile: ProfileId) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::ProfileId.eq(profile.0))
    }

    /// Forgets the reminders of `account`.
    pub fn forget_account(account: AccountId) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::AccountId.eq(account.0))
    }

    /// Forgets reminders of programmes that began before.
    pub fn forget_before(before: Instant) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::StartsAt.lt(before))
    }
}
