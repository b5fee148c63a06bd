//! Who may ask what: refused before any subgraph is asked. Keys beside tokens.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use auth::{API_KEYS, ApiKey, Bearer, Issuer, KeyLimits, KeyPair, Role, Verifier};
use axum::http::{HeaderMap, HeaderValue};
use futures_util::stream::BoxStream;
use kernel::{AccountId, Clock, SystemClock};
use router::{
    AccessSettings, Context, Error, FetchOperation, Identity, Inputs, Landing, Map, Parts, Ports, Request, Router,
    Settings, Source, Subgraph, SubgraphAnswer, Supergraph, Unauthorised,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    chatty::Chatty,
    graph::{ACCOUNT, codes},
};

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@authenticated\",
    \"@requiresScopes\", \"@policy\", \"@key\", \"@interfaceObject\", \"@shareable\"]) ";

const TITLES: &str = r#"
    type Query {
        open: Int mine: Int @authenticated
        edited: Int @requiresScopes(scopes: [["role:EDITOR"], ["role:MODERATOR"]])
        reports: Int @authenticated @requiresScopes(scopes: [["reports:read", "reports:write"], ["reports:all"]])
        staff: Int @policy(policies: [["staff"]]) strange: Int @policy(policies: [["staff", "unheard-of"]])
        title: Title kind: Kind secret: Secret found: Found must: Must
    }
    type Must { a: Int! @authenticated b: Int }
    type Mutation { change: Int @authenticated }
    type Subscription { changes: Int @authenticated }
    interface Title @key(fields: "id") { id: ID! price: Int }
    type Movie implements Title @key(fields: "id") { id: ID! price: Int @requiresScopes(scopes: [["role:EDITOR"]]) }
    type Series implements Title @key(fields: "id") { id: ID! price: Int }
    type Secret @authenticated { id: ID }
    union Found = Series | Secret
    enum Kind @authenticated { ONE }
"#;

const RATINGS: &str = r#"type Title @key(fields: "id") @interfaceObject { id: ID! rating: Int @authenticated }"#;

/// A subgraph that knows nothing.
struct Empty;

#[async_trait]
impl Subgraph for Empty {
    async fn execute(&self, _: &FetchOperation, _: Inputs, _: &Context) -> SubgraphAnswer {
        SubgraphAnswer::default()
    }

    async fn subscribe(&self, _: &FetchOperation, _: Map, _: &Context) -> BoxStream<'static, SubgraphAnswer> {
        Box::pin(futures_util::stream::empty())
    }
}

struct Guarded {
    router: Router,
    issuer: Issuer,
    ports: Ports,
}

fn sources() -> [Source; 2] {
    [("titles", TITLES), ("ratings", RATINGS)]
        .map(|(name, sdl)| Source::new(name, format!("http://{name}"), format!("{LINK}{sdl}")))
}

impl Guarded {
    fn new() -> Self {
        Self::over(&(Arc::new(Empty) as Arc<dyn Subgraph>), AccessSettings::default())
    }

    fn over(subgraph: &Arc<dyn Subgraph>, access: AccessSettings) -> Self {
        let pem = KeyPair::generate().expect("a key");
        let pair = Arc::new(KeyPair::from_pem(&pem).expect("our own key"));
        let mut subgraphs: HashMap<String, Arc<dyn Subgraph>> = HashMap::new();
        for source in sources() {
            subgraphs.insert(source.name, subgraph.clone());
        }
        let ports = Ports::default();
        let router = Router::new(Parts {
            supergraph: Supergraph::compose(&sources()).expect("they compose"),
            subgraphs,
            verifier: Verifier::new(pair.public(), "test", Arc::new(SystemClock)),
            settings: Settings {
                api_key_cache_ms: 0,
                access,
                ..Settings::default()
            },
            landing: Landing::default(),
            shutdown: CancellationToken::new(),
            ports: ports.clone(),
        });
        Self {
            router: router.expect("a router"),
            issuer: Issuer::new(pair, "test"),
            ports,
        }
    }

    fn token(&self, roles: &[Role]) -> String {
        let now = SystemClock.now();
        let account = AccountId::parse("account", ACCOUNT).expect("an id");
        self.issuer
            .issue(account, roles, uuid::Uuid::nil(), now, now + Duration::from_mins(1))
    }

