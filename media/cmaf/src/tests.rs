//! The demo film is the fixture: made by ffmpeg, read by us.

use proptest::prelude::*;

use crate::{AssetIndex, Boxes, Error, Original, Segment, TrackIndex, TrackKind, hls};

const FILM: [(&str, &[u8]); 4] = [
    ("v240", include_bytes!("../../../demo/film/v240.mp4")),
    ("v360", include_bytes!("../../../demo/film/v360.mp4")),
    ("v480", include_bytes!("../../../demo/film/v480.mp4")),
    ("a64", include_bytes!("../../../demo/film/a64.mp4")),
];

fn original() -> Original {
    Original {
        key: "o".into(),
        size: 1,
        content_type: "video/mp4".into(),
        sha256: String::new(),
    }
}

fn film() -> AssetIndex {
    let tracks = FILM
        .iter()
        .map(|(name, file)| TrackIndex::read(name, file).unwrap())
        .collect();
    AssetIndex::new(original(), tracks).unwrap()
}

/// The file with its segment index renamed, so that fragments have to be walked.
fn without_sidx(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let at = Boxes::new(&file)
        .map(Result::unwrap)
        .find(|found| &found.kind == b"sidx")
        .unwrap()
        .offset;
    let at = usize::try_from(at).unwrap();
    file[at + 4..at + 8].copy_from_slice(b"free");
    file
}

#[test]
fn a_film_is_indexed() {
    let film = film();
    assert_eq!(film.duration_ms, 12_000);
    let names: Vec<&str> = film.tracks.iter().map(|track| track.name.as_str()).collect();
    assert_eq!(names, ["v240", "v360", "v480", "a64"]);
    let picture = film.track("v480").unwrap();
    assert_eq!((picture.width, picture.height), (Some(854), Some(480)));
    assert_eq!(picture.frame_rate_milli, Some(25_000));
    assert!(picture.codec.starts_with("avc1.4d40"), "{}", picture.codec);
    let sound = film.track("a64").unwrap();
    assert_eq!(
        (sound.codec.as_str(), sound.channels, sound.kind),
        ("mp4a.40.2", Some(2), TrackKind::Audio)
    );
    for (name, file) in FILM {
        let track = film.track(name).unwrap();
        assert_eq!(track.segments.len(), 6);
        assert!(track.bandwidth >= track.average_bandwidth);
        let last = track.segments.last().unwrap();
        assert_eq!(
            last.offset + last.size,
            file.len() as u64,
            "the segments reach to the end of {name}"
        );
        assert_eq!(track.segment(0), None);
        assert_eq!(track.segment(1), track.segments.first());
    }
    assert_eq!(AssetIndex::from_json(&film.to_json()).unwrap(), film);
}

#[test]
fn fragments_and_segment_index_agree() {
    for (name, file) in FILM {
        let by_index = TrackIndex::read(name, file).unwrap();
        let by_fragments = TrackIndex::read(name, &without_sidx(file)).unwrap();
        assert_eq!(by_index.segments.len(), by_fragments.segments.len());
        for (a, b) in by_index.segments.iter().zip(&by_fragments.segments) {
            assert_eq!((a.offset, a.size), (b.offset, b.size));
            // ffmpeg ends an audio segment where the presentation does: half a frame of difference.
            assert!(a.duration.abs_diff(b.duration) <= 1024, "{name}: {a:?} {b:?}");
        }
    }
}

#[test]
fn playlists_name_every_segment_once() {
    let film = film();
    let master = hls::master(&film);
    assert!(master.contains("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"a64\",DEFAULT=YES"));
    assert!(
        master.contains("RESOLUTION=854x480,FRAME-RATE=25.000,AUDIO=\"audio\"\nv480.m3u8\n"),
        "{master}"
    );
    assert_eq!(master.matches("#EXT-X-STREAM-INF").count(), 3);
    let media = hls::media(film.track("v360").unwrap());
    let lines: Vec<&str> = media.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            "#EXT-X-TARGETDURATION:2",
            "#EXT-X-MEDIA-SEQUENCE:1"
        ]
    );
    assert!(
        media.contains("#EXT-X-MAP:URI=\"v360/init.mp4\"\n#EXTINF:2.000000,\nv360/1.m4s\n"),
        "{media}"
    );
    assert!(media.ends_with("v360/6.m4s\n#EXT-X-ENDLIST\n"));
}

#[test]
fn an_asset_that_cannot_be_played_is_refused() {
    let track = |name: &str| TrackIndex::read(name, FILM[0].1).unwrap();
    assert_eq!(AssetIndex::new(original(), vec![]), Err(Error::Empty));
    assert_eq!(
        AssetIndex::new(original(), vec![track("a"), track("a")]),
        Err(Error::Name("a".into()))
    );
    assert_eq!(
        AssetIndex::new(original(), vec![track("../a")]),
        Err(Error::Name("../a".into()))
    );
    let mut late = track("b");
    late.segments[0].duration += 1;
    assert_eq!(
        AssetIndex::new(original(), vec![track("a"), late]),
        Err(Error::Misaligned("b".into(), "a".into()))
    );
    assert!(matches!(AssetIndex::from_json(b"{}"), Err(Error::Index(_))));
    let progressive = include_bytes!("../../../demo/film/original.mp4");
    assert!(
        TrackIndex::read("v", progressive).is_err(),
        "a progressive file has no segments"
    );
}

proptest! {
    #[test]
    fn the_walker_always_moves_forward(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let mut end = 0;
        for found in Boxes::new(&bytes) {
            let Ok(found) = found else { break };
            prop_assert_eq!(found.offset, end);
            prop_assert!(found.size >= 8);
            end = found.offset + found.size;
            prop_assert!(end <= bytes.len() as u64);
        }
    }

    #[test]
    fn a_damaged_file_is_an_error_or_stays_inside_itself(
        which in 0_usize..4,
        index in any::<bool>(),
        damage in proptest::collection::vec((0_usize..2048, any::<u8>()), 0..12),
        cut in 0_usize..60_000,
    ) {
        let (name, file) = FILM[which];
        let mut file = if index { file.to_vec() } else { without_sidx(file) };
        for (at, value) in damage {
            file[at] = value;
        }
        file.truncate(file.len().saturating_sub(cut.saturating_sub(30_000)));
        if let Ok(track) = TrackIndex::read(name, &file) {
            let inside = |segment: &Segment| segment.offset + segment.size <= file.len() as u64;
            prop_assert!(track.segments.iter().all(inside));
            prop_assert!(track.init_size <= file.len() as u64);
            hls::media(&track);
        }
    }

    #[test]
    fn durations_in_a_playlist_add_up(durations in proptest::collection::vec(1_u64..400_000, 1..60), timescale in 1_u32..100_000) {
        let mut track = TrackIndex::read("a", FILM[3].1).unwrap();
        track.timescale = timescale;
        track.segments = durations.iter().map(|duration| Segment { offset: 0, size: 1, duration: *duration }).collect();
        let text = hls::media(&track);
        let said: u128 = text
            .lines()
            .filter_map(|line| line.strip_prefix("#EXTINF:"))
            .map(|line| line.trim_end_matches(',').replace('.', "").parse::<u128>().unwrap())
            .sum();
        let total: u64 = durations.iter().sum();
        prop_assert_eq!(said, u128::from(total) * 1_000_000 / u128::from(timescale));
    }
}
