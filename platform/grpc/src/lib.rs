//! gRPC between our processes: messages, calls, and how they are answered.
//!
//! What is said is in `schema/proto/`. The messages here are written after it by hand, so that nothing needs a generator to
//! be built; a foreign client that reads the `.proto` files holds the two together (`tests/conformance/grpc.mjs`).

mod channel;
mod codec;
pub mod health;
mod serve;
pub mod subgraph;
pub mod token;

pub use channel::{Call, CallError, Channel, Messages};
pub use prost::Message;
pub use serve::{Limits, stream, unary};
pub use tonic::{Code, Status};
