//! One suite, every driver; and what the journal promises.

use std::{sync::Arc, time::Duration};

use cache::{Kv, Memory};
use database::Database;
use kernel::{Ids, SystemClock, SystemIds};

#[tokio::test]
async fn memory_passes_the_suite() {
    let kv = Memory::new(Arc::new(SystemClock));
    cache::suite::run(&kv, "suite", tokio::time::sleep).await.unwrap();
}

#[cfg(feature = "services")]
#[tokio::test]
async fn redis_passes_the_suite() {
    #[expect(clippy::disallowed_methods, reason = "scripts/services.sh says where Redis is")]
    let url =
        std::env::var("MATINEE_TEST_REDIS_URL").expect("MATINEE_TEST_REDIS_URL: run `make test`, it starts Redis");
    let kv = cache::Redis::connect(&url).await.unwrap();
    let bucket = format!("suite-{}", SystemIds.next());
    cache::suite::run(&kv, &bucket, tokio::time::sleep).await.unwrap();
}

#[tokio::test]
async fn a_revocation_survives_a_restart_and_a_deleted_value_does_not_come_back() {
    let folder = std::env::temp_dir().join(format!("matinee-cache-{}", SystemIds.next()));
    let open = async || {
        let settings = database::Settings::default();
        let journal = Database::connect(&settings, &folder, "kv", Arc::new(SystemClock), Arc::new(SystemIds))
            .await
            .unwrap();
        Memory::open(Some(journal), Arc::new(SystemClock)).await.unwrap()
    };
    let hour = Duration::from_hours(1);
    let kv = open().await;
    kv.put("revoked-tokens", "a", b"", hour).await.unwrap();
    kv.put("revoked-tokens", "b", b"", hour).await.unwrap();
    kv.put("revoked-tokens", "c", b"", Duration::from_millis(1))
        .await
        .unwrap();
    kv.delete("revoked-tokens", "b").await.unwrap();
    drop(kv);

    let kv = open().await;
    assert!(kv.get("revoked-tokens", "a").await.unwrap().is_some());
    assert!(kv.get("revoked-tokens", "b").await.unwrap().is_none());
    assert!(kv.get("revoked-tokens", "c").await.unwrap().is_none());
    std::fs::remove_dir_all(folder).unwrap();
}
