//! One file per table: model and finders, nothing else.

pub mod event;
pub mod roll_up;
pub mod watch;
