//! What can be done: signing in, profiles, and what profiles do with titles.

mod profiles;
mod sign_in;
mod titles;

pub use profiles::Profiles;
pub use sign_in::SignIn;
pub use titles::Titles;
