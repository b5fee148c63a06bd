//! Plans and offers.

use std::collections::HashMap;

use database::Tx;
use kernel::OfferId;
use schema::events::billing::{OfferChanged, OfferKind};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::{Billing, money};
use crate::{
    Error,
    entities::{offer, plan},
};

/// Most plans on sale.
const MAX_PLANS: u64 = 50;
/// Rows of one statement.
const CHUNK: usize = 200;

/// Everything on sale.
#[derive(Debug, Clone, Default)]
pub struct PriceList {
    /// Plans.
    pub plans: Vec<plan::Model>,
    /// Offers, those of plans too.
    pub offers: Vec<offer::Model>,
}

impl Billing {
    /// Plans on sale, in their order.
    pub async fn plans(&self) -> Result<Vec<plan::Model>, Error> {
        Ok(plan::Entity::on_sale().limit(MAX_PLANS).all(self.db().reader()).await?)
    }

    /// The plans of `ids`, those that are sold no longer too.
    pub async fn plans_by_id(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, plan::Model>, Error> {
        let wanted = plan::Column::Id.is_in(ids.iter().copied());
        let rows = plan::Entity::find().filter(wanted).all(self.db().reader()).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// The offers of `ids`.
    pub async fn offers_by_id(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, offer::Model>, Error> {
        let wanted = offer::Column::Id.is_in(ids.iter().copied());
        let rows = offer::Entity::find().filter(wanted).all(self.db().reader()).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// What is sold for `content`, cheapest first.
    pub async fn offers_for(&self, content: Uuid, first: u32) -> Result<Vec<offer::Model>, Error> {
        Ok(offer::Entity::for_content(content)
            .limit(u64::from(first))
            .all(self.db().reader())
            .await?)
    }

    /// The cheapest offer of a kind for `content`, of `hours` when given.
    pub async fn cheapest(&self, content: Uuid, kind: offer::Kind, hours: Option<i32>) -> Result<Option<Uuid>, Error> {
        let mut select = offer::Entity::for_content(content).filter(offer::Column::Kind.eq(kind));
        if let Some(hours) = hours {
            select = select.filter(offer::Column::DurationHours.eq(hours));
        }
        Ok(select.one(self.db().reader()).await?.map(|row| row.id))
    }

    /// Puts a whole price list on sale where nothing was ever sold, and tells of its offers.
    pub(crate) async fn open_shop(&self, list: PriceList) -> Result<(), Error> {
        if plan::Entity::find().count(self.db().reader()).await? > 0 {
            return Ok(());
        }
        let plans: HashMap<Uuid, plan::Model> = list.plans.iter().map(|plan| (plan.id, plan.clone())).collect();
        let tx = self.db().begin().await?;
        insert(&tx, list.plans.into_iter().map(IntoActiveModel::into_active_model)).await?;
        insert(&tx, list.offers.iter().cloned().map(IntoActiveModel::into_active_model)).await?;
        for offer in &list.offers {
            tx.raise(&changed(offer, &plans)?).await?;
        }
        Ok(tx.commit().await?)
    }
}

pub(super) fn changed(offer: &offer::Model, plans: &HashMap<Uuid, plan::Model>) -> Result<OfferChanged, Error> {
    let plan = offer.plan_id.and_then(|id| plans.get(&id));
    Ok(OfferChanged {
        offer: OfferId(offer.id),
        kind: match offer.kind {
            offer::Kind::Rental => OfferKind::Rental,
            offer::Kind::Purchase => OfferKind::Purchase,
            offer::Kind::Subscription => OfferKind::Subscription,
        },
        content: offer.content_id,
        packages: plan.map(|plan| plan.entitlements.0.clone()).unwrap_or_default(),
        price: money(offer.price_minor, &offer.currency)?,
        withdrawn: offer.withdrawn,
    })
}

async fn insert<A>(tx: &Tx, rows: impl Iterator<Item = A>) -> Result<(), DbErr>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
{
    let rows: Vec<A> = rows.collect();
    for chunk in rows.chunks(CHUNK) {
        A::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
