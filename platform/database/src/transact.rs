//! One transaction per use case, its events included.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use kernel::{Event, Instant};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement, TransactionTrait,
};

use crate::{Database, outbox};

/// An open transaction: what entities run on, and where events are raised.
pub struct Tx {
    inner: DatabaseTransaction,
    database: Database,
    raised: AtomicBool,
}

impl Tx {
    /// Writes `event` to the outbox; it is published if and only if the transaction commits.
    pub async fn raise<E: Event>(&self, event: &E) -> Result<(), DbErr> {
        outbox::insert(self, event).await?;
        self.raised.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Makes everything permanent, events included, and wakes the relay.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await?;
        if self.raised.load(Ordering::Relaxed) {
            self.database.outbox().notify();
        }
        Ok(())
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        self.database.clock().now()
    }

    /// A new id.
    pub fn next_id(&self) -> uuid::Uuid {
        self.database.ids().next()
    }
}

#[async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(statement).await
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }
    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.inner.query_one_raw(statement).await
    }
    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(statement).await
    }
}

impl Database {
    /// Begins a transaction. Dropped without [`Tx::commit`], it rolls back.
    ///
    /// SQLite: transactions wait for each other here, so none is told "database is locked".
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin(&self) -> Result<Tx, DbErr> {
        Ok(Tx {
            inner: self.writer().begin().await?,
            database: self.clone(),
            raised: AtomicBool::new(false),
        })
    }
}
