//! What a question says of how many and which.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::leaf::{self, Digest, mix, number};

/// Members of an object, or arguments of a field.
pub(super) type Members = BTreeMap<String, Json>;

/// Arguments that say how many, not which.
const SIZES: [&str; 5] = ["first", "last", "limit", "pageSize", "size"];

/// What tells a question from others of the same field, as text.
pub(super) fn identity(arguments: &Members) -> Vec<u8> {
    let which = arguments.iter().filter(|(name, _)| !SIZES.contains(&name.as_str()));
    let which: BTreeMap<&String, &Json> = which.collect();
    serde_json::to_vec(&which).unwrap_or_default()
}

/// The items that are asked for.
pub(super) fn size(arguments: &Members) -> Option<u64> {
    let of = |value: &Json| value.as_u64();
    let named = SIZES.iter().find_map(|name| arguments.get(*name).and_then(of));
    named.or_else(|| arguments.get("page")?.get("pageSize").and_then(of))
}

/// The type of something of which its key may be known.
pub(super) fn which<'p>(possible: &[&'p str], key: Option<&Json>, digest: &Digest) -> Option<&'p str> {
    let key = key.map(|key| key.as_str().map_or_else(|| key.to_string(), str::to_owned));
    let Some(key) = key else {
        return pick(possible, digest);
    };
    let told = possible.iter().find(|ty| leaf::is_of(&key, ty)).copied();
    told.or_else(|| pick(possible, &mix(&Digest::default(), &[key.as_bytes()])))
}

pub(super) fn pick<'p>(from: &[&'p str], digest: &Digest) -> Option<&'p str> {
    let place = usize::try_from(number(digest, from.len() as u64)).unwrap_or(0);
    from.get(place).copied()
}
