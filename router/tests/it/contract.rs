//! Two variants of one graph: operators see all of it, others what is for them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql::{ComplexObject, EmptyMutation, Object, Schema, SimpleObject, Subscription};
use auth::{Issuer, KeyPair, Role, Verifier};
use axum::http::{Method, StatusCode};
use futures_util::{Stream, stream};
use graphql::{Endpoint, SchemaEndpoint, directives::RequiresRole};
use kernel::{AccountId, Clock, SystemClock};
use router::{
    AccessSettings, Context, ContractSettings, Facts, Landing, Local, Parts, Ports, Request, Router, Settings, Source,
    Subgraph, Supergraph, Unauthorised, Variant, WhenAsked,
};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_util::sync::CancellationToken;

use crate::{
    front::{Reply, ask},
    graph::{ACCOUNT, codes, serve},
    websocket::Socket,
};

const EDITOR: &[Role] = &[Role::Editor];

struct Query;

#[Object]
impl Query {
    async fn movie(&self) -> Movie {
        Movie { id: 1 }
    }
    #[graphql(directive = RequiresRole::apply(EDITOR))]
    async fn audit(&self) -> i32 {
        1
    }
    #[graphql(tag = "admin")]
    async fn hint(&self) -> Option<i32> {
        Some(2)
    }
}

#[derive(SimpleObject)]
#[graphql(complex)]
struct Movie {
    id: i32,
}

#[derive(SimpleObject)]
struct Packages {
    names: Vec<String>,
}

#[ComplexObject]
impl Movie {
    #[graphql(directive = RequiresRole::apply(EDITOR))]
    async fn packages(&self) -> Option<Packages> {
        let names = vec!["gold".to_owned()];
        Some(Packages { names })
    }
}

struct News;

#[Subscription(name = "Subscription")]
impl News {
    #[graphql(directive = RequiresRole::apply(EDITOR))]
    async fn audits(&self) -> impl Stream<Item = i32> {
        stream::iter([7])
    }
}

struct Graph {
    router: Router,
    issuer: Issuer,
}

impl Graph {
    fn with(contract: ContractSettings) -> Self {
        Self::of(Settings {
            contract,
            ..Settings::default()
        })
    }

    fn of(settings: Settings) -> Self {
        let schema = Schema::build(Query, EmptyMutation, News)
            .enable_federation()
            .enable_subscription_in_federation()
            .finish();
        let endpoint: Arc<dyn Endpoint> = Arc::new(SchemaEndpoint::new(schema, |_| {}));
        let source = Source::new("one", "http://one.example", endpoint.sdl());
        let subgraph: Arc<dyn Subgraph> = Arc::new(Local::new(endpoint));
        let pem = KeyPair::generate().expect("a key");
        let pair = Arc::new(KeyPair::from_pem(&pem).expect("our own key"));
        let router = Router::new(Parts {
            supergraph: Supergraph::compose(&[source]).expect("it composes"),
            subgraphs: HashMap::from([("one".to_owned(), subgraph)]),
            verifier: Verifier::new(pair.public(), "test", Arc::new(SystemClock)),
            settings,
            landing: Landing::default(),
            shutdown: CancellationToken::new(),
            ports: Ports::default(),
        });
        Self {
            router: router.expect("a router"),
            issuer: Issuer::new(pair, "test"),
        }
    }

    fn token(&self, role: Role) -> String {
        let now = SystemClock.now();
        let account = AccountId::parse("account", ACCOUNT).expect("an id");
        let ends_at = now + Duration::from_mins(1);
        let token = self.issuer.issue(account, &[role], uuid::Uuid::nil(), now, ends_at);
        format!("Bearer {token}")
    }

    fn context(&self, role: Role, variant: Option<Variant>) -> Context {
        let identity = self.router.authenticate(Some(&self.token(role))).expect("a token");
        Context::new(Facts {
            identity,
            variant,
            ..Facts::default()
        })
    }

    async fn ask(&self, query: &str, context: &Context) -> Value {
        self.ask_for(Request::new(query), context).await
    }

    async fn ask_for(&self, request: Request, context: &Context) -> Value {
        let text = match self.router.execute(request, context).await {
            Ok(answer) => answer.body,
            Err(rejection) => rejection.to_json().into(),
        };
        serde_json::from_slice(&text).expect("JSON")
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        ask(self.router.routes(), Method::GET, path, headers).await
    }

    fn fetches(&self) -> u64 {
        self.router.fetches().values().sum()
    }
}

fn all() -> Value {
    json!({"data": {"audit": 1, "hint": 2, "movie": {"id": 1, "packages": {"names": ["gold"]}}}})
}

