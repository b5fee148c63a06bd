//! What can be hit: keys of what other services own.

use async_graphql::{ID, SimpleObject, Union};

use crate::{domain::Kind, index::Hit};

/// A film.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub struct Movie {
    /// Its id.
    id: ID,
}

/// A series.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub struct Series {
    /// Its id.
    id: ID,
}

/// An episode of a series.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub struct Episode {
    /// Its id.
    id: ID,
}

/// A video that a member uploaded.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub struct Video {
    /// Its id.
    id: ID,
}

/// A linear channel.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub struct Channel {
    /// Its id.
    id: ID,
}

/// A showing that has not ended.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub struct Programme {
    /// Its id.
    id: ID,
}

/// Somebody with a credit.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub struct Person {
    /// Its id.
    id: ID,
}

/// What a search can find.
#[derive(Union)]
pub enum SearchHit {
    /// A film.
    Movie(Movie),
    /// A series.
    Series(Series),
    /// An episode.
    Episode(Episode),
    /// A member's video.
    Video(Video),
    /// A channel.
    Channel(Channel),
    /// A programme.
    Programme(Programme),
    /// A person.
    Person(Person),
}

impl From<&Hit> for SearchHit {
    fn from(hit: &Hit) -> Self {
        let id = ID(hit.id.to_string());
        match hit.kind {
            Kind::Movie => Self::Movie(Movie { id }),
            Kind::Series => Self::Series(Series { id }),
            Kind::Episode => Self::Episode(Episode { id }),
            Kind::Video => Self::Video(Video { id }),
            Kind::Channel => Self::Channel(Channel { id }),
            Kind::Programme => Self::Programme(Programme { id }),
            Kind::Person => Self::Person(Person { id }),
        }
    }
}
