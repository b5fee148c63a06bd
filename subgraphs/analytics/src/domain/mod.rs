//! What is counted, and when something was truly watched: pure, no I/O.

pub mod kind;
pub mod latency;
pub mod metric;
pub mod span;
pub mod watch;

pub use latency::Latencies;
pub use metric::Metric;
pub use span::Span;
pub use watch::Watch;
