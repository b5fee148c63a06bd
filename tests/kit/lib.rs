//! What the tests of the whole platform share: a platform to talk to, and a client that knows only HTTP and WebSocket.
#![expect(clippy::panic, reason = "a test says by failing what is wrong")]

mod client;
mod platform;
mod socket;

pub use client::{Answer, Client, document};
pub use platform::{TestPlatform, settings};
pub use socket::Socket;

use std::time::Duration;

/// Longest wait for something that follows by events: split, a read model follows within a second.
pub const SOON: Duration = Duration::from_secs(10);

/// Tries until `attempt` gives a value.
///
/// # Panics
/// It did not within [`SOON`]; the text says what was waited for.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut attempt: impl FnMut() -> F) -> T {
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        if let Some(value) = attempt().await {
            return value;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
