//! What is made up says so, whichever way it goes out.

use std::{collections::HashMap, sync::Arc};

use axum::http::{HeaderName, Method};
use router::{Rest, RestSource, Subgraph};
use serde_json::json;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::{
    front::ask,
    graph::serve,
    mock::{Real, router, settings},
    websocket::Socket,
};

const MOCK: HeaderName = HeaderName::from_static("x-matinee-mock");

#[tokio::test]
async fn each_next_of_a_socket_and_of_an_event_stream_says_it() {
    let graph = router(settings(&["*"], json!({ "Movie.name": "Metropolis" })), HashMap::new());
    let address = serve(graph.routes()).await;
    let mut request = format!("ws://{address}/graphql")
        .into_client_request()
        .expect("a request");
    let protocol = "graphql-transport-ws".parse().expect("a header");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let opened = tokio_tungstenite::connect_async(request).await.expect("a socket").0;
    let mut socket = Socket(opened);
    socket.send(json!({"type": "connection_init"})).await;
    assert_eq!(socket.next().await, json!({"type": "connection_ack"}));
    socket.subscribe("1", "subscription { changed { name stars } }").await;
    for _ in 0..2 {
        let payload = socket.next().await["payload"].clone();
        assert_eq!(payload["data"]["changed"]["name"], "Metropolis");
        assert_eq!(payload["extensions"], json!({ "mock": ["catalogue", "reviews"] }));
    }
    socket.send(json!({"id": "1", "type": "complete"})).await;
    socket.subscribe("2", "{ best { name } }").await;
    let payload = loop {
        let message = socket.next().await;
        if message["id"] == "2" {
            break message["payload"].clone();
        }
    };
    assert_eq!(
        payload["extensions"],
        json!({ "mock": ["catalogue", "reviews"] }),
        "{payload}"
    );
    socket.subscribe("3", "{ __typename }").await;
    let payload = loop {
        let message = socket.next().await;
        if message["id"] == "3" {
            break message["payload"].clone();
        }
    };
    assert_eq!(
        payload,
        json!({ "data": { "__typename": "Query" } }),
        "nobody was asked"
    );

    let events = [("accept", "text/event-stream")];
    let stream = ask(
        graph.routes(),
        Method::GET,
        "/graphql?query=%7Bbest%7Bstars%7D%7D",
        &events,
    )
    .await;
    assert!(
        stream.text().contains("\"extensions\":{\"mock\":[\"reviews\"]}}"),
        "{}",
        stream.text()
    );
    let plain = ask(graph.routes(), Method::GET, "/graphql?query=%7Bbest%7Bstars%7D%7D", &[]).await;
    assert!(
        plain.header(MOCK) == "reviews" && !plain.text().contains("mock"),
        "{}",
        plain.text()
    );
}

#[tokio::test]
async fn rest_says_it_as_the_graph_does() {
    let real: HashMap<String, Arc<dyn Subgraph>> = HashMap::from([("reviews".to_owned(), Arc::new(Real) as _)]);
    let graph = router(settings(&["catalogue", "counts"], json!({})), real);
    let config = "prefix: /api/v1\nproblems: {}\nroutes:\n\
        - { route: 'GET /movies/{id}', sources: ['001'], summary: A movie., operation: OneMovie, of: movie, answer: { name: name } }\n\
        - { route: 'GET /best', sources: ['001'], summary: The best., operation: Best, of: best, answer: { stars: stars } }\n";
    let source = RestSource {
        config: config.to_owned(),
        documents: "query OneMovie($id: ID!) { movie(id: $id) { name } } query Best { best { stars } }".to_owned(),
    };
    let rest = Rest::try_new(&graph, &source).expect("it fits");
    let movie = ask(rest.routes(), Method::GET, "/api/v1/movies/7", &[]).await;
    assert_eq!(
        (movie.status.as_u16(), movie.header(MOCK)),
        (200, "catalogue"),
        "{}",
        movie.text()
    );
    let best = ask(rest.routes(), Method::GET, "/api/v1/best", &[]).await;
    assert_eq!(best.header(MOCK), "", "{}", best.text());
}
