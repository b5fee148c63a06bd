//! The sidecar's share of the demo: the film and the pictures, as objects.

use bytes::Bytes;
use cmaf::{AssetIndex, Original, TrackIndex, keys};
use demo::film;
use futures_util::{StreamExt, TryStreamExt};
use storage::{Storage, put_all};

use crate::Error;

/// Objects written at the same time: each waits for the disk.
const AT_ONCE: usize = 8;

/// Stores the demo's objects, unless the very same are there.
///
/// # Errors
/// The object store failed.
pub async fn load(storage: &dyn Storage) -> Result<(), Error> {
    let pictures: Vec<(String, Bytes)> = demo::pictures()
        .iter()
        .map(|picture| (format!("img/{}.svg", picture.id), picture.svg().into()))
        .collect();
    // Written last, and named by the content: a load that was cut short, or an older demo, is loaded again.
    let marker = format!("demo/{:016x}", fingerprint(&pictures));
    if storage.head(&marker).await?.is_some() {
        return Ok(());
    }
    let film = film_objects()?;
    let drawn = pictures.into_iter();
    let drawn = drawn.map(|(key, content)| Object {
        key,
        content_type: "image/svg+xml",
        content,
    });
    let objects: Vec<Object> = drawn.chain(film).collect();
    let count = futures_util::stream::iter(objects)
        .map(|object| store(storage, object))
        .buffer_unordered(AT_ONCE)
        .try_fold(0_u32, |count, ()| std::future::ready(Ok(count + 1)))
        .await?;
    put_all(storage, &marker, "text/plain", Bytes::from_static(b"loaded\n")).await?;
    tracing::info!(objects = count, "demo film and pictures stored");
    Ok(())
}

/// What is to be stored.
struct Object {
    key: String,
    content_type: &'static str,
    content: Bytes,
}

async fn store(storage: &dyn Storage, object: Object) -> Result<(), storage::Error> {
    put_all(storage, &object.key, object.content_type, object.content).await?;
    Ok(())
}

/// The film: its original, its tracks and their index, in this order.
fn film_objects() -> Result<Vec<Object>, Error> {
    let (asset, revision, content_type) = (film::ASSET, film::REVISION, film::CONTENT_TYPE);
    let mut objects = vec![Object {
        key: film::original_key(),
        content_type,
        content: Bytes::from_static(film::ORIGINAL),
    }];
    let mut tracks = Vec::with_capacity(film::TRACKS.len());
    for track in film::TRACKS {
        tracks.push(TrackIndex::read(track.name, track.bytes)?);
        let key = keys::track(asset, revision, track.name);
        objects.push(Object {
            key,
            content_type,
            content: Bytes::from_static(track.bytes),
        });
    }
    let original = Original {
        key: film::original_key(),
        size: film::ORIGINAL.len() as u64,
        content_type: content_type.to_owned(),
        sha256: film::ORIGINAL_SHA256.to_owned(),
    };
    let content = AssetIndex::new(original, tracks)?.to_json().into();
    objects.push(Object {
        key: keys::index(asset, revision),
        content_type: "application/json",
        content,
    });
    Ok(objects)
}

/// FNV-1a over everything that is stored.
fn fingerprint(pictures: &[(String, Bytes)]) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for (key, svg) in pictures {
        add(key.as_bytes());
        add(svg);
    }
    add(film::original_key().as_bytes());
    for track in film::TRACKS {
        add(track.bytes);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_film_is_what_the_demo_says_of_it() {
        let objects = film_objects().unwrap();
        let stored = objects.last().unwrap();
        assert_eq!(stored.key, format!("a/{}/{}/index.json", film::ASSET, film::REVISION));
        let index = AssetIndex::from_json(&stored.content).unwrap();
        assert_eq!(index.duration_ms, film::DURATION_MS);
        let sha = film::ORIGINAL_SHA256;
        assert_eq!(
            film::original_key(),
            keys::original(film::ASSET, film::REVISION, sha, "mp4")
        );
        for track in film::TRACKS {
            let found = index.track(track.name).unwrap();
            assert_eq!(found.width.map_or(0, u32::from), track.width);
            assert_eq!(found.height.map_or(0, u32::from), track.height);
            let off = found.average_bandwidth.abs_diff(u64::from(track.bitrate));
            assert!(
                off < 4_000,
                "{}: {} bits per second",
                track.name,
                found.average_bandwidth
            );
        }
    }
}
