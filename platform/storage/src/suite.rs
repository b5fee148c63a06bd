//! What every driver must do. Tests run it on each.

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::{Error, Storage, put_all, read_all};

fn expect(what: &str, holds: bool) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!("the store does not hold: {what}"))
    }
}

/// Runs the suite on an empty store.
///
/// # Errors
/// What the driver did that it must not.
pub async fn run(storage: &dyn Storage) -> Result<(), String> {
    let e = |error: Error| error.to_string();
    let content = Bytes::from((0..700_000u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
    let size = content.len() as u64;

    expect(
        "an unknown object has no head",
        storage.head("a/one.bin").await.map_err(e)?.is_none(),
    )?;
    let meta = put_all(storage, "a/one.bin", "application/octet-stream", content.clone())
        .await
        .map_err(e)?;
    expect("the size is told", meta.size_bytes == size)?;
    expect(
        "the tag is strong",
        meta.etag.starts_with('"') && meta.etag.ends_with('"'),
    )?;
    expect(
        "head tells the same",
        storage.head("a/one.bin").await.map_err(e)? == Some(meta.clone()),
    )?;
    expect(
        "the whole is read",
        read_all(storage, "a/one.bin", size).await.map_err(e)? == Some(content.clone()),
    )?;
    expect(
        "a whole read has a limit",
        matches!(read_all(storage, "a/one.bin", 9).await, Err(Error::TooLarge { .. })),
    )?;

    let mut part = Vec::new();
    let mut body = storage.read("a/one.bin", 1_000..600_001).await.map_err(e)?;
    while let Some(chunk) = body.next().await {
        part.extend_from_slice(&chunk.map_err(|error| error.to_string())?);
    }
    expect("a range is read", part == content[1_000..600_001])?;

    let same = put_all(storage, "a/two.bin", "application/octet-stream", content.clone())
        .await
        .map_err(e)?;
    expect("the tag follows from the content", same.etag == meta.etag)?;

    let broken = stream::iter([Ok(content.clone()), Err(std::io::Error::other("gone"))]).boxed();
    expect(
        "a broken write fails",
        storage.put("a/three.bin", "x/y", broken, u64::MAX).await.is_err(),
    )?;
    expect(
        "a broken write leaves nothing",
        storage.head("a/three.bin").await.map_err(e)?.is_none(),
    )?;
    let long = stream::iter([Ok(content.clone())]).boxed();
    let refused = storage.put("a/three.bin", "x/y", long, 10).await;
    expect(
        "a write has a limit",
        matches!(refused, Err(Error::TooLarge { allowed: 10 })),
    )?;

    for key in ["", "../x", "a/../x", "/etc/passwd", "a//b", "a/b\0"] {
        expect("a key cannot leave the store", storage.head(key).await.is_err())?;
    }
    expect(
        "delete says there was one",
        storage.delete("a/one.bin").await.map_err(e)?,
    )?;
    expect(
        "delete says there was none",
        !storage.delete("a/one.bin").await.map_err(e)?,
    )?;
    expect(
        "a deleted object is gone",
        matches!(storage.read("a/one.bin", 0..1).await, Err(Error::NotFound(_))),
    )
}
