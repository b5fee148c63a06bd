//! One file per table: model and finders, nothing else.

pub mod account;
pub mod api_key;
pub mod exchanged_token;
pub mod identity;
pub mod profile;
pub mod progress_key;
pub mod rating;
pub mod resume_point;
pub mod session;
pub mod title;
pub mod watchlist_entry;
