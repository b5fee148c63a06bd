//! Live TV: blackouts, and what can be watched at another time than when it is on.

use kernel::Instant;
use schema::events::livetv::CatchUpWindow;
use uuid::Uuid;

use super::decision::Denial;

/// A showing on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Showing {
    /// The programme.
    pub id: Uuid,
    /// First instant.
    pub starts_at: Instant,
    /// First instant after it.
    pub ends_at: Instant,
}

/// What may not be watched somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blackout {
    /// It is of the programme, not of the channel.
    pub is_programme: bool,
    /// It takes away only what is watched at another time.
    pub catch_up_only: bool,
    /// Countries and their parts; empty is everywhere.
    pub regions: Vec<String>,
    /// From; absent is always.
    pub starts_at: Option<Instant>,
    /// Until; absent is for ever.
    pub ends_at: Option<Instant>,
}

impl Blackout {
    fn is_in(&self, places: &[&str]) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|region| places.contains(&region.as_str()))
    }

    fn holds_at(&self, now: Instant) -> bool {
        self.starts_at.is_none_or(|at| at <= now) && self.ends_at.is_none_or(|at| now < at)
    }

    fn meets(&self, showing: &Showing) -> bool {
        self.starts_at.is_none_or(|at| at < showing.ends_at) && self.ends_at.is_none_or(|at| at > showing.starts_at)
    }
}

/// What is known of a channel, or of a programme on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The channel.
    pub channel: Uuid,
    /// The programme that was asked for; `None`: the channel.
    pub showing: Option<Showing>,
    /// What of the channel can be watched later.
    pub window: CatchUpWindow,
    /// Blackouts of the channel, and of the programme: the one asked for, or the one that is on.
    pub blackouts: Vec<Blackout>,
}

/// How somebody wants to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Whatever is possible: from the start when it may be, otherwise as it goes on.
    Any,
    /// As it goes on.
    Now,
    /// From the start.
    FromStart,
}

/// What is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plays {
    /// The channel, as it goes on.
    Channel,
    /// This showing from its start.
    Showing(Showing),
}

impl Live {
    /// Why nobody may watch it now in `places`; `None` when rights decide.
    ///
    /// A blackout of a programme binds while its window holds. That of a channel binds whoever watches the channel in
    /// its window, and whoever watches later what was on then.
    pub fn refuses(&self, now: Instant, places: &[&str]) -> Option<Denial> {
        let is_later = match &self.showing {
            Some(showing) if now < showing.starts_at => return Some(Denial::OutsideWindow),
            Some(showing) => now >= showing.ends_at,
            None => false,
        };
        if is_later && !self.can_be_watched_later(now) {
            return Some(Denial::OutsideWindow);
        }
        let of_here = || self.blackouts.iter().filter(|blackout| blackout.is_in(places));
        if of_here().any(|blackout| !blackout.catch_up_only && self.binds(blackout, now, is_later)) {
            return Some(Denial::Blackout);
        }
        (is_later && self.is_kept_from_later(now, places)).then_some(Denial::OutsideWindow)
    }

    /// What is played for `wish`, or why nothing is.
    pub fn plays(&self, wish: Wish, now: Instant, places: &[&str]) -> Result<Plays, Denial> {
        let Some(showing) = self.showing else {
            return Ok(Plays::Channel);
        };
        if now >= showing.ends_at {
            return Ok(Plays::Showing(showing));
        }
        let may_start_over = self.window.start_over && !self.is_kept_from_later(now, places);
        match wish {
            Wish::Any | Wish::FromStart if may_start_over => Ok(Plays::Showing(showing)),
            Wish::FromStart => Err(Denial::OutsideWindow),
            Wish::Any | Wish::Now => Ok(Plays::Channel),
        }
    }

    /// When the right to watch it ends by the window of the channel.
    pub fn ends_at(&self) -> Option<Instant> {
        let showing = self.showing?;
        let (_, until) = self.window.of(showing.starts_at, showing.ends_at)?;
        Some(until.max(showing.ends_at))
    }

    fn can_be_watched_later(&self, now: Instant) -> bool {
        let of = |showing: &Showing| self.window.of(showing.starts_at, showing.ends_at);
        let window = self.showing.as_ref().and_then(of);
        window.is_some_and(|(_, until)| now < until)
    }

    fn is_kept_from_later(&self, now: Instant, places: &[&str]) -> bool {
        let only_later = self.blackouts.iter().filter(|blackout| blackout.catch_up_only);
        only_later
            .filter(|blackout| blackout.is_in(places))
            .any(|blackout| self.binds(blackout, now, true))
    }

