//! Names that clients choose, as values of metric labels: the first few by themselves, all others together.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock},
};

/// All that came too late for a name of its own.
pub(super) const OTHER: &str = "other";

/// A bounded set of names.
pub(super) struct Names {
    most: usize,
    known: RwLock<HashSet<Arc<str>>>,
}

impl Names {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            known: RwLock::default(),
        }
    }

    /// `name` as the value of a label; no name is `none`.
    pub(super) fn label(&self, name: &str) -> Arc<str> {
        let name = if name.is_empty() { "none" } else { name };
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return known.clone();
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= self.most && !known.contains(name) {
            return OTHER.into();
        }
        let name: Arc<str> = name.into();
        known.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_names_are_kept_and_all_others_are_one() {
        let names = Names::new(2);
        let labels: Vec<_> = ["a", "", "b", "a", "c"].iter().map(|name| names.label(name)).collect();
        assert_eq!(
            labels,
            [
                "a".into(),
                "none".into(),
                "other".into(),
                "a".into(),
                Arc::<str>::from("other")
            ]
        );
    }
}
