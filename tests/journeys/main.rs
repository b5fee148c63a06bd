//! What people do with the platform, over public HTTP and WebSocket only: the same in every shape.
#![expect(clippy::panic, reason = "a test says by failing what is wrong")]

mod accounts;
mod api_keys;
mod bad_input;
mod guide;
mod main_job;
mod oauth;
mod one_port;
mod pages;
mod rest;
mod tokens;
mod usage;
