//! One suite, every driver.

use std::sync::Arc;

use kernel::{Ids, SystemClock, SystemIds};

#[tokio::test]
async fn a_folder_passes_the_suite() {
    let folder = std::env::temp_dir().join(format!("matinee-storage-{}", SystemIds.next()));
    let storage = storage::Local::open(&folder, Arc::new(SystemClock)).unwrap();
    storage::suite::run(&storage).await.unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}
