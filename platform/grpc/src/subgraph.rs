//! `schema/proto/matinee/subgraph/v1/subgraph.proto`: a subgraph that is asked by gRPC.

use bytes::Bytes;

/// The service.
pub const SERVICE: &str = "matinee.subgraph.v1.Subgraph";
/// A query or mutation: one answer.
pub const EXECUTE: &str = "/matinee.subgraph.v1.Subgraph/Execute";
/// A subscription: an answer for each event.
pub const SUBSCRIBE: &str = "/matinee.subgraph.v1.Subgraph/Subscribe";

/// What a subgraph is asked.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Request {
    /// Which of the subgraphs of the process; empty: the only one.
    #[prost(string, tag = "1")]
    pub subgraph: String,
    /// The document.
    #[prost(string, tag = "2")]
    pub query: String,
    /// Which of its operations; empty: the only one.
    #[prost(string, tag = "3")]
    pub operation_name: String,
    /// The variables as a JSON object; empty: none.
    #[prost(bytes = "bytes", tag = "4")]
    pub variables: Bytes,
    /// The extensions as a JSON object; empty: none.
    #[prost(bytes = "bytes", tag = "5")]
    pub extensions: Bytes,
}

/// What it answers.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Response {
    /// The GraphQL answer as JSON: `data`, `errors`, `extensions`.
    #[prost(bytes = "bytes", tag = "1")]
    pub body: Bytes,
}
