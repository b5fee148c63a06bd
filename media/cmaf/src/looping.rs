//! A stored asset that is played over and over, as HLS playlists by the clock: what is on now, and what was on.
//!
//! The first run began in 1970, so every instant has its segment, on whatever machine, and nothing is recorded.

use std::fmt::Write as _;

use crate::TrackIndex;

/// How much of the present a playlist of the present has, in milliseconds.
const PRESENT_MS: u64 = 30_000;
/// Most segments of one playlist: a day in segments of two seconds.
const MOST_SEGMENTS: u64 = 50_000;

/// What of the loop is played, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// As it goes on.
    Present,
    /// From an instant to another; it grows while the other is in the future.
    Window {
        /// First instant.
        from_ms: u64,
        /// First instant after it.
        to_ms: u64,
    },
}

/// The media playlist of `track`, whose asset is played over and over every `period_ms`, at `now_ms`.
///
/// Nothing is told before it is over. `None` for an asset of no length, for a window that ends before it begins or is
/// longer than a day and an hour, and for one that has not begun.
pub fn media(track: &TrackIndex, period_ms: u64, part: Part, now_ms: u64) -> Option<String> {
    let times = Times::new(track, period_ms)?;
    let (from_ms, to_ms) = match part {
        Part::Present => (now_ms.saturating_sub(PRESENT_MS), now_ms),
        Part::Window { from_ms, to_ms } if from_ms < to_ms && to_ms - from_ms <= 25 * 3_600_000 => {
            (from_ms, to_ms.min(now_ms))
        }
        Part::Window { .. } => return None,
    };
    let is_over = matches!(part, Part::Window { to_ms, .. } if to_ms <= now_ms);
    let first = times.at(from_ms);
    let end = if is_over {
        times.at(to_ms.checked_sub(1)?) + 1
    } else {
        times.at(to_ms)
    };
    if end <= first || end - first > MOST_SEGMENTS {
        return None;
    }
    let mut text = String::with_capacity(512 + usize::try_from(end - first).unwrap_or(0) * 48);
    push(
        &mut text,
        format_args!("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n", times.target()),
    );
    match part {
        // Numbers grow with the clock, so every player sees the same.
        Part::Present => push(
            &mut text,
            format_args!(
                "#EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
                times.run(first)
            ),
        ),
        Part::Window { .. } => {
            let kind = if is_over { "VOD" } else { "EVENT" };
            // RFC 8216 §4.3.5.2: where to begin, though the playlist may still grow.
            let skip = from_ms.saturating_sub(times.starts_ms(first));
            push(
                &mut text,
                format_args!(
                    "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:{kind}\n#EXT-X-START:TIME-OFFSET={}.{:03},PRECISE=YES\n",
                    skip / 1000,
                    skip % 1000
                ),
            );
        }
    }
    push(
        &mut text,
        format_args!(
            "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"{}/init.mp4\"\n",
            track.name
        ),
    );
    for number in first..end {
        let begins_run = number % times.count() == 0;
        if begins_run && number > first {
            text.push_str("#EXT-X-DISCONTINUITY\n");
        }
        if begins_run || number == first {
            push(
                &mut text,
                format_args!("#EXT-X-PROGRAM-DATE-TIME:{}\n", Utc(times.starts_ms(number))),
            );
        }
        let micros = times.micros(number);
        push(
            &mut text,
            format_args!(
                "#EXTINF:{}.{:06},\n{}/{}.m4s\n",
                micros / 1_000_000,
                micros % 1_000_000,
                track.name,
                number % times.count() + 1
            ),
        );
    }
    if is_over {
        text.push_str("#EXT-X-ENDLIST\n");
    }
    Some(text)
}

/// When each segment of a track is on; segments are numbered through all runs.
struct Times {
    period_ms: u64,
    /// Where each segment begins in a run, in microseconds, and where the last one ends.
    edges: Vec<u64>,
}

impl Times {
    fn new(track: &TrackIndex, period_ms: u64) -> Option<Self> {
        let timescale = u128::from(track.timescale.max(1));
        let mut ticks = 0_u64;
        let mut edges = vec![0];
        for segment in &track.segments {
            ticks = ticks.saturating_add(segment.duration);
            edges.push(u64::try_from(u128::from(ticks) * 1_000_000 / timescale).ok()?);
        }
        // A segment that would begin after the run is never on.
        while edges.len() > 2 && edges[edges.len() - 2] >= period_ms.saturating_mul(1000) {
            edges.pop();
        }
        (period_ms > 0 && edges.len() > 1).then_some(Self { period_ms, edges })
    }

    /// Segments of a run.
    const fn count(&self) -> u64 {
        self.edges.len() as u64 - 1
    }

    const fn run(&self, number: u64) -> u64 {
        number / self.count()
    }

    fn edge(&self, number: u64) -> u64 {
        usize::try_from(number % self.count()).map_or(0, |place| self.edges[place])
    }

    /// The segment that is on at `at_ms`.
    fn at(&self, at_ms: u64) -> u64 {
        let (run, within) = (at_ms / self.period_ms, (at_ms % self.period_ms) * 1000);
        let last = self.edges.len() - 1;
        let place = self.edges[..last].partition_point(|edge| *edge <= within);
        run * self.count() + place.saturating_sub(1) as u64
    }

