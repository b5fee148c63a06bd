//! What is done with the oddities of a guide: each source may have its own policies.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Longest shift of a channel or a source: farther than the farthest zone.
pub const MAX_SHIFT_MINUTES: i32 = 24 * 60;

/// What is done with the oddities of one source's guides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policies {
    /// The zone of times that name none. UTC, as the XMLTV DTD says, unless the source is known to mean another.
    pub default_zone: Tz,
    /// The zone of such times, by the file's channel id; before `default_zone`.
    pub channel_zones: BTreeMap<String, Tz>,
    /// Minutes that are added to every time of the source.
    pub shift_minutes: i32,
    /// Minutes that are added besides, by the file's channel id: a "+1" channel is listed with another one's times.
    pub channel_shift_minutes: BTreeMap<String, i32>,
    /// BCP 47 language that is shown where a text comes in several; none, or none of them: the file's first.
    pub language: Option<String>,
    /// A programme that runs into the next.
    pub overlap: Overlap,
    /// Time between two programmes.
    pub gap: Gap,
    /// Longest gap that [`Gap::Fill`] fills, in minutes.
    pub fill_minutes: u32,
    /// A programme that ends when, or before, it begins.
    pub zero_length: ZeroLength,
    /// Two programmes with the same start.
    pub duplicate: Duplicate,
    /// A programme without an end.
    pub missing_stop: MissingStop,
    /// How long [`MissingStop::Assume`] lets a channel's last programme last, in minutes.
    pub assumed_minutes: u32,
    /// A time that a clock shows twice, in the night it goes back.
    pub dst_fold: DstFold,
    /// A time that no clock shows, in the night it goes forward.
    pub dst_gap: DstGap,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            default_zone: Tz::UTC,
            channel_zones: BTreeMap::new(),
            shift_minutes: 0,
            channel_shift_minutes: BTreeMap::new(),
            language: None,
            overlap: Overlap::default(),
            gap: Gap::default(),
            fill_minutes: 5,
            zero_length: ZeroLength::default(),
            duplicate: Duplicate::default(),
            missing_stop: MissingStop::default(),
            assumed_minutes: 60,
            dst_fold: DstFold::default(),
            dst_gap: DstGap::default(),
        }
    }
}

impl Policies {
    /// Minutes that are added to the times of the file's channel `id`.
    pub fn shift_of(&self, id: &str) -> i32 {
        let own = self.channel_shift_minutes.get(id).copied().unwrap_or_default();
        let most = MAX_SHIFT_MINUTES;
        self.shift_minutes.clamp(-most, most) + own.clamp(-most, most)
    }

    /// The zone of times of the file's channel `id` that name none.
    pub fn zone_of(&self, id: &str) -> Tz {
        self.channel_zones.get(id).copied().unwrap_or(self.default_zone)
    }
}

/// What is done with a programme that runs into the next. Stored programmes of a channel never overlap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Overlap {
    /// The earlier one ends when the later one begins.
    #[default]
    CutEarlier,
    /// The later one begins when the earlier one ends; it goes when nothing is left of it.
    CutLater,
    /// The later one goes.
    DropLater,
}

/// What is done with time between two programmes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Gap {
    /// It stays.
    #[default]
    Keep,
    /// The earlier programme lasts until the later one begins, when the gap is short enough.
    Fill,
}

/// What is done with a programme that ends when, or before, it begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ZeroLength {
    /// It ends when the next one begins.
    #[default]
    NextStart,
    /// It goes.
    Drop,
}

/// Which of two programmes with the same start stays; one of no length never does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Duplicate {
    /// The last one of the file.
    #[default]
    Last,
    /// The first one of the file.
    First,
}

/// What is done with a programme without an end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MissingStop {
    /// It ends when the next one begins; the last one of a channel goes.
    #[default]
    NextStart,
    /// It ends when the next one begins; the last one of a channel lasts as long as is assumed.
    Assume,
    /// It goes.
    Drop,
}

/// Which of the two instants a time means that a clock shows twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DstFold {
    /// The earlier one: summer time still.
    #[default]
    Earlier,
    /// The later one: standard time already.
    Later,
}

/// What is done with a time that no clock shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DstGap {
    /// It is read as if the clock had not gone forward: 02:30 is shown as 03:30.
    #[default]
    ShiftForward,
    /// It is no time.
    Drop,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_of_policies_may_grow_and_the_rest_is_the_default() {
        let text = r#"{"default_zone":"Europe/London","channel_shift_minutes":{"one+1":60},"overlap":"CUT_LATER"}"#;
        let policies: Policies = serde_json::from_str(text).unwrap();
        assert_eq!(
            (policies.zone_of("one"), policies.shift_of("one+1")),
            (Tz::Europe__London, 60)
        );
        assert_eq!(policies.overlap, Overlap::CutLater);
        assert_eq!(policies.duplicate, Duplicate::Last);
        let again: Policies = serde_json::from_str(&serde_json::to_string(&policies).unwrap()).unwrap();
        assert_eq!(again, policies);
    }
}
