//! Tokens, signed paths, playlists, pictures.

use std::time::Duration;

use auth::PathClaims;
use axum::{body::Body, http::Request};
use cmaf::{AssetIndex, Boxes};
use demo::film;
use kernel::PlaybackSessionId;
use testkit::Bench;

use crate::Sidecar;

impl Sidecar {
    /// `/s/{signature}/v/{asset}/{revision}/clear`, good for ten minutes.
    fn signed(&self) -> String {
        let prefix = format!("v/{}/{}/", film::ASSET, film::REVISION);
        let expires = (self.bench.platform.clock.now() + chrono::Duration::minutes(10)).timestamp();
        let claims = PathClaims {
            expires,
            prefix: prefix.clone(),
            session: PlaybackSessionId(Bench::id(1)),
        };
        format!("/s/{}/{prefix}clear", self.bench.platform.paths.sign(&claims))
    }
}

#[tokio::test]
async fn a_stream_token_that_does_not_stand_is_not_found() {
    let sidecar = Sidecar::with_film().await;
    let token = sidecar.token().await;
    let path = format!("/api/v1/stream/{token}");
    let whole = sidecar.get(&path).await;
    assert_eq!((whole.status.as_u16(), whole.body.len()), (200, film::ORIGINAL.len()));
    assert_eq!(whole.header("cache-control"), "private, no-cache");
    assert!(
        film::ORIGINAL_SHA256.starts_with(whole.header("etag").trim_matches('"')),
        "the sum of the film is wrong"
    );

    for unknown in ["never-existed", "..%2F..%2Fetc", &"x".repeat(4000)] {
        let problem = sidecar.get(&format!("/api/v1/stream/{unknown}")).await.problem();
        assert_eq!(
            (&problem["code"], &problem["status"]),
            (&"NOT_FOUND".into(), &404.into())
        );
        assert!(!problem.to_string().contains(unknown), "the token is not repeated");
    }
    sidecar.bench.clock.advance(Duration::from_mins(11));
    assert_eq!(sidecar.get(&path).await.status, 404, "an expired token stands no more");
}

