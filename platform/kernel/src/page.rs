//! Pages of a list: how many, after which row.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::Refusal;

/// Rows of a page when `first` is absent.
pub const DEFAULT_PAGE: u32 = 10;
/// Most rows of a page.
pub const MAX_PAGE: u32 = 50;
/// Rows that can be reached by page numbers; cursors go further, and cost the same anywhere.
pub const DEEPEST_ROW: u32 = 10_000;
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
    /// Which page of `first` rows, from 1; 1 whenever there is an `after`.
    pub number: u32,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            first: DEFAULT_PAGE,
            after: None,
            number: 1,
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
            number: 1,
        })
    }

    /// Page `number`, from 1, of `size` rows each.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for less than 1, `LIMIT_EXCEEDED` for more than [`MAX_PAGE`] rows or beyond [`DEEPEST_ROW`].
    pub fn numbered(number: i32, size: Option<i32>) -> Result<Self, Refusal> {
        let least_one = |field: &str, sent: i32| {
            let sent = u32::try_from(sent).ok().filter(|sent| *sent > 0);
            sent.ok_or_else(|| Refusal::bad_input(field, format!("{field} is at least 1")))
        };
        let number = least_one("page", number)?;
        let first = size.map_or(Ok(DEFAULT_PAGE), |size| least_one("pageSize", size))?;
        if first > MAX_PAGE {
            return Err(Refusal::limit("pageSize", MAX_PAGE.into(), first.into()).with("field", "pageSize"));
        }
        let deepest = DEEPEST_ROW / first;
        if number > deepest {
            return Err(Refusal::limit("page", deepest.into(), number.into()).with("field", "page"));
        }
        Ok(Self {
            first,
            after: None,
            number,
        })
    }

    /// Rows before the page, where it is asked for by number.
    pub const fn skipped(&self) -> u32 {
        (self.number - 1) * self.first
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
    /// Whether rows come before: true exactly when the request had an `after`, or a number beyond 1.
    pub has_previous: bool,
    /// Its number and how many rows a page has; `None` when the request had an `after`.
    pub place: Option<(u32, u32)>,
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
            has_previous: request.after.is_some() || request.number > 1,
            place: request.after.is_none().then_some((request.number, request.first)),
        }
    }

    /// The page of a list that has no rows.
    pub fn empty(request: &PageRequest) -> Self {
        Self::from_rows(Vec::new(), request, |_| ())
    }

    /// The same page of other things.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(|(cursor, row)| (cursor, f(row))).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
            place: self.place,
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

    #[test]
    fn a_page_by_number_knows_its_place_and_its_bounds() {
        let third = PageRequest::numbered(3, Some(20)).unwrap();
        assert_eq!((third.first, third.skipped()), (20, 40));
        let page = Page::from_rows(vec![1], &third, |row| *row);
        assert_eq!((page.place, page.has_previous), (Some((3, 20)), true));
        assert_eq!(PageRequest::numbered(1, None).unwrap(), PageRequest::default());
        for (number, size) in [
            (0, None),
            (-1, None),
            (1, Some(0)),
            (1, Some(51)),
            (201, Some(50)),
            (i32::MAX, None),
        ] {
            assert!(PageRequest::numbered(number, size).is_err(), "{number} {size:?}");
        }
    }
}
