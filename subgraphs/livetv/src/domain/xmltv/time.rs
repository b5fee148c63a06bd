//! Times as guides write them: `20261121203000 +0100`, with parts left out, in the zone of the file or of the source.

use std::{fmt, str::FromStr};

use chrono::{MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use kernel::Instant;

use crate::domain::{
    policy::{DstFold, DstGap, Policies},
    report::{Code, Report},
};

/// Zones that guides name, in minutes east of UTC. Of names that mean several zones only those whose meaning the guides
/// of the world agree on; a name says summer or winter by itself.
const ZONES: [(&str, i32); 28] = [
    ("Z", 0),
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("MET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("JST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("EST", -300),
    ("EDT", -240),
    ("CDT", -300),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
];
/// The farthest zone is UTC+14.
const FARTHEST_HOURS: i32 = 14;
/// Longer than any clock goes forward.
const LONGER_THAN_A_GAP: TimeDelta = TimeDelta::hours(3);

/// Reads times by a source's policies.
pub struct Clock<'p> {
    policies: &'p Policies,
    /// Files name the same zone again and again.
    known: (String, Zone),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    /// None is named: the source's.
    OfSource,
    /// Minutes east of UTC.
    Fixed(i32),
    Named(Tz),
}

/// A time that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// The instant.
    pub at: Instant,
    has_zone: bool,
    oddity: Option<Code>,
}

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its digits are not those of a date and a time.
    NoTime,
    /// Nobody knows its zone.
    NoZone,
    /// No clock shows it, and such times are dropped.
    NotShown,
}

impl Fault {
    /// What the report calls it.
    pub const fn code(self) -> Code {
        match self {
            Self::NoTime | Self::NoZone => Code::BadTime,
            Self::NotShown => Code::DstGap,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTime => "is no time",
            Self::NoZone => "names a zone that is not known",
            Self::NotShown => "no clock shows",
        })
    }
}

impl Read {
    /// Notes what was odd about it.
    pub fn tell(&self, line: Option<u32>, text: &str, report: &mut Report) {
        if !self.has_zone {
            report.note(Code::NoOffset, line, format_args!("{text:?} names no zone"));
        }
        let at = self.at;
        match self.oddity {
            Some(Code::DstFold) => {
                let text = format_args!("clocks show {text:?} twice: read as {at}");
                report.warn(Code::DstFold, line, text);
            }
            Some(code) => {
                let text = format_args!("no clock shows {text:?}: read as {at}");
                report.warn(code, line, text);
            }
            None => {}
        }
    }
}

impl<'p> Clock<'p> {
    /// Reads by `policies`.
    pub fn new(policies: &'p Policies) -> Self {
        Self {
            policies,
            known: (String::new(), Zone::OfSource),
        }
    }

    /// Reads a time of the file's channel `channel`. `after`: what it comes after, as far as that tells which of two
    /// instants is meant.
    pub fn read(&mut self, text: &str, channel: &str, after: Option<Instant>) -> Result<Read, Fault> {
        let (local, zone) = split(text).ok_or(Fault::NoTime)?;
        let zone = self.zone(zone).ok_or(Fault::NoZone)?;
        let shift = TimeDelta::minutes(i64::from(self.policies.shift_of(channel)));
        let (at, oddity) = match zone {
            Zone::Fixed(minutes) => {
                let offset = TimeDelta::minutes(i64::from(minutes));
                (local.checked_sub_signed(offset).ok_or(Fault::NoTime)?.and_utc(), None)
            }
            Zone::Named(zone) => self.resolve(local, zone, after.map(|after| after - shift))?,
            Zone::OfSource => {
                let zone = self.policies.zone_of(channel);
                self.resolve(local, zone, after.map(|after| after - shift))?
            }
        };
        Ok(Read {
            at: at.checked_add_signed(shift).ok_or(Fault::NoTime)?,
            has_zone: zone != Zone::OfSource,
            oddity,
        })
    }

