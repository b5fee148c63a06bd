//! What a request gets.

use axum::http::{HeaderName, HeaderValue};
use bytes::Bytes;

use crate::cost::Cost;

/// The answer to a query or mutation.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// JSON text.
    pub body: Bytes,
    /// Headers it goes with over HTTP.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What it cost.
    pub cost: Cost,
}
