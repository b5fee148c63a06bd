//! The HTTP shell around every service: health, problem+json, request ids, limits, address lists, rewrites, CORS, graceful
//! stop.

mod gate;
mod health;
mod network;
mod pattern;
mod problem;
mod rewrites;
mod serve;
mod shell;

pub use gate::{Gate, Secure};
pub use health::{Check, Health};
pub use pattern::Pattern;
pub use problem::{Problem, no_such_path};
pub use rewrites::Rewrite;
pub use serve::{Listening, bind, serve};
pub use shell::{RequestId, Settings, shell};
