//! A subgraph in another process: JSON over a pooled client, subscriptions over graphql-transport-ws.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream, stream::BoxStream};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use kernel::ErrorCode;

use super::{
    FetchOperation, Inputs, Map, Subgraph, SubgraphAnswer,
    call::{Caller, NoAnswer},
    headers::HeaderRules,
    sockets::{Opening, Room, Sockets},
    tls,
    wire::Pool,
};
use crate::{error::Error, pipeline::Context, settings::Settings};

/// Calls a subgraph by its URL, or the best of its URLs.
pub struct Http {
    caller: Arc<Caller>,
    sockets: Sockets,
    rules: HeaderRules,
}

impl Http {
    /// Calls the subgraph at `url`, without what is set for one subgraph by name.
    ///
    /// # Errors
    /// As [`Http::named`].
    pub fn new(url: &str, settings: &Settings) -> Result<Self, Error> {
        Self::named("", url, settings)
    }

    /// Calls the subgraph `name` at `urls`: one, or several by comma, each with its weight behind a space if it is not 1.
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::HeaderRule`], [`Error::AnswerRule`],
    /// [`Error::Authorities`].
    pub fn named(name: &str, urls: &str, settings: &Settings) -> Result<Self, Error> {
        let traffic = &settings.traffic;
        let timeout: Duration = traffic.timeout(name, settings.subgraph_timeout_ms);
        let max_answer = usize::try_from(settings.max_subgraph_answer_bytes).unwrap_or(usize::MAX);
        let tls = tls::config(&traffic.ca_file)?;
        let wire = Arc::new(Pool::new(max_answer, timeout, &tls));
        let caller = Arc::new(Caller::new(name, urls, wire, traffic, timeout)?);
        let opening = Opening {
            caller: caller.clone(),
            path: traffic.subscription_path(name),
            is_below: Arc::default(),
            max_answer,
            timeout,
            tls,
        };
        let room = Room {
            queue: traffic.subscription_queue,
            subscriptions: traffic.subscriptions_per_socket,
        };
        Ok(Self {
            caller,
            sockets: Sockets::new(opening, room),
            rules: HeaderRules::new(&traffic.headers, name)?,
        })
    }

    async fn post(
        &self,
        operation: &FetchOperation,
        inputs: &Inputs,
        context: &Context,
    ) -> Result<SubgraphAnswer, NoAnswer> {
        let mut headers = self.rules.headers(context);
        context.trace().inject(&mut headers);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("application/json, application/graphql-response+json;q=0.9"),
        );
        let body = Bytes::from(operation.body(inputs));
        self.caller.call(operation, &headers, &body).await
    }
}

#[async_trait]
impl Subgraph for Http {
    async fn execute(&self, operation: &FetchOperation, inputs: Inputs, context: &Context) -> SubgraphAnswer {
        let answer = self.post(operation, &inputs, context).await;
        answer.unwrap_or_else(|reason| reason.told(&operation.service))
    }

    async fn subscribe(
        &self,
        operation: &FetchOperation,
        variables: Map,
        context: &Context,
    ) -> BoxStream<'static, SubgraphAnswer> {
        let headers = self.rules.headers(context);
        match self.sockets.subscribe(operation, &variables, headers).await {
            Ok(events) => events,
            Err(reason) => {
                let service = &operation.service;
                tracing::warn!(%service, %reason, "subgraph did not subscribe");
                let answer = SubgraphAnswer::outage(ErrorCode::Unavailable, service);
                stream::iter([answer]).boxed()
            }
        }
    }

    fn keeps_time(&self) -> bool {
        true
    }
}