const WHOLE: &str = "{ audit hint movie { id packages { names } } }";
const NAMES: &str =
    "{ a: __type(name: \"Packages\") { name } movie { id } q: __type(name: \"Query\") { fields { name } } }";
const LINK: &str = "/graphql?query=%7B%20audit%20%7D";
const ADMIN_LINK: &str = "/admin/graphql?query=%7B%20audit%20%7D";

#[tokio::test]
async fn what_is_hidden_is_shown_to_operators_only_and_others_who_ask_it_are_refused_before_any_fetch() {
    let graph = Graph::with(ContractSettings::default());
    let (nobody, viewer) = (Context::default(), graph.context(Role::Viewer, None));
    for (context, code) in [(&nobody, "UNAUTHENTICATED"), (&viewer, "FORBIDDEN")] {
        assert_eq!(
            graph.ask(NAMES, context).await,
            json!({"data": {"a": null, "movie": {"id": 1}, "q": {"fields": [{"name": "movie"}]}}})
        );
        let before = graph.fetches();
        let answer = graph.ask(WHOLE, context).await;
        assert_eq!(codes(&answer), [code; 2], "{answer:#}");
        let near = graph.ask("{ audi }", context).await;
        assert!(!near.to_string().contains("audit"), "no hint either: {near}");
        // Nothing guards it but its tag.
        let answer = graph.ask("{ movie { id } hint }", context).await;
        assert_eq!(codes(&answer), ["GRAPHQL_VALIDATION_FAILED"], "{answer:#}");
        let refused = graph
            .router
            .stream(Request::new("subscription { audits }"), context)
            .await;
        assert_eq!(refused.map(|_| ()).expect_err("a refusal").status / 100, 4);
        assert_eq!(graph.fetches(), before);
    }
    // The same texts, planned for others before.
    for role in [Role::Editor, Role::Admin] {
        let operator = graph.context(role, None);
        assert_eq!(graph.ask(WHOLE, &operator).await, all());
        let names = graph.ask(NAMES, &operator).await;
        assert_eq!(
            names["data"]["q"]["fields"].as_array().map(Vec::len),
            Some(3),
            "{names:#}"
        );
    }
    assert_eq!(graph.ask(NAMES, &viewer).await["data"]["a"], Value::Null);
}

#[tokio::test]
async fn an_operation_is_answered_whatever_the_others_of_its_document_ask() {
    let graph = Graph::with(ContractSettings::default());
    let nobody = Context::default();
    let of = |theirs: &str, name: &str| Request {
        operation_name: Some(name.to_owned()),
        ..Request::new(format!(
            "query Mine {{ movie {{ ...Id }} }} query Theirs {{ {theirs} ...Both }} \
             fragment Both on Query {{ hint }} fragment Id on Movie {{ ...Same }} fragment Same on Movie {{ id }}"
        ))
    };
    let mine = graph.ask_for(of("audit", "Mine"), &nobody).await;
    assert_eq!(mine, json!({"data": {"movie": {"id": 1}}}));
    let theirs = graph.ask_for(of("audit", "Theirs"), &nobody).await;
    assert_eq!(codes(&theirs), ["UNAUTHENTICATED"], "{theirs:#}");
    for (theirs, name) in [("nothing", "Mine"), ("audit", "Nobodys")] {
        let wrong = graph.ask_for(of(theirs, name), &nobody).await;
        assert!(wrong["data"].is_null() && !codes(&wrong).is_empty(), "{wrong:#}");
    }
    let operator = graph.context(Role::Editor, None);
    let theirs = graph.ask_for(of("audit", "Theirs"), &operator).await;
    assert_eq!(theirs, json!({"data": {"audit": 1, "hint": 2}}));
}

#[tokio::test]
async fn who_chooses_the_public_graph_gets_exactly_that_and_by_setting_everybody_does() {
    let by_choice = Graph::with(ContractSettings::default());
    let by_setting = Graph::with(ContractSettings {
        when_asked: WhenAsked::Unknown,
        ..ContractSettings::default()
    });
    let cases = [
        (&by_choice, by_choice.context(Role::Admin, Some(Variant::Public))),
        (&by_setting, by_setting.context(Role::Viewer, None)),
        (&by_setting, Context::default()),
    ];
    for (graph, context) in cases {
        let answer = graph.ask(WHOLE, &context).await;
        assert_eq!(codes(&answer), ["GRAPHQL_VALIDATION_FAILED"; 3], "{answer:#}");
        assert_eq!(graph.fetches(), 0);
    }
    let operator = by_setting.context(Role::Editor, None);
    assert_eq!(by_setting.ask(WHOLE, &operator).await, all());
}

