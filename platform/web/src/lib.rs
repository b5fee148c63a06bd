//! The HTTP shell around every service: health, problem+json, request ids, limits, CORS, graceful stop.

mod health;
mod problem;
mod serve;
mod shell;

pub use health::{Check, Health};
pub use problem::Problem;
pub use serve::{Listening, bind, serve};
pub use shell::{RequestId, Settings, shell};
