use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::schedule::Details;

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

/// Programmes in order, with gaps, from pairs of gap and length; few titles, so that many are the same.
fn schedule() -> impl Strategy<Value = Vec<Entry>> {
    let step = (prop_oneof![3 => Just(0_i64), 1 => 1_i64..4], 1_i64..5, 0_u8..6);
    (0_i64..20, proptest::collection::vec(step, 0..12)).prop_map(|(begin, steps)| {
        let mut minute = begin;
        let entry = |(gap, length, title): (i64, i64, u8)| {
            let from = minute + gap;
            minute = from + length;
            entry(from, minute, &title.to_string())
        };
        steps.into_iter().map(entry).collect()
    })
}

fn holds() -> impl Strategy<Value = Vec<Hold>> {
    let hold = prop_oneof![4 => Just(Hold::Own), 1 => Just(Hold::Weaker), 1 => Just(Hold::Stronger)];
    proptest::collection::vec(hold, 12)
}

fn numbered(entries: Vec<Entry>, holds: &[Hold]) -> Vec<Stored> {
    let stored = |(i, entry): (usize, Entry)| Stored {
        id: ProgrammeId(Uuid::from_u128(i as u128)),
        entry,
        source: None,
        hold: holds.get(i).copied().unwrap_or(Hold::Own),
    };
    entries.into_iter().enumerate().map(stored).collect()
}

fn own(entries: Vec<Entry>) -> Vec<Stored> {
    numbered(entries, &[])
}

/// The schedule after the change.
fn apply(stored: &[Stored], difference: &Difference) -> Vec<Stored> {
    let mut all: BTreeMap<ProgrammeId, Stored> = stored
        .iter()
        .map(|programme| (programme.id, programme.clone()))
        .collect();
    for gone in &difference.removed {
        assert_eq!(all.remove(&gone.id).as_ref(), Some(gone), "only what is stored can go");
    }
    let mut changed = BTreeSet::new();
    for revised in &difference.updated {
        assert!(changed.insert(revised.was.id), "a programme changes once");
        assert_ne!(revised.was.entry, revised.entry, "a change changes something");
        let after = Stored {
            entry: revised.entry.clone(),
            hold: if revised.is_in_file {
                Hold::Own
            } else {
                revised.was.hold
            },
            ..revised.was.clone()
        };
        let before = all.insert(revised.was.id, after);
        assert_eq!(before.as_ref(), Some(&revised.was), "only what is stored can change");
    }
    for revised in &difference.silent {
        let programme = all.get_mut(&revised.was.id).expect("only what is stored is written");
        (programme.hold, programme.entry) = (Hold::Own, revised.entry.clone());
    }
    for (i, entry) in difference.added.iter().enumerate() {
        let id = ProgrammeId(Uuid::from_u128(1000 + i as u128));
        let new = Stored {
            id,
            entry: entry.clone(),
            source: None,
            hold: Hold::Own,
        };
        all.insert(id, new);
    }
    let mut all: Vec<Stored> = all.into_values().collect();
    all.sort_by_key(|programme| programme.entry.starts_at);
    all
}

proptest! {
    #[test]
    fn after_a_change_the_file_is_there_nothing_overlaps_and_nothing_is_left_to_change(
        stored in schedule(),
        holds in holds(),
        file in schedule(),
        now in 0_i64..60,
    ) {
        let stored = numbered(stored, &holds);
        let difference = diff(stored.clone(), file.clone(), at(now));
        let after = apply(&stored, &difference);
        for entry in &file {
            let covered = stored.iter().any(|programme| programme.hold == Hold::Stronger
                && programme.entry.starts_at < entry.ends_at && entry.starts_at < programme.entry.ends_at);
            prop_assert!(covered || after.iter().any(|programme| programme.entry == *entry));
        }
        for pair in after.windows(2) {
            prop_assert!(pair[0].entry.ends_at <= pair[1].entry.starts_at);
        }
        let again = diff(after, file.clone(), at(now));
        let unchanged = u32::try_from(file.len()).unwrap() - difference.covered;
        prop_assert_eq!(again, Difference { unchanged, covered: difference.covered, ..Difference::default() });
    }

    #[test]
    fn what_lies_outside_of_the_file_or_is_over_and_in_nobodys_way_stays(
        stored in schedule(),
        file in schedule(),
        now in 0_i64..60,
    ) {
        let difference = diff(own(stored), file.clone(), at(now));
        for gone in difference.removed {
            let (from, to) = (gone.entry.starts_at, gone.entry.ends_at);
            prop_assert!(from >= file[0].starts_at && from < file[file.len() - 1].ends_at);
            let in_the_way = file.iter().any(|entry| entry.starts_at < to && entry.ends_at > from);
            prop_assert!(to > at(now) || in_the_way);
        }
    }

    #[test]
    fn a_stronger_source_is_left_alone_and_a_weaker_one_only_gives_way(
        stored in schedule(),
        holds in holds(),
        file in schedule(),
        now in 0_i64..60,
    ) {
        let stored = numbered(stored, &holds);
        let difference = diff(stored, file.clone(), at(now));
        for gone in &difference.removed {
            prop_assert_ne!(gone.hold, Hold::Stronger);
            let (from, to) = (gone.entry.starts_at, gone.entry.ends_at);
            let in_the_way = file.iter().any(|entry| entry.starts_at < to && entry.ends_at > from);
            prop_assert!(gone.hold == Hold::Own || in_the_way);
        }
        prop_assert!(difference.updated.iter().all(|revised| revised.was.hold != Hold::Stronger));
    }

    #[test]
    fn a_programme_moves_only_as_what_it_was_and_nearby_and_never_when_it_is_over(
        stored in schedule(),
        file in schedule(),
        now in 0_i64..60,
    ) {
        let difference = diff(own(stored), file, at(now));
        for revised in difference.updated {
            let (was, is) = (&revised.was.entry, &revised.entry);
            if was.starts_at != is.starts_at {
                prop_assert_eq!(showing(was), showing(is));
                prop_assert!((was.starts_at - is.starts_at).abs() <= NEAR);
                prop_assert!(was.ends_at > at(now));
            }
        }
    }

    #[test]
    fn a_whole_day_that_moves_keeps_every_id(
        lengths in proptest::collection::vec(10_i64..50, 1..12),
        shift in 1_i64..180,
    ) {
        let mut minute = 60;
        let shows: Vec<Entry> = lengths.iter().enumerate().map(|(i, length)| {
            minute += length;
            entry(minute - length, minute, &format!("show {i}"))
        }).collect();
        let later = |show: &Entry| Entry {
            starts_at: show.starts_at + TimeDelta::minutes(shift),
            ends_at: show.ends_at + TimeDelta::minutes(shift),
            details: show.details.clone(),
        };
        // A first programme that stays, so that the file's span holds the old starts too.
        let mut file = vec![entry(0, 60, "news")];
        let stored = own([file.clone(), shows.clone()].concat());
        file.extend(shows.iter().map(later));
        let difference = diff(stored, file, at(0));
        prop_assert_eq!((difference.added.len(), difference.removed.len(), difference.unchanged), (0, 0, 1));
        prop_assert_eq!(difference.updated.len(), lengths.len());
    }
}

