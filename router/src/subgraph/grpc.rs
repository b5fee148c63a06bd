//! A subgraph in another process that speaks gRPC (`schema/proto/matinee/subgraph/v1/subgraph.proto`): the same JSON inside,
//! over connections that all calls share.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use grpc::{
    Call, CallError, Channel, Code, Message, Messages,
    subgraph::{EXECUTE, Request, Response, SUBSCRIBE},
};
use http::{HeaderMap, StatusCode, Uri};
use tokio::{sync::mpsc, time::Instant};

use super::{
    FetchOperation, Inputs, Map, Subgraph, SubgraphAnswer,
    call::Caller,
    headers::HeaderRules,
    replicas::GRPC,
    socket::{self, End, Events},
    tls,
    wire::{CONNECT_TIME, Failure, Reply, Wire},
};
use crate::{data::Reading, error::Error, pipeline::Context, settings::Settings};

/// Fetches at a time on a connection; every server takes as many (RFC 9113 §6.5.2).
const FETCHES_PER_CONNECTION: usize = 100;
/// What a message may have beside its JSON, in bytes.
const ENVELOPE: usize = 1024;

/// Calls a subgraph at its address, or the best of its addresses.
pub struct Grpc {
    caller: Arc<Caller>,
    listener: Arc<Listener>,
    rules: HeaderRules,
    queue: usize,
}

