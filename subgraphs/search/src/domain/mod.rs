//! What can be found and how text is compared: pure, no I/O.

pub mod document;
pub mod suggestion;
pub mod text;

pub use document::{Document, GenreName, Kind};
