//! Looking at sources when they are due.

use chrono::{SubsecRound, TimeDelta};
use kernel::{AccountId, ImportId, Instant};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr};
use uuid::Uuid;

use super::fetch::{Answer, Validators, fetched_key};
use crate::{
    Error,
    entities::guide_source::{self, Seen, SourceKind},
    service::{LiveTv, imports::NewImport},
};

/// Sources that one run looks at.
const AT_ONCE: usize = 50;
/// Longest pause after failures, unless the source's own interval is longer: six hours.
const LONGEST_PAUSE: i64 = 6 * 60;

/// What a look found.
pub(super) enum Look {
    /// Nothing is new.
    Same,
    /// A guide came; what is to be remembered of it.
    New { validators: Validators, digest: String },
    /// Files were picked up; this is how all of them look now.
    Files { seen: Seen, complaint: Option<String> },
    /// Why nothing could be seen.
    Failed(String),
}

impl LiveTv {
    /// Looks at the sources that are due; each is claimed first, so that no two processes look at it.
    ///
    /// # Errors
    /// The database or the storage does not answer.
    pub async fn fetch_guides(&self) -> Result<(), Error> {
        for _ in 0..AT_ONCE {
            let Some(source) = self.next_due().await? else {
                return Ok(());
            };
            if let Some(claim) = self.claim_source(&source).await? {
                let look = self.look_at(&source).await?;
                self.note_look(source.id, claim, look).await?;
            }
        }
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<guide_source::Model>, Error> {
        use guide_source::Column;
        let row = guide_source::Entity::find()
            .filter(Column::NextRunAt.lte(self.clock.now()))
            .filter(Column::Enabled.eq(true))
            .order_by_asc(Column::NextRunAt)
            .one(self.database.reader())
            .await?;
        Ok(row)
    }

    /// Moves the next look and tells to when; `None` when somebody else did.
    async fn claim_source(&self, source: &guide_source::Model) -> Result<Option<Instant>, Error> {
        use guide_source::Column;
        let tx = self.database.begin().await?;
        // As precise as any database keeps it: it is compared later.
        let next = tx.now().trunc_subsecs(3) + TimeDelta::minutes(i64::from(source.interval_minutes));
        let claimed = guide_source::Entity::update_many()
            .col_expr(Column::NextRunAt, Expr::value(next))
            .filter(Column::Id.eq(source.id))
            .filter(Column::NextRunAt.eq(source.next_run_at))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok((claimed.rows_affected == 1).then_some(next))
    }

    async fn look_at(&self, source: &guide_source::Model) -> Result<Look, Error> {
        match source.kind {
            SourceKind::Upload => Ok(Look::Same),
            SourceKind::Url => self.look_at_url(source).await,
            SourceKind::Folder => self.look_at_folder(source).await,
        }
    }

    async fn look_at_url(&self, source: &guide_source::Model) -> Result<Look, Error> {
        let Some(url) = &source.url else { return Ok(Look::Same) };
        let known = Validators {
            etag: source.etag.clone(),
            last_modified: source.last_modified.clone(),
        };
        let import = self.ids.next();
        let key = fetched_key(import);
        match self.fetch(url, &known, &key, None).await? {
            Ok(Answer::NotModified) => Ok(Look::Same),
            Ok(Answer::Guide { validators, digest }) => {
                if source.digest.as_ref() == Some(&digest) {
                    self.storage.delete(&key).await?;
                } else {
                    self.enqueue_of(source, import, key).await?;
                }
                Ok(Look::New { validators, digest })
            }
            Err(reason) => Ok(Look::Failed(reason)),
        }
    }

    /// Makes an import of a source that nobody asked for.
    pub(super) async fn enqueue_of(
        &self,
        source: &guide_source::Model,
        import: Uuid,
        object_key: String,
    ) -> Result<(), Error> {
        let new = NewImport {
            id: ImportId(import),
            name: source.name.clone(),
            source: Some(source.id),
            object_key,
            url: None,
            account: AccountId(Uuid::nil()),
            dry_run: false,
        };
        self.enqueue(new).await
    }

    async fn note_look(&self, id: Uuid, claim: Instant, look: Look) -> Result<(), Error> {
        let tx = self.database.begin().await?;
        // It may have been changed, or deleted, meanwhile.
        let Some(mut row) = guide_source::Entity::find_by_id(id).one(&tx).await? else {
            return Ok(());
        };
        if row.next_run_at != Some(claim) {
            return Ok(());
        }
        row.checked_at = Some(tx.now());
        let mut failure = None;
        match look {
            Look::Same => {}
            Look::New { validators, digest } => {
                (row.etag, row.last_modified) = (validators.etag, validators.last_modified);
                row.digest = Some(digest);
            }
            Look::Files { seen, complaint } => {
                row.seen = seen;
                failure = complaint;
            }
            Look::Failed(reason) => failure = Some(reason),
        }
        match failure {
            Some(reason) => {
                tracing::warn!(guide_source.id = %id, reason, "guide source cannot be read");
                row.failures = row.failures.saturating_add(1);
                row.last_error = Some(reason);
                let pause = pause_after(row.failures, row.interval_minutes);
                row.next_run_at = Some(tx.now() + TimeDelta::minutes(pause));
            }
            None => (row.failures, row.last_error) = (0, None),
        }
        guide_source::Entity::update(row.into_active_model().reset_all())
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Minutes until the next look after so many failures in a row: twice as many each time.
fn pause_after(failures: i32, interval: i32) -> i64 {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or_default().min(20);
    (1_i64 << doublings).min(LONGEST_PAUSE.max(i64::from(interval)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_cap() {
        let pauses: Vec<i64> = (1..=11).map(|failures| pause_after(failures, 60)).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(pause_after(i32::MAX, 1440), 1440);
    }
}
