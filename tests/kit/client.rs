//! A client of the platform.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioExecutor};
use serde_json::{Value, json};

type Http = hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>;

/// Talks to one platform, signed in or not.
#[derive(Clone)]
pub struct Client {
    /// Where the platform is: `http://127.0.0.1:4000`.
    pub base: String,
    /// The access token, once signed in.
    pub token: Option<String>,
    pub(crate) http: Http,
}

/// A whole HTTP answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// It is not.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// The file of `schema/operations/` that holds `operation`.
///
/// # Panics
/// None does.
pub fn document(operation: &str) -> &'static str {
    let declares = |text: &str| {
        ["query", "mutation", "subscription"].iter().any(|kind| {
            let start = format!("{kind} {operation}");
            text.lines().any(|line| {
                line.strip_prefix(&start)
                    .is_some_and(|rest| rest.starts_with([' ', '(']))
            })
        })
    };
    let found = schema::operations::FILES.iter().find(|(_, text)| declares(text));
    found
        .unwrap_or_else(|| panic!("no public operation is called {operation}"))
        .1
}

impl Client {
    /// A client without a sign-in.
    pub fn new(base: &str) -> Self {
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        Self {
            base: base.trim_end_matches('/').to_owned(),
            token: None,
            http,
        }
    }

    /// The same client, signed in.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same client without its sign-in.
    #[must_use]
    pub fn signed_out(&self) -> Self {
        Self {
            token: None,
            ..self.clone()
        }
    }

    /// Signs in.
    ///
    /// # Panics
    /// The platform refuses.
    pub async fn log_in(&self, email: &str, password: &str) -> Self {
        let data = self
            .run("Login", json!({ "input": { "email": email, "password": password } }))
            .await;
        assert_eq!(data["login"]["problem"], Value::Null, "sign-in of {email}");
        self.with_token(data["login"]["tokens"]["accessToken"].as_str().expect("a token"))
    }

    /// Runs a public operation, word for word, and gives back its data.
    ///
    /// # Panics
    /// It has errors.
    pub async fn run(&self, operation: &str, variables: Value) -> Value {
        let answer = self.try_run(operation, variables).await;
        assert!(answer.get("errors").is_none(), "{operation}: {answer:#}");
        answer["data"].clone()
    }

    /// Runs a public operation and gives back the whole answer.
    ///
    /// # Panics
    /// The platform does not answer.
    pub async fn try_run(&self, operation: &str, variables: Value) -> Value {
        let body = json!({ "query": document(operation), "operationName": operation, "variables": variables });
        self.post_json("/graphql", &body).await.json()
    }

    /// Asks the graph anything and gives back the whole answer.
    ///
    /// # Panics
    /// The platform does not answer.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        self.post_json("/graphql", &json!({ "query": query, "variables": variables }))
            .await
            .json()
    }

    /// Posts JSON.
    ///
    /// # Panics
    /// The platform does not answer.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("accept", "application/json")];
        self.send(Method::POST, path, &headers, body.to_string()).await
    }

    /// Gets `path`, or an absolute URL.
    ///
    /// # Panics
    /// The platform does not answer.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, Bytes::new()).await
    }

    /// Sends any request; `path` may be an absolute URL.
    ///
    /// # Panics
    /// The platform does not answer.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let mut request = Request::builder().method(method).uri(&url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).expect("a request");
        let response = self
            .http
            .request(request)
            .await
            .unwrap_or_else(|error| panic!("{url}: {error:?}"));
        let (parts, body) = response.into_parts();
        let body = body
            .collect()
            .await
            .unwrap_or_else(|error| panic!("{url}: {error:?}"))
            .to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}
