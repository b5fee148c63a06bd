//! What every driver must do. Tests run it on each.

use std::time::Duration;

use crate::{Kv, Quota};

fn expect(what: &str, holds: bool) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!("the store does not hold: {what}"))
    }
}

/// Runs the suite on `kv`; `bucket` must be empty. `wait` lets the given time pass.
///
/// # Errors
/// What the driver did that it must not.
pub async fn run<W: Future<Output = ()>>(
    kv: &dyn Kv,
    bucket: &str,
    wait: impl Fn(Duration) -> W,
) -> Result<(), String> {
    let hour = Duration::from_hours(1);
    let blink = Duration::from_millis(50);
    let e = |error: crate::Error| error.to_string();

    expect(
        "an unknown key has no value",
        kv.get(bucket, "a").await.map_err(e)?.is_none(),
    )?;
    kv.put(bucket, "a", b"one", hour).await.map_err(e)?;
    expect(
        "a value is given back",
        kv.get(bucket, "a").await.map_err(e)? == Some(b"one".to_vec()),
    )?;
    expect(
        "a key is of its bucket",
        kv.get("other-bucket", "a").await.map_err(e)?.is_none(),
    )?;
    expect(
        "put_if_absent respects a value",
        !kv.put_if_absent(bucket, "a", b"two", hour).await.map_err(e)?,
    )?;
    expect("delete says there was one", kv.delete(bucket, "a").await.map_err(e)?)?;
    expect("delete says there was none", !kv.delete(bucket, "a").await.map_err(e)?)?;
    expect(
        "put_if_absent puts",
        kv.put_if_absent(bucket, "a", b"two", blink).await.map_err(e)?,
    )?;
    wait(blink * 2).await;
    expect("a value ends", kv.get(bucket, "a").await.map_err(e)?.is_none())?;
    expect(
        "an ended value is absent",
        kv.put_if_absent(bucket, "a", b"three", hour).await.map_err(e)?,
    )?;

    expect(
        "a counter begins",
        kv.increment(bucket, "n", 2, blink).await.map_err(e)? == 2,
    )?;
    expect(
        "a counter adds",
        kv.increment(bucket, "n", 3, hour).await.map_err(e)? == 5,
    )?;
    wait(blink * 2).await;
    expect(
        "a counter's first ttl holds",
        kv.increment(bucket, "n", 1, hour).await.map_err(e)? == 1,
    )?;

    expect(
        "a lease is taken",
        kv.acquire(bucket, "l", "ada", blink).await.map_err(e)?,
    )?;
    expect(
        "a lease is exclusive",
        !kv.acquire(bucket, "l", "bob", hour).await.map_err(e)?,
    )?;
    expect(
        "a lease is renewed",
        kv.acquire(bucket, "l", "ada", blink).await.map_err(e)?,
    )?;
    expect(
        "only the holder releases",
        !kv.release(bucket, "l", "bob").await.map_err(e)?,
    )?;
    wait(blink * 2).await;
    expect("a lease ends", kv.acquire(bucket, "l", "bob", hour).await.map_err(e)?)?;
    expect("a holder releases", kv.release(bucket, "l", "bob").await.map_err(e)?)?;
    expect(
        "a released lease is free",
        kv.acquire(bucket, "l", "ada", hour).await.map_err(e)?,
    )?;
    quotas(kv, bucket, wait).await
}

async fn quotas<W: Future<Output = ()>>(kv: &dyn Kv, bucket: &str, wait: impl Fn(Duration) -> W) -> Result<(), String> {
    let e = |error: crate::Error| error.to_string();
    let slow = Quota {
        units: 10,
        per: Duration::from_hours(1),
    };
    let drawn = kv.draw(bucket, "q", 1..=4, slow).await.map_err(e)?;
    expect("a quota is full at first", (drawn.taken, drawn.left) == (4, 6))?;
    let drawn = kv.draw(bucket, "q", 1..=40, slow).await.map_err(e)?;
    expect("a quota gives what it has", (drawn.taken, drawn.left) == (6, 0))?;
    let drawn = kv.draw(bucket, "q", 1..=1, slow).await.map_err(e)?;
    expect("an empty quota gives nothing", drawn.taken == 0)?;
    let (least, most) = (Duration::from_mins(5), Duration::from_mins(6));
    expect("an empty quota says when", least < drawn.wait && drawn.wait <= most)?;
    let drawn = kv.draw(bucket, "other", 1..=1, slow).await.map_err(e)?;
    expect("quotas are apart", drawn.taken == 1)?;

    let fast = Quota {
        units: 10,
        per: Duration::from_millis(50),
    };
    kv.draw(bucket, "f", 10..=10, fast).await.map_err(e)?;
    wait(Duration::from_millis(100)).await;
    let drawn = kv.draw(bucket, "f", 10..=10, fast).await.map_err(e)?;
    expect("a quota fills by itself", drawn.taken == 10)
}
