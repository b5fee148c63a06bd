//! What can be done: signing in, API keys, profiles, and what profiles do with titles.

mod administration;
mod api_keys;
mod exchange;
mod profiles;
mod resets;
mod sign_in;
mod titles;

pub use administration::{Administration, role};
pub use api_keys::ApiKeys;
pub use exchange::Exchange;
pub use profiles::Profiles;
pub use resets::Resets;
pub use sign_in::SignIn;
pub use titles::Titles;
