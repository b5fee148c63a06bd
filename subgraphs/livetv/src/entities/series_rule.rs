//! Rules that record a series.

use kernel::{AccountId, Instant, ProfileId};
use sea_orm::{DeleteMany, QueryOrder, QuerySelect, Select, UpdateMany, entity::prelude::*, sea_query::Expr};

use super::rule_match;
use crate::domain::recording::Padding;

/// A profile wants the programmes of a series recorded.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "series_rules")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose quota its recordings take.
    pub account_id: Uuid,
    /// Whose it is.
    pub profile_id: Uuid,
    /// Only this channel; any when absent.
    pub channel_id: Option<Uuid>,
    /// Which series.
    #[sea_orm(column_type = "Text")]
    pub series_key: String,
    /// The series' title, for people.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Only new episodes, each once.
    pub new_only: bool,
    /// Most complete recordings it keeps; all when absent.
    pub keep: Option<i32>,
    /// Minutes recorded before a programme.
    pub padding_before_minutes: i32,
    /// Minutes recorded after it.
    pub padding_after_minutes: i32,
    /// It matches nothing for now.
    pub paused: bool,
    /// When all programmes of the series were last looked at; they are to be looked at when absent.
    pub matched_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What is recorded beside a programme.
    pub fn padding(&self) -> Padding {
        Padding {
            before_minutes: self.padding_before_minutes,
            after_minutes: self.padding_after_minutes,
        }
    }
}

impl Entity {
    /// Rules of a profile of `account`.
    pub fn owned_by(account: AccountId, profile: ProfileId) -> Select<Self> {
        Self::find()
            .filter(Column::AccountId.eq(account.0))
            .filter(Column::ProfileId.eq(profile.0))
    }

    /// For the guide: those of everybody that want one of `series`, after the last one seen.
    pub fn wanting(series: &[String], after: Option<Uuid>, limit: u64) -> Select<Self> {
        let mut wanting = Self::find()
            .filter(Column::SeriesKey.is_in(series.iter().cloned()))
            .filter(Column::Paused.eq(false));
        if let Some(id) = after {
            wanting = wanting.filter(Column::Id.gt(id));
        }
        wanting.order_by_asc(Column::Id).limit(limit)
    }

    /// Those of everybody that have not looked at all of their series yet.
    pub fn unmatched(limit: u64) -> Select<Self> {
        Self::find()
            .filter(Column::MatchedAt.is_null())
            .order_by_asc(Column::Id)
            .limit(limit)
    }

    /// For matching: these, which the caller knows by their series or as their owner.
    pub fn one_of(ids: &[Uuid]) -> Select<Self> {
        Self::find().filter(Column::Id.is_in(ids.iter().copied()))
    }

    /// Any of anybody's.
    pub fn anybody() -> Select<Self> {
        Self::find().limit(1)
    }

    /// Notes that `rule` has looked at all of its series.
    pub fn note_matched(rule: Uuid, at: Instant) -> UpdateMany<Self> {
        let noted = Self::update_many().col_expr(Column::MatchedAt, Expr::value(at));
        noted.filter(Column::Id.eq(rule))
    }

    /// Notes that `rules` are to look at all of their series again.
    pub fn note_unmatched(rules: &[Uuid]) -> UpdateMany<Self> {
        let noted = Self::update_many().col_expr(Column::MatchedAt, Expr::value(None::<Instant>));
        noted.filter(Column::Id.is_in(rules.iter().copied()))
    }

    /// Notes that rules of `account` are to look again which passed over programmes for want of room.
    pub fn note_room(account: AccountId, now: Instant) -> UpdateMany<Self> {
        let noted = Self::update_many().col_expr(Column::MatchedAt, Expr::value(None::<Instant>));
        noted
            .filter(Column::AccountId.eq(account.0))
            .filter(Column::Id.in_subquery(rule_match::Entity::wanting_room(account, now)))
    }

    /// Forgets `rule`, which the caller has read as its owner.
    pub fn forget(rule: Uuid) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::Id.eq(rule))
    }

    /// Forgets the rules of `profile`.
    pub fn forget_profile(profile: ProfileId) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::ProfileId.eq(profile.0))
    }

    /// Forgets the rules of `account`.
    pub fn forget_account(account: AccountId) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::AccountId.eq(account.0))
    }
}
