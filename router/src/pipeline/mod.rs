//! What a request goes through, one file for each step; [`run`] is the order of the steps.

mod answer;
mod authenticate;
mod authorise;
mod context;
mod cost;
mod filter;
mod keys;
mod limits;
mod persisted;
mod planned;
mod policies;
mod prepare;
mod rate_limit;
mod request;
mod run;
mod size;
mod suggest;
mod text;
mod variables;

pub use answer::Answer;
pub use authenticate::Identity;
pub(crate) use authenticate::{API_KEY, Credentials, authenticate, identify};
pub(crate) use authorise::authorise;
pub use context::{Client, Context, Facts};
pub(crate) use cost::measured;
pub(crate) use filter::{Filtered, Withheld};
pub(crate) use keys::Keys;
pub(crate) use persisted::Operations;
pub use persisted::{PersistedMode, PersistedSettings};
pub(crate) use prepare::{Prepared, prepare};
pub(crate) use rate_limit::{Limiter, charge_stranger};
pub use request::Request;
pub(crate) use request::Sent;
pub(crate) use run::{execute, stream};
pub(crate) use size::{cut, fits, too_large};
pub(crate) use variables::{Variables, coerce};
