//! Values and rules, pure: addresses, passwords, names, tokens, resume points.

pub mod api_key;
pub mod change;
pub mod email;
pub mod password;
pub mod resume;
pub mod scope;
pub mod text;
pub mod token;
