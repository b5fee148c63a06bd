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

/// Segments of the path, as they came.
type Segments = (String, String, String, String, String);

pub(super) async fn file(
    State(delivery): State<Delivery>,
    Path(segments): Path<Segments>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(&delivery, segments)?;
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
struct Wanted {
    asset: AssetId,
    revision: u32,
    file: String,
}

impl Wanted {
    /// Checks the signature over the path as we read it, before anything is looked up.
    fn read(delivery: &Delivery, segments: Segments) -> Result<Self, Refusal> {
        let (signature, asset, revision, scheme, file) = segments;
        let path = format!("v/{asset}/{revision}/{scheme}/{file}");
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
            Some(revision) if scheme == "clear" => Ok(Self { asset, revision, file }),
            _ => Err(missing()),
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

fn playlist(indexed: &Indexed, name: &str, text: String) -> Content {
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

fn missing() -> Refusal {
    Refusal::not_found("this file")
}
