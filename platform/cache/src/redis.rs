//! Values in Redis.

use std::{ops::RangeInclusive, time::Duration};

use ::redis::{AsyncCommands, ExistenceCheck, Script, SetExpiry, SetOptions, aio::ConnectionManager};
use async_trait::async_trait;

use crate::{Drawn, Error, Kv, Quota};

/// The arithmetic of `quota.rs`, where the value is.
const DRAW: &str = r"
    local t = redis.call('TIME')
    local now = t[1] * 1000000 + t[2]
    local least, most, size, per = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
    local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
    local left = math.floor(math.max(per - (full - now), 0) * size / per)
    if left < least then return {0, left, math.ceil((least - left) * per / size)} end
    local taken = math.min(left, most)
    full = full + math.ceil(taken * per / size)
    redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.max(1, math.ceil((full - now) / 1000)))
    return {taken, left - taken, 0}
";

/// The store of the split shape.
pub struct Redis {
    connection: ConnectionManager,
    increment: Script,
    draw: Script,
    acquire: Script,
    release: Script,
}

fn unavailable(error: impl std::fmt::Display) -> Error {
    Error::Unavailable(error.to_string())
}

fn name(bucket: &str, key: &str) -> String {
    format!("matinee:{bucket}:{key}")
}

fn millis(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1)
}

impl Redis {
    /// Connects; a lost connection is made again by itself.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let client = ::redis::Client::open(url).map_err(unavailable)?;
        let config = ::redis::aio::ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(5)))
            .set_response_timeout(Some(Duration::from_secs(2)))
            .set_number_of_retries(2);
        let connection = client
            .get_connection_manager_with_config(config)
            .await
            .map_err(unavailable)?;
        Ok(Self {
            connection,
            increment: Script::new(
                "local n = redis.call('INCRBY', KEYS[1], ARGV[1]) if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return n",
            ),
            draw: Script::new(DRAW),
            acquire: Script::new(
                "local h = redis.call('GET', KEYS[1]) if h and h ~= ARGV[1] then return 0 end redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1",
            ),
            release: Script::new(
                "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0",
            ),
        })
    }
}

#[async_trait]
impl Kv for Redis {
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.connection
            .clone()
            .get(name(bucket, key))
            .await
            .map_err(unavailable)
    }

    async fn put(&self, bucket: &str, key: &str, value: &[u8], ttl: Duration) -> Result<(), Error> {
        let options = SetOptions::default().with_expiration(SetExpiry::PX(millis(ttl)));
        self.connection
            .clone()
            .set_options(name(bucket, key), value, options)
            .await
            .map_err(unavailable)
    }

    async fn put_if_absent(&self, bucket: &str, key: &str, value: &[u8], ttl: Duration) -> Result<bool, Error> {
        let options = SetOptions::default()
            .with_expiration(SetExpiry::PX(millis(ttl)))
            .conditional_set(ExistenceCheck::NX);
        let set: Option<String> = self
            .connection
            .clone()
            .set_options(name(bucket, key), value, options)
            .await
            .map_err(unavailable)?;
        Ok(set.is_some())
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<bool, Error> {
        let removed: u64 = self
            .connection
            .clone()
            .del(name(bucket, key))
            .await
            .map_err(unavailable)?;
        Ok(removed > 0)
    }

    async fn increment(&self, bucket: &str, key: &str, by: i64, ttl: Duration) -> Result<i64, Error> {
        let mut call = self.increment.key(name(bucket, key));
        call.arg(by)
            .arg(millis(ttl))
            .invoke_async(&mut self.connection.clone())
            .await
            .map_err(unavailable)
    }

    async fn draw(&self, bucket: &str, key: &str, units: RangeInclusive<u64>, quota: Quota) -> Result<Drawn, Error> {
        let mut call = self.draw.key(name(bucket, key));
        let (taken, left, wait): (u64, u64, u64) = call
            .arg(*units.start())
            .arg(*units.end())
            .arg(quota.units.max(1))
            .arg(u64::try_from(quota.per.as_micros()).unwrap_or(u64::MAX).max(1))
            .invoke_async(&mut self.connection.clone())
            .await
            .map_err(unavailable)?;
        let wait = Duration::from_micros(wait);
        Ok(Drawn { taken, left, wait })
    }

    async fn acquire(&self, bucket: &str, key: &str, holder: &str, ttl: Duration) -> Result<bool, Error> {
        let mut call = self.acquire.key(name(bucket, key));
        call.arg(holder)
            .arg(millis(ttl))
            .invoke_async(&mut self.connection.clone())
            .await
            .map_err(unavailable)
    }

    async fn release(&self, bucket: &str, key: &str, holder: &str) -> Result<bool, Error> {
        let mut call = self.release.key(name(bucket, key));
        call.arg(holder)
            .invoke_async(&mut self.connection.clone())
            .await
            .map_err(unavailable)
    }

    async fn ping(&self) -> Result<(), Error> {
        let answer: Result<String, _> = ::redis::cmd("PING").query_async(&mut self.connection.clone()).await;
        answer.map(|_| ()).map_err(unavailable)
    }
}
