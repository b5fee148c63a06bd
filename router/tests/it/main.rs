//! The router over small subgraphs of its own, in process, over HTTP and by gRPC.

mod answers;
mod authorise;
mod batch;
#[cfg(test)]
mod called;
mod called_streams;
mod calls;
mod chatty;
mod composition;
mod contract;
mod cost;
mod execution;
mod floods;
mod front;
mod front_details;
mod graph;
mod introspection;
mod keeping;
mod kiosk;
mod limits;
mod mock;
mod mock_marks;
mod observe;
mod passthrough;
mod persisted;
mod rate_limits;
mod reload;
mod sharing;
mod sockets;
mod subgraphs;
mod tls;
mod traces;
mod traffic;
mod websocket;
