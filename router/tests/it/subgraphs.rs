//! Four subgraphs: catalogue owns the interface `Title`, rights and home contribute to it by `@interfaceObject`,
//! accounts has mutations, a subscription and things that go wrong.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_graphql::{
    Context, EmptyMutation, EmptySubscription, Enum, Error, ErrorExtensions, ID, InputObject, Interface, Object,
    Schema, SimpleObject, Subscription, Union,
};
use auth::Viewer;
use futures_util::{Stream, StreamExt, stream};
use graphql::{Endpoint, SchemaEndpoint};

mod catalogue {
    use super::*;

    #[derive(Enum, Copy, Clone, PartialEq, Eq)]
    pub enum Colour {
        Tinted,
        #[graphql(inaccessible)]
        Secret,
    }

    #[derive(SimpleObject)]
    pub struct Movie {
        pub id: ID,
        pub name: String,
        pub release_year: i32,
        pub colour: Option<Colour>,
        #[graphql(inaccessible)]
        pub internal_score: i32,
    }

    #[derive(SimpleObject)]
    pub struct Series {
        pub id: ID,
        pub name: String,
        pub season_count: i32,
    }

    #[derive(SimpleObject)]
    #[graphql(inaccessible)]
    pub struct Draft {
        pub id: ID,
        pub name: String,
    }

    #[derive(Interface)]
    #[graphql(field(name = "id", ty = "&ID"), field(name = "name", ty = "&String"))]
    pub enum Title {
        Movie(Movie),
        Series(Series),
    }

    #[derive(Union)]
    pub enum Find {
        Movie(Movie),
        Series(Series),
        Draft(Draft),
    }

    pub fn find(id: &str) -> Option<Title> {
        let movie = |name: &str, year, colour| {
            Title::Movie(Movie {
                id: id.into(),
                name: name.into(),
                release_year: year,
                colour,
                internal_score: 7,
            })
        };
        match id {
            "m1" => Some(movie("Metropolis", 1927, Some(Colour::Tinted))),
            "m2" => Some(movie("Nosferatu", 1922, Some(Colour::Secret))),
            "s1" => Some(Title::Series(Series {
                id: "s1".into(),
                name: "Les Vampires".into(),
                season_count: 10,
            })),
            _ => None,
        }
    }

    #[derive(InputObject)]
    pub struct Filter {
        pub year: Option<i32>,
        pub name: Option<String>,
    }

    pub struct Query;
    #[Object]
    impl Query {
        /// One title.
        async fn title(&self, id: ID) -> Option<Title> {
            find(&id)
        }
        async fn titles(&self, ids: Vec<ID>) -> Vec<Option<Title>> {
            ids.iter().map(|id| find(id)).collect()
        }
        async fn movies(&self, filter: Option<Filter>, #[graphql(default = 2)] first: i32) -> Vec<Movie> {
            let year = filter.as_ref().and_then(|filter| filter.year);
            let name = filter.and_then(|filter| filter.name);
            ["m1", "m2"]
                .into_iter()
                .filter_map(|id| match find(id) {
                    Some(Title::Movie(movie)) => Some(movie),
                    _ => None,
                })
                .filter(|movie| year.is_none_or(|year| movie.release_year == year))
                .filter(|movie| name.as_ref().is_none_or(|name| movie.name == *name))
                .take(usize::try_from(first).unwrap_or(0))
                .collect()
        }
        async fn search(&self) -> Vec<Option<Find>> {
            ["m1", "s1", "d1"]
                .into_iter()
                .map(|id| match find(id) {
                    Some(Title::Movie(movie)) => Some(Find::Movie(movie)),
                    Some(Title::Series(series)) => Some(Find::Series(series)),
                    None => Some(Find::Draft(Draft {
                        id: id.into(),
                        name: "Not yet".into(),
                    })),
                })
                .collect()
        }
        #[graphql(entity)]
        async fn find_title(&self, id: ID) -> Option<Title> {
            find(&id)
        }
        #[graphql(entity)]
        async fn find_movie(&self, id: ID) -> Option<Movie> {
            match find(&id)? {
                Title::Movie(movie) => Some(movie),
                Title::Series(_) => None,
            }
        }
        #[graphql(entity)]
        async fn find_series(&self, id: ID) -> Option<Series> {
            match find(&id)? {
                Title::Series(series) => Some(series),
                Title::Movie(_) => None,
            }
        }
    }
}

mod rights {
    use super::*;

    pub struct Title {
        id: ID,
    }

    #[derive(SimpleObject)]
    pub struct Access {
        allowed: bool,
        reason: Option<String>,
    }

    #[Object(interface_object)]
    impl Title {
        async fn id(&self) -> &ID {
            &self.id
        }
        async fn access(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Access>> {
            if *self.id == "m2" {
                return Err(Error::new("the ledger is locked").extend_with(|_, e| e.set("code", "CONFLICT")));
            }
            let allowed = ctx.data_opt::<Arc<Viewer>>().is_some();
            Ok(Some(Access {
                allowed,
                reason: (!allowed).then(|| "NOT_SIGNED_IN".to_owned()),
            }))
        }
    }

    pub struct Query;
    #[Object]
    impl Query {
        #[graphql(entity)]
        async fn find_title(&self, id: ID) -> Title {
            Title { id }
        }
        async fn rights_version(&self) -> i32 {
            1
        }
    }
}

mod home {
    use super::*;

    pub struct Title {
        id: ID,
    }
    #[Object(interface_object)]
    impl Title {
        async fn id(&self) -> &ID {
            &self.id
        }
        async fn related(&self) -> Option<Vec<Edge>> {
            Some(vec![Edge { id: "s1".into() }])
        }
    }

