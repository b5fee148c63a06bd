//! Pages of a list: how many, after which row.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::Refusal;

/// Rows of a page when `first` is absent.
pub const DEFAULT_PAGE: u32 = 10;
/// Most rows of a page.
pub const MAX_PAGE: u32 = 50;
/// Longest cursor we read; ours are far shorter.
const MAX_CURSOR: usize = 512;

/// A place in a list, opaque to clients: the values of the sort key, base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// The cursor of a row with this sort key.
    pub fn of<K: Serialize>(key: &K) -> Self {
        let json = serde_json::to_vec(key).expect("a sort key is plain data");
        Self(URL_SAFE_NO_PAD.encode(json))
    }

    /// The sort key that the cursor carries.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` naming `after` when the cursor is not one of this list's.
    pub fn key<K: DeserializeOwned>(&self) -> Result<K, Refusal> {
        let bad = || Refusal::bad_input("after", "after is not a cursor of this list");
        let json = URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| bad())?;
        serde_json::from_slice(&json).map_err(|_| bad())
    }

    /// The text clients see.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// Which page of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows wanted, 0 to [`MAX_PAGE`].
    pub first: u32,
    /// The row to begin after.
    pub after: Option<Cursor>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            first: DEFAULT_PAGE,
            after: None,
        }
    }
}

impl PageRequest {
    /// Checks what a client sent.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` for more than [`MAX_PAGE`] rows, `BAD_USER_INPUT` for a negative count or an endless cursor.
    pub fn try_new(first: Option<i32>, after: Option<String>) -> Result<Self, Refusal> {
        if after.as_ref().is_some_and(|text| text.len() > MAX_CURSOR) {
            return Err(Refusal::bad_input("after", "after is not a cursor of this list"));
        }
        Ok(Self {
            first: Self::count(first, DEFAULT_PAGE)?,
            after: after.map(Cursor),
        })
    }

    /// Checks `first` of a plain list, `default` rows when absent.
    pub fn count(first: Option<i32>, default: u32) -> Result<u32, Refusal> {
        let Some(first) = first else { return Ok(default) };
        let first = u32::try_from(first).map_err(|_| Refusal::bad_input("first", "first is negative"))?;
        if first > MAX_PAGE {
            return Err(Refusal::limit("first", MAX_PAGE.into(), first.into()).with("field", "first"));
        }
        Ok(first)
    }

    /// The sort key to begin after.
    pub fn after_key<K: DeserializeOwned>(&self) -> Result<Option<K>, Refusal> {
        self.after.as_ref().map(Cursor::key).transpose()
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, each with its cursor.
    pub rows: Vec<(Cursor, T)>,
    /// Whether rows follow.
    pub has_next: bool,
    /// Whether rows come before: true exactly when the request had an `after`.
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// A page from `first + 1` rows: the row too many tells that more follow.
    pub fn from_rows<K: Serialize>(mut rows: Vec<T>, request: &PageRequest, key: impl Fn(&T) -> K) -> Self {
        let first = request.first as usize;
        let has_next = rows.len() > first;
        rows.truncate(first);
        let rows = rows.into_iter().map(|row| (Cursor::of(&key(&row)), row)).collect();
        Self {
            rows,
            has_next,
            has_previous: request.after.is_some(),
        }
    }

    /// The same page of other things.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(|(cursor, row)| (cursor, f(row))).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_gives_back_its_key_and_refuses_everything_else() {
        let cursor = Cursor::of(&("2026-01-01", 7));
        assert_eq!(cursor.key::<(String, i32)>().unwrap(), ("2026-01-01".to_owned(), 7));
        for bad in ["", "x", "bm9uc2Vuc2U", "%%%"] {
            assert!(Cursor(bad.to_owned()).key::<(String, i32)>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_page_has_at_most_fifty_rows() {
        assert_eq!(PageRequest::try_new(None, None).unwrap().first, 10);
        assert!(PageRequest::try_new(Some(51), None).is_err());
        assert!(PageRequest::try_new(Some(-1), None).is_err());
    }
}
