//! The platform from the inside: counts, restarts, refused starts.

mod counts;
mod secrets;
mod start;
