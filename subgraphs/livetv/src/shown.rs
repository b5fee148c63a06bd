//! What subscribers are shown of changes: made once for all who ask for the same in the same moment.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::Value;

use crate::service::ChangedProgramme;

/// Most values that are kept; the rest is made for each.
const MOST: usize = 5_000;

/// Values of changes, by what was asked of them and by the place of the change.
#[derive(Default)]
pub struct Shown(Mutex<Shelf>);

type Made = (Arc<ChangedProgramme>, Arc<Value>);

#[derive(Default)]
struct Shelf {
    values: HashMap<Arc<str>, HashMap<i64, Made>>,
    count: usize,
}

impl Shown {
    /// What was made of each of `changes` already.
    pub fn find(&self, asked: &str, changes: &[Arc<ChangedProgramme>]) -> Vec<Option<Arc<Value>>> {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shelf.values.get(asked);
        let find = |change: &Arc<ChangedProgramme>| {
            let (made_of, value) = known?.get(&change.change.cursor)?;
            // The same change that was read again may have another programme.
            Arc::ptr_eq(made_of, change).then(|| value.clone())
        };
        changes.iter().map(find).collect()
    }

    /// Keeps what was made of `change`.
    pub fn keep(&self, asked: &Arc<str>, change: &Arc<ChangedProgramme>, value: Value) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.count >= MOST {
            return;
        }
        let made = (change.clone(), Arc::new(value));
        let of_asked = shelf.values.entry(asked.clone()).or_default();
        let is_new = of_asked.insert(change.change.cursor, made).is_none();
        shelf.count += usize::from(is_new);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::entities::guide_change::{Kind, Model};

    fn change(cursor: i64) -> Arc<ChangedProgramme> {
        let change = Model {
            cursor,
            import_id: Uuid::nil(),
            programme_id: Uuid::nil(),
            channel_id: Uuid::nil(),
            kind: Kind::Added,
            changed_at: "2026-11-21T12:00:00Z".parse().unwrap(),
            starts_at: None,
            ends_at: None,
        };
        Arc::new(ChangedProgramme {
            change,
            programme: None,
        })
    }

    #[test]
    fn what_was_made_is_found_by_what_was_asked_of_that_very_change_and_is_bounded() {
        let shown = Shown::default();
        let (one, two): (Arc<str>, Arc<str>) = ("one".into(), "two".into());
        let (first, second) = (change(1), change(2));
        shown.keep(&one, &first, Value::from(1));
        let changes = [first.clone(), second, change(1)];
        let found = shown.find(&one, &changes);
        assert_eq!(found, [Some(Arc::new(Value::from(1))), None, None]);
        assert_eq!(shown.find(&two, &changes), [None, None, None]);

        for cursor in 2..10_000 {
            shown.keep(&two, &change(cursor), Value::from(cursor));
        }
        assert_eq!(shown.0.lock().unwrap().count, MOST);
        assert!(shown.find(&one, &[first])[0].is_some());
    }
}