    fn signed_in(&self, roles: &[Role]) -> Context {
        let identity = self.router.authenticate(Some(&format!("Bearer {}", self.token(roles))));
        Context::from(identity.expect("a valid token"))
    }

    /// Writes a key down as accounts does; gives its secret.
    async fn key(&self, letter: &str, scopes: &[&str], roles: &[Role]) -> String {
        let secret = format!("{}{}", ApiKey::PREFIX, letter.repeat(43));
        let key = ApiKey {
            id: uuid::Uuid::max(),
            account: AccountId::parse("account", ACCOUNT).expect("an id"),
            name: "a shop".to_owned(),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            limits: KeyLimits::default(),
            bearer: Bearer(self.token(roles).into()),
        };
        let text = serde_json::to_vec(&key).expect("plain data");
        let hash = ApiKey::hash(&secret).expect("a key");
        let kept = self.ports.kv.put(API_KEYS, &hash, &text, Duration::from_mins(1));
        kept.await.expect("memory");
        secret
    }

    async fn identify(&self, headers: &[(&'static str, &str)]) -> Result<Identity, Value> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_str(value).expect("a header"));
        }
        let identity = self.router.identify(&map).await;
        identity.map_err(|rejection| serde_json::from_slice(&rejection.to_json()).expect("JSON"))
    }

    /// The codes of the answer; `["OK"]` when subgraphs were asked. Nobody is asked for what is refused.
    async fn ask(&self, query: &str, variables: Value, context: &Context) -> (Vec<String>, Value) {
        let before: u64 = self.router.fetches().values().sum();
        let answered = self
            .router
            .execute(Request::new(query).variables(variables), context)
            .await;
        let asked = self.router.fetches().values().sum::<u64>() - before;
        match answered {
            Ok(_) if asked > 0 => (vec!["OK".to_owned()], Value::Null),
            Ok(answer) => unreachable!("nobody was asked for {query}: {answer:?}"),
            Err(rejection) => {
                assert_eq!(asked, 0, "{query}");
                let answer: Value = serde_json::from_slice(&rejection.to_json()).expect("JSON");
                (codes(&answer).into_iter().map(str::to_owned).collect(), answer)
            }
        }
    }
}

#[tokio::test]
async fn what_the_viewer_may_not_ask_is_refused_before_any_fetch() {
    let graph = Guarded::new();
    let nobody = Context::default();
    let viewer = graph.signed_in(&[Role::Viewer]);
    let editor = graph.signed_in(&[Role::Viewer, Role::Editor]);
    let admin = graph.signed_in(&[Role::Admin]);
    // The query, and what nobody, a viewer, an editor and an administrator get for it.
    let cases = [
        ("{ open }", ["", "", "", ""]),
        ("{ mine }", ["U", "", "", ""]),
        ("{ open edited }", ["U", "F", "", ""]),
        ("{ reports }", ["U", "F", "F", "F"]),
        ("{ staff }", ["U", "F", "", ""]),
        ("{ strange }", ["U", "F", "F", "F"]),
        ("mutation { change }", ["U", "", "", ""]),
        ("{ title { id } }", ["", "", "", ""]),
        ("{ title { price } }", ["U", "F", "", ""]),
        ("{ title { ... on Series { price } } }", ["", "", "", ""]),
        ("{ title { ... on Movie { price } } }", ["U", "F", "", ""]),
        (
            "{ title { ...M } } fragment M on Movie { cost: price }",
            ["U", "F", "", ""],
        ),
        ("{ title { rating } }", ["U", "", "", ""]),
        ("{ title { ... on Series { rating } } }", ["U", "", "", ""]),
        ("{ kind }", ["U", "", "", ""]),
        ("{ secret { id } }", ["U", "", "", ""]),
        ("{ secret { __typename } }", ["U", "", "", ""]),
        ("{ found { ... on Secret { id } } }", ["U", "", "", ""]),
        ("{ found { ... on Series { id } } }", ["", "", "", ""]),
    ];
    for (query, expected) in cases {
        for (context, expected) in [&nobody, &viewer, &editor, &admin].into_iter().zip(expected) {
            let expected = match expected {
                "U" => "UNAUTHENTICATED",
                "F" => "FORBIDDEN",
                _ => "OK",
            };
            let (codes, answer) = graph.ask(query, json!({}), context).await;
            assert_eq!(codes, [expected], "{query} {answer}");
        }
    }
}

#[tokio::test]
async fn every_guarded_field_is_named_and_what_is_skipped_is_not_asked() {
    let graph = Guarded::new();
    let query = "query($all: Boolean!) { a: mine title { b: price @include(if: $all) } c: mine @skip(if: true) }";
    let (codes, answer) = graph.ask(query, json!({"all": true}), &Context::default()).await;
    assert_eq!(codes, ["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    assert_eq!(
        (&answer["errors"][0]["path"], &answer["errors"][1]["path"]),
        (&json!(["a"]), &json!(["title", "b"]))
    );
    let (_, answer) = graph.ask(query, json!({"all": false}), &Context::default()).await;
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{answer}");
    let viewer = graph.signed_in(&[Role::Viewer]);
    assert_eq!(graph.ask(query, json!({"all": false}), &viewer).await.0, ["OK"]);
    let (_, answer) = graph.ask(query, json!({"all": true}), &viewer).await;
    let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
    assert_eq!(message, "`title.b` (Title.price) needs the role EDITOR");
    let many = (0..25).map(|i| format!("f{i}: mine ")).collect::<Vec<_>>().concat();
    let (codes, answer) = graph
        .ask(&format!("{{ {many} }}"), json!({}), &Context::default())
        .await;
    assert_eq!(codes.len(), 21, "{answer}");
}

#[tokio::test]
async fn a_subscription_is_refused_before_it_begins() {
    let graph = Guarded::new();
    let request = Request::new("subscription { changes }");
    let Err(refused) = graph.router.stream(request.clone(), &Context::default()).await else {
        panic!("it began")
    };
    assert_eq!(refused.status, 401);
    let begun = graph.router.stream(request, &graph.signed_in(&[Role::Viewer])).await;
    assert!(begun.is_ok());
}

#[tokio::test]
async fn a_key_speaks_for_itself_with_its_roles_and_scopes() {
    let graph = Guarded::new();
    let secret = graph.key("k", &["reports:all"], &[Role::Viewer]).await;
    let identity = graph.identify(&[("x-api-key", &secret)]).await.expect("a key");
    assert_eq!(identity.key.as_ref().map(|key| key.name.as_str()), Some("a shop"));
    let context = Context::from(identity);
    assert_eq!(graph.ask("{ mine reports }", json!({}), &context).await.0, ["OK"]);
    assert_eq!(graph.ask("{ edited }", json!({}), &context).await.0, ["FORBIDDEN"]);
    assert!(!format!("{:?}", context.identity).contains(&*context.identity.bearer.clone().expect("one").0));
}

#[tokio::test]
async fn beside_a_token_a_key_counts_but_lends_nothing() {
    let graph = Guarded::new();
    let secret = graph.key("k", &["reports:all"], &[Role::Editor]).await;
    let token = format!("Bearer {}", graph.token(&[Role::Viewer]));
    let identity = graph
        .identify(&[("x-api-key", &secret), ("authorization", &token)])
        .await;
    let identity = identity.expect("both are valid");
    assert_eq!(
        identity.viewer.as_ref().map(|viewer| viewer.roles.clone()),
        Some(vec![Role::Viewer])
    );
    assert!(identity.key.is_some());
    let context = Context::from(identity);
    assert_eq!(graph.ask("{ mine }", json!({}), &context).await.0, ["OK"]);
    assert_eq!(
        graph.ask("{ edited reports }", json!({}), &context).await.0,
        ["FORBIDDEN", "FORBIDDEN"]
    );
}

#[tokio::test]
async fn what_is_no_live_key_is_refused_and_not_repeated() {
    let graph = Guarded::new();
    let secret = graph.key("k", &[], &[Role::Viewer]).await;
    let token = format!("Bearer {}", graph.token(&[Role::Viewer]));
    let unknown = secret.replace('k', "x");
    for wrong in [unknown.as_str(), &secret[1..], "", "mk_live_"] {
        for headers in [
            vec![("x-api-key", wrong)],
            vec![("authorization", token.as_str()), ("x-api-key", wrong)],
        ] {
            let answer = graph.identify(&headers).await.expect_err("no key");
            assert_eq!(codes(&answer), ["UNAUTHENTICATED"]);
            let text = answer.to_string();
            assert!(
                text.contains("X-API-Key") && (wrong.len() < 10 || !text.contains(wrong)),
                "{text}"
            );
        }
    }
    let hash = ApiKey::hash(&secret).expect("a key");
    assert!(graph.ports.kv.delete(API_KEYS, &hash).await.expect("memory"));
    assert!(graph.identify(&[("x-api-key", &secret)]).await.is_err());
}

#[test]
fn subgraphs_that_require_different_scopes_of_one_field_do_not_compose() {
    let sdl =
        |scope: &str| format!("{LINK} type Query {{ a: Int @shareable @requiresScopes(scopes: [[\"{scope}\"]]) }}");
    let compose = |second: &str| {
        let sources =
            [("x", "one"), ("y", second)].map(|(name, scope)| Source::new(name, format!("http://{name}"), sdl(scope)));
        Supergraph::compose(&sources)
    };
    assert!(compose("one").is_ok());
    let Err(Error::Composition(reasons)) = compose("two") else {
        panic!("composed")
    };
    assert_eq!(reasons, ["Query.a: x, y require different scopes"]);
}

#[tokio::test]
async fn by_setting_what_the_viewer_may_not_ask_is_taken_out_and_the_rest_is_answered() {
    let subgraph = Arc::new(Chatty::default());
    let access = AccessSettings {
        unauthorised: Unauthorised::Filter,
    };
    let graph = Guarded::over(&(subgraph.clone() as Arc<dyn Subgraph>), access);
    let query = "query Q($e: Boolean = true, $x: ID) {
        open edited secret { id } must { a b }
        title { ...T }
        skipped: mine @include(if: $x2)
    } fragment T on Title { id cost: price rating @include(if: $e) }"
        .replace("$x: ID", "$x2: Boolean = false");
    let ask = async |context: &Context| {
        let answer = graph
            .router
            .execute(Request::new(&query), context)
            .await
            .expect("an answer");
        assert_eq!(answer.policy.max_age, 0);
        serde_json::from_slice::<Value>(&answer.body).expect("JSON")
    };
    let answer = ask(&Context::default()).await;
    assert_eq!(
        answer["data"],
        json!({"open": 1, "edited": null, "secret": null, "must": null, "title": {"id": "m1", "cost": null, "rating": null}})
    );
    let errors = answer["errors"].as_array().expect("errors");
    let paths: Vec<String> = errors.iter().map(|error| error["path"].to_string()).collect();
    assert_eq!(
        paths,
        [
            r#"["edited"]"#,
            r#"["secret"]"#,
            r#"["must","a"]"#,
            r#"["title","cost"]"#,
            r#"["title","rating"]"#
        ],
        "{answer:#}"
    );
    assert!(codes(&answer).iter().all(|code| *code == "UNAUTHENTICATED"));
    let asked = std::mem::take(&mut *subgraph.0.lock().expect("a text"));
    for withheld in ["edited", "secret", "price", "rating"] {
        assert!(!asked.contains(withheld), "{withheld}: {asked}");
    }
    let answer = ask(&graph.signed_in(&[Role::Viewer, Role::Editor])).await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    assert_eq!(answer["data"]["title"], json!({"id": "m1", "cost": 6, "rating": 7}));

    let nobody = Context::default();
    let refused = graph.router.execute(Request::new("mutation { change }"), &nobody).await;
    assert_eq!(refused.expect_err("half of a mutation is none").status, 401);
    let all = graph
        .router
        .execute(Request::new("{ edited }"), &nobody)
        .await
        .expect("an answer");
    let all: Value = serde_json::from_slice(&all.body).expect("JSON");
    assert_eq!(
        (&all["data"], codes(&all)),
        (&json!({"edited": null}), vec!["UNAUTHENTICATED"])
    );
}
