//! A channel's programmes in order: one after the other, none overlapping.

use chrono::TimeDelta;
use kernel::Instant;

use super::{
    extras::Extras,
    genre::Genre,
    policy::{Duplicate, Gap, MissingStop, Overlap, Policies, ZeroLength},
    report::{Code, Report},
};

/// Longest programme; a longer one is cut. Windows are read by start, so there must be a bound.
pub const LONGEST: TimeDelta = TimeDelta::hours(24);

/// The fields of a programme that viewers see, beside its time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "guides say yes or no of each")]
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
    /// What kind of programme it is; none when the guide has no category.
    pub genre: Option<Genre>,
    /// Its series, whatever the channel and the start: `thetvdb:series/121361`, `dd:SH01234567`, `title:the news`.
    pub series_key: Option<String>,
    /// The showing's work, whatever the channel and the start: `dd:EP012345670001`, `title:the news#s2e5`.
    pub episode_key: Option<String>,
    /// It is shown for the first time.
    pub is_new: bool,
    /// It is the first showing of a film or of a series.
    pub is_premiere: bool,
    /// It is shown while it happens.
    pub is_live: bool,
    /// It was shown before.
    pub is_repeat: bool,
    /// It is not shown again soon.
    pub is_last_chance: bool,
    /// For which age it is, by the first system that the guide names.
    pub rating: Option<String>,
    /// Where a picture of it is.
    pub image_url: Option<String>,
    /// When it was made.
    pub year: Option<i32>,
    /// What else the guide says.
    pub extras: Extras,
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

impl Entry {
    /// Whether viewers see no difference: keys are not shown.
    pub fn looks_like(&self, other: &Self) -> bool {
        let keyless = |details: &Details| (details.series_key.is_none(), details.episode_key.is_none());
        if self == other {
            return true;
        }
        if keyless(&self.details) == (true, true) && keyless(&other.details) == (true, true) {
            return false;
        }
        let unkeyed = |entry: &Self| {
            let mut entry = entry.clone();
            (entry.details.series_key, entry.details.episode_key) = (None, None);
            entry
        };
        unkeyed(self) == unkeyed(other)
    }
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

/// Puts a channel's programmes in order, as `policies` say what is done with oddities.
///
/// Whatever they say, no programme overlaps another, has no length, or is longer than [`LONGEST`].
pub fn tidy(raw: Vec<RawEntry>, policies: &Policies, report: &mut Report) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::with_capacity(raw.len());
    let mut line_before = 0;
    let mut raw = distinct(raw, policies, report).into_iter().peekable();
    while let Some(entry) = raw.next() {
        let next = raw.peek().map(|next| next.starts_at);
        let line = entry.line;
        let Some(ends_at) = end_of(&entry, next, policies, report) else {
            continue;
        };
        let entry = Entry {
            starts_at: entry.starts_at,
            ends_at,
            details: entry.details,
        };
        let Some(before) = entries.last_mut() else {
            entries.push(entry);
            line_before = line;
            continue;
        };
        if let Some(entry) = join(before, line_before, (entry, line), policies, report) {
            entries.push(entry);
            line_before = line;
        }
    }
    entries
}

/// Sorted by start, one programme of each.
fn distinct(mut raw: Vec<RawEntry>, policies: &Policies, report: &mut Report) -> Vec<RawEntry> {
    // Stable: programmes of the same start stay in the order of the file.
    raw.sort_by_key(|entry| entry.starts_at);
    let mut distinct: Vec<RawEntry> = Vec::with_capacity(raw.len());
    for mut entry in raw {
        let Some(kept) = distinct.last_mut().filter(|kept| kept.starts_at == entry.starts_at) else {
            distinct.push(entry);
            continue;
        };
        let is_better = match (has_length(kept), has_length(&entry)) {
            (true, false) => false,
            (false, true) => true,
            _ => policies.duplicate == Duplicate::Last,
        };
        if is_better {
            std::mem::swap(kept, &mut entry);
        }
        let title = &entry.details.title;
        let text = format_args!("{title:?} starts when another programme does: left out");
        report.warn(Code::Duplicate, Some(entry.line), text);
    }
    distinct
}

fn has_length(entry: &RawEntry) -> bool {
    entry.ends_at.is_none_or(|end| end > entry.starts_at)
}

/// When a programme ends; none when it is left out.
fn end_of(entry: &RawEntry, next: Option<Instant>, policies: &Policies, report: &mut Report) -> Option<Instant> {
    let line = Some(entry.line);
    let title = &entry.details.title;
    let (code, found) = match entry.ends_at {
        Some(end) if end > entry.starts_at => return Some(bounded(entry, end, report)),
        Some(_) => (Code::ZeroLength, "ends before it begins"),
        None => (Code::MissingStop, "has no end"),
    };
    let is_dropped = match code {
        Code::ZeroLength => policies.zero_length == ZeroLength::Drop,
        _ => policies.missing_stop == MissingStop::Drop,
    };
    if is_dropped {
        report.error(code, line, format_args!("{title:?} {found}: left out"));
        return None;
    }
    if let Some(next) = next {
        let text = format_args!("{title:?} {found}: it lasts until the next programme");
        match code {
            Code::ZeroLength => report.warn(code, line, text),
            // Many guides have no ends at all; nothing is wrong with them.
            _ => report.note(code, line, text),
        }
        return Some(bounded(entry, next, report));
    }
    if code == Code::MissingStop && policies.missing_stop == MissingStop::Assume && policies.assumed_minutes > 0 {
        let minutes = policies.assumed_minutes;
        let text = format_args!("{title:?} {found}, and no programme follows: {minutes} minutes are assumed");
        report.warn(code, line, text);
        return Some(bounded(entry, entry.starts_at + minutes_of(minutes), report));
    }
    let text = format_args!("{title:?} {found}, and no programme follows: left out");
    report.error(code, line, text);
    None
}

