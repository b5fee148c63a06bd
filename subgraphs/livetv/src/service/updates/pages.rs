//! The log of guide changes in memory: pages that are read once, whoever asks for them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use super::ChangedProgramme;
use crate::entities::guide_change;

/// Changes of a page. Pages begin at multiples of it.
pub(super) const PAGE: i64 = 500;

/// Changes that follow one another, of one channel and one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// The commit.
    pub import: Uuid,
    /// The channel.
    pub channel: Uuid,
    /// Place of the first change.
    pub first: i64,
    /// Place of the last change.
    pub last: i64,
}

/// A piece of the log.
#[derive(Debug, Clone)]
pub(super) struct Page {
    /// After which place it begins. More than where pages begin when the log forgot the rest.
    pub after: i64,
    /// Its last place: the last page grows.
    pub until: i64,
    /// Its changes, of all places from `after` to `until`.
    changes: Vec<Arc<ChangedProgramme>>,
    runs: Vec<Run>,
}

impl Page {
    /// The page that has the change after `place`: its number, and its last place once it is full.
    pub(super) fn of(place: i64) -> (i64, i64) {
        let number = place.div_euclid(PAGE);
        (number, (number + 1) * PAGE)
    }

    /// A page without changes yet.
    pub(super) const fn begin(number: i64) -> Self {
        Self {
            after: number * PAGE,
            until: number * PAGE,
            changes: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// With what the log has up to `until`. What is missing before was forgotten.
    pub(super) fn extended(&self, rows: Vec<ChangedProgramme>, until: i64) -> Self {
        let mut page = self.clone();
        page.until = until;
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if until - count != self.until {
            // Not the whole: only what is there without a gap is known.
            page.after = until - count;
            page.changes.clear();
            page.runs.clear();
        }
        for row in rows {
            let guide_change::Model {
                cursor,
                import_id,
                channel_id,
                ..
            } = row.change;
            match page.runs.last_mut() {
                Some(run) if (run.import, run.channel) == (import_id, channel_id) => run.last = cursor,
                _ => page.runs.push(Run {
                    import: import_id,
                    channel: channel_id,
                    first: cursor,
                    last: cursor,
                }),
            }
            page.changes.push(Arc::new(row));
        }
        page
    }

    /// What follows `place`, by commit and channel.
    pub(super) fn runs_after(&self, place: i64) -> &[Run] {
        let first = self.runs.partition_point(|run| run.last <= place);
        &self.runs[first..]
    }

    /// The changes after `place`, up to `last`.
    pub(super) fn changes(&self, place: i64, last: i64) -> &[Arc<ChangedProgramme>] {
        let index = |place: i64| usize::try_from(place - self.after).unwrap_or(0).min(self.changes.len());
        let (from, to) = (index(place), index(last));
        &self.changes[from..to.max(from)]
    }
}

/// The pages that were asked for last.
pub(super) struct Pages {
    shelf: Mutex<Shelf>,
    /// Most pages.
    most: usize,
}

#[derive(Default)]
struct Shelf {
    epoch: Uuid,
    pages: HashMap<i64, (Arc<Page>, u64)>,
    /// Counts askings: the page with the lowest was asked for longest ago.
    asked: u64,
}

impl Pages {
    /// Keeps at most `changes` changes.
    pub(super) fn new(changes: usize) -> Self {
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        Self {
            shelf: Mutex::default(),
            most: changes.div_ceil(page).max(2),
        }
    }

    /// A page as far as it is known.
    pub(super) fn find(&self, epoch: Uuid, number: i64) -> Option<Arc<Page>> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.epoch != epoch {
            return None;
        }
        shelf.asked += 1;
        let asked = shelf.asked;
        let (page, at) = shelf.pages.get_mut(&number)?;
        *at = asked;
        Some(page.clone())
    }

    /// Keeps a page, in the place of the one that was asked for longest ago.
    pub(super) fn keep(&self, epoch: Uuid, number: i64, page: Arc<Page>) {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.epoch != epoch {
            *shelf = Shelf {
                epoch,
                ..Shelf::default()
            };
        }
        shelf.asked += 1;
        let asked = shelf.asked;
        shelf.pages.insert(number, (page, asked));
        if shelf.pages.len() > self.most {
            let oldest = shelf
                .pages
                .iter()
                .min_by_key(|(_, (_, at))| *at)
                .map(|(number, _)| *number);
            if let Some(oldest) = oldest {
                shelf.pages.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::guide_change::Kind;

    fn row(cursor: i64, import: u128, channel: u128) -> ChangedProgramme {
        ChangedProgramme {
            change: guide_change::Model {
                cursor,
                import_id: Uuid::from_u128(import),
                programme_id: Uuid::from_u128(1),
                channel_id: Uuid::from_u128(channel),
                kind: Kind::Added,
                changed_at: "2026-11-21T12:00:00Z".parse().unwrap(),
                starts_at: None,
                ends_at: None,
            },
            programme: None,
        }
    }

    fn cursors(changes: &[Arc<ChangedProgramme>]) -> Vec<i64> {
        changes.iter().map(|changed| changed.change.cursor).collect()
    }

    #[test]
    fn a_page_grows_and_tells_what_was_forgotten() {
        assert_eq!(
            (Page::of(0), Page::of(499), Page::of(500)),
            ((0, 500), (0, 500), (1, 1000))
        );
        let page = Page::begin(0).extended(vec![row(1, 1, 7), row(2, 1, 8)], 2);
        let page = page.extended(vec![row(3, 1, 8), row(4, 2, 8)], 4);
        assert_eq!((page.after, page.until), (0, 4));
        let spans: Vec<(i64, i64)> = page.runs_after(1).iter().map(|run| (run.first, run.last)).collect();
        assert_eq!(spans, [(2, 3), (4, 4)]);
        assert_eq!(cursors(page.changes(1, 3)), [2, 3]);
        assert_eq!(cursors(page.changes(4, 4)), Vec::<i64>::new());

        let page = Page::begin(1).extended(vec![row(519, 2, 8), row(520, 2, 8)], 520);
        assert_eq!((page.after, cursors(page.changes(518, 520))), (518, vec![519, 520]));
        let page = page.extended(vec![row(530, 2, 8)], 530);
        assert_eq!(
            (page.after, cursors(page.changes(529, 530))),
            (529, vec![530]),
            "what is between is unknown"
        );
    }

    #[test]
    fn pages_of_another_log_and_those_nobody_asks_for_are_not_kept() {
        let (log, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let pages = Pages::new(1000);
        for number in 0..2 {
            pages.keep(log, number, Arc::new(Page::begin(number)));
        }
        assert!(pages.find(log, 0).is_some() && pages.find(other, 0).is_none());
        pages.keep(log, 2, Arc::new(Page::begin(2)));
        let known = (0..3).map(|number| pages.find(log, number).is_some());
        assert_eq!(known.collect::<Vec<_>>(), [true, false, true]);
        pages.keep(other, 5, Arc::new(Page::begin(5)));
        assert!(pages.find(log, 0).is_none() && pages.find(other, 5).is_some());
    }
}
