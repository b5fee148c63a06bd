//! The subgraphs of the gateway benchmark, as one HTTP server.

pub mod data;
pub mod schemas;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_graphql_axum::{GraphQL, GraphQLSubscription};
use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post, post_service},
};
use schemas::Ticks;

/// The subgraphs and what was asked of them.
#[derive(Clone, Default)]
pub struct Shop {
    requests: Arc<AtomicU64>,
    pub ticks: Ticks,
}

/// SDL of each subgraph.
pub fn sdl() -> [(&'static str, String); 4] {
    let options = schemas::options;
    [
        ("accounts", schemas::accounts().sdl_with_options(options())),
        ("inventory", schemas::inventory().sdl_with_options(options())),
        ("products", schemas::products().sdl_with_options(options())),
        (
            "reviews",
            schemas::reviews(Ticks::default()).sdl_with_options(options()),
        ),
    ]
}

impl Shop {
    /// `/{subgraph}` answers GraphQL after `latency`, `/reviews/ws` subscriptions; `/requests`, `/subscriptions` and
    /// `/tick/{count}` are for the benchmark.
    pub fn routes(&self, latency: Duration) -> Router {
        let reviews = schemas::reviews(self.ticks.clone());
        let counted = self.clone();
        let subgraphs = Router::new()
            .route("/accounts", post_service(GraphQL::new(schemas::accounts())))
            .route("/inventory", post_service(GraphQL::new(schemas::inventory())))
            .route("/products", post_service(GraphQL::new(schemas::products())))
            .route(
                "/reviews",
                post_service(GraphQL::new(reviews.clone())).get_service(GraphQLSubscription::new(reviews.clone())),
            )
            .layer(axum::middleware::from_fn(
                move |request, next: axum::middleware::Next| {
                    counted.requests.fetch_add(1, Ordering::Relaxed);
                    async move {
                        if !latency.is_zero() {
                            tokio::time::sleep(latency).await;
                        }
                        next.run(request).await
                    }
                },
            ));
        subgraphs
            .route_service("/reviews/ws", GraphQLSubscription::new(reviews))
            .route("/requests", get(requests))
            .route("/subscriptions", get(subscriptions))
            .route("/tick/{count}", post(tick))
            .with_state(self.clone())
    }

    /// Requests to subgraphs so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

async fn requests(State(shop): State<Shop>) -> String {
    shop.requests().to_string()
}

async fn subscriptions(State(shop): State<Shop>) -> String {
    shop.ticks.begun().to_string()
}

async fn tick(State(shop): State<Shop>, Path(count): Path<u64>) -> String {
    shop.ticks.tick(count).to_string()
}