fn bounded(entry: &RawEntry, end: Instant, report: &mut Report) -> Instant {
    if end - entry.starts_at <= LONGEST {
        return end;
    }
    let title = &entry.details.title;
    let text = format_args!("{title:?} is longer than a day: cut");
    report.warn(Code::TooLong, Some(entry.line), text);
    entry.starts_at + LONGEST
}

/// Puts a programme after the one `before`; none when nothing is left of it.
fn join(
    before: &mut Entry,
    line_before: u32,
    (mut entry, line): (Entry, u32),
    policies: &Policies,
    report: &mut Report,
) -> Option<Entry> {
    let title = &entry.details.title;
    if before.ends_at < entry.starts_at {
        let gap = entry.starts_at - before.ends_at;
        let minutes = gap.num_minutes();
        let text = format_args!("nothing is on for {minutes} minutes before {title:?}");
        let is_filled = policies.gap == Gap::Fill
            && gap <= minutes_of(policies.fill_minutes)
            && entry.starts_at - before.starts_at <= LONGEST;
        if is_filled {
            before.ends_at = entry.starts_at;
            report.warn(Code::Gap, Some(line), format_args!("{text}: filled"));
        } else {
            report.note(Code::Gap, Some(line), text);
        }
    }
    if before.ends_at > entry.starts_at {
        let earlier = &before.details.title;
        match policies.overlap {
            Overlap::CutEarlier => {
                let text = format_args!("{earlier:?} runs into the next programme: cut");
                report.warn(Code::Overlap, Some(line_before), text);
                before.ends_at = entry.starts_at;
            }
            Overlap::CutLater if before.ends_at < entry.ends_at => {
                let text = format_args!("{title:?} begins before the programme before it ends: its begin is cut");
                report.warn(Code::Overlap, Some(line), text);
                entry.starts_at = before.ends_at;
            }
            Overlap::CutLater | Overlap::DropLater => {
                let text = format_args!("{title:?} begins before the programme before it ends: left out");
                report.error(Code::Overlap, Some(line), text);
                return None;
            }
        }
    }
    Some(entry)
}

fn minutes_of(minutes: u32) -> TimeDelta {
    TimeDelta::minutes(i64::from(minutes))
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
        tidied_by(&Policies::default(), raw)
    }

    fn tidied_by(policies: &Policies, raw: Vec<RawEntry>) -> (Vec<String>, u32, u32) {
        let mut report = Report::default();
        let entries = tidy(raw, policies, &mut report);
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
        assert_eq!((warnings, errors), (1, 1));
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

    #[test]
    fn each_policy_does_what_it_says() {
        let day = || {
            vec![
                raw("10:00", Some("11:10"), "first"),
                raw("11:00", Some("12:00"), "second"),
                raw("11:05", Some("11:08"), "inside"),
                raw("12:04", Some("13:00"), "after a gap"),
                raw("14:00", Some("14:00"), "of no length"),
                raw("15:00", Some("16:00"), "a"),
                raw("15:00", Some("15:30"), "b"),
                raw("17:00", None, "open"),
            ]
        };
        let strict = Policies {
            overlap: Overlap::CutLater,
            gap: Gap::Fill,
            zero_length: ZeroLength::Drop,
            duplicate: Duplicate::First,
            missing_stop: MissingStop::Assume,
            ..Policies::default()
        };
        let (entries, warnings, errors) = tidied_by(&strict, day());
        let expected = [
            "10:00-11:10 first",
            "11:10-12:04 second",
            "12:04-13:00 after a gap",
            "15:00-16:00 a",
            "17:00-18:00 open",
        ];
        // Cut, filled, "b", assumed; "inside" and "of no length" went.
        assert_eq!(
            (&entries[..], warnings, errors),
            (&expected.map(String::from)[..], 4, 2)
        );

        let dropping = Policies {
            overlap: Overlap::DropLater,
            missing_stop: MissingStop::Drop,
            ..Policies::default()
        };
        let (entries, _, errors) = tidied_by(&dropping, day());
        assert_eq!(
            (entries[0].as_str(), entries[1].as_str()),
            ("10:00-11:10 first", "12:04-13:00 after a gap")
        );
        assert_eq!((entries.len(), errors), (4, 3));
    }

    #[test]
    fn findings_are_counted_by_code_with_a_few_samples() {
        let mut report = Report::default();
        let every_minute = (0..30).map(|i| raw(&format!("10:{i:02}"), Some("11:00"), "long"));
        tidy(every_minute.collect(), &Policies::default(), &mut report);
        let found: Vec<_> = report
            .findings()
            .map(|found| (found.code, found.count, found.samples.len()))
            .collect();
        assert_eq!(found, [(Code::Overlap, 29, 5)]);
    }
}