#[test]
fn two_that_change_places_keep_their_ids() {
    let stored = own(vec![entry(0, 30, "a"), entry(30, 60, "b")]);
    let difference = diff(stored, vec![entry(0, 30, "b"), entry(30, 60, "a")], at(0));
    let told: Vec<_> = difference
        .updated
        .iter()
        .map(|revised| (revised.was.entry.details.title.as_str(), revised.entry.starts_at))
        .collect();
    assert_eq!(told, [("b", at(0)), ("a", at(30))]);
    assert_eq!((difference.added.len(), difference.removed.len()), (0, 0));
}

#[test]
fn where_nobody_can_say_which_moved_none_did() {
    let stored = own(vec![entry(0, 5, "news"), entry(60, 65, "news"), entry(65, 90, "film")]);
    let file = vec![entry(10, 15, "news"), entry(70, 75, "news"), entry(75, 100, "film")];
    let difference = diff(stored, file, at(-60));
    // The first one lies before the file; of the second nobody knows where it went; the film moved.
    assert_eq!((difference.added.len(), difference.removed.len()), (2, 1));
    assert_eq!(difference.updated.len(), 1);
    let stored = own(vec![entry(0, 5, "news"), entry(60, 65, "news"), entry(200, 210, "end")]);
    let file = vec![
        entry(0, 1, "x"),
        entry(10, 15, "news"),
        entry(70, 75, "news"),
        entry(200, 210, "end"),
    ];
    let difference = diff(stored, file, at(-60));
    assert_eq!((difference.added.len(), difference.removed.len()), (2, 1));
}

#[test]
fn a_title_at_the_same_start_is_an_edit() {
    let difference = diff(own(vec![entry(0, 30, "a")]), vec![entry(0, 30, "b")], at(0));
    assert_eq!(difference.updated.len(), 1);
    assert_eq!(difference.updated[0].was.entry.details.title, "a");
}

#[test]
fn a_change_is_by_what_viewers_see() {
    use crate::domain::{extras::Extras, genre::Genre};

    let before = entry(0, 30, "a");
    let edit = |change: &dyn Fn(&mut Details)| {
        let mut file = before.clone();
        change(&mut file.details);
        diff(own(vec![before.clone()]), vec![file], at(0))
    };
    let some = || Some("b".to_owned());
    let seen: [&dyn Fn(&mut Details); 15] = [
        &|details| details.title = "b".to_owned(),
        &|details| details.subtitle = some(),
        &|details| details.description = some(),
        &|details| details.categories = vec!["b".to_owned()],
        &|details| details.season = Some(1),
        &|details| details.episode = Some(1),
        &|details| details.genre = Genre::parse("NEWS"),
        &|details| details.is_new = true,
        &|details| details.is_premiere = true,
        &|details| details.is_live = true,
        &|details| details.is_repeat = true,
        &|details| details.is_last_chance = true,
        &|details| details.rating = some(),
        &|details| details.image_url = some(),
        &|details| details.year = Some(1927),
    ];
    for (i, change) in seen.iter().enumerate() {
        let difference = edit(change);
        assert_eq!((difference.updated.len(), difference.unchanged), (1, 0), "{i}");
    }
    let unseen: [&dyn Fn(&mut Details); 3] = [
        &|details| details.series_key = some(),
        &|details| details.episode_key = some(),
        &|details| details.extras = Extras::default(),
    ];
    for (change, written) in unseen.iter().zip([1, 1, 0]) {
        let difference = edit(change);
        assert_eq!((difference.updated.len(), difference.unchanged), (0, 1));
        assert_eq!(difference.silent.len(), written);
    }
}
