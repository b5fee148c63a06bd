//! The connections of the catalogue.

use graphql::{Connection, ListName};

use super::{episode::Episode, movie::Movie, series::Series, title::Title, video::Video};

/// Lists of titles of any kind.
pub struct Titles;

impl ListName for Titles {
    const NAME: &'static str = "Title";
}

/// Lists of movies.
pub struct Movies;

impl ListName for Movies {
    const NAME: &'static str = "Movie";
}

/// Lists of series.
pub struct SeriesList;

impl ListName for SeriesList {
    const NAME: &'static str = "Series";
}

/// Lists of episodes.
pub struct Episodes;

impl ListName for Episodes {
    const NAME: &'static str = "Episode";
}

/// Lists of videos.
pub struct Videos;

impl ListName for Videos {
    const NAME: &'static str = "Video";
}

/// A page of videos.
pub type VideoConnection = Connection<Video, Videos>;
/// A page of titles of any kind.
pub type TitleConnection = Connection<Title, Titles>;
/// A page of movies.
pub type MovieConnection = Connection<Movie, Movies>;
/// A page of series.
pub type SeriesConnection = Connection<Series, SeriesList>;
/// A page of episodes.
pub type EpisodeConnection = Connection<Episode, Episodes>;
