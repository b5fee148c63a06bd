//! A window of the guide.

use async_graphql::InputObject;
use kernel::{Instant, Refusal};

use crate::service::Window;

/// A half-open window of the guide, `[from, to)`, at most 48 hours.
#[derive(InputObject, Debug, Clone, Copy)]
pub struct TimeWindow {
    /// From this instant.
    from: Instant,
    /// To this instant, which is after `from`.
    to: Instant,
}

impl TryFrom<TimeWindow> for Window {
    type Error = Refusal;

    fn try_from(asked: TimeWindow) -> Result<Self, Refusal> {
        Self::try_new(asked.from, asked.to)
    }
}
