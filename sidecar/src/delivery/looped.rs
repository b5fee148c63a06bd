//! `/s/{signature}/l/{asset}/{revision}/{part}/…`: HLS of a channel that plays an asset over and over, by the clock.
//!
//! `part` is `live`, or `{from}-{to}` in milliseconds since 1970: what was on then. It stands in the signed prefix, so
//! a link to one programme opens no other.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use cmaf::{hls, looping};
use http::{HeaderMap, Method};
use web::Problem;

use super::{
    Delivery,
    answer::{Asked, Content, answer},
    objects::Indexed,
    signed::{Segments, Wanted, missing, playlist, revalidated},
};

pub(super) async fn file(
    State(delivery): State<Delivery>,
    Path(segments): Path<Segments>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (wanted, part) = Wanted::read(&delivery, 'l', segments)?;
    let part = read(&part).ok_or_else(missing)?;
    let indexed = match delivery.objects.index(wanted.asset, wanted.revision).await {
        Ok(Some(indexed)) => indexed,
        Ok(None) => return Err(missing().into()),
        Err(error) => return Err(Problem::of(&*error)),
    };
    let now_ms = u64::try_from(delivery.clock.now().timestamp_millis()).unwrap_or(0);
    let content = content(&wanted, &indexed, part, now_ms).ok_or_else(missing)?;
    let asked = Asked {
        method: &method,
        headers: &headers,
    };
    Ok(answer(&delivery.storage, &asked, content).await?)
}

/// `live`, or `{from}-{to}`.
fn read(part: &str) -> Option<looping::Part> {
    if part == "live" {
        return Some(looping::Part::Present);
    }
    let (from, to) = part.split_once('-')?;
    Some(looping::Part::Window {
        from_ms: from.parse().ok()?,
        to_ms: to.parse().ok()?,
    })
}

fn content(wanted: &Wanted, indexed: &Arc<Indexed>, part: looping::Part, now_ms: u64) -> Option<Content> {
    if wanted.file == "master.m3u8" {
        return Some(playlist(indexed, "master", hls::master(&indexed.asset)));
    }
    let Some(name) = wanted.file.strip_suffix(".m3u8") else {
        return wanted.media(indexed);
    };
    let track = indexed.asset.track(name)?;
    let text = looping::media(track, indexed.asset.duration_ms, part, now_ms)?;
    Some(revalidated(indexed, name, text))
}
