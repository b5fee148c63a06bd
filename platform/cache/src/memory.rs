//! Values in this process, journalled.

use std::{
    collections::HashMap,
    ops::RangeInclusive,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use database::Database;
use kernel::{Clock, Instant};
use sea_orm::{ConnectionTrait, Statement};

use crate::{Drawn, Error, Kv, Quota, quota};

/// Most entries; a million small ones are about 200 MB.
const MAX_ENTRIES: usize = 1_000_000;
/// Entries over which expired ones are swept out, doubled as the store grows.
const SWEEP_FROM: usize = 1024;

struct Entry {
    value: Vec<u8>,
    ends_at: Instant,
}

struct Entries {
    map: HashMap<String, Entry>,
    sweep_at: usize,
}

/// The store of one process.
pub struct Memory {
    entries: Mutex<Entries>,
    journal: Option<Database>,
    clock: Arc<dyn Clock>,
}

fn path(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}")
}

impl Memory {
    /// A store that forgets everything with the process, for tests.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            entries: Mutex::new(Entries {
                map: HashMap::new(),
                sweep_at: SWEEP_FROM,
            }),
            journal: None,
            clock,
        }
    }

    /// Reads back what the journal holds.
    pub async fn open(journal: Option<Database>, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let mut store = Self::new(clock);
        if let Some(journal) = journal {
            // The port's own table: no service owns it, so it is not among the migrations.
            journal
                .writer()
                .execute_unprepared("CREATE TABLE IF NOT EXISTS kv (path TEXT PRIMARY KEY, value BLOB NOT NULL, ends_at BIGINT NOT NULL)")
                .await?;
            let now = store.clock.now().timestamp_millis();
            let sql = |text: &str, values: Vec<sea_orm::Value>| {
                Statement::from_sql_and_values(journal.backend(), text, values)
            };
            journal
                .writer()
                .execute_raw(sql("DELETE FROM kv WHERE ends_at <= ?", vec![now.into()]))
                .await?;
            let rows = journal
                .reader()
                .query_all_raw(sql("SELECT path, value, ends_at FROM kv", vec![]))
                .await?;
            let mut map = HashMap::with_capacity(rows.len());
            for row in rows {
                let ends_at: i64 = row.try_get_by_index(2)?;
                let ends_at = chrono::DateTime::from_timestamp_millis(ends_at).unwrap_or_default();
                map.insert(
                    row.try_get_by_index(0)?,
                    Entry {
                        value: row.try_get_by_index(1)?,
                        ends_at,
                    },
                );
            }
            store.entries = Mutex::new(Entries {
                sweep_at: (map.len() * 2).max(SWEEP_FROM),
                map,
            });
            store.journal = Some(journal);
        }
        Ok(store)
    }

    fn ends_at(&self, ttl: Duration) -> Instant {
        self.clock.now() + chrono::Duration::from_std(ttl).unwrap_or(chrono::Duration::days(3650))
    }

    /// Changes the entry at `path`; the closure gets what is valid now and says what is to be there.
    fn change<T>(&self, path: &str, change: impl FnOnce(Option<&Entry>) -> (Option<Entry>, T)) -> Result<T, Error> {
        let now = self.clock.now();
        let mut entries = self.entries.lock().expect("entries");
        if entries.map.len() >= entries.sweep_at {
            entries.map.retain(|_, entry| entry.ends_at > now);
            entries.sweep_at = (entries.map.len() * 2).max(SWEEP_FROM);
        }
        let (next, result) = change(entries.map.get(path).filter(|entry| entry.ends_at > now));
        if let Some(entry) = next {
            if entries.map.len() >= MAX_ENTRIES && !entries.map.contains_key(path) {
                return Err(Error::Full(MAX_ENTRIES));
            }
            entries.map.insert(path.to_owned(), entry);
        }
        Ok(result)
    }

    async fn record(&self, path: &str, value: &[u8], ends_at: Instant) -> Result<(), Error> {
        let Some(journal) = &self.journal else { return Ok(()) };
        let sql = "INSERT INTO kv (path, value, ends_at) VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE SET value = excluded.value, ends_at = excluded.ends_at";
        let values: Vec<sea_orm::Value> = vec![path.into(), value.to_vec().into(), ends_at.timestamp_millis().into()];
        journal
            .writer()
            .execute_raw(Statement::from_sql_and_values(journal.backend(), sql, values))
            .await?;
        Ok(())
    }
}

