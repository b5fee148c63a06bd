//! `schema/proto/grpc/health/v1/health.proto`: whether a process can be asked, for balancers that speak gRPC.

use axum::{Router, extract::Request, routing::post};
use http::HeaderMap;
use tonic::Status;

use crate::serve::{Limits, unary};

/// What is asked about a process or a service of it.
pub const CHECK: &str = "/grpc.health.v1.Health/Check";

/// Which service.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct HealthCheckRequest {
    /// Its full name; empty: the process.
    #[prost(string, tag = "1")]
    pub service: String,
}

/// How it is.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct HealthCheckResponse {
    /// A [`ServingStatus`].
    #[prost(enumeration = "ServingStatus", tag = "1")]
    pub status: i32,
}

/// How a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum ServingStatus {
    /// Nothing is known.
    Unknown = 0,
    /// It answers.
    Serving = 1,
    /// It does not.
    NotServing = 2,
    /// Watched, but not there.
    ServiceUnknown = 3,
}

/// The route: `is_ready` tells of the process, and so of each of the `services` it has.
pub fn routes<F>(
    services: Vec<&'static str>,
    limits: Limits,
    is_ready: impl Fn() -> F + Clone + Send + Sync + 'static,
) -> Router
where
    F: Future<Output = bool> + Send,
{
    let check = move |request: Request| async move {
        unary(request, &limits, |_, asked: HealthCheckRequest| async move {
            let name = asked.service.as_str();
            if !name.is_empty() && !services.contains(&name) {
                return Err(Status::not_found("there is no such service here"));
            }
            let status = if is_ready().await {
                ServingStatus::Serving
            } else {
                ServingStatus::NotServing
            };
            let answer = HealthCheckResponse { status: status.into() };
            Ok((HeaderMap::new(), answer))
        })
        .await
    };
    Router::new().route(CHECK, post(check))
}
