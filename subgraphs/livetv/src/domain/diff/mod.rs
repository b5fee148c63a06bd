//! The smallest change that turns a stored schedule into a file's.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use kernel::{Instant, ProgrammeId};
use uuid::Uuid;

use super::schedule::Entry;

/// How far a programme can move and still be the same one.
pub const NEAR: TimeDelta = TimeDelta::hours(3);

/// Whose a stored programme is, as the source of the file sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// The same source wrote it: what the file lacks goes.
    Own,
    /// A source of less weight wrote it: it stays where it is in nobody's way.
    Weaker,
    /// A source of more weight wrote it: it stays as it is.
    Stronger,
}

/// A programme with its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: ProgrammeId,
    /// What it is and when.
    pub entry: Entry,
    /// The source that wrote it last.
    pub source: Option<Uuid>,
    /// Whose it is.
    pub hold: Hold,
}

/// A changed programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revised {
    /// As it was.
    pub was: Stored,
    /// As it is from now on.
    pub entry: Entry,
    /// The file has it; otherwise it was only cut.
    pub is_in_file: bool,
}

/// What must change in one channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// New programmes.
    pub added: Vec<Entry>,
    /// Changed programmes, by their new start.
    pub updated: Vec<Revised>,
    /// Programmes that go.
    pub removed: Vec<Stored>,
    /// Programmes of which viewers see no change, but that are the file's source's from now on, or whose keys are others.
    pub silent: Vec<Revised>,
    /// Programmes of which viewers see no change.
    pub unchanged: u32,
    /// Programmes of the file where a stronger source has some already.
    pub covered: u32,
}

/// Compares a channel's stored programmes with a file's (sorted, none overlapping).
///
/// A programme is known by what it is near its old start, otherwise by its start: one that moves keeps its id. Within the
/// span of the file, from its first start to its last end, the file is right: what it does not have goes, but for what
/// is over already, or another source's, and in nobody's way. A stored programme that runs into the span is cut.
/// Outside of the span nothing changes. Where a stronger source has programmes, the file gives way.
pub fn diff(stored: Vec<Stored>, file: Vec<Entry>, now: Instant) -> Difference {
    let mut difference = Difference::default();
    let (strong, stored): (Vec<_>, Vec<_>) = stored
        .into_iter()
        .partition(|programme| programme.hold == Hold::Stronger);
    let file = give_way(file, strong, &mut difference.covered);
    let (Some(first), Some(last)) = (file.first(), file.last()) else {
        return difference;
    };
    let (begins, ends) = (first.starts_at, last.ends_at);
    let mut stored: BTreeMap<Instant, Stored> = stored
        .into_iter()
        .map(|programme| (programme.entry.starts_at, programme))
        .collect();
    let taken: Vec<(Instant, Instant)> = file.iter().map(|entry| (entry.starts_at, entry.ends_at)).collect();
    let known = recognise(&mut stored, &file, now);
    for (entry, known) in file.into_iter().zip(known) {
        match known {
            Some(was) => {
                let looks_same = was.entry.looks_like(&entry);
                let is_same = looks_same && was.entry == entry && was.hold == Hold::Own;
                difference.unchanged += u32::from(looks_same);
                let list = if looks_same {
                    &mut difference.silent
                } else {
                    &mut difference.updated
                };
                if !is_same {
                    list.push(Revised {
                        was,
                        entry,
                        is_in_file: true,
                    });
                }
            }
            None => difference.added.push(entry),
        }
    }
    for was in stored.into_values() {
        let (from, to) = (was.entry.starts_at, was.entry.ends_at);
        if from >= ends || to <= begins {
            continue;
        }
        if from < begins {
            let mut entry = was.entry.clone();
            entry.ends_at = begins;
            difference.updated.push(Revised {
                was,
                entry,
                is_in_file: false,
            });
        } else if (to > now && was.hold == Hold::Own) || overlaps(&taken, from, to) {
            difference.removed.push(was);
        }
    }
    difference.updated.sort_by_key(|programme| programme.entry.starts_at);
    difference
}

