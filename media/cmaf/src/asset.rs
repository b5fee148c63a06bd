//! The tracks of one title, as stored beside them in `index.json`.

use serde::{Deserialize, Serialize};

use crate::{Error, TrackIndex, TrackKind};

/// More than a ladder of renditions and two dozen languages.
const MAX_TRACKS: usize = 64;

/// The progressive original: one file with picture and sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Original {
    /// Object key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Media type.
    pub content_type: String,
    /// Hexadecimal SHA-256 of the content.
    pub sha256: String,
}

/// What is packaged of one title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssetIndex {
    /// Of the longest track.
    pub duration_ms: u64,
    /// The file it was made from.
    pub original: Original,
    /// Video by growing bandwidth, then audio.
    pub tracks: Vec<TrackIndex>,
}

impl AssetIndex {
    /// Puts the tracks together; refuses what a player could not switch between.
    pub fn new(original: Original, mut tracks: Vec<TrackIndex>) -> Result<Self, Error> {
        tracks.sort_by_key(|track| (track.kind == TrackKind::Audio, track.bandwidth));
        let duration_ms = tracks.iter().map(TrackIndex::duration_ms).max().unwrap_or(0);
        let index = Self {
            duration_ms,
            original,
            tracks,
        };
        index.check()?;
        Ok(index)
    }

    /// Reads what [`AssetIndex::to_json`] wrote.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let index: Self = serde_json::from_slice(json).map_err(|error| Error::Index(error.to_string()))?;
        index.check()?;
        Ok(index)
    }

    /// The content of `index.json`.
    #[expect(clippy::missing_panics_doc, reason = "numbers, text and lists are always JSON")]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("plain data")
    }

    /// The track of this name.
    pub fn track(&self, name: &str) -> Option<&TrackIndex> {
        self.tracks.iter().find(|track| track.name == name)
    }

    /// The tracks of this kind, in order.
    pub fn of_kind(&self, kind: TrackKind) -> impl Iterator<Item = &TrackIndex> {
        self.tracks.iter().filter(move |track| track.kind == kind)
    }

    fn check(&self) -> Result<(), Error> {
        if self.tracks.is_empty() {
            return Err(Error::Empty);
        }
        if self.tracks.len() > MAX_TRACKS {
            return Err(Error::Index(format!("more than {MAX_TRACKS} tracks")));
        }
        for (at, track) in self.tracks.iter().enumerate() {
            let twice = self.tracks.iter().take(at).any(|other| other.name == track.name);
            if twice || !is_name(&track.name) {
                return Err(Error::Name(track.name.clone()));
            }
            if track.timescale == 0 || track.segments.is_empty() {
                return Err(Error::Index(format!("{} has no segments", track.name)));
            }
        }
        let mut videos = self.of_kind(TrackKind::Video);
        if let Some(first) = videos.next() {
            for other in videos {
                if !aligned(first, other) {
                    return Err(Error::Misaligned(other.name.clone(), first.name.clone()));
                }
            }
        }
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    let fits = (1..=32).contains(&name.len());
    fits && name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

/// Whether every segment lasts as long in both, whatever their timescales.
fn aligned(one: &TrackIndex, other: &TrackIndex) -> bool {
    let ticks = |duration: u64, scale: u32| u128::from(duration) * u128::from(scale);
    one.segments.len() == other.segments.len()
        && one
            .segments
            .iter()
            .zip(&other.segments)
            .all(|(a, b)| ticks(a.duration, other.timescale) == ticks(b.duration, one.timescale))
}
