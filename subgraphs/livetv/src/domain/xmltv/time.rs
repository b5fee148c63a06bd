//! XMLTV's times: `20261121203000 +0100`, with parts left out.

use chrono::{NaiveDate, TimeDelta};
use kernel::Instant;

/// Zones that guides name, in minutes east of UTC. Names that mean several zones are not read.
const ZONES: [(&str, i64); 15] = [
    ("Z", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("EST", -300),
    ("EDT", -240),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
];

/// Reads a time; without an offset it is UTC, as the XMLTV DTD says.
pub fn parse(text: &str) -> Option<Instant> {
    let text = text.trim();
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, zone) = text.split_at(end);
    if digits.len() < 8 || digits.len() > 14 || digits.len() % 2 != 0 {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |part| part.parse::<u32>().ok());
    let year = digits.get(0..4)?.parse().ok()?;
    let date = NaiveDate::from_ymd_opt(year, part(4, 6)?, part(6, 8)?)?;
    let local = date.and_hms_opt(part(8, 10)?, part(10, 12)?, part(12, 14)?)?;
    let offset = offset_minutes(zone.trim())?;
    local
        .checked_sub_signed(TimeDelta::minutes(offset))
        .map(|utc| utc.and_utc())
}

fn offset_minutes(zone: &str) -> Option<i64> {
    if zone.is_empty() {
        return Some(0);
    }
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| name.eq_ignore_ascii_case(zone)) {
        return Some(*minutes);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|character| *character != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    // The farthest zone is UTC+14.
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_applied_and_missing_ones_are_utc() {
        let read = |text| parse(text).map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        for text in [
            "20261121203000 +0100",
            "20261121203000+01:00",
            "202611211930",
            "20261121203000 CET",
            "20261121143000 EST",
        ] {
            assert_eq!(read(text).as_deref(), Some("2026-11-21T19:30:00Z"), "{text}");
        }
        assert_eq!(read("20261121").as_deref(), Some("2026-11-21T00:00:00Z"));
        assert_eq!(read("20261122003000 +0530").as_deref(), Some("2026-11-21T19:00:00Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026",
            "20261321",
            "20261121250000",
            "20261121203000 +01",
            "20261121203000 IST",
            "tomorrow",
            "2026112120300",
            "20261121é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
