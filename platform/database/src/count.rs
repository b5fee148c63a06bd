//! Counting statements, so that tests can refuse N+1 and metrics can show it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

/// Counts the statements of one database; keeps their text while asked to.
#[derive(Debug, Clone, Default)]
pub struct Statements(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    count: AtomicU64,
    texts: Mutex<Option<Vec<String>>>,
}

impl Statements {
    /// Statements since the database was opened.
    pub fn count(&self) -> u64 {
        self.0.count.load(Ordering::Relaxed)
    }

    /// Keeps the text of every statement from now on; for tests.
    pub fn keep(&self) {
        *self.0.texts.lock().expect("statement log") = Some(Vec::new());
    }

    /// The texts kept since [`Self::keep`] or the last call.
    pub fn take(&self) -> Vec<String> {
        self.0
            .texts
            .lock()
            .expect("statement log")
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    pub(crate) fn record(&self, info: &sea_orm::metric::Info<'_>) {
        self.0.count.fetch_add(1, Ordering::Relaxed);
        if let Some(texts) = self.0.texts.lock().expect("statement log").as_mut() {
            texts.push(info.statement.sql.clone());
        }
    }
}
