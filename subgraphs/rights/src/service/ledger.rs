//! The ledger: billing's events become rights.

use kernel::Instant;
use schema::events::billing::{PurchaseCompleted, RentalStarted, SubscriptionFacts};
use sea_orm::{
    ActiveModelTrait, EntityTrait, IntoActiveModel,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use super::Rights;
use crate::{
    Error,
    entities::{
        Words,
        entitlement::{self, Source},
    },
};

/// Streams that a purchase or rental gives by itself.
const STREAMS_OF_A_SALE: i32 = 1;

impl Rights {
    /// Takes what a subscription gives from now on; an older version is passed over.
    pub async fn apply_subscription(&self, facts: SubscriptionFacts, raised_at: Instant) -> Result<(), Error> {
        self.put(entitlement::Model {
            id: facts.subscription.0,
            account_id: facts.account.0,
            source: Source::Subscription,
            packages: Words(facts.entitlements),
            content_id: None,
            starts_at: raised_at,
            ends_at: Some(facts.access_until),
            max_streams: facts.max_streams,
            version: facts.version,
        })
        .await
    }

    /// Takes that content was bought.
    pub async fn apply_purchase(&self, event: PurchaseCompleted) -> Result<(), Error> {
        self.put(entitlement::Model {
            id: event.purchase,
            account_id: event.account.0,
            source: Source::Purchase,
            packages: Words::default(),
            content_id: Some(event.content),
            starts_at: event.at,
            ends_at: None,
            max_streams: STREAMS_OF_A_SALE,
            version: 1,
        })
        .await
    }

    /// Takes that content was rented.
    pub async fn apply_rental(&self, event: RentalStarted) -> Result<(), Error> {
        self.put(entitlement::Model {
            id: event.rental,
            account_id: event.account.0,
            source: Source::Rental,
            packages: Words::default(),
            content_id: Some(event.content),
            starts_at: event.starts_at,
            ends_at: Some(event.expires_at),
            max_streams: STREAMS_OF_A_SALE,
            version: 1,
        })
        .await
    }

    async fn put(&self, row: entitlement::Model) -> Result<(), Error> {
        use entitlement::Column::{EndsAt, Id, MaxStreams, Packages, Version};
        // `starts_at` stays what it was first: a change of a running subscription does not begin it anew.
        let newer = OnConflict::column(Id)
            .update_columns([Packages, EndsAt, MaxStreams, Version])
            .action_and_where(Expr::col((entitlement::Entity, Version)).lt(row.version))
            .to_owned();
        let tx = self.db().begin().await?;
        let row = row.into_active_model().reset_all();
        entitlement::Entity::insert(row)
            .on_conflict(newer)
            .exec_without_returning(&tx)
            .await?;
        Ok(tx.commit().await?)
    }
}
