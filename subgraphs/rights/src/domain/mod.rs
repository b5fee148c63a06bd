//! Rules, pure: who may watch, and who may hold a stream.

pub mod decision;
pub mod slots;
