//! What is fuzzed: live TV's rules, compiled from their sources without the service around them.

#[path = "../../subgraphs/livetv/src/domain/mod.rs"]
#[expect(dead_code, reason = "only the reading and writing of guides is fuzzed")]
mod domain;

mod check;

pub use check::check;
