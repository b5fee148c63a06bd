//! Imports that wait, and those that were interrupted: each is done by one process at a time.

use std::{convert::Infallible, time::Duration};

use kernel::{AccountId, ImportId};
use schema::events::sidecar::GuideUploaded;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use crate::{
    Error,
    domain::report::Message,
    entities::{
        guide_import::{self, Phase, Status},
        guide_source,
    },
    service::LiveTv,
};

/// Where claims of imports are.
const BUCKET: &str = "livetv.imports";
/// How long a claim lasts that nobody renews: its process is gone.
const CLAIM: Duration = Duration::from_mins(1);
/// How often a claim is renewed.
const RENEWAL: Duration = Duration::from_secs(20);
/// Longest time that an import of another process that died goes unnoticed.
const GLANCE: Duration = Duration::from_secs(30);
/// Imports that are taken at once.
const AT_ONCE: u64 = 20;
/// How often an import is begun before it is given up.
const MOST_ATTEMPTS: i32 = 5;

/// An import to be made.
pub(in crate::service) struct NewImport {
    /// Its id.
    pub id: ImportId,
    /// Name of the source, or the address.
    pub name: String,
    /// Its source.
    pub source: Option<Uuid>,
    /// Where the bytes are; empty when they are to be fetched.
    pub object_key: String,
    /// What is to be fetched.
    pub url: Option<String>,
    /// Who wants it.
    pub account: AccountId,
    /// It only tells what it would change.
    pub dry_run: bool,
}

impl LiveTv {
    /// Imports an uploaded guide; the same import twice is once.
    ///
    /// # Errors
    /// The file or the database does not answer: the import may be tried again.
    pub async fn import(&self, upload: GuideUploaded) -> Result<(), Error> {
        let source = self.find_source_named(&upload.source).await?;
        let new = NewImport {
            id: upload.import,
            name: upload.source,
            source,
            object_key: upload.object_key,
            url: None,
            account: upload.account,
            dry_run: upload.dry_run,
        };
        let id = new.id.0;
        // Claimed before it can be seen: nobody else begins it, so it is over when this returns.
        let Some(claim) = self.claim(id).await? else {
            return Ok(());
        };
        let noted = self.note_import(new).await;
        let done = match noted {
            Ok(()) => self.run_claimed(id, &claim).await,
            Err(error) => Err(error),
        };
        self.give_back(id, &claim).await?;
        done
    }

    /// Makes an import that waits for its turn.
    pub(in crate::service) async fn enqueue(&self, new: NewImport) -> Result<(), Error> {
        self.note_import(new).await?;
        self.work.notify_one();
        Ok(())
    }

    /// Makes the row of an import; one that is known stays as it is.
    async fn note_import(&self, new: NewImport) -> Result<(), Error> {
        let tx = self.database.begin().await?;
        if let Some(source) = new.source {
            guide_source::Entity::update_many()
                .col_expr(guide_source::Column::LastImportId, Expr::value(new.id.0))
                .filter(guide_source::Column::Id.eq(source))
                .exec(&tx)
                .await?;
        }
        let row = draft(new, tx.now());
        guide_import::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(guide_import::Column::Id).do_nothing().to_owned())
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Does imports that wait. Never ends.
    pub(in crate::service) async fn work(&self) {
        loop {
            if let Err(error) = self.run_waiting().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "imports wait");
            }
            tokio::select! {
                () = self.work.notified() => {}
                () = tokio::time::sleep(GLANCE) => {}
            }
        }
    }

    async fn run_waiting(&self) -> Result<(), Error> {
        use guide_import::Column;
        let waiting: Vec<Uuid> = guide_import::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Status.eq(Status::Running))
            .order_by_asc(Column::StartedAt)
            .limit(AT_ONCE)
            .into_tuple()
            .all(self.database.reader())
            .await?;
        for id in waiting {
            if let Err(error) = self.run_import(id).await {
                tracing::warn!(import.id = %id, error = &error as &dyn std::error::Error, "import interrupted");
            }
        }
        Ok(())
    }

    /// Does an import unless it is over or somebody else does it.
    async fn run_import(&self, id: Uuid) -> Result<(), Error> {
        let Some(claim) = self.claim(id).await? else {
            return Ok(());
        };
        let done = self.run_claimed(id, &claim).await;
        self.give_back(id, &claim).await?;
        done
    }

    async fn claim(&self, id: Uuid) -> Result<Option<String>, Error> {
        let holder = self.ids.next().to_string();
        let is_ours = self.kv.acquire(BUCKET, &id.to_string(), &holder, CLAIM).await?;
        Ok(is_ours.then_some(holder))
    }

    async fn give_back(&self, id: Uuid, claim: &str) -> Result<(), Error> {
        self.kv.release(BUCKET, &id.to_string(), claim).await?;
        Ok(())
    }

    async fn run_claimed(&self, id: Uuid, claim: &str) -> Result<(), Error> {
        let Some(row) = self.begin_import(id).await? else {
            return Ok(());
        };
        if row.attempts > MOST_ATTEMPTS {
            let text = format!("begun {MOST_ATTEMPTS} times and never ended");
            return self.fail(&row, Message { line: None, text }).await;
        }
        let key = id.to_string();
        tokio::select! {
            done = self.perform(row) => done,
            never = self.keep_claim(&key, claim) => match never {},
        }
    }

    async fn keep_claim(&self, key: &str, holder: &str) -> Infallible {
        loop {
            tokio::time::sleep(RENEWAL).await;
            if let Err(error) = self.kv.acquire(BUCKET, key, holder, CLAIM).await {
                tracing::warn!(%error, "the claim of an import cannot be renewed");
            }
        }
    }

    /// Notes that an import begins; `None` when it is over.
    async fn begin_import(&self, id: Uuid) -> Result<Option<guide_import::Model>, Error> {
        use guide_import::Column;
        let tx = self.database.begin().await?;
        guide_import::Entity::update_many()
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .col_expr(Column::Phase, Expr::value(Phase::Reading))
            .filter(Column::Id.eq(id))
            .filter(Column::Status.eq(Status::Running))
            .exec(&tx)
            .await?;
        let row = guide_import::Entity::find_by_id(id).one(&tx).await?;
        tx.commit().await?;
        Ok(row.filter(|row| row.status == Status::Running))
    }

    /// Notes that the bytes of an import are here.
    pub(super) async fn note_fetched(&self, row: &guide_import::Model) -> Result<(), Error> {
        let tx = self.database.begin().await?;
        let fetched = guide_import::ActiveModel {
            id: Set(row.id),
            object_key: Set(row.object_key.clone()),
            ..Default::default()
        };
        guide_import::Entity::update(fetched).exec(&tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn draft(new: NewImport, now: kernel::Instant) -> guide_import::Model {
    guide_import::Model {
        id: new.id.0,
        status: Status::Running,
        source: new.name,
        object_key: new.object_key,
        account_id: new.account.0,
        started_at: now,
        finished_at: None,
        channels: 0,
        programmes: 0,
        added: 0,
        updated: 0,
        removed: 0,
        unchanged: 0,
        warnings: 0,
        errors: 0,
        findings: None,
        source_id: new.source,
        url: new.url,
        phase: Phase::Queued,
        dry_run: new.dry_run,
        attempts: 0,
        first_cursor: None,
        last_cursor: None,
        undone_at: None,
        samples: None,
    }
}
