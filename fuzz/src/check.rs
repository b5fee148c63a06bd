//! What holds of any bytes that are read as a guide.

use crate::domain::{
    export::{self, ExportedChannel},
    policy::{Duplicate, Gap, MissingStop, Overlap, Policies, ZeroLength},
    report::{MOST_MESSAGES, MOST_SAMPLES},
    schedule::{Entry, LONGEST, tidy},
    xmltv::{self, Guide, Limits},
};

/// Small, so that they are met.
const LIMITS: Limits = Limits {
    document_bytes: 1 << 20,
    channels: 50,
    programmes: 500,
};

/// Reads `bytes` as a guide; whatever they are, limits hold and what is stored of them is in order.
///
/// # Panics
/// Something does not hold.
pub fn check(bytes: &[u8]) {
    for policies in [Policies::default(), strict()] {
        let guide = match xmltv::parse(bytes, LIMITS, &policies) {
            Ok(guide) => guide,
            Err(broken) => {
                assert!(broken.line >= 1 && !broken.text.is_empty());
                continue;
            }
        };
        bounded(&guide);
        let mut report = guide.report;
        for (id, raw) in guide.schedules {
            let entries = tidy(raw, &policies, &mut report);
            ordered(&entries);
            settles(&id, &entries);
        }
    }
}

/// The other choice of every policy.
fn strict() -> Policies {
    Policies {
        default_zone: "Europe/Berlin".parse().expect("it is a zone"),
        shift_minutes: -90,
        overlap: Overlap::CutLater,
        gap: Gap::Fill,
        zero_length: ZeroLength::Drop,
        duplicate: Duplicate::First,
        missing_stop: MissingStop::Assume,
        ..Policies::default()
    }
}

fn bounded(guide: &Guide) {
    assert!(guide.channels.len() <= LIMITS.channels);
    assert!(guide.programmes as usize <= LIMITS.programmes);
    let read: usize = guide.schedules.values().map(Vec::len).sum();
    assert!(read <= guide.programmes as usize);
    assert!(guide.report.messages.len() <= MOST_MESSAGES);
    assert!(
        guide
            .report
            .findings()
            .all(|found| found.count > 0 && found.samples.len() <= MOST_SAMPLES)
    );
}

fn ordered(entries: &[Entry]) {
    for entry in entries {
        assert!(entry.ends_at > entry.starts_at && entry.ends_at - entry.starts_at <= LONGEST);
        assert!(!entry.details.title.is_empty());
    }
    assert!(entries.windows(2).all(|pair| pair[0].ends_at <= pair[1].starts_at));
}

/// What is written can be read again, and what is read of that is written the same.
fn settles(id: &str, entries: &[Entry]) {
    let first = written(id, entries);
    let again = read(&first);
    let second = written(id, &again);
    assert_eq!(first.lines().count(), second.lines().count(), "{first}\n{second}");
    assert_eq!(again, read(&second), "{first}\n{second}");
}

fn written(id: &str, entries: &[Entry]) -> String {
    let channel = ExportedChannel {
        id: id.to_owned(),
        number: "1".to_owned(),
        name: "One".to_owned(),
        logo_url: None,
        zone: None,
        group: None,
        stream_url: None,
    };
    let mut out = export::HEAD.to_owned();
    export::channel(&mut out, &channel);
    for entry in entries {
        export::programme(&mut out, &channel, entry, true);
    }
    out.push_str(export::TAIL);
    out
}

fn read(file: &str) -> Vec<Entry> {
    let wide = Limits {
        document_bytes: 64 << 20,
        ..LIMITS
    };
    let mut guide = match xmltv::parse(file.as_bytes(), wide, &Policies::default()) {
        Ok(guide) => guide,
        Err(broken) => unreachable!("an export cannot be read: {broken}\n{file}"),
    };
    let raw = guide.schedules.pop_first().map(|(_, raw)| raw).unwrap_or_default();
    tidy(raw, &Policies::default(), &mut guide.report)
}