    fn binds(&self, blackout: &Blackout, now: Instant, is_later: bool) -> bool {
        let was_on = || self.showing.is_some_and(|showing| blackout.meets(&showing));
        blackout.holds_at(now) || (is_later && !blackout.is_programme && was_on())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(minutes: i64) -> Instant {
        "2026-11-21T12:00:00Z".parse::<Instant>().expect("an instant") + TimeDelta::minutes(minutes)
    }

    fn live(showing: Option<(i64, i64)>, hours: i32, start_over: bool) -> Live {
        Live {
            channel: Uuid::nil(),
            showing: showing.map(|(from, to)| Showing {
                id: Uuid::nil(),
                starts_at: at(from),
                ends_at: at(to),
            }),
            window: CatchUpWindow { hours, start_over },
            blackouts: Vec::new(),
        }
    }

    fn blackout(is_programme: bool, catch_up_only: bool, regions: &[&str], window: (i64, i64)) -> Blackout {
        Blackout {
            is_programme,
            catch_up_only,
            regions: regions.iter().map(|region| (*region).to_owned()).collect(),
            starts_at: Some(at(window.0)),
            ends_at: Some(at(window.1)),
        }
    }

    #[test]
    fn the_window_opens_at_the_start_and_closes_to_the_minute() {
        let film = live(Some((0, 60)), 2, true);
        let cases = [
            (-1, Some(Denial::OutsideWindow)),
            (0, None),
            (60, None),
            (179, None),
            (180, Some(Denial::OutsideWindow)),
        ];
        for (minute, refused) in cases {
            assert_eq!(film.refuses(at(minute), &["GB"]), refused, "{minute}");
        }
        assert_eq!(
            live(Some((0, 60)), 0, true).refuses(at(60), &["GB"]),
            Some(Denial::OutsideWindow)
        );
    }

    #[test]
    fn a_running_programme_starts_over_only_where_it_may() {
        let film = live(Some((0, 60)), 2, true);
        let showing = film.showing.expect("a showing");
        assert_eq!(film.plays(Wish::Any, at(30), &[]), Ok(Plays::Showing(showing)));
        assert_eq!(film.plays(Wish::Now, at(30), &[]), Ok(Plays::Channel));
        assert_eq!(
            film.plays(Wish::Now, at(90), &[]),
            Ok(Plays::Showing(showing)),
            "it is over"
        );
        let fixed = live(Some((0, 60)), 2, false);
        assert_eq!(fixed.plays(Wish::Any, at(30), &[]), Ok(Plays::Channel));
        assert_eq!(fixed.plays(Wish::FromStart, at(30), &[]), Err(Denial::OutsideWindow));
        let mut kept = film.clone();
        kept.blackouts.push(blackout(true, true, &["GB"], (0, 600)));
        assert_eq!(kept.plays(Wish::FromStart, at(30), &["GB"]), Err(Denial::OutsideWindow));
        assert_eq!(
            (kept.refuses(at(30), &["GB"]), kept.refuses(at(90), &["GB"])),
            (None, Some(Denial::OutsideWindow))
        );
        assert_eq!(kept.refuses(at(90), &["NZ"]), None);
    }

    #[test]
    fn a_blackout_binds_where_and_while_it_holds_and_what_was_dark_stays_dark() {
        let mut channel = live(None, 2, true);
        channel.blackouts.push(blackout(false, false, &["GB-SCT"], (0, 60)));
        for (minute, place, refused) in [
            (30, "GB-SCT", true),
            (30, "GB", false),
            (60, "GB-SCT", false),
            (-1, "GB-SCT", false),
        ] {
            let told = channel.refuses(at(minute), &[place]);
            assert_eq!(told, refused.then_some(Denial::Blackout), "{minute} {place}");
        }
        let mut later = live(Some((30, 90)), 24, true);
        later.blackouts.push(blackout(false, false, &[], (0, 60)));
        assert_eq!(
            later.refuses(at(200), &["GB"]),
            Some(Denial::Blackout),
            "it was on in the blackout"
        );
        let mut own = live(Some((30, 90)), 24, true);
        own.blackouts.push(blackout(true, false, &[], (0, 100)));
        assert_eq!(
            (own.refuses(at(95), &["GB"]), own.refuses(at(100), &["GB"])),
            (Some(Denial::Blackout), None)
        );
    }
}
