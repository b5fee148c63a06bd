//! Settings → [`Platform`]: which database, bus, store, keys.

use std::{path::Path, sync::Arc, time::Duration};

use auth::{Issuer, KeyPair, Keys, PathSigner, Verifier};
use database::Database;
use kernel::{Clock, Ids, SystemClock, SystemIds};
use runtime::{Platform, PlatformParts, Supervisor, Urls};

use crate::{Error, Settings};

/// Longest wait for the public keys of accounts that runs elsewhere: it may be starting, too.
const KEYS_PATIENCE: Duration = Duration::from_mins(1);
/// Time between two looks at the public keys.
const KEYS_REFRESH: Duration = Duration::from_mins(5);

/// What a process runs, as far as its platform depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Everything runs in this process.
    pub is_whole: bool,
    /// Accounts is among it.
    pub has_accounts: bool,
}

/// Settings that cannot work with `shape`, one line for each.
pub fn contradictions(settings: &Settings, shape: Shape) -> Vec<String> {
    let mut wrong = Vec::new();
    if !shape.is_whole {
        if settings.events.is_embedded() {
            wrong.push(
                "events.url = \"memory\" reaches this process only: a part run with --only needs nats://…".to_owned(),
            );
        }
        if settings.kv.is_embedded() {
            wrong.push(
                "kv.url = \"memory\" reaches this process only: a part run with --only needs redis://…".to_owned(),
            );
        }
        if !shape.has_accounts && settings.auth.jwks_url.is_empty() {
            wrong.push("auth.jwks_url is empty: a part without accounts reads the public keys from there".to_owned());
        }
    }
    if settings.events.inline && !settings.events.is_embedded() && shape.is_whole {
        tracing::debug!("events.inline has no effect with {}", "nats");
    }
    wrong
}

/// Keeps other processes out of embedded data while it lives.
pub struct DataLock {
    /// The lock is the open file: closing it gives the folder back.
    _file: Option<std::fs::File>,
}

/// Takes the data folder for this process when databases are files in it.
///
/// # Errors
/// Another process has it.
pub fn lock(settings: &Settings) -> Result<DataLock, Error> {
    if !settings.database.is_embedded() {
        return Ok(DataLock { _file: None });
    }
    let folder = &settings.server.data_dir;
    let failed = |error| Error::File(format!("server.data_dir {}", folder.display()), error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let file = std::fs::File::create(folder.join("matinee.lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(DataLock { _file: Some(file) }),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::Setting(format!(
            "database.url = \"sqlite:\" with server.data_dir = {:?}: another process uses this folder; give this one its own, or use postgres://…",
            folder.display().to_string()
        ))),
        Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// The rules at the door.
///
/// # Errors
/// A setting that cannot be read, named.
pub fn gate(settings: &Settings) -> Result<web::Gate, Error> {
    web::Gate::new(&settings.web, &settings.public.graph_url).map_err(|refused| Error::Setting(refused.to_string()))
}

/// Opens every backend that the settings name.
///
/// # Errors
/// The first that does not work, named.
pub async fn platform(settings: &Settings, shape: Shape, bound: &str) -> Result<Platform, Error> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn Ids> = Arc::new(SystemIds);
    let supervisor = Supervisor::default();
    let data_dir = settings.server.data_dir.clone();
    let journal = if settings.kv.is_embedded() {
        let embedded = database::Settings::default();
        Some(Database::connect(&embedded, &data_dir, "kv", clock.clone(), ids.clone()).await?)
    } else {
        None
    };
    let kv = cache::connect(&settings.kv, journal, clock.clone()).await?;
    let bus = bus::connect(&settings.events).await?;
    let storage = storage::connect(&settings.objects, &data_dir.join("objects"), clock.clone())?;
    let (issuer, verifier) = tokens(settings, shape, clock.clone(), &supervisor).await?;
    let graph = if settings.public.graph_url.is_empty() {
        bound
    } else {
        &settings.public.graph_url
    };
    let media = if settings.public.media_url.is_empty() {
        graph
    } else {
        &settings.public.media_url
    };
    let urls = Urls {
        graph: graph.trim_end_matches('/').to_owned(),
        media: media.trim_end_matches('/').to_owned(),
    };
    let secret_file = file_or(&settings.auth.path_secret_file, &data_dir, "path.key");
    Ok(Platform::new(PlatformParts {
        clock,
        ids,
        database: settings.database.clone(),
        data_dir,
        bus,
        inline_events: settings.events.inline && settings.events.is_embedded(),
        max_attempts: settings.events.max_attempts,
        kv,
        storage,
        issuer,
        verifier,
        paths: PathSigner::open(&secret_file)?,
        urls,
        tokens: settings.auth.clone(),
        supervisor,
    }))
}

fn file_or(setting: &str, data_dir: &Path, name: &str) -> std::path::PathBuf {
    if setting.is_empty() {
        data_dir.join("keys").join(name)
    } else {
        setting.into()
    }
}

async fn tokens(
    settings: &Settings,
    shape: Shape,
    clock: Arc<dyn Clock>,
    supervisor: &Supervisor,
) -> Result<(Option<Issuer>, Verifier), Error> {
    let issuer = &settings.auth.issuer;
    if shape.has_accounts {
        let file = file_or(&settings.auth.private_key_file, &settings.server.data_dir, "token.pem");
        let pair = Arc::new(KeyPair::open(&file)?);
        let verifier = Verifier::new(pair.public(), issuer, clock);
        return Ok((Some(Issuer::new(pair, issuer)), verifier));
    }
    let url = &settings.auth.jwks_url;
    Ok((None, foreign_keys(url, issuer, clock, supervisor).await?))
}

/// Believes the keys at `url`, now and as they change.
///
/// # Errors
/// There are none after a while.
pub async fn foreign_keys(
    url: &str,
    issuer: &str,
    clock: Arc<dyn Clock>,
    supervisor: &Supervisor,
) -> Result<Verifier, Error> {
    let url = url.to_owned();
    let deadline = tokio::time::Instant::now() + KEYS_PATIENCE;
    let keys = loop {
        match Keys::fetch(&url).await {
            Ok(keys) => break keys,
            Err(error) if tokio::time::Instant::now() >= deadline => return Err(error.into()),
            Err(error) => {
                tracing::info!(%error, "waiting for the public keys");
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        }
    };
    let verifier = Verifier::new(keys, issuer, clock);
    let (refreshed, stop) = (verifier.clone(), supervisor.stop_token().clone());
    supervisor.spawn("auth.keys", async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(KEYS_REFRESH) => {}
            }
            match Keys::fetch(&url).await {
                Ok(keys) => refreshed.replace_keys(keys),
                Err(error) => tracing::warn!(%error, "public keys were not refreshed"),
            }
        }
    });
    Ok(verifier)
}

/// Opens the database of one service without a platform around it.
///
/// # Errors
/// It does not answer.
pub async fn database(settings: &Settings, service: &str) -> Result<Database, Error> {
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    Ok(Database::connect(&settings.database, &settings.server.data_dir, service, clock, ids).await?)
}
