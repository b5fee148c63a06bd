//! What a request gets.

use bytes::Bytes;

/// The answer to a query or mutation.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// JSON text.
    pub body: Bytes,
}
