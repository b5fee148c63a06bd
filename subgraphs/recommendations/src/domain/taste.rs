//! What a profile watched and thought of it.

use std::collections::HashMap;

use kernel::{Instant, TitleId};

/// A title that was watched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watched {
    /// Which.
    pub title: TitleId,
    /// How much of it, 0 to 1.
    pub share: f64,
    /// When last.
    pub at: Instant,
}

/// A title that was begun and not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resume {
    /// Which.
    pub title: TitleId,
    /// When last.
    pub at: Instant,
}

/// What a profile watched and thought of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taste {
    /// What was watched, newest first.
    pub watched: Vec<Watched>,
    /// Ratings, 1 to 5.
    pub ratings: HashMap<TitleId, i32>,
    /// Titles for older viewers are not shown; in years.
    pub max_age: Option<i32>,
}

/// How much somebody liked a title: from -1 to 1.5. Half watched and not rated is 0.6.
pub fn strength(share: f64, rating: Option<i32>) -> f64 {
    let watched = 0.2 + 0.8 * share.clamp(0.0, 1.0);
    match rating {
        None => watched,
        // Who rates 1 or 2 does not want more of it, however long they watched.
        Some(..=1) => -1.0,
        Some(2) => -0.5,
        Some(3) => watched * 0.8,
        Some(4) => watched.max(0.6) + 0.25,
        Some(5..) => watched.max(0.6) + 0.5,
    }
}
