//! The HTTP shell around every service: health, problem+json, request ids, limits, address lists, CORS, graceful stop.

mod gate;
mod health;
mod network;
mod problem;
mod serve;
mod shell;

pub use gate::Gate;
pub use health::{Check, Health};
pub use problem::Problem;
pub use serve::{Listening, bind, serve};
pub use shell::{RequestId, Settings, shell};
