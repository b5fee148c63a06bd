//! Pages by number, beside Relay's cursors: `page: PageInput` asks, `pagination` answers.

use async_graphql::{InputObject, SimpleObject};
use kernel::{PageRequest, Refusal};

/// A page of a list by its number, in place of `first` and `after`.
#[derive(InputObject, Debug, Clone, Copy)]
pub struct PageInput {
    /// Which page, from 1.
    #[graphql(default = 1)]
    pub page: i32,
    /// Rows of a page: 10 when absent, at most 50.
    pub page_size: Option<i32>,
}

/// Where a page stands among the numbered pages of its list.
#[derive(SimpleObject, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(shareable)]
pub struct Pagination {
    /// Number of this page, from 1.
    pub current_page: i32,
    /// Rows of a page.
    pub page_size: i32,
    /// Rows of the whole list.
    pub total_items: i32,
    /// Pages of the whole list.
    pub total_pages: i32,
}

impl Pagination {
    /// Page `number` of `size` rows in a list of `total`.
    pub fn new(number: u32, size: u32, total: u64) -> Self {
        Self {
            current_page: clamp(number.into()),
            page_size: clamp(size.into()),
            total_items: clamp(total),
            total_pages: clamp(total.div_ceil(u64::from(size.max(1)))),
        }
    }
}

/// Reads how a list is asked for: by cursor or by number, not by both.
///
/// # Errors
/// `BAD_USER_INPUT` for both, and as [`PageRequest::try_new`] and [`PageRequest::numbered`].
pub fn page_request(
    first: Option<i32>,
    after: Option<String>,
    page: Option<PageInput>,
) -> Result<PageRequest, Refusal> {
    let Some(page) = page else {
        return PageRequest::try_new(first, after);
    };
    if first.is_some() || after.is_some() {
        let message = "page goes without first and after: its size is page.pageSize";
        return Err(Refusal::bad_input("page", message));
    }
    PageRequest::numbered(page.page, page.page_size)
}

pub(crate) fn clamp(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
