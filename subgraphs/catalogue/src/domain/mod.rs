//! Values and rules, pure.

pub mod details;
pub mod words;
