//! The books: payments and invoices.

use chrono::Datelike;
use database::Tx;
use kernel::AccountId;
use schema::events::billing::{PaymentFailed, PaymentSucceeded};
use sea_orm::{
    ActiveModelTrait, EntityTrait, IntoActiveModel,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use super::{Billing, gateway::Charge};
use crate::{
    Error,
    entities::{
        invoice, invoice_number,
        payment::{self, Status},
    },
};

impl Billing {
    /// Books a payment that went through, with its invoice; a trial moves no money and has neither.
    pub(super) async fn book_success(
        &self,
        tx: &Tx,
        account: AccountId,
        charge: &Charge,
        reference: String,
        description: String,
    ) -> Result<(), Error> {
        if charge.amount.amount_minor == 0 {
            return Ok(());
        }
        let at = tx.now();
        book(tx, account, charge, (Status::Succeeded, Some(reference), None)).await?;
        let row = invoice::Model {
            id: tx.next_id(),
            account_id: account.0,
            number: next_number(tx, at.year()).await?,
            status: invoice::Status::Paid,
            description,
            total_minor: charge.amount.amount_minor,
            currency: charge.amount.currency.as_str().to_owned(),
            payment_id: charge.payment,
            issued_at: at,
        };
        invoice::Entity::insert(row.into_active_model().reset_all())
            .exec_without_returning(tx)
            .await?;
        let event = PaymentSucceeded {
            payment: charge.payment,
            account,
            amount: charge.amount,
            at,
        };
        Ok(tx.raise(&event).await?)
    }

    /// Books a payment that failed.
    pub(super) async fn book_failure(
        &self,
        tx: &Tx,
        account: AccountId,
        charge: &Charge,
        reason: &str,
    ) -> Result<(), Error> {
        book(tx, account, charge, (Status::Failed, None, Some(reason.to_owned()))).await?;
        let (amount, at) = (charge.amount, tx.now());
        let event = PaymentFailed {
            payment: charge.payment,
            account,
            amount,
            reason: reason.to_owned(),
            at,
        };
        Ok(tx.raise(&event).await?)
    }
}

async fn book(
    tx: &Tx,
    account: AccountId,
    charge: &Charge,
    (status, reference, reason): (Status, Option<String>, Option<String>),
) -> Result<(), Error> {
    let row = payment::Model {
        id: charge.payment,
        account_id: account.0,
        amount_minor: charge.amount.amount_minor,
        currency: charge.amount.currency.as_str().to_owned(),
        status,
        method: charge.method.clone(),
        reference,
        reason,
        at: tx.now(),
    };
    payment::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The next invoice number of `year`. The row is locked until the transaction ends, so there is no gap and no double.
async fn next_number(tx: &Tx, year: i32) -> Result<String, Error> {
    use invoice_number::Column::{Last, Year};
    let next = Expr::col((invoice_number::Entity, Last)).add(1_i64);
    let row = invoice_number::Model { year, last: 1 };
    invoice_number::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::column(Year).value(Last, next).to_owned())
        .exec_without_returning(tx)
        .await?;
    let row = invoice_number::Entity::find_by_id(year).one(tx).await?;
    let row = row.ok_or_else(|| Error::Row(format!("no invoice number of {year}")))?;
    Ok(format!("{year}-{:06}", row.last))
}
