//! What a series rule wants, and what it makes of the showings it sees.

use std::collections::HashSet;

use uuid::Uuid;

use super::fold;

/// The key of a series that is known by its title only.
pub fn title_key(title: &str) -> String {
    format!("title:{}", fold(title))
}

/// What a rule wants.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Which series.
    pub series_key: &'a str,
    /// Only this channel.
    pub channel: Option<Uuid>,
}

/// A showing as a rule sees it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The programme.
    pub programme: Uuid,
    /// Its channel.
    pub channel: Uuid,
    /// Its series, when the guide says.
    pub series_key: Option<&'a str>,
    /// Its title.
    pub title: &'a str,
    /// Which episode it is, when anybody can tell.
    pub episode_key: Option<&'a str>,
    /// It was shown before.
    pub is_repeat: bool,
    /// What a recording would take.
    pub seconds: i32,
}

impl Wish<'_> {
    /// Whether a showing is one of the series. A rule of one channel knows it by its title, too.
    pub fn wants(&self, seen: &Seen<'_>) -> bool {
        if self.channel.is_some_and(|channel| channel != seen.channel) {
            return false;
        }
        let is_by_title = || self.channel.is_some() && self.series_key == title_key(seen.title);
        seen.series_key == Some(self.series_key) || is_by_title()
    }
}

/// What a rule makes of a showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is recorded.
    Record,
    /// It is a repeat.
    Repeat,
    /// The episode is recorded, or was.
    SameEpisode,
    /// The profile has a recording of it, or cancelled one.
    AlreadyScheduled,
    /// The quota is used up.
    OverQuota,
}

/// What was recorded before: it grows with each showing that is recorded.
#[derive(Debug, Default)]
pub struct Memory {
    /// Programmes that a profile records, or cancelled: `(profile, programme)`.
    pub programmes: HashSet<(Uuid, Uuid)>,
    /// Episodes that a profile records.
    pub episodes: HashSet<(Uuid, String)>,
    /// Episodes that a rule recorded, whatever became of it.
    pub done: HashSet<(Uuid, String)>,
}

/// Whose memory is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// The rule.
    pub rule: Uuid,
    /// Its profile.
    pub profile: Uuid,
    /// Only new episodes, each once.
    pub new_only: bool,
}

impl Memory {
    /// What a rule makes of a showing; `has_room` says whether the quota has room for it.
    pub fn judge(&mut self, asking: Asking, seen: &Seen<'_>, has_room: bool) -> Verdict {
        if self.programmes.contains(&(asking.profile, seen.programme)) {
            return Verdict::AlreadyScheduled;
        }
        if asking.new_only {
            if seen.is_repeat {
                return Verdict::Repeat;
            }
            let is_known = |key: &str| {
                self.episodes.contains(&(asking.profile, key.to_owned()))
                    || self.done.contains(&(asking.rule, key.to_owned()))
            };
            if seen.episode_key.is_some_and(is_known) {
                return Verdict::SameEpisode;
            }
        }
        if !has_room {
            return Verdict::OverQuota;
        }
        self.programmes.insert((asking.profile, seen.programme));
        if let Some(key) = seen.episode_key {
            self.episodes.insert((asking.profile, key.to_owned()));
            self.done.insert((asking.rule, key.to_owned()));
        }
        Verdict::Record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn seen(programme: u128, episode_key: Option<&str>) -> Seen<'_> {
        Seen {
            programme: id(programme),
            channel: id(1),
            series_key: Some("tvdb:series/1"),
            title: "The  Bridge",
            episode_key,
            is_repeat: false,
            seconds: 60,
        }
    }

    #[test]
    fn a_series_is_known_by_its_key_and_on_one_channel_by_its_title() {
        let wants = |series_key: &str, channel| Wish { series_key, channel }.wants(&seen(1, None));
        assert!(wants("tvdb:series/1", None) && wants("tvdb:series/1", Some(id(1))));
        assert!(!wants("tvdb:series/1", Some(id(2))));
        assert!(wants("title:the bridge", Some(id(1))) && !wants("title:the bridge", None));
    }

    #[test]
    fn an_episode_is_recorded_once_by_a_rule_for_new_ones() {
        let mut memory = Memory::default();
        let new = Asking {
            rule: id(7),
            profile: id(8),
            new_only: true,
        };
        assert_eq!(memory.judge(new, &seen(1, Some("e1")), true), Verdict::Record);
        assert_eq!(memory.judge(new, &seen(1, Some("e1")), true), Verdict::AlreadyScheduled);
        assert_eq!(memory.judge(new, &seen(2, Some("e1")), true), Verdict::SameEpisode);
        let repeat = Seen {
            is_repeat: true,
            ..seen(3, Some("e2"))
        };
        assert_eq!(memory.judge(new, &repeat, true), Verdict::Repeat);
        // What passed over for want of room is no episode that was recorded.
        assert_eq!(memory.judge(new, &seen(4, Some("e3")), false), Verdict::OverQuota);
        assert_eq!(memory.judge(new, &seen(4, Some("e3")), true), Verdict::Record);
        // Nobody can tell them apart: each is recorded.
        assert_eq!(memory.judge(new, &seen(5, None), true), Verdict::Record);
        assert_eq!(memory.judge(new, &seen(6, None), true), Verdict::Record);
        let all = Asking { new_only: false, ..new };
        assert_eq!(memory.judge(all, &seen(2, Some("e1")), true), Verdict::Record);
    }
}
