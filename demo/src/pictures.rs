//! Pictures of titles, people and channels: what is drawn by [`crate::artwork`].

use kernel::{ChannelId, PersonId, TitleId};
use uuid::Uuid;

use crate::{
    artwork, channels,
    ids::{Kind, named},
    people, titles,
    titles::TitleKind,
};

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureKind {
    /// Upright, 2:3.
    Poster,
    /// Wide, 16:9.
    Backdrop,
    /// Wide and small, 16:9, for lists of episodes.
    Still,
    /// A person, square.
    Portrait,
    /// A channel, square.
    Logo,
}

impl PictureKind {
    const fn size(self) -> (u32, u32) {
        match self {
            Self::Poster => (600, 900),
            Self::Backdrop => (1280, 720),
            Self::Still => (640, 360),
            Self::Portrait => (400, 400),
            Self::Logo => (256, 256),
        }
    }
}

/// Whom or what a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A title.
    Title(TitleId),
    /// A person.
    Person(PersonId),
    /// A channel.
    Channel(ChannelId),
}

/// A picture: stored as `img/{id}.svg`, answered at `/api/v1/images/{id}`.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Fixed id.
    pub id: Uuid,
    /// What it shows.
    pub subject: Subject,
    /// What it is for.
    pub kind: PictureKind,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    heading: String,
    line: String,
    seed: u64,
}

impl Picture {
    /// Draws it.
    pub fn svg(&self) -> String {
        artwork::svg(&self.heading, &self.line, self.seed, self.width, self.height)
    }
}

/// The id of the picture of `subject` (any id) of this kind.
pub fn picture_id(subject: Uuid, kind: PictureKind) -> Uuid {
    named(Kind::Picture, &format!("{subject} {kind:?}"))
}

/// Every picture of the demo: a poster and a backdrop for each movie, series, season and video, a still for each
/// episode, a portrait for each person, a logo for each channel.
pub fn pictures() -> Vec<Picture> {
    let mut all = Vec::new();
    for title in titles() {
        let kinds: &[PictureKind] = match title.kind {
            TitleKind::Episode => &[PictureKind::Still],
            _ => &[PictureKind::Backdrop, PictureKind::Poster],
        };
        let line = title.release_year.to_string();
        all.extend(
            kinds
                .iter()
                .map(|kind| picture(Subject::Title(title.id), *kind, &title.name, &line, title.seed)),
        );
    }
    let portraits = people().iter();
    all.extend(portraits.map(|person| {
        picture(
            Subject::Person(person.id),
            PictureKind::Portrait,
            &initials(&person.name),
            "",
            person.seed,
        )
    }));
    all.extend(channels().iter().map(|channel| {
        picture(
            Subject::Channel(channel.id),
            PictureKind::Logo,
            &channel.name,
            &channel.number,
            channel.seed,
        )
    }));
    all
}

fn picture(subject: Subject, kind: PictureKind, heading: &str, line: &str, seed: u64) -> Picture {
    let of: Uuid = match subject {
        Subject::Title(id) => id.into(),
        Subject::Person(id) => id.into(),
        Subject::Channel(id) => id.into(),
    };
    let (width, height) = kind.size();
    let (heading, line) = (heading.to_owned(), line.to_owned());
    Picture {
        id: picture_id(of, kind),
        subject,
        kind,
        width,
        height,
        heading,
        line,
        seed,
    }
}

fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().next())
        .take(3)
        .collect()
}
