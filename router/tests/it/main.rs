//! The router over small subgraphs of its own, in process and over HTTP.

mod authorise;
mod batch;
mod composition;
mod execution;
mod front;
mod graph;
mod limits;
mod persisted;
mod subgraphs;
mod traffic;
mod websocket;
