//! Rules, pure: periods, problems, the sandbox's answers.

pub mod period;
pub mod problem;
pub mod sandbox;
