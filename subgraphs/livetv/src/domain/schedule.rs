//! A channel's programmes in order: one after the other, none overlapping.

use chrono::TimeDelta;
use kernel::Instant;

use super::report::Report;

/// Longest programme; a longer one is cut. Windows are read by start, so there must be a bound.
pub const LONGEST: TimeDelta = TimeDelta::hours(24);

/// The fields of a programme that viewers see, beside its time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// Its title.
    pub title: String,
    /// Its subtitle.
    pub subtitle: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Its categories, main one first.
    pub categories: Vec<String>,
    /// Season, from 1.
    pub season: Option<i32>,
    /// Episode, from 1.
    pub episode: Option<i32>,
}

/// A programme of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// First instant.
    pub starts_at: Instant,
    /// First instant after it.
    pub ends_at: Instant,
    /// What it is.
    pub details: Details,
}

/// A programme as a file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// First instant.
    pub starts_at: Instant,
    /// First instant after it; files may leave it out.
    pub ends_at: Option<Instant>,
    /// What it is.
    pub details: Details,
    /// Line of the file.
    pub line: u32,
}

/// Puts a channel's programmes in order.
///
/// Of two with the same start the last one of the file stays, but for one of no length. A programme that runs into the next is cut at the next
/// one's start. A missing end is the next one's start; without a next the programme is left out.
pub fn tidy(mut raw: Vec<RawEntry>, report: &mut Report) -> Vec<Entry> {
    // Stable: programmes of the same start stay in the order of the file, those of no length before.
    raw.sort_by_key(|entry| (entry.starts_at, entry.ends_at.is_none_or(|end| end > entry.starts_at)));
    let mut entries = Vec::with_capacity(raw.len());
    let mut raw = raw.into_iter().peekable();
    while let Some(entry) = raw.next() {
        let line = Some(entry.line);
        let next = raw.peek().map(|next| next.starts_at);
        if next == Some(entry.starts_at) {
            let title = &entry.details.title;
            report.warn(line, format!("{title:?} starts when another programme does: left out"));
            continue;
        }
        if let Some(ends_at) = end_of(&entry, next, report) {
            entries.push(Entry {
                starts_at: entry.starts_at,
                ends_at,
                details: entry.details,
            });
        }
    }
    entries
}

fn end_of(entry: &RawEntry, next: Option<Instant>, report: &mut Report) -> Option<Instant> {
    let line = Some(entry.line);
    let title = &entry.details.title;
    let told = entry.ends_at.filter(|end| *end > entry.starts_at);
    if entry.ends_at.is_some() && told.is_none() {
        report.warn(
            line,
            format!("{title:?} ends before it begins: its end is taken from the next programme"),
        );
    }
    let Some(mut end) = told.or(next) else {
        report.error(line, format!("{title:?} has no end and no programme follows: left out"));
        return None;
    };
    if let Some(next) = next.filter(|next| *next < end) {
        report.warn(line, format!("{title:?} runs into the next programme: cut"));
        end = next;
    }
    if end - entry.starts_at > LONGEST {
        report.warn(line, format!("{title:?} is longer than a day: cut"));
        end = entry.starts_at + LONGEST;
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(start: &str, end: Option<&str>, title: &str) -> RawEntry {
        let at = |time: &str| format!("2026-11-21T{time}:00Z").parse().unwrap();
        let details = Details {
            title: title.to_owned(),
            ..Details::default()
        };
        RawEntry {
            starts_at: at(start),
            ends_at: end.map(at),
            details,
            line: 1,
        }
    }

    fn tidied(raw: Vec<RawEntry>) -> (Vec<String>, u32, u32) {
        let mut report = Report::default();
        let entries = tidy(raw, &mut report);
        let texts = entries.iter().map(|entry| {
            let time = |at: Instant| at.format("%H:%M").to_string();
            format!(
                "{}-{} {}",
                time(entry.starts_at),
                time(entry.ends_at),
                entry.details.title
            )
        });
        (texts.collect(), report.warnings, report.errors)
    }

    #[test]
    fn overlaps_are_cut_and_missing_ends_are_filled() {
        let (entries, warnings, errors) = tidied(vec![
            raw("12:00", Some("14:00"), "late"),
            raw("10:00", None, "open"),
            raw("11:00", Some("12:30"), "long"),
            raw("14:00", Some("14:00"), "empty"),
        ]);
        assert_eq!(entries, ["10:00-11:00 open", "11:00-12:00 long", "12:00-14:00 late"]);
        // "long" was cut, "empty" ended when it began and nothing followed.
        assert_eq!((warnings, errors), (2, 1));
    }

    #[test]
    fn of_two_with_the_same_start_the_last_one_stays() {
        let (entries, warnings, _) = tidied(vec![
            raw("10:00", Some("11:00"), "first"),
            raw("10:00", Some("10:30"), "second"),
        ]);
        assert_eq!((entries, warnings), (vec!["10:00-10:30 second".to_owned()], 1));
        let (entries, _, _) = tidied(vec![
            raw("10:00", Some("11:00"), "film"),
            raw("10:00", Some("10:00"), "trailer"),
        ]);
        assert_eq!(entries, ["10:00-11:00 film"]);
    }
}
