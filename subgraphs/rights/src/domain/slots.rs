//! How many streams at once: slots are leases that a player's reports renew.

use kernel::Instant;
use uuid::Uuid;

/// A session that holds or held a slot and was not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The session.
    pub session: Uuid,
    /// On which device.
    pub device: String,
    /// Its last report.
    pub renewed_at: Instant,
}

/// What becomes of the other sessions when one more wants a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// It gets one; these sessions end: the same device's, and silent ones whose slot is needed.
    Granted {
        /// The sessions that end.
        ends: Vec<Uuid>,
    },
    /// All slots are taken by these sessions of other devices.
    Full {
        /// The sessions that play.
        playing: Vec<Uuid>,
    },
}

/// Gives a slot on `device` beside `held`, where at most `max_streams` may play; a session without a report since
/// `silent_before` holds its slot no longer, but keeps playing while nobody needs it.
pub fn take(held: &[Held], device: &str, max_streams: usize, silent_before: Instant) -> Slot {
    let (mut ends, others): (Vec<&Held>, Vec<&Held>) = held.iter().partition(|session| session.device == device);
    let (silent, playing): (Vec<&Held>, Vec<&Held>) = others
        .into_iter()
        .partition(|session| session.renewed_at < silent_before);
    let max_streams = max_streams.max(1);
    if playing.len() >= max_streams {
        return Slot::Full {
            playing: playing.into_iter().map(|session| session.session).collect(),
        };
    }
    let mut silent = silent;
    silent.sort_by_key(|session| std::cmp::Reverse(session.renewed_at));
    // What is left for silent sessions beside those that play and the new one; the longest silent end first.
    let kept = max_streams - playing.len() - 1;
    ends.extend(silent.into_iter().skip(kept));
    Slot::Granted {
        ends: ends.into_iter().map(|session| session.session).collect(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn noon() -> Instant {
        "2026-11-21T12:00:00Z".parse().expect("an instant")
    }

    fn held() -> impl Strategy<Value = Vec<Held>> {
        let one = (0..4_u8, -120..0_i64).prop_map(|(device, seconds)| (device, noon() + TimeDelta::seconds(seconds)));
        proptest::collection::vec(one, 0..6).prop_map(|all| {
            let numbered = all.into_iter().enumerate();
            numbered
                .map(|(i, (device, renewed_at))| Held {
                    session: Uuid::from_u128(i as u128 + 1),
                    device: device.to_string(),
                    renewed_at,
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn there_are_never_more_streams_than_slots(held in held(), max in 1..4_usize) {
            let silent_before = noon() - TimeDelta::seconds(60);
            match take(&held, "0", max, silent_before) {
                Slot::Granted { ends } => {
                    let stay: Vec<&Held> = held.iter().filter(|session| !ends.contains(&session.session)).collect();
                    prop_assert!(stay.len() < max);
                    prop_assert!(stay.iter().all(|session| session.device != "0"));
                    let ended_while_playing =
                        held.iter().any(|session| session.device != "0" && session.renewed_at >= silent_before && ends.contains(&session.session));
                    prop_assert!(!ended_while_playing, "a session that plays elsewhere was ended");
                }
                Slot::Full { playing } => prop_assert!(playing.len() >= max),
            }
        }
    }
}
