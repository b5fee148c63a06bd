//! Why the process cannot start.

/// An error for the person at the command line.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is wrong; the text names it.
    #[error("{0}")]
    Setting(String),
    /// Settings that cannot work together or with this command; one line each.
    #[error("these settings do not work:\n  {}", .0.join("\n  "))]
    Settings(Vec<String>),
    /// A file cannot be used.
    #[error("cannot use {0}")]
    File(String, #[source] std::io::Error),
    /// Keys cannot be used.
    #[error("keys")]
    Keys(#[from] auth::KeyError),
    /// A database cannot be used.
    #[error("database")]
    Database(#[from] database::Error),
    /// Migrations of a service failed.
    #[error("cannot migrate the database of {0}")]
    Migrate(&'static str, #[source] sea_orm::DbErr),
    /// The event bus cannot be used.
    #[error("events.url")]
    Bus(#[from] bus::Error),
    /// The key-value store cannot be used.
    #[error("kv.url")]
    Kv(#[from] cache::Error),
    /// The object store cannot be used.
    #[error("objects.url")]
    Objects(#[from] storage::Error),
    /// Logs or traces cannot be set up.
    #[error("telemetry")]
    Logs(#[from] telemetry::Error),
    /// A service cannot be built.
    #[error("cannot build {0}: {1}")]
    Service(&'static str, String),
    /// The graph cannot be composed or served.
    #[error("router")]
    Router(#[from] router::Error),
    /// The demo cannot be loaded.
    #[error("cannot load the demo of {0}: {1}")]
    Demo(&'static str, String),
    /// Nothing can be listened to.
    #[error("network")]
    Network(#[source] std::io::Error),
    /// A check of `matinee check` or `matinee schema --check` failed; what it found is printed already.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// The text with all its causes.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }
}
