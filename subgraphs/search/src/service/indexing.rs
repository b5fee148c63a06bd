//! The index follows the table of documents: whatever happens to it, it can catch up.

use runtime::Platform;
use sea_orm::EntityTrait;

use super::Search;
use crate::{
    domain::Document,
    entities::{document, sequence},
    error::Error,
    index::Change,
};

/// Documents of one commit of the index.
const BATCH: u64 = 1000;
/// How often the table is looked at without being told: another process may have written to it.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(5);

impl Search {
    /// Says that documents changed.
    pub(super) fn wake(&self) {
        self.0.changed.notify_one();
    }

    /// Keeps the index up with the documents until the platform stops: at most one commit in `commit_every_ms`.
    pub fn follow(&self, platform: &Platform) {
        let search = self.clone();
        let stop = platform.supervisor.stop_token().clone();
        let pause = std::time::Duration::from_millis(self.0.settings.commit_every_ms);
        platform.supervisor.spawn("search.follow", async move {
            while !stop.is_cancelled() {
                if let Err(error) = search.catch_up().await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the search index cannot follow"
                    );
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = search.0.changed.notified() => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
            }
        });
    }

    /// Tells the index what it does not know yet; when this returns, everything committed before can be found.
    pub async fn catch_up(&self) -> Result<(), Error> {
        let _turn = self.0.turn.lock().await;
        let last = sequence::Entity::find_by_id(sequence::ONLY)
            .one(self.0.db.reader())
            .await?;
        let mut position = self.0.index.position().await?;
        if position > last.map_or(0, |row| row.last) {
            // The index knows what the database does not: the database is another one.
            tracing::warn!(position, "search index is ahead of its database, building it anew");
            self.0.index.clear().await?;
            position = 0;
        }
        loop {
            let rows = document::Entity::after(position, BATCH).all(self.0.db.reader()).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            position = last.sequence;
            let changes = rows.iter().map(change).collect();
            self.0.index.apply(changes, position).await?;
        }
    }
}

fn change(row: &document::Model) -> Change {
    if row.removed {
        return Change::Remove(row.id);
    }
    match serde_json::from_str::<Document>(&row.body) {
        Ok(document) => Change::Put(Box::new(document)),
        Err(error) => {
            tracing::error!(document.id = %row.id, %error, "a document cannot be read, so it cannot be found");
            Change::Remove(row.id)
        }
    }
}
