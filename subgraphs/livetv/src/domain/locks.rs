//! Fields that an editor set survive the next file.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kernel::{Instant, ProgrammeId};

use super::{
    diff::{NEAR, Stored},
    schedule::Entry,
};

/// A field of a programme that can be locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Its title.
    Title,
    /// Its subtitle.
    Subtitle,
    /// What it is about.
    Description,
    /// Its categories.
    Categories,
    /// Which episode it is: season and number.
    Episode,
    /// Its first instant.
    StartsAt,
    /// The first instant after it.
    EndsAt,
    /// That it is gone.
    Deleted,
}

impl Field {
    /// Every field that a programme made by hand locks.
    pub const ALL: [Self; 7] = [
        Self::Title,
        Self::Subtitle,
        Self::Description,
        Self::Categories,
        Self::Episode,
        Self::StartsAt,
        Self::EndsAt,
    ];

    /// The name in the database and in the graph.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "TITLE",
            Self::Subtitle => "SUBTITLE",
            Self::Description => "DESCRIPTION",
            Self::Categories => "CATEGORIES",
            Self::Episode => "EPISODE",
            Self::StartsAt => "STARTS_AT",
            Self::EndsAt => "ENDS_AT",
            Self::Deleted => "DELETED",
        }
    }

    /// The field of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter().chain([Self::Deleted]);
        all.find(|field| field.name() == name)
    }
}

/// What is locked of one programme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgrammeLock {
    /// The fields.
    pub fields: BTreeSet<Field>,
    /// The start by which files know it, when an editor moved it.
    pub file_starts_at: Option<Instant>,
}

/// What is locked of one channel's programmes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locks {
    /// Programmes with locked fields.
    pub programmes: BTreeMap<ProgrammeId, ProgrammeLock>,
    /// Starts of programmes that an editor deleted, as files know them.
    pub deleted: HashSet<Instant>,
}

/// The file's entries (sorted, none overlapping) as the locks let them through, sorted and none overlapping again.
///
/// A locked field keeps its stored value. A locked programme that the file no longer has stays, a deleted one does not
/// come back. What the file has in the place of a locked programme gives way: it is cut, or left out.
pub fn keep(locks: &Locks, stored: &[Stored], file: Vec<Entry>) -> Vec<Entry> {
    let (Some(first), Some(last)) = (file.first(), file.last()) else {
        return file;
    };
    let (begins, ends) = (first.starts_at, last.ends_at);
    let mut file: BTreeMap<Instant, Entry> = file.into_iter().map(|entry| (entry.starts_at, entry)).collect();
    for start in &locks.deleted {
        file.remove(start);
    }
    let mut pinned: BTreeMap<Instant, Entry> = BTreeMap::new();
    let known: BTreeMap<ProgrammeId, &Entry> = stored.iter().map(|known| (known.id, &known.entry)).collect();
    for (id, lock) in &locks.programmes {
        let own = known.get(id).copied();
        let start = lock.file_starts_at.or(own.map(|entry| entry.starts_at));
        let start = own.and_then(|own| moved(own, &file)).or(start);
        let told = start.and_then(|start| file.remove(&start));
        let Some(own) = own.filter(|entry| entry.starts_at < ends && entry.ends_at > begins) else {
            // It was moved out of the span of this file.
            continue;
        };
        let entry = told.map_or_else(|| own.clone(), |told| mix(&lock.fields, own, told));
        pinned.insert(entry.starts_at, entry);
    }
    make_room(pinned.into_values().collect(), file.into_values())
}

/// Where the file has the very work of `own` now, when it has it once nearby.
fn moved(own: &Entry, file: &BTreeMap<Instant, Entry>) -> Option<Instant> {
    let key = own.details.episode_key.as_ref()?;
    let near = file.range(own.starts_at - NEAR..=own.starts_at + NEAR);
    let mut same = near.filter(|(_, entry)| entry.details.episode_key.as_ref() == Some(key));
    match (same.next(), same.next()) {
        (Some((start, _)), None) => Some(*start),
        _ => None,
    }
}

/// `told` with the locked fields of `own`.
fn mix(locked: &BTreeSet<Field>, own: &Entry, told: Entry) -> Entry {
    let mut mixed = told;
    for field in locked {
        match field {
            Field::Title => mixed.details.title.clone_from(&own.details.title),
            Field::Subtitle => mixed.details.subtitle.clone_from(&own.details.subtitle),
            Field::Description => mixed.details.description.clone_from(&own.details.description),
            Field::Categories => mixed.details.categories.clone_from(&own.details.categories),
            Field::Episode => {
                mixed.details.season = own.details.season;
                mixed.details.episode = own.details.episode;
            }
            Field::StartsAt => mixed.starts_at = own.starts_at,
            Field::EndsAt => mixed.ends_at = own.ends_at,
            Field::Deleted => {}
        }
    }
    if mixed.ends_at <= mixed.starts_at {
        // Moved behind the end that the file tells.
        mixed.ends_at = own.ends_at;
    }
    mixed
}

