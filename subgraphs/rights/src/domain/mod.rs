//! Rules, pure: who may watch, and who may hold a stream.

pub mod catch_up_url;
pub mod decision;
pub mod live;
pub mod slots;
