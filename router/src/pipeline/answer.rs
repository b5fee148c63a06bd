//! What a request gets.

use axum::http::{HeaderName, HeaderValue};
use bytes::Bytes;

use crate::{cost::Cost, kept::Policy};

/// The answer to a query or mutation.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// JSON text.
    pub body: Bytes,
    /// How long it may be kept, and by whom.
    pub policy: Policy,
    /// Headers it goes with over HTTP.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What it cost.
    pub cost: Cost,
}