impl Grpc {
    /// Calls the subgraph `name` at `addresses`: `grpc://host:port` or `grpcs://host:port` with TLS; several by comma, each
    /// with its weight behind a space if it is not 1.
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::HeaderRule`], [`Error::AnswerRule`], [`Error::Authorities`].
    pub fn named(name: &str, addresses: &str, settings: &Settings) -> Result<Self, Error> {
        let traffic = &settings.traffic;
        let timeout = traffic.timeout(name, settings.subgraph_timeout_ms);
        let max_answer = usize::try_from(settings.max_subgraph_answer_bytes).unwrap_or(usize::MAX);
        let tls = tls::config(&traffic.ca_file)?;
        let channel = |calls| Channel::new((*tls).clone(), timeout.min(CONNECT_TIME), calls);
        let fetches = Fetches {
            subgraph: name.to_owned(),
            channel: channel(FETCHES_PER_CONNECTION),
            max_answer,
        };
        let caller = Arc::new(Caller::new(name, addresses, Arc::new(fetches), traffic, timeout)?);
        let listener = Listener {
            caller: caller.clone(),
            channel: channel(traffic.subscriptions_per_socket),
            max_answer,
        };
        Ok(Self {
            caller,
            listener: Arc::new(listener),
            rules: HeaderRules::new(&traffic.headers, name)?,
            queue: traffic.subscription_queue.max(1),
        })
    }

    fn metadata(&self, context: &Context) -> HeaderMap {
        let mut metadata = self.rules.headers(context);
        context.trace().inject(&mut metadata);
        metadata
    }
}

#[async_trait]
impl Subgraph for Grpc {
    async fn execute(&self, operation: &FetchOperation, inputs: Inputs, context: &Context) -> SubgraphAnswer {
        let mut variables = Vec::with_capacity(256);
        inputs.write(&mut variables);
        let message = asked(operation, variables);
        let answer = self.caller.call(operation, &self.metadata(context), &message).await;
        answer.unwrap_or_else(|reason| reason.told(&operation.service))
    }

    async fn subscribe(
        &self,
        operation: &FetchOperation,
        variables: Map,
        context: &Context,
    ) -> BoxStream<'static, SubgraphAnswer> {
        let mut json = Vec::with_capacity(256);
        crate::executor::write_json(&mut json, &variables);
        let subscription = Subscription {
            metadata: self.metadata(context),
            message: asked(operation, json),
            reading: operation.reading.clone(),
            service: operation.service.clone(),
        };
        let (events, receiver) = mpsc::channel(self.queue);
        let end = Arc::new(OnceLock::new());
        // Read whether or not its subscriber does: what is not read would hold up the others on the connection.
        let following = follow(self.listener.clone(), subscription, events, end.clone());
        #[expect(clippy::disallowed_methods, reason = "ends with its subscription")]
        tokio::spawn(following);
        socket::events(receiver, end, (), (operation.service.clone(), self.queue))
    }

    fn keeps_time(&self) -> bool {
        true
    }
}

/// The message that asks for `operation`.
fn asked(operation: &FetchOperation, variables: Vec<u8>) -> Bytes {
    let request = Request {
        subgraph: operation.service.clone(),
        query: operation.text.clone(),
        variables: variables.into(),
        ..Request::default()
    };
    request.encode_to_vec().into()
}

/// The JSON in an answer.
fn opened(message: Bytes, allowed: usize) -> Result<Bytes, Failure> {
    let answer = Response::decode(message).map_err(|error| Failure::Malformed(error.to_string()))?;
    let sent = answer.body.len();
    if sent > allowed {
        let sent = sent as u64;
        return Err(Failure::TooLarge { allowed, sent });
    }
    Ok(answer.body)
}

/// Sends fetches.
struct Fetches {
    subgraph: String,
    channel: Channel,
    max_answer: usize,
}

#[async_trait]
impl Wire for Fetches {
    fn schemes(&self) -> [&'static str; 2] {
        GRPC
    }

    fn probe(&self) -> (HeaderMap, Bytes) {
        let request = Request {
            subgraph: self.subgraph.clone(),
            query: "{__typename}".to_owned(),
            ..Request::default()
        };
        (HeaderMap::new(), request.encode_to_vec().into())
    }

    async fn post(&self, url: &Uri, headers: HeaderMap, body: Bytes, deadline: Instant) -> Result<Reply, Failure> {
        let call = Call {
            to: url,
            method: EXECUTE,
            metadata: headers,
            message: body,
            timeout: Some(deadline.saturating_duration_since(Instant::now())),
            max_answer: self.max_answer.saturating_add(ENVELOPE),
        };
        let (headers, message) = match self.channel.unary(call).await {
            Ok(answered) => answered,
            Err(error) => return self.refused(error),
        };
        Ok(Reply {
            status: StatusCode::OK,
            headers,
            body: opened(message, self.max_answer)?,
        })
    }
}

impl Fetches {
    /// What `error` is over any wire.
    fn refused(&self, error: CallError) -> Result<Reply, Failure> {
        let text = error.to_string();
        let status = match error {
            CallError::Unsent(reason) => return Err(Failure::Unsent(reason)),
            CallError::Broken(reason) => return Err(Failure::Broken(reason)),
            CallError::TooLarge(_) => {
                let allowed = self.max_answer;
                let sent = allowed as u64 + 1;
                return Err(Failure::TooLarge { allowed, sent });
            }
            CallError::Refused(status) => status,
        };
        match status.code() {
            Code::Unavailable => {
                let wait = status.metadata().get("grpc-retry-pushback-ms");
                let wait = wait.and_then(|value| value.to_str().ok()?.parse().ok());
                Err(Failure::Unable(text, wait.map(std::time::Duration::from_millis)))
            }
            Code::DeadlineExceeded => Err(Failure::Late),
            // It is there, and says who may not ask: as over HTTP.
            Code::Unauthenticated => Ok(refusal(StatusCode::UNAUTHORIZED)),
            Code::PermissionDenied => Ok(refusal(StatusCode::FORBIDDEN)),
            _ => Err(Failure::Malformed(text)),
        }
    }
}

fn refusal(status: StatusCode) -> Reply {
    Reply {
        status,
        headers: HeaderMap::new(),
        body: Bytes::new(),
    }
}

/// Follows subscriptions.
struct Listener {
    caller: Arc<Caller>,
    channel: Channel,
    max_answer: usize,
}

struct Subscription {
    metadata: HeaderMap,
    message: Bytes,
    reading: Arc<Reading>,
    service: String,
}

/// The life of a subscription: until it ends, or nobody listens.
async fn follow(listener: Arc<Listener>, subscription: Subscription, events: Events, end: Arc<OnceLock<End>>) {
    let service = &subscription.service;
    tokio::select! {
        () = events.closed() => {}
        followed = listener.follow(&subscription, &events) => match followed {
            Ok(why) => {
                end.get_or_init(|| why);
            }
            Err(reason) => tracing::warn!(%service, %reason, "a subscription to a subgraph ended"),
        }
    }
}

impl Listener {
    async fn follow(&self, subscription: &Subscription, events: &Events) -> Result<End, String> {
        let mut messages = self.open(subscription).await?;
        while let Some(message) = messages.next().await.map_err(|error| error.to_string())? {
            let json = opened(message, self.max_answer).map_err(|error| error.to_string())?;
            let answer = SubgraphAnswer::read_as(&subscription.reading, &json)?;
            if events.try_send(Box::new(answer)).is_err() {
                return Ok(End::Slow);
            }
        }
        Ok(End::Complete)
    }

    /// Begins it; an address that does not take it is passed over for the next.
    async fn open(&self, subscription: &Subscription) -> Result<Messages, String> {
        let pass = self.caller.breaker.pass().ok_or("the circuit breaker is open")?;
        let mut tried = 0;
        let mut last = "no address".to_owned();
        while let Some(visit) = self.caller.replicas.next(tried) {
            tried |= 1 << visit.index;
            let call = Call {
                to: visit.url(),
                method: SUBSCRIBE,
                metadata: subscription.metadata.clone(),
                message: subscription.message.clone(),
                // It may be silent for as long as nothing happens; pings tell whether the machine is there.
                timeout: None,
                max_answer: self.max_answer.saturating_add(ENVELOPE),
            };
            match self.channel.stream(call).await {
                Ok(messages) => {
                    pass.succeeded();
                    return Ok(messages);
                }
                Err(error) => last = error.to_string(),
            }
            let index = visit.index;
            if visit.failed() {
                self.caller.eject(index);
            }
        }
        pass.failed();
        Err(last)
    }
}