#[tokio::test]
async fn what_is_hidden_is_filtered_where_all_else_is() {
    let graph = Graph::of(Settings {
        access: AccessSettings {
            unauthorised: Unauthorised::Filter,
        },
        ..Settings::default()
    });
    let query = "{ movie { id packages { names } } }";
    let answer = graph.ask(query, &Context::default()).await;
    assert_eq!(
        answer["data"],
        json!({"movie": {"id": 1, "packages": null}}),
        "{answer:#}"
    );
    assert_eq!(codes(&answer), ["UNAUTHENTICATED"]);
    let before = graph.fetches();
    // What is left still has what only a tag hides.
    let answer = graph.ask(WHOLE, &Context::default()).await;
    assert_eq!(codes(&answer), ["GRAPHQL_VALIDATION_FAILED"], "{answer:#}");
    assert_eq!(graph.fetches(), before);
}

#[tokio::test]
async fn a_header_chooses_the_variant_and_the_operators_door_is_for_operators() {
    let open = Graph::with(ContractSettings {
        hides: Vec::new(),
        ..ContractSettings::default()
    });
    let hiding = Graph::with(ContractSettings::default());
    for (graph, code) in [(&open, "UNAUTHENTICATED"), (&hiding, "GRAPHQL_VALIDATION_FAILED")] {
        let (viewer, editor) = (graph.token(Role::Viewer), graph.token(Role::Editor));
        let (viewer, editor) = (("authorization", viewer.as_str()), ("authorization", editor.as_str()));
        let (public, admin) = (
            ("graphql-schema-version", "public"),
            ("graphql-schema-version", "admin"),
        );
        for (path, chosen) in [(LINK, &[admin][..]), (ADMIN_LINK, &[])] {
            assert_eq!(graph.get(path, chosen).await.status, StatusCode::UNAUTHORIZED);
            assert_eq!(
                graph.get(path, &[chosen, &[viewer]].concat()).await.status,
                StatusCode::FORBIDDEN
            );
            let answer = graph.get(path, &[chosen, &[editor]].concat()).await;
            assert_eq!(answer.json(), json!({"data": {"audit": 1}}));
        }
        assert_eq!(codes(&graph.get(LINK, &[public]).await.json()), [code]);
        let unknown = graph
            .get("/graphql?query=%7B__typename%7D", &[("graphql-schema-version", "v9")])
            .await;
        assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
        let error = &unknown.json()["errors"][0];
        assert_eq!(
            (
                &error["extensions"]["code"],
                &error["extensions"]["sent"],
                &error["extensions"]["allowed"]
            ),
            (&json!("BAD_USER_INPUT"), &json!("v9"), &json!("public, admin"))
        );
    }
    assert!(open.get("/schema.graphql", &[]).await.text().contains("audit"));
}

#[tokio::test]
async fn the_schema_is_the_askers_and_a_socket_has_the_variant_it_chose() {
    let graph = Graph::with(ContractSettings::default());
    let (editor, public) = (graph.token(Role::Editor), ("graphql-schema-version", "public"));
    let schema = async |headers: &[(&str, &str)]| graph.get("/schema.graphql", headers).await.text();
    assert!(!schema(&[]).await.contains("audit"));
    assert!(schema(&[("authorization", &editor)]).await.contains("audit"));
    assert!(!schema(&[("authorization", &editor), public]).await.contains("audit"));

    let address = serve(graph.router.routes()).await;
    let begin = async |path: &str, payload: Value| {
        let mut request = format!("ws://{address}{path}")
            .into_client_request()
            .expect("a request");
        let protocol = "graphql-transport-ws".parse().expect("a header");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (socket, _) = tokio_tungstenite::connect_async(request).await.expect("a socket");
        let mut socket = Socket(socket);
        socket
            .send(json!({"type": "connection_init", "payload": payload}))
            .await;
        let began = socket.next().await;
        (socket, began)
    };
    let (_, refused) = begin("/admin/graphql", json!({})).await;
    assert_eq!(refused, json!(4403));
    let (mut socket, _) = begin("/admin/graphql", json!({"authorization": editor})).await;
    socket.subscribe("1", "subscription { audits }").await;
    assert_eq!(socket.next().await["payload"], json!({"data": {"audits": 7}}));
    let (mut socket, _) = begin("/graphql", json!({"authorization": editor, "schemaVersion": "public"})).await;
    socket.subscribe("1", "subscription { audits }").await;
    let message = socket.next().await;
    assert_eq!(
        message["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
        "{message}"
    );
}
