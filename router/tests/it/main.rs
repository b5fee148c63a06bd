//! The router over small subgraphs of its own, in process and over HTTP.

mod answers;
mod authorise;
mod batch;
mod chatty;
mod composition;
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
mod observe;
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