#[async_trait]
impl Kv for Memory {
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.change(&path(bucket, key), |entry| {
            (None, entry.map(|entry| entry.value.clone()))
        })
    }

    async fn put(&self, bucket: &str, key: &str, value: &[u8], ttl: Duration) -> Result<(), Error> {
        let (path, ends_at) = (path(bucket, key), self.ends_at(ttl));
        // Journal first: what was said to be kept must survive.
        self.record(&path, value, ends_at).await?;
        self.change(&path, |_| {
            (
                Some(Entry {
                    value: value.to_vec(),
                    ends_at,
                }),
                (),
            )
        })
    }

    async fn put_if_absent(&self, bucket: &str, key: &str, value: &[u8], ttl: Duration) -> Result<bool, Error> {
        let (path, ends_at) = (path(bucket, key), self.ends_at(ttl));
        let is_new = self.change(&path, |entry| match entry {
            Some(_) => (None, false),
            None => (
                Some(Entry {
                    value: value.to_vec(),
                    ends_at,
                }),
                true,
            ),
        })?;
        if is_new {
            self.record(&path, value, ends_at).await?;
        }
        Ok(is_new)
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<bool, Error> {
        let path = path(bucket, key);
        if let Some(journal) = &self.journal {
            let sql = Statement::from_sql_and_values(
                journal.backend(),
                "DELETE FROM kv WHERE path = ?",
                vec![path.as_str().into()],
            );
            journal.writer().execute_raw(sql).await?;
        }
        let now = self.clock.now();
        let removed = self.entries.lock().expect("entries").map.remove(&path);
        Ok(removed.is_some_and(|entry| entry.ends_at > now))
    }

    async fn increment(&self, bucket: &str, key: &str, by: i64, ttl: Duration) -> Result<i64, Error> {
        let fresh = self.ends_at(ttl);
        self.change(&path(bucket, key), |entry| {
            let old = entry.map_or(0, |entry| String::from_utf8_lossy(&entry.value).parse().unwrap_or(0));
            let new = by.saturating_add(old);
            let ends_at = entry.map_or(fresh, |entry| entry.ends_at);
            (
                Some(Entry {
                    value: new.to_string().into_bytes(),
                    ends_at,
                }),
                new,
            )
        })
    }

    async fn draw(&self, bucket: &str, key: &str, units: RangeInclusive<u64>, quota: Quota) -> Result<Drawn, Error> {
        let micros = |instant: Instant| u64::try_from(instant.timestamp_micros()).unwrap_or(0);
        let now = micros(self.clock.now());
        self.change(&path(bucket, key), |entry| {
            // The entry ends when the bucket is full: its end is all there is to know.
            let (drawn, full_at) = quota::draw(now, entry.map(|entry| micros(entry.ends_at)), &units, quota);
            let entry = full_at.map(|full_at| Entry {
                value: Vec::new(),
                ends_at: self.ends_at(Duration::from_micros(full_at - now)),
            });
            (entry, drawn)
        })
    }

    async fn acquire(&self, bucket: &str, key: &str, holder: &str, ttl: Duration) -> Result<bool, Error> {
        let ends_at = self.ends_at(ttl);
        self.change(&path(bucket, key), |entry| match entry {
            Some(entry) if entry.value != holder.as_bytes() => (None, false),
            _ => (
                Some(Entry {
                    value: holder.as_bytes().to_vec(),
                    ends_at,
                }),
                true,
            ),
        })
    }

    async fn release(&self, bucket: &str, key: &str, holder: &str) -> Result<bool, Error> {
        let now = self.clock.now();
        self.change(&path(bucket, key), |entry| match entry {
            Some(entry) if entry.value == holder.as_bytes() => (
                Some(Entry {
                    value: Vec::new(),
                    ends_at: now,
                }),
                true,
            ),
            _ => (None, false),
        })
    }

    async fn ping(&self) -> Result<(), Error> {
        Ok(())
    }
}
