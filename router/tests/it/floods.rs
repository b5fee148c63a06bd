//! Subscriptions that are counted, so that a test sees whether they end.

use std::{collections::BTreeMap, sync::Mutex};

/// A subscription that is counted for as long as it lives.
pub struct Counted(String);

/// How many subscriptions of a key live, and how many events they have made.
static FLOODS: Mutex<BTreeMap<String, (usize, usize)>> = Mutex::new(BTreeMap::new());

impl Counted {
    pub fn new(key: String) -> Self {
        FLOODS.lock().expect("counts").entry(key.clone()).or_default().0 += 1;
        Self(key)
    }
    pub fn made(&self) {
        FLOODS.lock().expect("counts").entry(self.0.clone()).or_default().1 += 1;
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        FLOODS.lock().expect("counts").entry(self.0.clone()).or_default().0 -= 1;
    }
}

/// How many subscriptions to `flood(key:)` live, and how many events they have made.
pub fn floods(key: &str) -> (usize, usize) {
    FLOODS.lock().expect("counts").get(key).copied().unwrap_or_default()
}
