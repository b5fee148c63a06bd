//! What became stale, and when: kept answers are not searched for, they are asked when they are wanted.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use super::Tag;

/// Most tags remembered; with one more, everything that was kept before is stale.
const MAX_TAGS: usize = 20_000;

/// The tags that events dropped.
#[derive(Default)]
pub(super) struct Changes(RwLock<Log>);

#[derive(Default)]
struct Log {
    /// Grows with every change.
    moment: u64,
    /// What began before is stale.
    floor: u64,
    dropped: HashMap<Tag, u64>,
}

impl Changes {
    /// The present moment. Work that begins now is stale when one of its tags is dropped later.
    pub(super) fn moment(&self) -> u64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).moment
    }

    /// Makes stale what has one of `tags`.
    pub(super) fn drop(&self, tags: Vec<Tag>) {
        let mut log = self.0.write().unwrap_or_else(PoisonError::into_inner);
        log.moment += 1;
        let moment = log.moment;
        if log.dropped.len() + tags.len() > MAX_TAGS {
            log.dropped.clear();
            log.floor = moment;
        }
        log.dropped.extend(tags.into_iter().map(|tag| (tag, moment)));
    }

    /// Makes everything stale that was begun before.
    pub(super) fn drop_all(&self) {
        let mut log = self.0.write().unwrap_or_else(PoisonError::into_inner);
        log.moment += 1;
        log.floor = log.moment;
        log.dropped.clear();
    }

    /// Whether nothing changed for `tags` since `moment`.
    pub(super) fn is_fresh<'t>(&self, moment: u64, mut tags: impl Iterator<Item = &'t Tag>) -> bool {
        let log = self.0.read().unwrap_or_else(PoisonError::into_inner);
        moment >= log.floor && tags.all(|tag| log.dropped.get(tag).is_none_or(|dropped| *dropped <= moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_began_before_a_change_is_stale_and_what_began_after_is_fresh() {
        let changes = Changes::default();
        let (a, b): (Tag, Tag) = ("Title:a".into(), "Title:b".into());
        let before = changes.moment();
        changes.drop(vec![a.clone()]);
        assert!(!changes.is_fresh(before, [&a, &b].into_iter()));
        assert!(changes.is_fresh(before, [&b].into_iter()));
        assert!(changes.is_fresh(changes.moment(), [&a].into_iter()));
        for i in 0..MAX_TAGS {
            changes.drop(vec![format!("Title:{i}").into()]);
        }
        assert!(
            !changes.is_fresh(before, [&b].into_iter()),
            "what is no longer known is stale"
        );
        let now = changes.moment();
        changes.drop_all();
        assert!(!changes.is_fresh(now, std::iter::empty()));
    }
}
