//! `/s/{signature}/v/{asset}/{revision}/clear/…`: HLS from the stored tracks.
//!
//! The signature is a path segment, so relative URIs in the playlists inherit it. It names a prefix and an end; nothing
//! else is asked.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use cmaf::{TrackIndex, TrackKind, hls, keys};
use http::{HeaderMap, Method};
use kernel::{AssetId, ErrorCode, Refusal};
use web::Problem;

use super::{
    Delivery,
    answer::{Asked, Content, Source, answer},
    objects::Indexed,
};

/// A playlist of a finished film does not change, but its link ends: kept by the player, not by others.
const CACHE_PLAYLIST: &str = "private, max-age=300";
/// A segment never changes: a new packaging has a new revision.
const CACHE_SEGMENT: &str = "public, max-age=31536000, immutable";

/// A playlist that moves on with the clock is asked for again each time.
const CACHE_MOVING: &str = "private, no-cache";

/// Segments of the path, as they came.
pub(super) type Segments = (String, String, String, String, String);

pub(super) async fn file(
    State(delivery): State<Delivery>,
    Path(segments): Path<Segments>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (wanted, scheme) = Wanted::read(&delivery, 'v', segments)?;
    if scheme != "clear" {
        return Err(missing().into());
    }
    let indexed = match delivery.objects.index(wanted.asset, wanted.revision).await {
        Ok(Some(indexed)) => indexed,
        Ok(None) => return Err(missing().into()),
        Err(error) => return Err(Problem::of(&*error)),
    };
    let content = wanted.content(&indexed).ok_or_else(missing)?;
    let asked = Asked {
        method: &method,
        headers: &headers,
    };
    Ok(answer(&delivery.storage, &asked, content).await?)
}

/// What a path names.
pub(super) struct Wanted {
    pub(super) asset: AssetId,
    pub(super) revision: u32,
    pub(super) file: String,
}

impl Wanted {
    /// Checks the signature over the path as we read it, before anything is looked up.
    /// Answers with it what stands before the file: how it is packaged, or which part of a loop it is.
    pub(super) fn read(delivery: &Delivery, root: char, segments: Segments) -> Result<(Self, String), Refusal> {
        let (signature, asset, revision, part, file) = segments;
        let path = format!("{root}/{asset}/{revision}/{part}/{file}");
        if delivery.paths.verify(&signature, &path, delivery.clock.now()).is_none() {
            return Err(Refusal::new(
                ErrorCode::Forbidden,
                "this link has expired or is not valid",
            ));
        }
        let asset = AssetId::parse("asset", &asset)?;
        let number = revision
            .parse::<u32>()
            .ok()
            .filter(|number| number.to_string() == revision);
        match number {
            Some(revision) => Ok((Self { asset, revision, file }, part)),
            None => Err(missing()),
        }
    }

    /// `master.m3u8`, `{track}.m3u8`, `{track}/init.mp4` or `{track}/{number}.m4s`.
    fn content(&self, indexed: &Arc<Indexed>) -> Option<Content> {
        if self.file == "master.m3u8" {
            return Some(playlist(indexed, "master", hls::master(&indexed.asset)));
        }
        if let Some(name) = self.file.strip_suffix(".m3u8") {
            let track = indexed.asset.track(name)?;
            return Some(playlist(indexed, name, hls::media(track)));
        }
        self.media(indexed)
    }

    /// `{track}/init.mp4` or `{track}/{number}.m4s`.
    pub(super) fn media(&self, indexed: &Arc<Indexed>) -> Option<Content> {
        let (name, part) = self.file.split_once('/')?;
        let track = indexed.asset.track(name)?;
        if part == "init.mp4" {
            return Some(self.segment(indexed, track, part, (0, track.init_size)));
        }
        let number = part.strip_suffix(".m4s")?;
        let segment = number
            .parse()
            .ok()
            .filter(|parsed: &usize| parsed.to_string() == number);
        let segment = track.segment(segment?)?;
        Some(self.segment(indexed, track, number, (segment.offset, segment.size)))
    }

    fn segment(&self, indexed: &Indexed, track: &TrackIndex, part: &str, (offset, length): (u64, u64)) -> Content {
        let media_type = match track.kind {
            TrackKind::Video => "video/mp4",
            TrackKind::Audio => "audio/mp4",
        };
        Content {
            source: Source::Object {
                key: keys::track(self.asset, self.revision, &track.name),
                offset,
                length,
            },
            etag: tag(indexed, &format!("{}-{part}", track.name)),
            modified: indexed.meta.modified_at,
            media_type: media_type.to_owned(),
            cache_control: CACHE_SEGMENT,
        }
    }
}

/// A playlist that moves on: its tag follows from what it says.
pub(super) fn revalidated(indexed: &Indexed, name: &str, text: String) -> Content {
    let name = format!("{name}-{:x}", fold(&text));
    Content {
        cache_control: CACHE_MOVING,
        ..playlist(indexed, &name, text)
    }
}

/// FNV-1a.
fn fold(text: &str) -> u64 {
    let step = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

pub(super) fn playlist(indexed: &Indexed, name: &str, text: String) -> Content {
    Content {
        source: Source::Memory(text.into()),
        etag: tag(indexed, name),
        modified: indexed.meta.modified_at,
        media_type: hls::CONTENT_TYPE.to_owned(),
        cache_control: CACHE_PLAYLIST,
    }
}

/// Everything is made from the index and immutable tracks, so the tag of the index and a name are a strong tag.
fn tag(indexed: &Indexed, name: &str) -> String {
    format!("\"{}-{name}\"", indexed.meta.etag.trim_matches('"'))
}

pub(super) fn missing() -> Refusal {
    Refusal::not_found("this file")
}
