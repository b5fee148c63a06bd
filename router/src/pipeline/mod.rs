//! What a request goes through, one file for each step; [`run`] is the order of the steps.

mod answer;
mod authenticate;
mod authorise;
mod context;
mod keys;
mod limits;
mod persisted;
mod planned;
mod policies;
mod prepare;
mod request;
mod run;
mod text;
mod variables;

pub use answer::Answer;
pub use authenticate::Identity;
pub(crate) use authenticate::{API_KEY, Credentials, authenticate, identify};
pub(crate) use authorise::authorise;
pub use context::{Client, Context, Facts};
pub(crate) use keys::Keys;
pub(crate) use persisted::Operations;
pub use persisted::{PersistedMode, PersistedSettings};
pub(crate) use prepare::{Prepared, prepare};
pub use request::Request;
pub(crate) use request::Sent;
pub(crate) use run::{execute, stream};
pub(crate) use variables::{Variables, coerce};
