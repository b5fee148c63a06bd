//! What an open socket with a subscription costs: by itself in a process, because everything that is allocated counts.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use async_graphql::{EmptyMutation, Object, Schema, Subscription};
use auth::{KeyPair, Verifier};
use futures_util::{Stream, StreamExt, stream};
use graphql::{Endpoint, SchemaEndpoint};
use kernel::SystemClock;
use router::{Landing, Local, Parts, Ports, Router, Settings, Source, Subgraph, Supergraph};
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const SOCKETS: usize = 400;

struct Query;

#[Object]
impl Query {
    async fn nothing(&self) -> i32 {
        0
    }
}

struct Waiting;

#[Subscription(name = "Subscription")]
impl Waiting {
    async fn waiting(&self) -> impl Stream<Item = i32> {
        stream::once(async { 0 }).chain(stream::pending())
    }
}

fn router() -> Router {
    let schema = Schema::build(Query, EmptyMutation, Waiting)
        .enable_federation()
        .enable_subscription_in_federation()
        .finish();
    let endpoint: Arc<dyn Endpoint> = Arc::new(SchemaEndpoint::new(schema, |_| {}));
    let source = Source::new("waiting", "http://waiting.example", endpoint.sdl());
    let subgraph: Arc<dyn Subgraph> = Arc::new(Local::new(endpoint));
    let pem = KeyPair::generate().expect("a key");
    let pair = KeyPair::from_pem(&pem).expect("our own key");
    let router = Router::new(Parts {
        supergraph: Supergraph::compose(&[source]).expect("it composes"),
        subgraphs: HashMap::from([("waiting".to_owned(), subgraph)]),
        verifier: Verifier::new(pair.public(), "test", Arc::new(SystemClock)),
        settings: Settings::default(),
        landing: Landing::default(),
        shutdown: CancellationToken::new(),
        ports: Ports::default(),
    });
    router.expect("a router")
}

/// A client of which nothing is allocated: what grows is the router's.
fn subscribe(address: SocketAddr) -> TcpStream {
    let mut socket = TcpStream::connect(address).expect("a connection");
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a socket");
    let upgrade = format!(
        "GET /graphql HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: graphql-transport-ws\r\nUser-Agent: A television of some make (model 7; firmware 12.3)\r\n\
         Origin: https://app.matinee.example\r\nAccept-Language: de-DE,de;q=0.9,en;q=0.5\r\n\
         apollographql-client-name: tv\r\napollographql-client-version: 7.1\r\n\r\n"
    );
    socket.write_all(upgrade.as_bytes()).expect("a request");
    until(&mut socket, b"\r\n\r\n");
    send(&mut socket, r#"{"type":"connection_init"}"#);
    until(&mut socket, b"connection_ack\"}");
    send(
        &mut socket,
        r#"{"type":"subscribe","id":"1","payload":{"query":"subscription { waiting }"}}"#,
    );
    until(&mut socket, b"}}}");
    socket
}

/// Reads until the bytes end with `end`.
fn until(socket: &mut TcpStream, end: &[u8]) {
    let mut bytes = Vec::with_capacity(2048);
    let mut byte = [0];
    while !bytes.ends_with(end) {
        socket.read_exact(&mut byte).expect("what was asked for");
        bytes.push(byte[0]);
    }
}

/// A masked text frame (RFC 6455 §5.2) with a mask of zeros.
fn send(socket: &mut TcpStream, text: &str) {
    let length = u16::try_from(text.len()).expect("a short text");
    let mut frame = vec![0x81];
    if length < 126 {
        frame.push(0x80 | length.to_be_bytes()[1]);
    } else {
        frame.push(0xFE);
        frame.extend(length.to_be_bytes());
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    socket.write_all(&frame).expect("a frame");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_subscriber_costs_less_than_sixteen_kibibytes() {
    let profiler = dhat::Profiler::builder().testing().build();
    let router = router();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = router.routes().into_make_service_with_connect_info::<SocketAddr>();
    #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
    let server = tokio::spawn(async move { axum::serve(listener, service).await });
    let opening = tokio::task::spawn_blocking(move || {
        let open = |count: usize| -> Vec<_> { (0..count).map(|_| subscribe(address)).collect() };
        // What is made once is made.
        let first = open(20);
        let before = dhat::HeapStats::get().curr_bytes;
        let sockets = open(SOCKETS);
        let each = (dhat::HeapStats::get().curr_bytes - before) / SOCKETS;
        (each, first, sockets)
    });
    let (each, ..) = opening.await.expect("clients");
    drop(profiler);
    assert!(each < 16 * 1024, "{each} bytes");
    server.abort();
}
