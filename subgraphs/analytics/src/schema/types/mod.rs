//! One file per GraphQL type.

mod api_usage;
mod error_class;
mod event_input;
mod metric_result;
mod rejected_event;

pub use api_usage::{ApiUsage, ApiUsages};
pub use error_class::ErrorClass;
pub use event_input::EventInput;
pub use metric_result::{MetricInterval, MetricResult, MetricType};
pub use rejected_event::RejectedEvent;
