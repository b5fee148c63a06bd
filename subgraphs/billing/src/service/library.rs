//! What accounts have: purchases, rentals, invoices.

use kernel::{AccountId, Instant, Page, PageRequest};
use sea_orm::{ColumnTrait, Order, PaginatorTrait, QueryFilter, Select};
use uuid::Uuid;

use super::Billing;
use crate::{
    Error,
    entities::{invoice, purchase, rental},
};

impl Billing {
    /// Purchases of `account`, the latest first.
    pub async fn purchases(&self, account: AccountId, request: &PageRequest) -> Result<Page<purchase::Model>, Error> {
        use purchase::Column::{Id, PurchasedAt};
        database::page(
            self.db().reader(),
            purchase::Entity::owned_by(account),
            &[(PurchasedAt, Order::Desc), (Id, Order::Desc)],
            request,
            |row| (row.purchased_at, row.id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many purchases `account` made.
    pub async fn count_purchases(&self, account: AccountId) -> Result<u64, Error> {
        Ok(purchase::Entity::owned_by(account).count(self.db().reader()).await?)
    }

    /// A purchase of `account`.
    pub async fn find_purchase(&self, account: AccountId, id: Uuid) -> Result<Option<purchase::Model>, Error> {
        let one = purchase::Column::Id.eq(id);
        Ok(purchase::Entity::owned_by(account)
            .filter(one)
            .one(self.db().reader())
            .await?)
    }

    /// Rentals of `account`, the latest first.
    pub async fn rentals(
        &self,
        account: AccountId,
        active_only: bool,
        request: &PageRequest,
    ) -> Result<Page<rental::Model>, Error> {
        use rental::Column::{Id, StartsAt};
        database::page(
            self.db().reader(),
            self.rentals_of(account, active_only),
            &[(StartsAt, Order::Desc), (Id, Order::Desc)],
            request,
            |row| (row.starts_at, row.id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many rentals `account` has.
    pub async fn count_rentals(&self, account: AccountId, active_only: bool) -> Result<u64, Error> {
        Ok(self.rentals_of(account, active_only).count(self.db().reader()).await?)
    }

    /// A rental of `account`.
    pub async fn find_rental(&self, account: AccountId, id: Uuid) -> Result<Option<rental::Model>, Error> {
        let one = rental::Column::Id.eq(id);
        Ok(rental::Entity::owned_by(account)
            .filter(one)
            .one(self.db().reader())
            .await?)
    }

    /// Invoices of `account`, the latest first.
    pub async fn invoices(&self, account: AccountId, request: &PageRequest) -> Result<Page<invoice::Model>, Error> {
        use invoice::Column::{Id, IssuedAt};
        database::page(
            self.db().reader(),
            invoice::Entity::owned_by(account),
            &[(IssuedAt, Order::Desc), (Id, Order::Desc)],
            request,
            |row| (row.issued_at, row.id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many invoices `account` has.
    pub async fn count_invoices(&self, account: AccountId) -> Result<u64, Error> {
        Ok(invoice::Entity::owned_by(account).count(self.db().reader()).await?)
    }

    fn rentals_of(&self, account: AccountId, active_only: bool) -> Select<rental::Entity> {
        let all = rental::Entity::owned_by(account);
        if active_only {
            all.filter(rental::Column::ExpiresAt.gt(self.now()))
        } else {
            all
        }
    }
}
