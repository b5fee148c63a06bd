//! First tables of billing: what is sold, what was sold, and the money.

use sea_orm_migration::prelude::*;

use crate::shared::{create_outbox_and_inbox, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_outbox_and_inbox(manager).await?;
        create_price_list(manager).await?;
        create_subscriptions(manager).await?;
        create_sales(manager).await?;
        create_money(manager).await?;
        create_orders(manager).await
    }
}

async fn create_price_list(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let plans = Table::create()
        .table("plans")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("description").text().not_null())
        .col(ColumnDef::new("price_minor").big_integer().not_null())
        .col(ColumnDef::new("currency").text().not_null())
        .col(ColumnDef::new("interval").text().not_null())
        .col(ColumnDef::new("trial_days").integer().not_null())
        .col(ColumnDef::new("entitlements").json().not_null())
        .col(ColumnDef::new("max_streams").integer().not_null())
        .col(ColumnDef::new("position").integer().not_null())
        .col(ColumnDef::new("withdrawn").boolean().not_null())
        .to_owned();
    manager.create_table(plans).await?;
    index(manager, "plans_in_order", "plans", &["withdrawn", "position"]).await?;
    let offers = Table::create()
        .table("offers")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        // Rental and purchase: what they sell. Subscription: its plan.
        .col(ColumnDef::new("content_id").uuid())
        .col(ColumnDef::new("plan_id").uuid())
        .col(ColumnDef::new("price_minor").big_integer().not_null())
        .col(ColumnDef::new("currency").text().not_null())
        .col(ColumnDef::new("duration_hours").integer())
        .col(ColumnDef::new("withdrawn").boolean().not_null())
        .to_owned();
    manager.create_table(offers).await?;
    index(manager, "offers_by_content", "offers", &["content_id"]).await
}

async fn create_subscriptions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let subscriptions = Table::create()
        .table("subscriptions")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        // The account while the subscription lives, then null: unique, so nobody has two at once.
        .col(ColumnDef::new("live_account_id").uuid().unique_key())
        .col(ColumnDef::new("plan_id").uuid().not_null())
        .col(ColumnDef::new("status").text().not_null())
        .col(ColumnDef::new("payment_method").text().not_null())
        .col(ColumnDef::new("trial_ends_at").timestamp_with_time_zone())
        .col(
            ColumnDef::new("current_period_starts_at")
                .timestamp_with_time_zone()
                .not_null(),
        )
        .col(
            ColumnDef::new("current_period_ends_at")
                .timestamp_with_time_zone()
                .not_null(),
        )
        .col(ColumnDef::new("canceled_at").timestamp_with_time_zone())
        .col(ColumnDef::new("ends_at").timestamp_with_time_zone())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(subscriptions).await?;
    index(
        manager,
        "subscriptions_by_account",
        "subscriptions",
        &["account_id", "created_at", "id"],
    )
    .await?;
    index(
        manager,
        "subscriptions_due",
        "subscriptions",
        &["status", "current_period_ends_at"],
    )
    .await
}

async fn create_sales(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let purchases = Table::create()
        .table("purchases")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("content_id").uuid().not_null())
        .col(ColumnDef::new("offer_id").uuid().not_null())
        .col(ColumnDef::new("price_minor").big_integer().not_null())
        .col(ColumnDef::new("currency").text().not_null())
        .col(ColumnDef::new("purchased_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(purchases).await?;
    index(
        manager,
        "purchases_latest",
        "purchases",
        &["account_id", "purchased_at", "id"],
    )
    .await?;
    // Nobody buys the same thing twice.
    let once = Index::create()
        .name("purchases_once")
        .table("purchases")
        .col("account_id")
        .col("content_id")
        .unique()
        .to_owned();
    manager.create_index(once).await?;
    let rentals = Table::create()
        .table("rentals")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("content_id").uuid().not_null())
        .col(ColumnDef::new("offer_id").uuid().not_null())
        .col(ColumnDef::new("price_minor").big_integer().not_null())
        .col(ColumnDef::new("currency").text().not_null())
        .col(ColumnDef::new("starts_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(rentals).await?;
    index(manager, "rentals_latest", "rentals", &["account_id", "starts_at", "id"]).await?;
    index(
        manager,
        "rentals_of_content",
        "rentals",
        &["account_id", "content_id", "expires_at"],
    )
    .await
}

async fn create_money(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let invoices = Table::create()
        .table("invoices")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("number").text().not_null().unique_key())
        .col(ColumnDef::new("status").text().not_null())
        .col(ColumnDef::new("description").text().not_null())
        .col(ColumnDef::new("total_minor").big_integer().not_null())
        .col(ColumnDef::new("currency").text().not_null())
        .col(ColumnDef::new("payment_id").uuid().not_null())
        .col(ColumnDef::new("issued_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(invoices).await?;
    index(
        manager,
        "invoices_latest",
        "invoices",
        &["account_id", "issued_at", "id"],
    )
    .await?;
    let numbers = Table::create()
        .table("invoice_numbers")
        .col(ColumnDef::new("year").integer().not_null().primary_key())
        .col(ColumnDef::new("last").big_integer().not_null())
        .to_owned();
    manager.create_table(numbers).await?;
    let payments = Table::create()
        .table("payments")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("amount_minor").big_integer().not_null())
        .col(ColumnDef::new("currency").text().not_null())
        .col(ColumnDef::new("status").text().not_null())
        .col(ColumnDef::new("method").text().not_null())
        // What the gateway calls it; absent when it refused.
        .col(ColumnDef::new("reference").text())
        .col(ColumnDef::new("reason").text())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(payments).await?;
    index(manager, "payments_by_account", "payments", &["account_id", "at"]).await
}

/// What was asked for under which idempotency key, and what came of it.
async fn create_orders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let orders = Table::create()
        .table("orders")
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("idempotency_key").text().not_null())
        .col(ColumnDef::new("payment_id").uuid().not_null())
        // The input as it was sent: the same key with another input is refused.
        .col(ColumnDef::new("input").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("result_id").uuid())
        .col(ColumnDef::new("problem").text())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("account_id").col("idempotency_key"))
        .to_owned();
    manager.create_table(orders).await
}
