//! Where a profile stands in a title: beacons may arrive in any order, more than once, and still agree.

use kernel::Instant;

/// Credits roll: what is watched to here is watched to the end.
const FINISHED_PERCENT: i64 = 95;

/// One profile's place in one title.
///
/// The order of its fields is the order of [`merge`]: the latest beacon wins, and among beacons of one instant the
/// furthest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it was watched.
    pub watched_at: Instant,
    /// Where playback stands.
    pub position_ms: i64,
    /// Of how much, when known.
    pub duration_ms: Option<i64>,
}

impl Place {
    /// A place inside the title, whatever a player says.
    pub fn new(watched_at: Instant, position_ms: i64, duration_ms: Option<i64>) -> Self {
        let duration_ms = duration_ms.filter(|duration| *duration > 0);
        let position_ms = position_ms.clamp(0, duration_ms.unwrap_or(i64::MAX));
        Self {
            watched_at,
            position_ms,
            duration_ms,
        }
    }

    /// Whether the title counts as watched to the end.
    pub fn is_finished(&self) -> bool {
        // Widened: a duration near the end of i64 must not wrap.
        self.duration_ms.is_some_and(|duration| {
            i128::from(self.position_ms) * 100 >= i128::from(duration) * i128::from(FINISHED_PERCENT)
        })
    }
}

/// The place to keep when `next` arrives: commutative, associative and idempotent.
pub fn merge(kept: Option<Place>, next: Place) -> Place {
    kept.map_or(next, |kept| kept.max(next))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn place() -> impl Strategy<Value = Place> {
        // Few values, so that beacons of one instant and equal positions are common.
        (0_i64..6, -2_i64..8, proptest::option::of(0_i64..6)).prop_map(|(second, position, duration)| {
            let watched_at = DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap();
            Place::new(watched_at, position, duration)
        })
    }

    fn keep(places: &[Place]) -> Option<Place> {
        places.iter().fold(None, |kept, place| Some(merge(kept, *place)))
    }

    proptest! {
        #[test]
        fn beacons_agree_in_any_order_and_however_often_they_come(
            (places, shuffled) in proptest::collection::vec(place(), 1..12)
                .prop_flat_map(|places| (Just(places.clone()), Just(places).prop_shuffle())),
            again in any::<prop::sample::Index>(),
        ) {
            let mut twice = shuffled;
            twice.push(*again.get(&places));
            prop_assert_eq!(keep(&places), keep(&twice));
            let latest = places.iter().map(|place| place.watched_at).max();
            prop_assert_eq!(keep(&places).map(|place| place.watched_at), latest);
        }
    }

    #[test]
    fn a_title_is_finished_at_95_percent_of_a_known_length() {
        let now = DateTime::UNIX_EPOCH;
        assert!(!Place::new(now, 949, Some(1000)).is_finished());
        assert!(Place::new(now, 950, Some(1000)).is_finished());
        assert!(Place::new(now, i64::MAX, Some(i64::MAX)).is_finished());
        assert!(!Place::new(now, 950, None).is_finished());
        assert_eq!(Place::new(now, 2000, Some(1000)).position_ms, 1000);
        assert_eq!(Place::new(now, -5, None).position_ms, 0);
    }
}
