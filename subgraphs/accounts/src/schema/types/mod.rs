//! One file per GraphQL type, ours or foreign.

pub mod account;
pub mod api_key;
pub mod privacy;
pub mod profile;
pub mod rating;
pub mod resume_point;
pub mod title;
pub mod token_introspection;
pub mod tokens;
pub mod viewer;
pub mod watchlist;