#[tokio::test]
async fn hls_leads_from_the_master_to_every_byte_of_every_track() {
    let sidecar = Sidecar::with_film().await;
    let base = sidecar.signed();
    let master = sidecar.get(&format!("{base}/master.m3u8")).await;
    assert_eq!(master.header("content-type"), "application/vnd.apple.mpegurl");
    let mut lists: Vec<String> = master
        .text()
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(String::from)
        .collect();
    assert_eq!(lists.len(), 3, "{}", master.text());
    lists.extend(
        master
            .text()
            .split("URI=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(String::from),
    );
    assert_eq!(lists.len(), 4);

    for list in lists {
        let media = sidecar.get(&format!("{base}/{list}")).await;
        assert!(media.text().starts_with("#EXTM3U\n") && media.text().ends_with("#EXT-X-ENDLIST\n"));
        let map = media
            .text()
            .split("#EXT-X-MAP:URI=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let mut bytes = sidecar.get(&format!("{base}/{map}")).await.body.to_vec();
        assert_eq!(&bytes[4..8], b"ftyp");
        let header = bytes.len();
        for name in media.text().lines().filter(|line| !line.starts_with('#')) {
            let segment = sidecar.get(&format!("{base}/{name}")).await;
            assert_eq!(segment.status, 200);
            assert!(segment.header("cache-control").contains("immutable"));
            assert!(matches!(segment.header("content-type"), "video/mp4" | "audio/mp4"));
            assert_eq!(&segment.body[4..8], b"moof");
            bytes.extend_from_slice(&segment.body);
        }
        assert!(
            Boxes::new(&bytes).all(|found| found.is_ok()),
            "header and segments make a whole file"
        );
        let track = film::TRACKS
            .iter()
            .find(|track| list == format!("{}.m3u8", track.name))
            .unwrap();
        assert!(
            track.bytes.ends_with(&bytes[header..]),
            "all segments of {} came, in order",
            track.name
        );
    }
}

#[tokio::test]
async fn segments_have_ranges_and_tags_of_their_own() {
    let sidecar = Sidecar::with_film().await;
    let path = format!("{}/v240/2.m4s", sidecar.signed());
    let whole = sidecar.get(&path).await;
    let part = sidecar
        .send(
            Request::get(&path)
                .header("range", "bytes=4-7")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &b"moof"[..]));
    assert_eq!(part.header("content-range"), format!("bytes 4-7/{}", whole.body.len()));
    let other = sidecar.get(&path.replace("2.m4s", "3.m4s")).await;
    assert_ne!(whole.header("etag"), other.header("etag"));
    let again = Request::get(&path)
        .header("if-none-match", whole.header("etag"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(sidecar.send(again).await.status, 304);
}

#[tokio::test]
async fn a_signed_path_opens_what_it_names_until_it_ends() {
    let sidecar = Sidecar::with_film().await;
    let base = sidecar.signed();
    for missing in [
        "v999.m3u8",
        "v240/0.m4s",
        "v240/7.m4s",
        "v240/01.m4s",
        "v240/x.m4s",
        "v240/init.mp5",
        "v240",
        "a/b/c",
    ] {
        let reply = sidecar.get(&format!("{base}/{missing}")).await;
        assert_eq!(reply.problem()["code"], "NOT_FOUND", "{missing}");
    }
    assert_eq!(
        sidecar.get(&base.replace("clear", "cenc/master.m3u8")).await.problem()["code"],
        "NOT_FOUND"
    );

    let forged = [
        base.replace("/s/1.", "/s/2."),
        base.replace(&film::ASSET.to_string(), &Bench::id(9).to_string()),
        base.replace(&format!("/{}/clear", film::REVISION), "/2/clear"),
        "/s/1.e30.AAAAAAAAAAAAAAAAAAAAAA/v/a/1/clear".to_owned(),
    ];
    for path in forged {
        let reply = sidecar.get(&format!("{path}/master.m3u8")).await;
        assert_eq!(
            (reply.problem()["code"].as_str(), reply.status.as_u16()),
            (Some("FORBIDDEN"), 403),
            "{path}"
        );
    }
    sidecar.bench.clock.advance(Duration::from_mins(11));
    assert_eq!(
        sidecar.get(&format!("{base}/master.m3u8")).await.problem()["code"],
        "FORBIDDEN"
    );
}

#[tokio::test]
async fn pictures_are_public_and_cannot_run_scripts() {
    let sidecar = Sidecar::with_film().await;
    let pictures = demo::pictures();
    let picture = &pictures[0];
    let reply = sidecar.get(&format!("/api/v1/images/{}", picture.id)).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (200, "image/svg+xml")
    );
    assert_eq!(reply.text(), picture.svg());
    assert!(reply.header("cache-control").starts_with("public"));
    assert!(reply.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(sidecar.get("/api/v1/images/1").await.problem()["field"], "id");
    assert_eq!(
        sidecar.get(&format!("/api/v1/images/{}", Bench::id(1))).await.problem()["code"],
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn the_demo_is_stored_once() {
    let sidecar = Sidecar::with_film().await;
    let storage = &*sidecar.bench.platform.storage;
    let key = cmaf::keys::index(film::ASSET, film::REVISION);
    let index = AssetIndex::from_json(&sidecar.stored(&key).await.unwrap()).unwrap();
    let before = storage.head(&index.original.key).await.unwrap().unwrap();
    assert_eq!(before.size_bytes, index.original.size);
    sidecar.bench.clock.advance(Duration::from_mins(1));
    sidecar::load_demo(storage).await.unwrap();
    assert_eq!(
        storage.head(&index.original.key).await.unwrap(),
        Some(before),
        "a second load writes nothing"
    );
}

#[tokio::test]
async fn a_loop_plays_now_and_what_was_on_and_a_link_opens_only_its_part() {
    let sidecar = Sidecar::with_film().await;
    let now = sidecar.bench.platform.clock.now();
    let (from, to) = (
        (now - chrono::Duration::minutes(10)).timestamp_millis(),
        now.timestamp_millis() - 60_000,
    );
    let signed = |part: &str| {
        let prefix = format!("l/{}/{}/{part}/", film::ASSET, film::REVISION);
        let claims = PathClaims {
            expires: (now + chrono::Duration::minutes(10)).timestamp(),
            prefix: prefix.clone(),
            session: PlaybackSessionId(Bench::id(1)),
        };
        let signature = sidecar.bench.platform.paths.sign(&claims);
        (format!("/s/{signature}"), prefix)
    };
    let window = format!("{from}-{to}");
    let (signature, prefix) = signed(&window);
    let base = format!("{signature}/{prefix}");
    let master = sidecar.get(&format!("{base}master.m3u8")).await;
    let list = master.text().lines().last().expect("a variant").to_owned();
    let media = sidecar.get(&format!("{base}{list}")).await;
    let text = media.text().to_owned();
    assert!(
        text.contains("#EXT-X-PLAYLIST-TYPE:VOD") && text.ends_with("#EXT-X-ENDLIST\n"),
        "{text}"
    );
    let seconds: f64 = text
        .lines()
        .filter_map(|line| line.strip_prefix("#EXTINF:")?.strip_suffix(',')?.parse::<f64>().ok())
        .sum();
    assert!((535.0..550.0).contains(&seconds), "nine minutes: {seconds}");
    let uri = text.lines().find(|line| line.contains(".m4s")).expect("a segment");
    let segment = sidecar.get(&format!("{base}{uri}")).await;
    assert_eq!(
        (segment.status.as_u16(), &segment.body[4..8]),
        (200, b"moof".as_slice())
    );

    let other = base.replace(&window, &format!("{}-{to}", from - 1000));
    assert_eq!(sidecar.get(&format!("{other}{list}")).await.status, 403);
    let (signature, prefix) = signed("live");
    let live = sidecar.get(&format!("{signature}/{prefix}{list}")).await;
    assert_eq!(live.header("cache-control"), "private, no-cache");
    assert!(live.text().contains("#EXT-X-DISCONTINUITY-SEQUENCE:") && !live.text().contains("ENDLIST"));
    sidecar.bench.clock.advance(Duration::from_secs(12));
    let later = sidecar.get(&format!("{signature}/{prefix}{list}")).await;
    assert_ne!(live.header("etag"), later.header("etag"));
}
