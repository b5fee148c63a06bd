//! What other services told: titles, channels, profiles, offers, resume points. The newest version wins, so every
//! write is idempotent and events may come in any order.

use database::Tx;
use kernel::{AccountId, Instant};
use schema::events::{
    accounts::{HistoryUpdated, ProfileChanged},
    billing::{OfferChanged, OfferKind},
    catalogue::{TitleFacts, TitleWithdrawn},
    livetv::ChannelChanged,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use super::Rights;
use crate::{
    Error,
    entities::{
        Asset, Sources, Words, channel, entitlement, offer, playback_report, playback_session, position, profile,
        stream_slot, title,
    },
};

impl Rights {
    /// Takes what the catalogue says of a title.
    pub async fn apply_title(&self, facts: TitleFacts) -> Result<(), Error> {
        use title::Column::{Asset as AssetColumn, Id, MinAge, Packages, Version, Withdrawn};
        let row = title::Model {
            id: facts.title.0,
            packages: Words(facts.packages),
            min_age: facts.min_age,
            asset: facts.asset.map(Asset),
            version: facts.version,
            withdrawn: false,
        };
        let newer = OnConflict::column(Id)
            .update_columns([Packages, MinAge, AssetColumn, Version, Withdrawn])
            .action_and_where(Expr::col((title::Entity, Version)).lt(facts.version))
            .to_owned();
        let tx = self.db().begin().await?;
        title::Entity::insert(row.into_active_model())
            .on_conflict(newer)
            .exec_without_returning(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Takes that a title can no longer be found.
    pub async fn withdraw_title(&self, event: TitleWithdrawn) -> Result<(), Error> {
        use title::Column::{Id, Version, Withdrawn};
        let row = title::Model {
            id: event.title.0,
            packages: Words::default(),
            min_age: None,
            asset: None,
            version: event.version,
            withdrawn: true,
        };
        let newer = OnConflict::column(Id)
            .update_columns([Version, Withdrawn])
            .action_and_where(Expr::col((title::Entity, Version)).lt(event.version))
            .to_owned();
        let tx = self.db().begin().await?;
        title::Entity::insert(row.into_active_model())
            .on_conflict(newer)
            .exec_without_returning(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Takes what live TV says of a channel.
    pub async fn apply_channel(&self, event: ChannelChanged) -> Result<(), Error> {
        use channel::Column::{
            CatchUpHours, Deleted, Id, Loops, Packages, Sources as SourcesColumn, StartOver, Version,
        };
        let row = channel::Model {
            id: event.channel.0,
            packages: Words(event.packages),
            sources: Sources(event.sources),
            loops: event.loops.map(Asset),
            catch_up_hours: event.catch_up.map_or(0, |window| window.hours),
            start_over: event.catch_up.is_some_and(|window| window.start_over),
            version: event.version,
            deleted: event.deleted,
        };
        let newer = OnConflict::column(Id)
            .update_columns([
                Packages,
                SourcesColumn,
                Loops,
                CatchUpHours,
                StartOver,
                Version,
                Deleted,
            ])
            .action_and_where(Expr::col((channel::Entity, Version)).lt(event.version))
            .to_owned();
        let tx = self.db().begin().await?;
        channel::Entity::insert(row.into_active_model())
            .on_conflict(newer)
            .exec_without_returning(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Takes what accounts says of a profile.
    pub async fn apply_profile(&self, event: ProfileChanged) -> Result<(), Error> {
        use profile::Column::{AccountId, At, Deleted, Id, Kids, MaxAge};
        let row = profile::Model {
            id: event.profile.0,
            account_id: event.account.0,
            kids: event.kids,
            max_age: event.max_age,
            deleted: event.deleted,
            at: event.at,
        };
        let newer = OnConflict::column(Id)
            .update_columns([AccountId, Kids, MaxAge, Deleted, At])
            .action_and_where(Expr::col((profile::Entity, At)).lte(event.at))
            .to_owned();
        let tx = self.db().begin().await?;
        profile::Entity::insert(row.into_active_model())
            .on_conflict(newer)
            .exec_without_returning(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Takes what billing says of an offer at `raised_at`.
    pub async fn apply_offer(&self, event: OfferChanged, raised_at: Instant) -> Result<(), Error> {
        use offer::Column::{ChangedAt, ContentId, Currency, Id, Kind, Packages, PriceMinor, Withdrawn};
        let row = offer::Model {
            id: event.offer.0,
            kind: match event.kind {
                OfferKind::Rental => offer::Kind::Rental,
                OfferKind::Purchase => offer::Kind::Purchase,
                OfferKind::Subscription => offer::Kind::Subscription,
            },
            content_id: event.content,
            packages: Words(event.packages),
            price_minor: event.price.amount_minor,
            currency: event.price.currency.as_str().to_owned(),
            withdrawn: event.withdrawn,
            changed_at: raised_at,
        };
        let newer = OnConflict::column(Id)
            .update_columns([Kind, ContentId, Packages, PriceMinor, Currency, Withdrawn, ChangedAt])
            .action_and_where(Expr::col((offer::Entity, ChangedAt)).lte(raised_at))
            .to_owned();
        let tx = self.db().begin().await?;
        offer::Entity::insert(row.into_active_model())
            .on_conflict(newer)
            .exec_without_returning(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Takes where accounts says that a profile stopped.
    pub async fn apply_position(&self, event: HistoryUpdated) -> Result<(), Error> {
        let row = position::Model {
            profile_id: event.profile.0,
            title_id: event.title.0,
            position_ms: event.position_ms,
            finished: event.finished,
            at: event.watched_at,
        };
        let tx = self.db().begin().await?;
        put_position(&tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets a closed account: its profiles, positions, sessions and rights.
    pub async fn forget_account(&self, account: AccountId) -> Result<(), Error> {
        let tx = self.db().begin().await?;
        let profiles = profile::Entity::find()
            .select_only()
            .column(profile::Column::Id)
            .filter(profile::Column::AccountId.eq(account.0))
            .into_query();
        let positions = position::Column::ProfileId.in_subquery(profiles);
        position::Entity::delete_many().filter(positions).exec(&tx).await?;
        let sessions = playback_session::Entity::find()
            .select_only()
            .column(playback_session::Column::Id)
            .filter(playback_session::Column::AccountId.eq(account.0))
            .into_query();
        let reports = playback_report::Column::SessionId.in_subquery(sessions);
        playback_report::Entity::delete_many().filter(reports).exec(&tx).await?;
        let live = playback_session::Entity::live(account).limit(200).all(&tx).await?;
        let own = playback_session::Column::AccountId.eq(account.0);
        playback_session::Entity::delete_many().filter(own).exec(&tx).await?;
        entitlement::Entity::delete_many()
            .filter(entitlement::Column::AccountId.eq(account.0))
            .exec(&tx)
            .await?;
        stream_slot::Entity::delete_by_id(account.0).exec(&tx).await?;
        // Profiles stay as deleted rows: an older event must not bring them back.
        profile::Entity::update_many()
            .set(profile::ActiveModel {
                deleted: Set(true),
                max_age: Set(None),
                ..Default::default()
            })
            .filter(profile::Column::AccountId.eq(account.0))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        for session in live {
            self.forget_token(session.session()).await;
        }
        Ok(())
    }
}

/// Moves a resume point unless a later one is known.
pub(super) async fn put_position(tx: &Tx, row: position::Model) -> Result<(), DbErr> {
    use position::Column::{At, Finished, PositionMs, ProfileId, TitleId};
    let newer = OnConflict::columns([ProfileId, TitleId])
        .update_columns([PositionMs, Finished, At])
        .action_and_where(Expr::col((position::Entity, At)).lte(row.at))
        .to_owned();
    position::Entity::insert(row.into_active_model())
        .on_conflict(newer)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