    fn resolve(
        &self,
        local: NaiveDateTime,
        zone: Tz,
        after: Option<Instant>,
    ) -> Result<(Instant, Option<Code>), Fault> {
        match zone.from_local_datetime(&local) {
            MappedLocalTime::Single(at) => Ok((at.to_utc(), None)),
            MappedLocalTime::Ambiguous(earlier, later) => {
                // 02:00, 02:30, 02:00, 02:30: what is listed later is later.
                let is_earlier =
                    self.policies.dst_fold == DstFold::Earlier && after.is_none_or(|after| earlier.to_utc() > after);
                let at = if is_earlier { earlier } else { later };
                Ok((at.to_utc(), Some(Code::DstFold)))
            }
            MappedLocalTime::None if self.policies.dst_gap == DstGap::Drop => Err(Fault::NotShown),
            MappedLocalTime::None => {
                // The offset before the gap tells what the time would have been.
                let before = local.checked_sub_signed(LONGER_THAN_A_GAP).ok_or(Fault::NoTime)?;
                let before = zone.from_local_datetime(&before).latest().ok_or(Fault::NotShown)?;
                let offset = TimeDelta::seconds(i64::from(before.offset().fix().local_minus_utc()));
                let at = local.checked_sub_signed(offset).ok_or(Fault::NoTime)?;
                Ok((at.and_utc(), Some(Code::DstGap)))
            }
        }
    }

    fn zone(&mut self, name: &str) -> Option<Zone> {
        if name.is_empty() {
            return Some(Zone::OfSource);
        }
        if self.known.0 != name {
            let zone = fixed(name).map(Zone::Fixed).or_else(|| named(name).map(Zone::Named))?;
            self.known = (name.to_owned(), zone);
        }
        Some(self.known.1)
    }
}

