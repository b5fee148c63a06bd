//! What a packaged title is made of: clear CMAF files, one per track, and the index that lets every manifest be
//! written on request. Pure: bytes in, values and text out, no I/O.
//!
//! Begin with [`TrackIndex::read`] (one file → where its segments lie) and [`AssetIndex`] (the tracks of one title, as
//! stored beside them in `index.json`); [`hls`] writes playlists from it. Files come from outside, so the box walker
//! ([`Boxes`]) answers any bytes with a value or an [`Error`]: it never panics and always moves forward.

mod asset;
mod boxes;
mod error;
mod fragment;
pub mod hls;
pub mod looping;
mod sample_entry;
mod track;

pub use asset::{AssetIndex, Original};
pub use boxes::{BoxView, Boxes, find};
pub use error::Error;
pub use track::{Segment, TrackIndex, TrackKind};

/// Where `part` of a packaged asset lies in object storage, below `a/{asset}/{revision}/`.
pub mod keys {
    use std::fmt::Display;

    /// The index of all tracks.
    pub fn index(asset: impl Display, revision: u32) -> String {
        format!("a/{asset}/{revision}/index.json")
    }

    /// The CMAF file of one track.
    pub fn track(asset: impl Display, revision: u32, track: &str) -> String {
        format!("a/{asset}/{revision}/t/{track}.mp4")
    }

    /// The progressive original, named by its content.
    pub fn original(asset: impl Display, revision: u32, sha256: &str, extension: &str) -> String {
        format!("a/{asset}/{revision}/orig/{sha256}.{extension}")
    }
}

#[cfg(test)]
mod tests;
