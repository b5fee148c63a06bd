//! One file per table: model and finders, nothing else.

pub mod api_latency;
pub mod api_usage;
pub mod event;
pub mod roll_up;
pub mod watch;
