//! The smallest change that turns a stored schedule into a file's.

use std::collections::BTreeMap;

use kernel::{Instant, ProgrammeId};

use super::schedule::Entry;

/// A programme with its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: ProgrammeId,
    /// What it is and when.
    pub entry: Entry,
}

/// What must change in one channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// New programmes.
    pub added: Vec<Entry>,
    /// Changed programmes, as they are from now on.
    pub updated: Vec<Stored>,
    /// Programmes that go.
    pub removed: Vec<Stored>,
    /// Programmes that stay as they are.
    pub unchanged: u32,
}

/// Compares a channel's stored programmes with a file's (sorted, none overlapping).
///
/// A programme is known by its start. Within the span of the file, from its first start to its last end, the file is
/// right: what it does not have goes, but for what is over already and in nobody's way, because files roll on. A stored
/// programme that runs into the span is cut. Outside of the span nothing changes.
pub fn diff(stored: Vec<Stored>, file: Vec<Entry>, now: Instant) -> Difference {
    let mut difference = Difference::default();
    let (Some(first), Some(last)) = (file.first(), file.last()) else {
        return difference;
    };
    let (begins, ends) = (first.starts_at, last.ends_at);
    let mut stored: BTreeMap<Instant, Stored> = stored
        .into_iter()
        .map(|programme| (programme.entry.starts_at, programme))
        .collect();
    let taken: Vec<(Instant, Instant)> = file.iter().map(|entry| (entry.starts_at, entry.ends_at)).collect();
    for entry in file {
        match stored.remove(&entry.starts_at) {
            Some(known) if known.entry == entry => difference.unchanged += 1,
            Some(known) => difference.updated.push(Stored { id: known.id, entry }),
            None => difference.added.push(entry),
        }
    }
    for mut programme in stored.into_values() {
        let (from, to) = (programme.entry.starts_at, programme.entry.ends_at);
        if from >= ends || to <= begins {
            continue;
        }
        if from < begins {
            programme.entry.ends_at = begins;
            difference.updated.push(programme);
        } else if to > now || overlaps(&taken, from, to) {
            difference.removed.push(programme);
        }
    }
    difference.updated.sort_by_key(|programme| programme.entry.starts_at);
    difference
}

/// Whether `[from, to)` meets one of the sorted intervals.
fn overlaps(taken: &[(Instant, Instant)], from: Instant, to: Instant) -> bool {
    let next = taken.partition_point(|(_, end)| *end <= from);
    taken.get(next).is_some_and(|(start, _)| *start < to)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::schedule::Details;

    fn at(minutes: i64) -> Instant {
        "2026-11-21T00:00:00Z".parse::<Instant>().unwrap() + TimeDelta::minutes(minutes)
    }

    /// Programmes in order, with gaps, from pairs of gap and length.
    fn schedule() -> impl Strategy<Value = Vec<Entry>> {
        let step = (prop_oneof![3 => Just(0_i64), 1 => 1_i64..4], 1_i64..5, 0_u8..3);
        (0_i64..20, proptest::collection::vec(step, 0..12)).prop_map(|(begin, steps)| {
            let mut minute = begin;
            let entry = |(gap, length, title): (i64, i64, u8)| {
                let starts_at = at(minute + gap);
                minute += gap + length;
                let details = Details {
                    title: title.to_string(),
                    ..Details::default()
                };
                Entry {
                    starts_at,
                    ends_at: at(minute),
                    details,
                }
            };
            steps.into_iter().map(entry).collect()
        })
    }

    fn numbered(entries: Vec<Entry>) -> Vec<Stored> {
        let id = |number: usize| ProgrammeId(uuid::Uuid::from_u128(number as u128));
        entries
            .into_iter()
            .enumerate()
            .map(|(i, entry)| Stored { id: id(i), entry })
            .collect()
    }

    /// The schedule after the change.
    fn apply(stored: &[Stored], difference: &Difference) -> Vec<Stored> {
        let mut all: BTreeMap<ProgrammeId, Stored> = stored
            .iter()
            .map(|programme| (programme.id, programme.clone()))
            .collect();
        for gone in &difference.removed {
            assert!(all.remove(&gone.id).is_some(), "only what is stored can go");
        }
        for changed in &difference.updated {
            let before = all
                .insert(changed.id, changed.clone())
                .expect("only what is stored can change");
            assert_ne!(before.entry, changed.entry, "a change changes something");
            assert_eq!(
                before.entry.starts_at, changed.entry.starts_at,
                "a start is the identity"
            );
        }
        for (i, entry) in difference.added.iter().enumerate() {
            let id = ProgrammeId(uuid::Uuid::from_u128(1000 + i as u128));
            all.insert(
                id,
                Stored {
                    id,
                    entry: entry.clone(),
                },
            );
        }
        let mut all: Vec<Stored> = all.into_values().collect();
        all.sort_by_key(|programme| programme.entry.starts_at);
        all
    }

    proptest! {
        #[test]
        fn after_a_change_the_file_is_there_nothing_overlaps_and_nothing_is_left_to_change(
            stored in schedule(),
            file in schedule(),
            now in 0_i64..60,
        ) {
            let stored = numbered(stored);
            let difference = diff(stored.clone(), file.clone(), at(now));
            let after = apply(&stored, &difference);
            for entry in &file {
                prop_assert!(after.iter().any(|programme| programme.entry == *entry));
            }
            for pair in after.windows(2) {
                prop_assert!(pair[0].entry.ends_at <= pair[1].entry.starts_at);
            }
            let again = diff(after, file.clone(), at(now));
            prop_assert_eq!(again, Difference { unchanged: u32::try_from(file.len()).unwrap(), ..Difference::default() });
        }

        #[test]
        fn what_lies_outside_of_the_file_or_is_over_and_in_nobodys_way_stays(
            stored in schedule(),
            file in schedule(),
            now in 0_i64..60,
        ) {
            let stored = numbered(stored);
            let difference = diff(stored, file.clone(), at(now));
            for gone in difference.removed {
                let (from, to) = (gone.entry.starts_at, gone.entry.ends_at);
                prop_assert!(from >= file[0].starts_at && from < file[file.len() - 1].ends_at);
                let in_the_way = file.iter().any(|entry| entry.starts_at < to && entry.ends_at > from);
                prop_assert!(to > at(now) || in_the_way);
            }
        }
    }
}
