//! Ids that are the same on every machine.

use uuid::{Builder, Uuid};

/// 2026-01-01T00:00:00Z in milliseconds: the instant that fixed ids carry, so that they sort before any real one.
const EPOCH_MILLIS: u64 = 1_767_225_600_000;

/// What an id names; part of the id, so that equal numbers of different things never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Movie, series, season, episode or video.
    Title = 1,
    /// A person with credits.
    Person,
    /// A genre.
    Genre,
    /// A picture of something.
    Picture,
    /// A linear channel.
    Channel,
    /// A showing on a channel.
    Programme,
    /// A plan.
    Plan,
    /// An offer for one title.
    Offer,
    /// An access rule.
    AccessRule,
    /// An account.
    Account,
    /// A profile.
    Profile,
}

/// The `number`th id of its kind: shaped like a UUIDv7 (RFC 9562 §5.7) of the first instant of 2026.
pub fn id(kind: Kind, number: u64) -> Uuid {
    shaped(EPOCH_MILLIS, kind, number)
}

/// The id of the thing called `name`, wherever it stands in a list.
pub fn named(kind: Kind, name: &str) -> Uuid {
    id(kind, hash(name))
}

/// An id that carries an instant of its own.
pub(crate) fn shaped(millis: u64, kind: Kind, number: u64) -> Uuid {
    let mut random = [0; 10];
    random[1] = kind as u8;
    random[2..].copy_from_slice(&number.to_be_bytes());
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// FNV-1a over the name, cut to the 62 bits that a UUID leaves free.
pub(crate) fn hash(name: &str) -> u64 {
    let full = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    full >> 2
}
