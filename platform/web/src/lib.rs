//! The HTTP shell around every service: health, problem+json, request ids, limits, address lists, rewrites, CORS, graceful
//! stop.
//! And the other way: asking servers that other people name.

mod address;
mod gate;
mod health;
mod network;
mod outside;
mod pattern;
mod problem;
mod rewrites;
mod serve;
mod shell;

pub use address::{WebAddress, is_public};
pub use gate::{Gate, Secure};
pub use health::{Check, Health};
pub use outside::{ask_outside, chain, read_outside};
pub use pattern::Pattern;
pub use problem::{Problem, no_such_path};
pub use rewrites::Rewrite;
pub use serve::{Listening, bind, serve};
pub use shell::{RequestId, Settings, shell};
