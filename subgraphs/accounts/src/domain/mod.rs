//! Values and rules, pure: addresses, passwords, names, tokens, grants, providers, resume points.

pub mod api_key;
pub mod change;
pub mod email;
pub mod grant;
pub mod password;
pub mod provider;
pub mod resume;
pub mod scope;
pub mod text;
pub mod token;
