//! Values and rules, pure: addresses, passwords, names, tokens, resume points.

pub mod change;
pub mod email;
pub mod password;
pub mod resume;
pub mod text;
pub mod token;
