//! API keys: what a secret stands for, as accounts wrote it down.

use std::{sync::Arc, time::Duration};

use auth::{API_KEY_DAYS, API_KEYS, ApiKey};
use cache::Kv;
use kernel::{Clock, ErrorCode, Refusal};
use moka::future::Cache;
use uuid::Uuid;

use crate::{Ports, error::Rejection, settings::Settings};

/// Most keys, known and unknown, that are kept.
const CACHED: u64 = 10_000;
/// Longest time one is kept, whatever the setting.
const LONGEST: Duration = Duration::from_secs(10);
/// How long it is known when a key was last used: longer than any key lives.
const DAYS_KEPT: Duration = Duration::from_hours(400 * 24);

/// Looks keys up, and remembers for a moment what it found. Only hashes are compared and kept.
pub(crate) struct Keys {
    kv: Arc<dyn Kv>,
    clock: Arc<dyn Clock>,
    found: Cache<String, Option<Arc<ApiKey>>>,
    /// The day of each key that is written down already.
    days: Cache<Uuid, String>,
}

impl Keys {
    pub(crate) fn new(ports: &Ports, settings: &Settings) -> Self {
        let keep = Duration::from_millis(settings.api_key_cache_ms).min(LONGEST);
        Self {
            kv: ports.kv.clone(),
            clock: ports.clock.clone(),
            days: Cache::new(CACHED),
            found: Cache::builder()
                .max_capacity(if keep.is_zero() { 0 } else { CACHED })
                .time_to_live(keep.max(Duration::from_millis(1)))
                .build(),
        }
    }

    /// What `secret` stands for.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when it is no live key; `UNAVAILABLE` when that cannot be known.
    pub(crate) async fn find(&self, secret: &str) -> Result<Arc<ApiKey>, Rejection> {
        let hash = ApiKey::hash(secret.trim()).ok_or_else(Self::unknown)?;
        let look_up = async {
            let value = self.kv.get(API_KEYS, &hash).await?;
            Ok::<_, cache::Error>(value.and_then(|value| read(&value)))
        };
        let found = self.found.try_get_with_by_ref(&hash, look_up).await;
        match found {
            Ok(Some(key)) => {
                self.note_day(key.id).await;
                Ok(key)
            }
            Ok(None) => Err(Self::unknown()),
            Err(error) => {
                tracing::error!(%error, "API keys cannot be looked up");
                let message = "API keys cannot be looked up at the moment";
                Err(Rejection::of(&Refusal::new(ErrorCode::Unavailable, message)))
            }
        }
    }

    /// Writes down that the key was used today, once a day.
    async fn note_day(&self, key: Uuid) {
        let today = self.clock.now().format("%F").to_string();
        if self.days.get(&key).await.as_deref() == Some(&today) {
            return;
        }
        self.days.insert(key, today.clone()).await;
        let noted = self
            .kv
            .put(API_KEY_DAYS, &key.to_string(), today.as_bytes(), DAYS_KEPT)
            .await;
        if let Err(error) = noted {
            tracing::warn!(%error, "cannot note when an API key was used");
        }
    }

    /// The refusal of what is no live key: never made, revoked and expired look the same.
    pub(crate) fn unknown() -> Rejection {
        let message = "the X-API-Key header holds no valid key";
        Rejection::of(&Refusal::new(ErrorCode::Unauthenticated, message))
    }
}

fn read(value: &[u8]) -> Option<Arc<ApiKey>> {
    match serde_json::from_slice(value) {
        Ok(key) => Some(Arc::new(key)),
        Err(error) => {
            // The position only: the text may quote the value.
            tracing::error!(
                line = error.line(),
                column = error.column(),
                "an API key's entry cannot be read"
            );
            None
        }
    }
}
