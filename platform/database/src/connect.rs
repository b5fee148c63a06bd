//! Opening the database of one service.

use std::{path::Path, sync::Arc, time::Duration};

use kernel::{Clock, Ids, Secret};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend};
use serde::Deserialize;

use crate::{Error, Outbox, Statements};

/// Where databases are and how many connections each service may hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `sqlite:` (one file per service in the data folder) or `postgres://user:password@host/name`
    /// (one schema per service).
    pub url: Secret<String>,
    /// Most connections of one service.
    pub max_connections: u32,
    /// Longest wait for a connection, in seconds.
    pub acquire_timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: Secret::new("sqlite:".to_owned()),
            max_connections: 8,
            acquire_timeout_seconds: 10,
        }
    }
}

impl Settings {
    /// Whether databases are files of this process.
    pub fn is_embedded(&self) -> bool {
        self.url.reveal().starts_with("sqlite:")
    }
}

/// A service's own database. Cheap to clone.
///
/// SQLite has one writer: transactions go through a connection of their own, so readers never wait and nobody is told
/// "database is locked".
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    service: String,
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    outbox: Outbox,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    statements: Statements,
}

impl Database {
    /// Opens the database of `service`; SQLite files lie in `folder`.
    ///
    /// # Errors
    /// The database does not answer, or its folder cannot be made.
    pub async fn connect(
        settings: &Settings,
        folder: &Path,
        service: &str,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, Error> {
        let statements = Statements::default();
        let failed = |source| Error::Connect {
            service: service.to_owned(),
            source,
        };
        let (reader, writer) = if settings.is_embedded() {
            std::fs::create_dir_all(folder).map_err(|source| Error::Folder {
                service: service.to_owned(),
                folder: folder.to_owned(),
                source,
            })?;
            let file = folder.join(format!("{service}.db"));
            // The writer comes first: it makes the file and sets the journal mode that readers need.
            let writer = sqlite(&file, 1, settings, &statements).await.map_err(failed)?;
            (
                sqlite(&file, settings.max_connections, settings, &statements)
                    .await
                    .map_err(failed)?,
                writer,
            )
        } else if settings.url.reveal().starts_with("postgres:") || settings.url.reveal().starts_with("postgresql:") {
            let pool = postgres(service, settings, &statements).await.map_err(failed)?;
            (pool.clone(), pool)
        } else {
            return Err(Error::UnknownBackend(
                settings.url.reveal().split(':').next().unwrap_or_default().to_owned(),
            ));
        };
        let outbox = Outbox::new(service);
        Ok(Self(Arc::new(Inner {
            service: service.to_owned(),
            reader,
            writer,
            outbox,
            clock,
            ids,
            statements,
        })))
    }

    /// Whose database it is.
    pub fn service(&self) -> &str {
        &self.0.service
    }

    /// The connection for reads outside a transaction.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.0.reader
    }

    /// The connection that [`Database::begin`] and migrations use.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.0.writer
    }

    /// Events of committed transactions that wait to be published.
    pub fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// The clock handed in.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// The id maker handed in.
    pub fn ids(&self) -> &Arc<dyn Ids> {
        &self.0.ids
    }

    /// How many statements ran.
    pub fn statements(&self) -> &Statements {
        &self.0.statements
    }

    /// Closes every connection; SQLite writes its journal back into the file.
    ///
    /// # Errors
    /// The driver failed.
    pub async fn close(&self) -> Result<(), sea_orm::DbErr> {
        self.0.reader.clone().close().await?;
        self.0.writer.clone().close().await
    }

    /// Which engine it is.
    pub fn backend(&self) -> DbBackend {
        self.0.reader.get_database_backend()
    }
}

async fn sqlite(
    file: &Path,
    connections: u32,
    settings: &Settings,
    statements: &Statements,
) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", file.display()));
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(settings.acquire_timeout_seconds))
        .idle_timeout(None)
        .max_lifetime(None)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .pragma("journal_mode", "WAL")
                // A commit survives a power cut: outbox events and money are in it.
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                .pragma("busy_timeout", "5000")
                .pragma("temp_store", "MEMORY")
        });
    open(options, statements).await
}

async fn postgres(
    service: &str,
    settings: &Settings,
    statements: &Statements,
) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut options = ConnectOptions::new(settings.url.reveal().clone());
    options
        .max_connections(settings.max_connections)
        .acquire_timeout(Duration::from_secs(settings.acquire_timeout_seconds))
        .sqlx_logging(false)
        .set_application_name(format!("matinee-{service}"))
        .set_schema_search_path(service);
    let pool = open(options, statements).await?;
    // Two processes may start at once: Postgres reports the loser's CREATE SCHEMA as a unique violation.
    let created = pool
        .execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS \"{service}\""))
        .await;
    if let Err(error) = created
        && !error.to_string().contains("pg_namespace")
    {
        return Err(error);
    }
    Ok(pool)
}

async fn open(options: ConnectOptions, statements: &Statements) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut connection = sea_orm::Database::connect(options).await?;
    let statements = statements.clone();
    connection.set_metric_callback(move |info| statements.record(info));
    Ok(connection)
}
