//! Values and rules of live TV: pure, no database, no async.

pub mod audit;
pub mod cursor;
pub mod diff;
pub mod export;
pub mod extras;
pub mod genre;
pub mod identity;
pub mod locks;
pub mod matching;
pub mod number;
pub mod policy;
pub mod recording;
pub mod report;
pub mod rule;
pub mod schedule;
pub mod series;
pub mod xmltv;

/// A name as it is compared: lower case, single spaces.
pub fn fold(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
