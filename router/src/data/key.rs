//! Names of fields as numbers, so that comparing them is comparing numbers and copying them costs nothing.

use std::collections::HashMap;

/// Stands for the response key of a field: the same for the same name, in every plan and process.
///
/// Two names of one operation never have the same key, for [`Names`] would have refused to plan it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u64);

impl Key {
    /// `__typename`
    pub(crate) const TYPENAME: Self = Self::of("__typename");

    /// The key of `name` (FNV-1a).
    pub(crate) const fn of(name: &str) -> Self {
        let (bytes, mut hash, mut i) = (name.as_bytes(), 0xcbf2_9ce4_8422_2325_u64, 0);
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            i += 1;
        }
        Self(hash)
    }
}

/// The names of one operation, to see that each has a key of its own.
#[derive(Default)]
pub(crate) struct Names(HashMap<Key, String>);

impl Names {
    /// Takes in a name.
    ///
    /// # Errors
    /// It has the key of another one. That does not happen by chance, but somebody might look for such names.
    pub(crate) fn add(&mut self, name: &str) -> Result<(), String> {
        self.add_as(Key::of(name), name)
    }

    fn add_as(&mut self, key: Key, name: &str) -> Result<(), String> {
        let known = self.0.entry(key).or_insert_with(|| name.to_owned());
        if known == name {
            Ok(())
        } else {
            Err(format!("the names {known:?} and {name:?} cannot be told apart"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_has_the_key_of_another_is_refused() {
        let mut names = Names::default();
        for name in ["id", "name", "id", "__typename"] {
            assert_eq!(names.add(name), Ok(()));
        }
        assert!(names.add_as(Key::of("id"), "other").is_err());
    }
}
