//! The platform from the inside: counts, restarts, refused starts.

mod caches;
mod contract;
mod counts;
mod oauth;
mod observe;
mod secrets;
mod start;
