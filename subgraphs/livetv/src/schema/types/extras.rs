//! What else a guide says of a programme.

use async_graphql::{Enum, SimpleObject};

use crate::domain::extras::{Credit, ExternalId, Image, LocalText, Rating};

/// What kind of programme it is, after the content descriptor of DVB (ETSI EN 300 468).
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::genre::Genre")]
pub enum ProgrammeGenre {
    /// Films and drama.
    Movie,
    /// News and current affairs.
    News,
    /// Shows and games.
    Show,
    /// Sports.
    Sport,
    /// For children and the young.
    Children,
    /// Music, ballet, dance.
    Music,
    /// Arts and culture.
    Arts,
    /// Social, political and economic matters.
    Social,
    /// Education, science, facts, documentaries.
    Education,
    /// Leisure and hobbies.
    Leisure,
    /// Something else that the guide names.
    Other,
}

/// How sharp a picture is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::extras::Quality")]
pub enum ProgrammeQuality {
    /// Less than 720 lines.
    Sd,
    /// 720 or 1080 lines.
    Hd,
    /// 2160 lines or more.
    Uhd,
}

/// A text of a programme in a language.
#[derive(SimpleObject)]
pub struct ProgrammeText {
    /// Its BCP 47 language; null when the guide does not say.
    language: Option<String>,
    /// The text.
    text: String,
}

impl From<&LocalText> for ProgrammeText {
    fn from(text: &LocalText) -> Self {
        let LocalText { language, text } = text.clone();
        Self { language, text }
    }
}

impl ProgrammeText {
    /// The text that is shown, then the others.
    pub(super) fn all(language: Option<&String>, shown: Option<&String>, others: &[LocalText]) -> Vec<Self> {
        let shown = shown.map(|text| Self {
            language: language.cloned(),
            text: text.clone(),
        });
        shown.into_iter().chain(others.iter().map(Self::from)).collect()
    }
}

/// Somebody who made a programme or is in it.
#[derive(SimpleObject)]
pub struct ProgrammeCredit {
    /// What they did, as the guide names it: `actor`, `director`, `presenter`.
    role: String,
    /// Their name.
    name: String,
    /// Whom they play; null when nobody says.
    character: Option<String>,
    /// They are in this episode only.
    is_guest: bool,
}

impl From<&Credit> for ProgrammeCredit {
    fn from(credit: &Credit) -> Self {
        let Credit {
            role,
            name,
            character,
            is_guest,
        } = credit.clone();
        Self {
            role,
            name,
            character,
            is_guest,
        }
    }
}

/// A rating: for which age a programme is, or how good somebody finds it.
#[derive(SimpleObject)]
pub struct ProgrammeRating {
    /// Who rates; null when nobody says.
    system: Option<String>,
    /// The rating as it is written: `15`, `TV-PG`, `3.5/5`.
    value: String,
}

impl From<&Rating> for ProgrammeRating {
    fn from(rating: &Rating) -> Self {
        let Rating { system, value } = rating.clone();
        Self { system, value }
    }
}

/// An id that a programme has elsewhere.
#[derive(SimpleObject)]
pub struct ProgrammeExternalId {
    /// Whose id, as the guide names it: `dd_progid`, `thetvdb.com`, `onscreen`.
    system: String,
    /// The id.
    value: String,
}

impl From<&ExternalId> for ProgrammeExternalId {
    fn from(id: &ExternalId) -> Self {
        let ExternalId { system, value } = id.clone();
        Self { system, value }
    }
}

/// A picture of a programme.
#[derive(SimpleObject)]
pub struct ProgrammeImage {
    /// Where it is.
    url: String,
    /// What it shows, as the guide names it: `poster`, `backdrop`, `still`; null when nobody says.
    kind: Option<String>,
}

impl From<&Image> for ProgrammeImage {
    fn from(image: &Image) -> Self {
        let Image { url, kind } = image.clone();
        Self { url, kind }
    }
}
