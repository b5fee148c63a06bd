//! What a guide says of a programme beyond what is searched, filtered or matched: read and shown as a whole.

use serde::{Deserialize, Serialize};

/// What else a guide says of a programme.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    /// BCP 47 language of the title, the subtitle and the description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Its title in other languages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub titles: Vec<LocalText>,
    /// Its subtitle in other languages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subtitles: Vec<LocalText>,
    /// Its description in other languages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub descriptions: Vec<LocalText>,
    /// What its series is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series_description: Option<String>,
    /// Who made it and who is in it, in the order of the guide.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
    /// For which age it is, by every system that the guide names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<Rating>,
    /// How good somebody finds it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub star_ratings: Vec<Rating>,
    /// Ids of it elsewhere, and episode numbers as the guide has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<ExternalId>,
    /// More pictures of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// Where it was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// What it is about, in single words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Language that is spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spoken_language: Option<String>,
    /// Language it was made in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_language: Option<String>,
    /// Part of an episode that is shown in several, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<i32>,
    /// How many parts there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<i32>,
    /// When it was made, as the guide writes it: a year, a month, a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// When it was shown first, as the guide writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_shown: Option<String>,
    /// How sharp its picture is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// How its sound is, as the guide names it: `stereo`, `dolby digital`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<String>,
    /// The picture's shape: `16:9`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect: Option<String>,
    /// Somebody tells what is to be seen.
    #[serde(skip_serializing_if = "is_false")]
    pub is_audio_described: bool,
    /// It has subtitles that can be shown.
    #[serde(skip_serializing_if = "is_false")]
    pub is_subtitled: bool,
    /// It is interpreted in sign language.
    #[serde(skip_serializing_if = "is_false")]
    pub is_signed: bool,
    /// Languages of its subtitles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subtitle_languages: Vec<String>,
    /// Which sport it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sport: Option<String>,
    /// Who plays.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<String>,
}

impl Extras {
    /// Whether the guide says nothing else.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A text in a language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalText {
    /// BCP 47 language; none when the guide does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The text.
    pub text: String,
}

/// Somebody who made it or is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// What they did: `actor`, `director`.
    pub role: String,
    /// Their name.
    pub name: String,
    /// Whom they play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub character: Option<String>,
    /// They are in this episode only.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_guest: bool,
}

/// A rating: for which age it is, or how good somebody finds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Who rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The rating as it is written: `15`, `TV-PG`, `3.5/5`.
    pub value: String,
}

/// An id of a programme elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalId {
    /// Whose id, as the guide names it: `dd_progid`, `thetvdb.com`, `onscreen`.
    pub system: String,
    /// The id.
    pub value: String,
}

/// A picture of a programme.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Where it is.
    pub url: String,
    /// What it shows, as the guide names it: `poster`, `backdrop`, `still`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// How sharp a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Quality {
    /// Less than 720 lines.
    Sd,
    /// 720 or 1080 lines.
    Hd,
    /// 2160 lines or more.
    Uhd,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
