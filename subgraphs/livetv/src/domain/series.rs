//! Which episode a programme is, as recordings and reminders know it again.

use chrono::TimeDelta;
use kernel::Instant;

use super::{fold, rule::title_key};

/// An episode that moved further is another showing.
pub const NEAR: TimeDelta = TimeDelta::hours(24);
/// So is what is no episode and moved further: news come every hour.
const NEARER: TimeDelta = TimeDelta::hours(3);

/// What the guide says of a programme, apart from when and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billing<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its subtitle.
    pub subtitle: Option<&'a str>,
    /// Its season.
    pub season: Option<i32>,
    /// Its episode.
    pub episode: Option<i32>,
}

impl Billing<'_> {
    /// Which episode of the series it is; `None` when nothing tells one from the other.
    pub fn episode_key(&self) -> Option<String> {
        let series = title_key(self.title);
        let season = self.season.map(|season| format!("s{season}")).unwrap_or_default();
        match (self.episode, self.subtitle) {
            (Some(episode), _) => Some(format!("{series}#{season}e{episode}")),
            (None, Some(subtitle)) => Some(format!("{series}#{season}{}", fold(subtitle))),
            (None, None) => None,
        }
    }
}

/// A showing that may be another one, moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showing<'a> {
    /// Its title.
    pub title: &'a str,
    /// Which episode it is.
    pub episode_key: Option<&'a str>,
    /// When it begins.
    pub starts_at: Instant,
}

impl Showing<'_> {
    /// Whether `other` shows the same: the same episode, or as far as anybody can tell.
    pub fn is_same_work(&self, other: &Showing<'_>) -> bool {
        match (self.episode_key, other.episode_key) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => fold(self.title) == fold(other.title),
        }
    }

    /// How far `other` is away when it may be this one, moved; `None` when it cannot.
    pub fn moved_by(&self, other: &Showing<'_>) -> Option<TimeDelta> {
        let distance = (other.starts_at - self.starts_at).abs();
        let is_same = match (self.episode_key, other.episode_key) {
            (Some(_), Some(_)) => self.is_same_work(other) && distance <= NEAR,
            (None, None) => self.is_same_work(other) && distance <= NEARER,
            _ => false,
        };
        is_same.then_some(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_is_known_by_its_number_else_by_its_subtitle() {
        let key = |subtitle, season, episode| {
            Billing {
                title: "The  Bridge",
                subtitle,
                season,
                episode,
            }
            .episode_key()
        };
        assert_eq!(key(Some("A"), Some(2), Some(3)), key(Some("B"), Some(2), Some(3)));
        assert_ne!(key(None, Some(1), Some(3)), key(None, Some(2), Some(3)));
        assert_eq!(key(Some("The  End"), None, None), key(Some("the end"), None, None));
        assert_eq!(key(None, Some(1), None), None);
    }

    #[test]
    fn a_showing_is_known_again_near_its_time_only() {
        let at = |hours: i64| "2026-11-21T12:00:00Z".parse::<Instant>().unwrap() + TimeDelta::hours(hours);
        let show = |episode_key, hours| Showing {
            title: "News",
            episode_key,
            starts_at: at(hours),
        };
        assert_eq!(show(None, 0).moved_by(&show(None, -2)), Some(TimeDelta::hours(2)));
        assert_eq!(show(None, 0).moved_by(&show(None, 4)), None);
        assert!(show(Some("a"), 0).moved_by(&show(Some("a"), 24)).is_some());
        assert_eq!(show(Some("a"), 0).moved_by(&show(Some("b"), 0)), None);
        assert_eq!(show(Some("a"), 0).moved_by(&show(None, 0)), None);
    }
}
