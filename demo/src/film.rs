//! The one film every demo title plays: synthetic picture and tone, made by `scripts/make-demo-film.sh`.
//!
//! The sidecar stores it under the keys below when it loads the demo; catalogue names the same asset.

use kernel::AssetId;

/// The asset every demo title plays.
pub const ASSET: AssetId = AssetId(uuid::Uuid::from_u128(0x0193_4a1e_5c00_7f11_a000_0000_0000_0001));
/// Its revision: one more whenever the film is made anew, because players and caches keep what they have.
pub const REVISION: u32 = 1;
/// Milliseconds.
pub const DURATION_MS: u64 = 12_000;
/// H.264 and AAC in one file, `moov` first.
pub const ORIGINAL: &[u8] = include_bytes!("../film/original.mp4");
/// SHA-256 of [`ORIGINAL`]; a test of the sidecar compares them.
pub const ORIGINAL_SHA256: &str = "45055f515f675d642b4c6d367a3e07341ae6f5f504d1d6d9b5450e230d266f02";
/// Media type of [`ORIGINAL`].
pub const CONTENT_TYPE: &str = "video/mp4";

/// One stored CMAF track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Track {
    /// Name in paths.
    pub name: &'static str,
    /// Pixels; zero for sound.
    pub width: u32,
    /// Pixels; zero for sound.
    pub height: u32,
    /// Bits per second on average.
    pub bitrate: u32,
    /// The file.
    pub bytes: &'static [u8],
}

/// Three renditions of the picture and one of the sound.
pub const TRACKS: [Track; 4] = [
    Track {
        name: "v240",
        width: 426,
        height: 240,
        bitrate: 33_000,
        bytes: include_bytes!("../film/v240.mp4"),
    },
    Track {
        name: "v360",
        width: 640,
        height: 360,
        bitrate: 54_000,
        bytes: include_bytes!("../film/v360.mp4"),
    },
    Track {
        name: "v480",
        width: 854,
        height: 480,
        bitrate: 76_000,
        bytes: include_bytes!("../film/v480.mp4"),
    },
    Track {
        name: "a64",
        width: 0,
        height: 0,
        bitrate: 65_000,
        bytes: include_bytes!("../film/a64.mp4"),
    },
];

/// Object key of [`ORIGINAL`].
pub fn original_key() -> String {
    format!("a/{ASSET}/{REVISION}/orig/{ORIGINAL_SHA256}.mp4")
}
