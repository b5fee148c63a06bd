//! Playback is counted, and a title is watched once for each session.

use chrono::TimeDelta;
use kernel::{AccountId, Clock, PlaybackSessionId, ProfileId};
use schema::events::{
    analytics::VideoWatched,
    rights::{Playback, PlaybackEnded, PlaybackProgressed, PlaybackStarted},
};
use testkit::Bench;

use crate::kit::{METRICS, count, start};

/// A report `second` seconds into session `n`.
fn report(bench: &Bench, n: u64, second: i64, position_seconds: i64) -> Playback {
    Playback {
        session: PlaybackSessionId(Bench::id(n)),
        account: AccountId(Bench::id(1)),
        profile: ProfileId(Bench::id(2)),
        content: Bench::id(3),
        is_channel: false,
        event: "PLAYING".to_owned(),
        position_ms: position_seconds * 1000,
        duration_ms: Some(5_400_000),
        at: bench.clock.now() + TimeDelta::seconds(second),
        device: "tv".to_owned(),
    }
}

fn progressed(playback: Playback) -> PlaybackProgressed {
    PlaybackProgressed {
        session: playback.session,
        playback,
    }
}

#[tokio::test]
async fn a_title_is_watched_once_for_each_session_whatever_the_order() {
    let bench = start().await;
    let started = report(&bench, 50, 0, 0);
    bench
        .emit(&PlaybackStarted {
            session: started.session,
            playback: started,
        })
        .await;
    let last = progressed(report(&bench, 50, 40, 40));
    bench.emit_as(Bench::id(500), &last).await;
    bench.emit_as(Bench::id(500), &last).await;
    bench.emit(&progressed(report(&bench, 50, 10, 10))).await;
    bench.emit(&progressed(report(&bench, 50, 20, 20))).await;
    let ended = report(&bench, 50, 90, 90);
    bench
        .emit(&PlaybackEnded {
            session: ended.session,
            playback: ended,
        })
        .await;
    // Another session, reported backwards, and a third that only seeks.
    bench.emit(&progressed(report(&bench, 51, 60, 660))).await;
    assert_eq!(bench.published::<VideoWatched>().await.len(), 1);
    bench.emit(&progressed(report(&bench, 51, 0, 600))).await;
    bench.emit(&progressed(report(&bench, 52, 0, 0))).await;
    bench.emit(&progressed(report(&bench, 52, 2, 3000))).await;

    let watched = bench.published::<VideoWatched>().await;
    let sessions: Vec<_> = watched.iter().map(|event| event.session.0).collect();
    assert_eq!(sessions, [Bench::id(50), Bench::id(51)]);
    assert_eq!(watched[1].share, Some(60.0 / 5400.0));
    assert_eq!(
        (
            count(&bench, "VIDEOS_WATCHED").await,
            count(&bench, "PLAYBACK_STARTS").await
        ),
        (2, 1)
    );
}

#[tokio::test]
async fn a_channel_is_played_but_no_title_is_watched_and_errors_are_counted() {
    let bench = start().await;
    for second in [0, 100] {
        let channel = Playback {
            is_channel: true,
            ..report(&bench, 60, second, second)
        };
        bench.emit(&progressed(channel)).await;
    }
    let error = Playback {
        event: "ERROR".to_owned(),
        ..report(&bench, 61, 0, 0)
    };
    bench.emit(&progressed(error)).await;
    assert!(bench.published::<VideoWatched>().await.is_empty());
    assert_eq!(
        (count(&bench, "PLAYBACK_ERRORS").await, count(&bench, "EVENTS").await),
        (1, 3)
    );
}

#[tokio::test]
async fn the_demo_has_a_past_and_is_loaded_once() {
    let bench = Bench::start::<migrations::analytics::Migrator>("analytics").await;
    let service = analytics::service(&bench.platform, analytics::Settings::default())
        .await
        .unwrap();
    let demo = service.demo.clone().unwrap();
    bench.run(service).await;
    for _ in 0..2 {
        demo().await.unwrap();
    }
    let analyst = bench.viewer(9, &[auth::Role::Analyst]);
    let weeks =
        serde_json::json!({ "type": "PLAYBACK_STARTS", "from": "2026-09-01T00:00:00Z", "to": "2026-11-22T00:00:00Z" });
    let answer = bench.ask(Some(&analyst), METRICS, weeks).await;
    let views: usize = demo::viewers(bench.clock.now())
        .iter()
        .map(|viewer| viewer.history.len())
        .sum();
    assert_eq!(
        answer["data"]["metrics"]["count"].as_u64(),
        u64::try_from(views).ok(),
        "{}",
        answer["errors"]
    );
}
