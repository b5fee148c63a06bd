//! Transactions: all or nothing, events included.
#![expect(clippy::unwrap_used, reason = "a test says by failing what is wrong")]

use std::sync::Arc;

use database::{Database, Settings, outbox};
use kernel::{Clock as _, Event, SystemClock, SystemIds};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Rang {
    times: u32,
}

impl Event for Rang {
    const TYPE: &'static str = "tv.test.bell.rang.v1";
    fn subject(&self) -> String {
        "bell".to_owned()
    }
}

struct Bell {
    database: Database,
}

impl Bell {
    async fn ring(&self, times: &u32, fail: bool) -> Result<u32, DbErr> {
        let tx = self.database.begin().await?;
        tx.raise(&Rang { times: *times }).await?;
        if fail {
            return Err(DbErr::Custom("no".to_owned()));
        }
        tx.commit().await?;
        Ok(*times)
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

async fn bell() -> (Bell, std::path::PathBuf) {
    let folder = std::env::temp_dir().join(format!(
        "matinee-database-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let database = Database::connect(
        &Settings::default(),
        &folder,
        "bell",
        Arc::new(SystemClock),
        Arc::new(SystemIds),
    )
    .await
    .unwrap();
    let sql = "CREATE TABLE outbox (id BLOB PRIMARY KEY, kind TEXT, subject TEXT, payload TEXT, occurred_at TEXT, attempts INTEGER, next_attempt_at TEXT, dead_at TEXT, last_error TEXT)";
    database.writer().execute_unprepared(sql).await.unwrap();
    (Bell { database }, folder)
}

#[tokio::test]
async fn an_event_is_kept_if_and_only_if_its_transaction_commits() {
    let (bell, folder) = bell().await;
    bell.database.outbox().take_dirty();

    assert!(assert_send(bell.ring(&1, true)).await.is_err());
    assert!(!bell.database.outbox().is_dirty());
    assert_eq!(outbox::depth(&bell.database).await.unwrap(), 0);

    assert_eq!(assert_send(bell.ring(&2, false)).await.unwrap(), 2);
    assert!(bell.database.outbox().is_dirty());
    let rows = outbox::due(&bell.database, SystemClock.now(), 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].payload, r#"{"times":2}"#);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn writers_wait_for_each_other_and_are_never_told_that_the_database_is_locked() {
    let (bell, folder) = bell().await;
    let rings = (0..40).map(|n| {
        let bell = &bell;
        async move { bell.ring(&n, false).await }
    });
    let rung = futures_util::future::join_all(rings).await;
    assert!(rung.iter().all(Result::is_ok), "{rung:?}");
    assert_eq!(outbox::depth(&bell.database).await.unwrap(), 40);
    std::fs::remove_dir_all(folder).unwrap();
}