    #[derive(Clone)]
    pub struct Edge {
        id: ID,
    }
    #[Object]
    impl Edge {
        async fn reason(&self) -> &'static str {
            "NEW"
        }
        async fn node(&self) -> Option<Title> {
            Some(Title { id: self.id.clone() })
        }
    }

    #[derive(SimpleObject, Clone)]
    pub struct Items {
        edges: Vec<Edge>,
    }

    #[derive(SimpleObject, Clone)]
    pub struct Rail {
        id: ID,
        items: Items,
    }

    #[derive(SimpleObject, Clone)]
    pub struct Home {
        rails: Vec<Rail>,
    }

    pub struct Query;
    #[Object]
    impl Query {
        async fn home(&self, #[graphql(default)] gone: bool) -> Home {
            let rail = |id: &str, titles: &[&str]| Rail {
                id: id.into(),
                items: Items {
                    edges: titles.iter().map(|id| Edge { id: (*id).into() }).collect(),
                },
            };
            let last: &[&str] = if gone { &["zz", "s1"] } else { &["s1"] };
            Home {
                rails: vec![rail("r1", &["m1", "s1"]), rail("r2", last)],
            }
        }
        #[graphql(entity)]
        async fn find_title(&self, id: ID) -> Title {
            Title { id }
        }
    }
}

mod accounts {
    use super::*;

    /// A stub: enough for the owner to tell the rest.
    #[derive(SimpleObject)]
    #[graphql(unresolvable)]
    pub struct Movie {
        id: ID,
    }

    pub struct Trouble;
    #[Object]
    impl Trouble {
        async fn fine(&self) -> i32 {
            1
        }
        async fn must(&self) -> async_graphql::Result<i32> {
            Err("no code on me".into())
        }
        async fn may(&self) -> async_graphql::Result<Option<i32>> {
            Err(Error::new("not you").extend_with(|_, e| e.set("code", "FORBIDDEN")))
        }
        async fn slow(&self) -> Option<i32> {
            std::future::pending().await
        }
    }

    pub struct Query;
    #[Object]
    impl Query {
        async fn who(&self, ctx: &Context<'_>) -> Option<String> {
            ctx.data_opt::<Arc<Viewer>>().map(|viewer| viewer.account.to_string())
        }
        async fn trouble(&self) -> Option<Trouble> {
            Some(Trouble)
        }
        async fn at(&self, when: scalar::Day) -> String {
            when.0
        }
    }

    pub struct Mutation;
    #[Object]
    impl Mutation {
        async fn append(&self, word: String) -> String {
            let mut log = LOG.lock().expect("a log");
            log.push_str(&word);
            log.clone()
        }
    }
    pub static LOG: Mutex<String> = Mutex::new(String::new());

    pub struct Subscription;
    #[Subscription]
    impl Subscription {
        /// Two films, and what the other subgraphs know of them.
        async fn watched(&self, #[graphql(default = 2)] count: usize) -> impl Stream<Item = Movie> {
            stream::iter(["m1", "m2"].into_iter().cycle().take(count)).map(|id| Movie { id: id.into() })
        }
        async fn forever(&self) -> impl Stream<Item = i32> {
            stream::iter(0..1).chain(stream::pending())
        }
        /// So many texts of so many bytes, as fast as they are taken, and then nothing; counted by `key`.
        async fn flood(&self, key: String, bytes: usize, count: usize) -> impl Stream<Item = String> {
            let counted = crate::floods::Counted::new(key);
            stream::repeat("x".repeat(bytes))
                .take(count)
                .chain(stream::pending())
                .inspect(move |_| counted.made())
        }
        async fn refused(&self) -> async_graphql::Result<stream::Empty<i32>> {
            Err(Error::new("sign in first").extend_with(|_, e| e.set("code", "UNAUTHENTICATED")))
        }
        async fn ticks(&self) -> impl Stream<Item = i32> {
            stream::unfold(0, |tick| async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                Some((tick, tick + 1))
            })
        }
    }

    /// A scalar that refuses what it cannot read, as dates and ids do.
    pub mod scalar {
        use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

        pub struct Day(pub String);

        #[Scalar]
        impl ScalarType for Day {
            fn parse(value: Value) -> InputValueResult<Self> {
                match value {
                    Value::String(day) if day.len() == 10 => Ok(Self(day)),
                    _ => Err(InputValueError::custom("a day is YYYY-MM-DD")),
                }
            }
            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    }
}

/// Every subgraph by name.
pub fn all() -> Vec<(&'static str, Arc<dyn Endpoint>)> {
    let catalogue = Schema::build(catalogue::Query, EmptyMutation, EmptySubscription)
        .enable_federation()
        .finish();
    let rights = Schema::build(rights::Query, EmptyMutation, EmptySubscription)
        .enable_federation()
        .finish();
    let home = Schema::build(home::Query, EmptyMutation, EmptySubscription)
        .enable_federation()
        .finish();
    let accounts = Schema::build(accounts::Query, accounts::Mutation, accounts::Subscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .finish();
    vec![
        ("accounts", Arc::new(SchemaEndpoint::new(accounts, |_| {}))),
        ("catalogue", Arc::new(SchemaEndpoint::new(catalogue, |_| {}))),
        ("rights", Arc::new(SchemaEndpoint::new(rights, |_| {}))),
        ("home", Arc::new(SchemaEndpoint::new(home, |_| {}))),
    ]
}
