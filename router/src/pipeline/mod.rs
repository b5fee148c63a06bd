//! What a request goes through before it is executed, one file for each step.

mod authenticate;
mod limits;
mod planned;
mod prepare;
mod request;
mod text;
mod variables;

pub use authenticate::Identity;
pub(crate) use authenticate::authenticate;
pub(crate) use prepare::{Prepared, prepare};
pub use request::Request;
pub(crate) use variables::{coerce, value_of};