/// Date and time, and the zone behind them: `20261121203000 +0100` or, as JSON has it, `2026-11-21T20:30:00+01:00`.
fn split(text: &str) -> Option<(NaiveDateTime, &str)> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let mut digits = [0_u8; 14];
    let (mut count, mut end) = (0, 0);
    let is_iso = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'0'..=b'9' if count < 14 => {
                digits[count] = byte - b'0';
                count += 1;
            }
            b'-' if is_iso && end < 8 => {}
            b'T' | b't' | b' ' if is_iso && end == 10 && bytes.get(11).is_some_and(u8::is_ascii_digit) => {}
            b':' if is_iso && end > 10 => {}
            _ => break,
        }
        end += 1;
    }
    // Fractions of a second.
    if is_iso && bytes.get(end) == Some(&b'.') {
        end += 1 + bytes[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    if count < 8 || count % 2 != 0 || bytes.get(end).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let pair = |at: usize| u32::from(digits[at]) * 10 + u32::from(digits[at + 1]);
    let year = i32::try_from(pair(0) * 100 + pair(2)).ok()?;
    let date = NaiveDate::from_ymd_opt(year, pair(4), pair(6))?;
    let (hour, minute, second) = (pair(8), pair(10), pair(12));
    if (hour, minute, second) == (24, 0, 0) {
        return Some((date.succ_opt()?.and_time(NaiveTime::MIN), text[end..].trim()));
    }
    let local = date.and_hms_opt(hour, minute, second)?;
    Some((local, text[end..].trim()))
}

/// `+0100`, `-05:30`, `+1`, `UTC+2`, `BST`: minutes east of UTC.
fn fixed(zone: &str) -> Option<i32> {
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| name.eq_ignore_ascii_case(zone)) {
        return Some(*minutes);
    }
    let offset = ["UTC", "GMT"]
        .iter()
        .find_map(|name| zone.strip_prefix(name))
        .unwrap_or(zone)
        .trim_start();
    let (sign, rest) = match offset.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if rest.len() > 2 => rest.split_at_checked(rest.len() - 2)?,
        None => (rest, "0"),
    };
    let number = |digits: &str| {
        let is_number = matches!(digits.len(), 1 | 2) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<i32>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= FARTHEST_HOURS && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// `Europe/London`, in any case.
fn named(zone: &str) -> Option<Tz> {
    if let Ok(zone) = Tz::from_str(zone) {
        return Some(zone);
    }
    // Only names of places: `ist` is not `IST`.
    let is_place = zone.contains('/');
    let mut zones = TZ_VARIANTS.iter().filter(|_| is_place);
    zones.find(|known| known.name().eq_ignore_ascii_case(zone)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_by(policies: &Policies, text: &str) -> Result<String, Fault> {
        let read = Clock::new(policies).read(text, "one", None)?;
        Ok(read.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }

    fn read(text: &str) -> Result<String, Fault> {
        read_by(&Policies::default(), text)
    }

    #[test]
    fn offsets_and_zones_are_applied_and_missing_ones_are_utc() {
        for text in [
            "20261121203000 +0100",
            "20261121203000+01:00",
            "20261121203000 +01",
            "20261121203000 UTC+1",
            "202611211930",
            "20261121203000 CET",
            "20261121143000 EST",
            "20261121203000 Europe/Berlin",
            "20261121193000 europe/london",
            "2026-11-21T20:30:00+01:00",
            "2026-11-21T19:30:00.123Z",
            "2026-11-21 19:30",
        ] {
            assert_eq!(read(text).as_deref(), Ok("2026-11-21T19:30:00Z"), "{text}");
        }
        assert_eq!(read("20261121").as_deref(), Ok("2026-11-21T00:00:00Z"));
        assert_eq!(read("20261122003000 +0530").as_deref(), Ok("2026-11-21T19:00:00Z"));
        assert_eq!(read("20261121240000 -0330").as_deref(), Ok("2026-11-22T03:30:00Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026",
            "20261321",
            "20261121250000",
            "20261121240001",
            "20261121203000 +15",
            "20261121203000 +1:2",
            "20261121203000 IST",
            "20261121203000 Europe/Nowhere",
            "tomorrow",
            "2026112120300",
            "202611212030000",
            "20261121é",
            "2026-11-21T20:3",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_source_and_its_channels_have_zones_and_shifts() {
        let policies = Policies {
            default_zone: Tz::Europe__London,
            channel_zones: [("one".to_owned(), Tz::America__New_York)].into(),
            shift_minutes: -10,
            channel_shift_minutes: [("one".to_owned(), 70)].into(),
            ..Policies::default()
        };
        assert_eq!(
            read_by(&policies, "20260721120000").as_deref(),
            Ok("2026-07-21T17:00:00Z")
        );
        assert_eq!(
            read_by(&policies, "20260721120000 Z").as_deref(),
            Ok("2026-07-21T13:00:00Z")
        );
        let other = Clock::new(&policies).read("20260721120000", "two", None).unwrap();
        assert_eq!(other.at.to_rfc3339(), "2026-07-21T10:50:00+00:00");
    }

    #[test]
    fn a_fold_is_read_by_policy_and_by_what_came_before() {
        let london = Policies {
            default_zone: Tz::Europe__London,
            ..Policies::default()
        };
        let fold = "20261025013000";
        assert_eq!(read_by(&london, fold).as_deref(), Ok("2026-10-25T00:30:00Z"));
        let mut clock = Clock::new(&london);
        let first = clock.read(fold, "one", None).unwrap();
        let second = clock.read(fold, "one", Some(first.at)).unwrap();
        assert_eq!(
            (second.at - first.at, second.oddity),
            (TimeDelta::hours(1), Some(Code::DstFold))
        );
        let later = Policies {
            dst_fold: DstFold::Later,
            ..london
        };
        assert_eq!(read_by(&later, fold).as_deref(), Ok("2026-10-25T01:30:00Z"));
    }

    #[test]
    fn a_gap_is_shifted_forward_or_dropped() {
        let berlin = Policies {
            default_zone: Tz::Europe__Berlin,
            ..Policies::default()
        };
        assert_eq!(
            read_by(&berlin, "20260329023000").as_deref(),
            Ok("2026-03-29T01:30:00Z")
        );
        let dropping = Policies {
            dst_gap: DstGap::Drop,
            ..berlin
        };
        assert_eq!(read_by(&dropping, "20260329023000"), Err(Fault::NotShown));
    }
}