/// `pinned` (sorted) and what is left of `others` beside them.
fn make_room(mut pinned: Vec<Entry>, others: impl Iterator<Item = Entry>) -> Vec<Entry> {
    for place in 1..pinned.len() {
        let next = pinned[place].starts_at;
        pinned[place - 1].ends_at = pinned[place - 1].ends_at.min(next);
    }
    let mut all: Vec<Entry> = Vec::with_capacity(pinned.len());
    for mut other in others {
        // The first that ends after it begins.
        let from = pinned.partition_point(|pin| pin.ends_at <= other.starts_at);
        for pin in &pinned[from..] {
            if pin.starts_at <= other.starts_at {
                other.starts_at = other.starts_at.max(pin.ends_at);
            } else {
                other.ends_at = other.ends_at.min(pin.starts_at);
                break;
            }
        }
        if other.starts_at < other.ends_at {
            all.push(other);
        }
    }
    all.append(&mut pinned);
    all.sort_by_key(|entry| entry.starts_at);
    all
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::diff::Hold;
    use crate::domain::{diff::diff, schedule::Details};

    fn at(minutes: i64) -> Instant {
        "2026-11-21T00:00:00Z".parse::<Instant>().unwrap() + TimeDelta::minutes(minutes)
    }

    fn entry(from: i64, to: i64, title: &str) -> Entry {
        let details = Details {
            title: title.to_owned(),
            ..Details::default()
        };
        Entry {
            starts_at: at(from),
            ends_at: at(to),
            details,
        }
    }

    fn told(entries: &[Entry]) -> Vec<(i64, i64, &str)> {
        let minutes = |instant: Instant| (instant - at(0)).num_minutes();
        let entries = entries.iter();
        entries
            .map(|entry| {
                (
                    minutes(entry.starts_at),
                    minutes(entry.ends_at),
                    entry.details.title.as_str(),
                )
            })
            .collect()
    }

    fn locked(id: u128, fields: &[Field], file_starts_at: Option<i64>) -> (ProgrammeId, ProgrammeLock) {
        let lock = ProgrammeLock {
            fields: fields.iter().copied().collect(),
            file_starts_at: file_starts_at.map(at),
        };
        (ProgrammeId(Uuid::from_u128(id)), lock)
    }

    fn stored(id: u128, entry: Entry) -> Stored {
        Stored {
            id: ProgrammeId(Uuid::from_u128(id)),
            entry,
            source: None,
            hold: Hold::Own,
        }
    }

    #[test]
    fn a_moved_programme_stays_where_it_was_put_and_the_file_gives_way() {
        let locks = Locks {
            programmes: [locked(2, &[Field::StartsAt, Field::EndsAt], Some(30))].into(),
            deleted: [at(90)].into(),
        };
        let known = [stored(1, entry(0, 30, "News")), stored(2, entry(40, 70, "Film"))];
        let file = vec![
            entry(0, 30, "News"),
            entry(30, 60, "The Film"),
            entry(60, 90, "Talk"),
            entry(90, 120, "Repeat"),
        ];
        let kept = keep(&locks, &known, file);
        assert_eq!(told(&kept), [(0, 30, "News"), (40, 70, "The Film"), (70, 90, "Talk")]);
    }

    #[test]
    fn a_locked_programme_far_from_the_file_does_not_stretch_its_span() {
        let locks = Locks {
            programmes: [locked(1, &Field::ALL, Some(30))].into(),
            deleted: HashSet::new(),
        };
        let known = [stored(1, entry(900, 960, "Film"))];
        let kept = keep(&locks, &known, vec![entry(0, 30, "News"), entry(30, 60, "Film")]);
        assert_eq!(told(&kept), [(0, 30, "News")], "it is not shown twice");
    }

    #[test]
    fn a_locked_title_moves_with_its_episode() {
        let episode = |from, to, title| {
            let mut entry = entry(from, to, title);
            entry.details.episode_key = Some("dd:EP1".to_owned());
            entry
        };
        let locks = Locks {
            programmes: [locked(1, &[Field::Title], None)].into(),
            deleted: HashSet::new(),
        };
        let known = [stored(1, episode(30, 60, "Our name"))];
        let kept = keep(
            &locks,
            &known,
            vec![entry(30, 45, "Late match"), episode(45, 75, "Their name")],
        );
        assert_eq!(told(&kept), [(30, 45, "Late match"), (45, 75, "Our name")]);
    }

    proptest! {
        #[test]
        fn locked_programmes_stay_nothing_overlaps_and_nothing_is_left_to_change(
            steps in proptest::collection::vec((0_i64..3, 1_i64..5), 1..10),
            own in proptest::collection::vec((0_i64..3, 1_i64..5), 0..6),
            now in 0_i64..60,
        ) {
            let entries = |steps: &[(i64, i64)], title: &str| {
                let mut minute = 0;
                let entry = |(gap, length): &(i64, i64)| {
                    let from = minute + gap;
                    minute = from + length;
                    entry(from, minute, title)
                };
                steps.iter().map(entry).collect::<Vec<Entry>>()
            };
            let file = entries(&steps, "file");
            let known: Vec<Stored> = (1..).zip(entries(&own, "own")).map(|(id, entry)| stored(id, entry)).collect();
            let programmes = known.iter().map(|known| {
                let lock = ProgrammeLock { fields: Field::ALL.into(), file_starts_at: None };
                (known.id, lock)
            });
            let locks = Locks { programmes: programmes.collect(), deleted: HashSet::new() };
            let kept = keep(&locks, &known, file.clone());
            for pair in kept.windows(2) {
                prop_assert!(pair[0].ends_at <= pair[1].starts_at);
            }
            let difference = diff(known.clone(), kept.clone(), at(now));
            prop_assert!(difference.removed.is_empty() && difference.updated.is_empty(), "{difference:?}");
            let mut after = known;
            after.extend((100..).zip(difference.added).map(|(id, entry)| stored(id, entry)));
            let again = diff(after.clone(), keep(&locks, &after, file), at(now));
            prop_assert_eq!((again.added.len(), again.updated.len(), again.removed.len()), (0, 0, 0));
        }
    }
}
