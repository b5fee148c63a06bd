//! HLS playlists (RFC 8216) of a stored asset, with relative URIs: below a signed path they inherit the token.
//!
//! `master.m3u8` names `{track}.m3u8`, which names `{track}/init.mp4` and `{track}/{number}.m4s`; each of these is a byte
//! range of the one file of the track.

use std::fmt::Write as _;

use crate::{AssetIndex, TrackIndex, TrackKind};

/// Media type of playlists.
pub const CONTENT_TYPE: &str = "application/vnd.apple.mpegurl";

/// The multivariant playlist.
pub fn master(asset: &AssetIndex) -> String {
    // Version 7: fragmented MP4 with EXT-X-MAP in a playlist that is not I-frames only.
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    let sound = asset.of_kind(TrackKind::Audio).max_by_key(|track| track.bandwidth);
    let mut videos = asset.of_kind(TrackKind::Video).peekable();
    if videos.peek().is_none() {
        for track in asset.of_kind(TrackKind::Audio) {
            variant(&mut text, track, None);
        }
        return text;
    }
    for (number, track) in asset.of_kind(TrackKind::Audio).enumerate() {
        let default = if number == 0 { "YES" } else { "NO" };
        push(
            &mut text,
            format_args!("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"{}\",", track.name),
        );
        push(&mut text, format_args!("DEFAULT={default},AUTOSELECT=YES,"));
        if let Some(channels) = track.channels {
            push(&mut text, format_args!("CHANNELS=\"{channels}\","));
        }
        push(&mut text, format_args!("URI=\"{}.m3u8\"\n", track.name));
    }
    for track in videos {
        variant(&mut text, track, sound);
    }
    text
}

fn variant(text: &mut String, track: &TrackIndex, sound: Option<&TrackIndex>) {
    let with = |of: fn(&TrackIndex) -> u64| of(track).saturating_add(sound.map_or(0, of));
    push(
        text,
        format_args!("#EXT-X-STREAM-INF:BANDWIDTH={}", with(|track| track.bandwidth)),
    );
    push(
        text,
        format_args!(",AVERAGE-BANDWIDTH={}", with(|track| track.average_bandwidth)),
    );
    match sound {
        Some(sound) => push(text, format_args!(",CODECS=\"{},{}\"", track.codec, sound.codec)),
        None => push(text, format_args!(",CODECS=\"{}\"", track.codec)),
    }
    if let Some((width, height)) = track.width.zip(track.height) {
        push(text, format_args!(",RESOLUTION={width}x{height}"));
    }
    if let Some(rate) = track.frame_rate_milli {
        push(text, format_args!(",FRAME-RATE={}.{:03}", rate / 1000, rate % 1000));
    }
    if sound.is_some() {
        text.push_str(",AUDIO=\"audio\"");
    }
    push(text, format_args!("\n{}.m3u8\n", track.name));
}

/// The media playlist of one track.
pub fn media(track: &TrackIndex) -> String {
    let timescale = u64::from(track.timescale.max(1));
    // RFC 8216 §4.3.3.1: every duration, rounded to the nearest second, is at most the target.
    let seconds = |duration: u64| duration.saturating_add(timescale / 2) / timescale;
    let target = track
        .segments
        .iter()
        .map(|segment| seconds(segment.duration))
        .max()
        .unwrap_or(1)
        .max(1);
    let mut text = String::with_capacity(256 + track.segments.len() * 40);
    text.push_str("#EXTM3U\n#EXT-X-VERSION:7\n");
    push(
        &mut text,
        format_args!("#EXT-X-TARGETDURATION:{target}\n#EXT-X-MEDIA-SEQUENCE:1\n"),
    );
    text.push_str("#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    push(&mut text, format_args!("#EXT-X-MAP:URI=\"{}/init.mp4\"\n", track.name));
    let (mut ticks, mut said) = (0_u64, 0_u128);
    for (at, segment) in track.segments.iter().enumerate() {
        // Rounded on the running time, so that rounding errors do not add up.
        ticks = ticks.saturating_add(segment.duration);
        let until = u128::from(ticks) * 1_000_000 / u128::from(timescale);
        let micros = until - said;
        said = until;
        push(
            &mut text,
            format_args!("#EXTINF:{}.{:06},\n", micros / 1_000_000, micros % 1_000_000),
        );
        push(&mut text, format_args!("{}/{}.m4s\n", track.name, at + 1));
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    text.write_fmt(part).expect("a String takes any text");
}
