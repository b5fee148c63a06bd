//! Words every service shares: typed ids, the clock, money, pages and cursors, error codes, events.
//!
//! No I/O and no async: everything here is a value or a rule. Begin with [`ErrorCode`] (how anything is refused),
//! [`PageRequest`] (how lists are asked for) and the ids at the bottom of `id.rs`.

mod clock;
mod error;
mod event;
mod id;
mod money;
mod page;
mod secret;

pub use clock::{Clock, Ids, SystemClock, SystemIds};
pub use error::{ErrorCode, Fault, Refusal, problem_type};
pub use event::Event;
pub use id::*;
pub use money::{Currency, Money};
pub use page::{Cursor, DEEPEST_ROW, DEFAULT_PAGE, MAX_PAGE, Page, PageRequest};
pub use secret::Secret;

/// An instant in UTC, to the millisecond.
pub type Instant = chrono::DateTime<chrono::Utc>;