    fn starts_ms(&self, number: u64) -> u64 {
        self.run(number) * self.period_ms + self.edge(number) / 1000
    }

    fn micros(&self, number: u64) -> u64 {
        let place = usize::try_from(number % self.count()).unwrap_or(0);
        self.edges[place + 1] - self.edges[place]
    }

    /// RFC 8216 §4.3.3.1: every duration, rounded to the nearest second, is at most the target.
    fn target(&self) -> u64 {
        let longest = self.edges.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
        ((longest + 500_000) / 1_000_000).max(1)
    }
}

/// Milliseconds since 1970 as RFC 3339 writes them.
struct Utc(u64);

impl std::fmt::Display for Utc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seconds, ms) = (self.0 / 1000, self.0 % 1000);
        let (days, of_day) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = date(days);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z"
        )
    }
}

/// The Gregorian date of a day since 1970: years of 400, counted from March, so that leap days come last.
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    text.write_fmt(part).expect("a String takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Segment, TrackKind};

    /// Five segments of two seconds and one of 1.9 in a run of 12 seconds.
    fn track() -> TrackIndex {
        let segment = |duration| Segment {
            offset: 0,
            size: 1,
            duration,
        };
        TrackIndex {
            name: "v1".to_owned(),
            kind: TrackKind::Video,
            codec: "avc1".to_owned(),
            timescale: 1000,
            duration: 11_900,
            bandwidth: 1,
            average_bandwidth: 1,
            width: None,
            height: None,
            frame_rate_milli: None,
            channels: None,
            init_size: 1,
            size: 1,
            segments: vec![
                segment(2000),
                segment(2000),
                segment(2000),
                segment(2000),
                segment(2000),
                segment(1900),
            ],
        }
    }

    fn uris(text: &str) -> Vec<&str> {
        text.lines().filter(|line| !line.starts_with('#')).collect()
    }

    #[test]
    fn a_window_of_the_past_has_exactly_what_was_on() {
        let window = Part::Window {
            from_ms: 1_000_009_000,
            to_ms: 1_000_021_000,
        };
        // 1,000,009,000 is 1 s into a run.
        let text = media(&track(), 12_000, window, 2_000_000_000).unwrap();
        assert_eq!(
            uris(&text),
            [
                "v1/1.m4s", "v1/2.m4s", "v1/3.m4s", "v1/4.m4s", "v1/5.m4s", "v1/6.m4s", "v1/1.m4s"
            ]
        );
        assert!(
            text.contains("#EXT-X-PLAYLIST-TYPE:VOD") && text.ends_with("#EXT-X-ENDLIST\n"),
            "{text}"
        );
        assert!(text.contains("#EXT-X-START:TIME-OFFSET=1.000,"), "{text}");
        assert!(
            text.contains("#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:1970-01-12T13:47:00.000Z"),
            "{text}"
        );
    }

    #[test]
    fn a_window_that_is_open_grows_and_tells_nothing_before_it_is_over() {
        let window = Part::Window {
            from_ms: 1_000_008_000,
            to_ms: 1_000_100_000,
        };
        let at = |now_ms| media(&track(), 12_000, window, now_ms);
        assert_eq!(at(1_000_009_999), None, "no segment is over");
        let (early, late) = (at(1_000_013_000).unwrap(), at(1_000_015_000).unwrap());
        assert_eq!((uris(&early).len(), uris(&late).len()), (2, 3));
        assert!(late.starts_with(&early), "a playlist of this type only grows");
        assert!(early.contains("EVENT") && !late.contains("ENDLIST"), "{late}");
    }

    #[test]
    fn the_present_is_the_same_for_everybody_and_moves_on() {
        let at = |now_ms| media(&track(), 12_000, Part::Present, now_ms).unwrap();
        let (one, two) = (at(1_000_050_000), at(1_000_052_000));
        assert_eq!(uris(&one)[1..], uris(&two)[..uris(&one).len() - 1]);
        let number = |text: &str, tag: &str| -> u64 {
            let line = text.lines().find_map(|line| line.strip_prefix(tag)).unwrap();
            line.parse().unwrap()
        };
        let sequence = |text: &str| number(text, "#EXT-X-MEDIA-SEQUENCE:");
        assert_eq!(sequence(&two), sequence(&one) + 1);
        assert_eq!(number(&one, "#EXT-X-DISCONTINUITY-SEQUENCE:"), sequence(&one) / 6);
        assert!(!one.contains("ENDLIST") && !one.contains("PLAYLIST-TYPE"));
    }

    #[test]
    fn what_cannot_be_played_is_nothing() {
        let window = |from_ms, to_ms| media(&track(), 12_000, Part::Window { from_ms, to_ms }, 5_000_000);
        assert_eq!(window(2_000_000, 1_000_000), None);
        assert_eq!(window(6_000_000, 7_000_000), None, "it has not begun");
        assert_eq!(media(&track(), 0, Part::Present, 5_000_000), None);
        assert_eq!(
            media(
                &track(),
                12_000,
                Part::Window {
                    from_ms: 0,
                    to_ms: u64::MAX
                },
                5_000_000
            ),
            None
        );
    }
}
