//! A clock that stands until it is moved.

use std::sync::Mutex;

use kernel::{Clock, Instant};

/// Tells the time it was told.
#[derive(Debug)]
pub struct ManualClock(Mutex<Instant>);

impl ManualClock {
    /// Stands at `text`, an RFC 3339 instant.
    ///
    /// # Panics
    /// `text` is no instant.
    pub fn at(text: &str) -> Self {
        Self(Mutex::new(text.parse().expect("an RFC 3339 instant")))
    }

    /// Moves to `text`.
    ///
    /// # Panics
    /// `text` is no instant.
    pub fn set(&self, text: &str) {
        *self.0.lock().expect("clock") = text.parse().expect("an RFC 3339 instant");
    }

    /// Moves ahead.
    ///
    /// # Panics
    /// The time is too far away.
    pub fn advance(&self, by: std::time::Duration) {
        let mut now = self.0.lock().expect("clock");
        *now += chrono::Duration::from_std(by).expect("a time span of this century");
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        *self.0.lock().expect("clock")
    }
}
