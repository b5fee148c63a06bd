//! What a request goes through, one file for each step; [`run`] is the order of the steps.

mod answer;
mod authenticate;
mod context;
mod limits;
mod persisted;
mod planned;
mod prepare;
mod request;
mod run;
mod text;
mod variables;

pub use answer::Answer;
pub use authenticate::Identity;
pub(crate) use authenticate::authenticate;
pub use context::{Client, Context, Facts};
pub(crate) use persisted::Operations;
pub use persisted::{PersistedMode, PersistedSettings};
pub(crate) use prepare::{Prepared, prepare};
pub use request::Request;
pub(crate) use request::Sent;
pub(crate) use run::{execute, stream};
pub(crate) use variables::{Variables, coerce, value_of};