/// The file without what begins where a stronger source has a programme; what runs into one is cut.
fn give_way(file: Vec<Entry>, strong: Vec<Stored>, covered: &mut u32) -> Vec<Entry> {
    if strong.is_empty() {
        return file;
    }
    let mut taken: Vec<(Instant, Instant)> = strong
        .into_iter()
        .map(|programme| (programme.entry.starts_at, programme.entry.ends_at))
        .collect();
    taken.sort_unstable();
    let mut free = Vec::with_capacity(file.len());
    for mut entry in file {
        let next = taken.partition_point(|(_, end)| *end <= entry.starts_at);
        match taken.get(next) {
            Some((start, _)) if *start <= entry.starts_at => *covered += 1,
            Some((start, _)) => {
                entry.ends_at = entry.ends_at.min(*start);
                free.push(entry);
            }
            None => free.push(entry),
        }
    }
    free
}

/// What a programme is, whenever it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Showing<'a> {
    /// By the key of its work.
    Work(&'a str),
    /// By what it is called.
    Names(&'a str, Option<&'a str>, Option<i32>, Option<i32>),
}

fn showing(entry: &Entry) -> Showing<'_> {
    let details = &entry.details;
    match &details.episode_key {
        Some(key) => Showing::Work(key),
        None => Showing::Names(
            &details.title,
            details.subtitle.as_deref(),
            details.season,
            details.episode,
        ),
    }
}

/// Takes for each programme of the file the stored one that it is, if there is one.
fn recognise(stored: &mut BTreeMap<Instant, Stored>, file: &[Entry], now: Instant) -> Vec<Option<Stored>> {
    let mut known: Vec<Option<Stored>> = file
        .iter()
        .map(|entry| {
            let same = stored.get(&entry.starts_at)?;
            if showing(&same.entry) == showing(entry) {
                stored.remove(&entry.starts_at)
            } else {
                None
            }
        })
        .collect();
    for (i, start) in moved(stored, file, &known, now) {
        known[i] = stored.remove(&start);
    }
    for (entry, known) in file.iter().zip(&mut known) {
        if known.is_none() {
            *known = stored.remove(&entry.starts_at);
        }
    }
    known
}

/// Programmes of the file, by place, and the old starts from which they moved: only where both sides have one choice.
fn moved(
    stored: &BTreeMap<Instant, Stored>,
    file: &[Entry],
    known: &[Option<Stored>],
    now: Instant,
) -> Vec<(usize, Instant)> {
    let (Some(first), Some(last)) = (file.first(), file.last()) else {
        return Vec::new();
    };
    let mut left: HashMap<Showing<'_>, (Vec<Instant>, Vec<usize>)> = HashMap::new();
    for programme in stored.values() {
        let entry = &programme.entry;
        // What is over does not move any more, and the file says nothing of what lies outside of it.
        if entry.ends_at > now && entry.ends_at > first.starts_at && entry.starts_at < last.ends_at {
            left.entry(showing(entry)).or_default().0.push(entry.starts_at);
        }
    }
    if left.is_empty() {
        return Vec::new();
    }
    for (i, entry) in file.iter().enumerate() {
        if known[i].is_none()
            && let Some((_, new)) = left.get_mut(&showing(entry))
        {
            new.push(i);
        }
    }
    let mut pairs = Vec::new();
    for (old, new) in left.values() {
        for &i in new {
            let start = file[i].starts_at;
            let mut near_old = near(old, start, |old| *old);
            let (Some(old_start), None) = (near_old.next(), near_old.next()) else {
                continue;
            };
            if near(new, *old_start, |i| file[*i].starts_at).count() == 1 {
                pairs.push((i, *old_start));
            }
        }
    }
    pairs
}

/// Those of the sorted `all` that are near `at`.
fn near<T>(all: &[T], at: Instant, start: impl Fn(&T) -> Instant) -> impl Iterator<Item = &T> {
    let from = all.partition_point(|one| start(one) < at - NEAR);
    all[from..].iter().take_while(move |one| start(one) <= at + NEAR)
}

/// Whether `[from, to)` meets one of the sorted intervals.
fn overlaps(taken: &[(Instant, Instant)], from: Instant, to: Instant) -> bool {
    let next = taken.partition_point(|(_, end)| *end <= from);
    taken.get(next).is_some_and(|(start, _)| *start < to)
}
