//! What is written is what is read, in the order of the DTD.

use super::*;
use crate::domain::{
    policy::Policies,
    schedule::tidy,
    xmltv::{self, Limits},
};

const LIMITS: Limits = Limits {
    document_bytes: 1 << 20,
    channels: 10,
    programmes: 100,
};

fn exported(id: &str) -> ExportedChannel {
    ExportedChannel {
        id: id.to_owned(),
        number: "5.1".to_owned(),
        name: "One \"&\" Only".to_owned(),
        logo_url: Some("https://pictures.example/one.png".to_owned()),
        zone: Some(Tz::Europe__London),
        group: Some("basic".to_owned()),
        stream_url: Some("https://streams.example/one.m3u8".to_owned()),
    }
}

#[test]
fn what_is_exported_is_what_is_imported_again() {
    for name in ["whole.xml", "whole.json"] {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/xmltv/");
        let file = std::fs::read(format!("{file}{name}")).unwrap();
        let mut guide = xmltv::parse(&file[..], LIMITS, &Policies::default()).unwrap();
        let (id, raw) = guide.schedules.pop_first().unwrap();
        let entries = tidy(raw, &Policies::default(), &mut guide.report);
        assert!(!entries.is_empty());
        let mut out = HEAD.to_owned();
        channel(&mut out, &exported(&id));
        for entry in &entries {
            programme(&mut out, &exported(&id), entry, true);
        }
        out.push_str(TAIL);
        let mut again = xmltv::parse(out.as_bytes(), LIMITS, &Policies::default()).unwrap();
        assert_eq!(again.report.findings().count(), 0, "{out}");
        let again = tidy(
            again.schedules.remove(&id).unwrap(),
            &Policies::default(),
            &mut again.report,
        );
        assert_eq!(again, entries, "{out}");
    }
}

/// `xmltv.dtd`: what a programme has, in this order.
const DTD: [&str; 25] = [
    "title",
    "sub-title",
    "desc",
    "credits",
    "date",
    "category",
    "keyword",
    "language",
    "orig-language",
    "length",
    "icon",
    "url",
    "country",
    "episode-num",
    "video",
    "audio",
    "previously-shown",
    "premiere",
    "last-chance",
    "new",
    "subtitles",
    "rating",
    "star-rating",
    "review",
    "image",
];

#[test]
fn elements_stand_in_the_order_of_the_dtd() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/xmltv/whole.xml");
    let file = std::fs::read(file).unwrap();
    let mut guide = xmltv::parse(&file[..], LIMITS, &Policies::default()).unwrap();
    let (id, raw) = guide.schedules.pop_first().unwrap();
    let entries = tidy(raw, &Policies::default(), &mut guide.report);
    let mut out = String::new();
    programme(&mut out, &exported(&id), entries.last().unwrap(), false);
    let mut reader = quick_xml::Reader::from_str(&out);
    let (mut depth, mut places, mut roles) = (0, Vec::new(), Vec::new());
    loop {
        let (tag, is_open) = match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) => (tag, true),
            quick_xml::events::Event::Empty(tag) => (tag, false),
            quick_xml::events::Event::End(_) => {
                depth -= 1;
                continue;
            }
            quick_xml::events::Event::Eof => break,
            _ => continue,
        };
        let name = tag.name().as_ref().to_owned();
        match depth {
            1 => places.push(
                DTD.iter()
                    .position(|known| *known == name)
                    .unwrap_or_else(|| unreachable!("{name}")),
            ),
            2 => roles.extend(ROLES.iter().position(|known| *known == name)),
            _ => {}
        }
        depth += i32::from(is_open);
    }
    assert!(places.len() > 20 && places.is_sorted(), "{out}");
    assert!(roles.len() == 3 && roles.is_sorted(), "{out}");
}

#[test]
fn m3u_has_what_players_look_for() {
    let mut out = m3u_head("https://tv.example/epg.xml");
    m3u_channel(&mut out, &exported("one"), "https://tv.example/epg.xml");
    let nowhere = ExportedChannel {
        stream_url: None,
        ..exported("two")
    };
    m3u_channel(&mut out, &nowhere, "https://tv.example/epg.xml");
    let expected = "#EXTM3U url-tvg=\"https://tv.example/epg.xml\" x-tvg-url=\"https://tv.example/epg.xml\"\n\
                    #EXTINF:-1 tvg-id=\"one\" tvg-chno=\"5.1\" tvg-name=\"One '&' Only\" \
                    tvg-logo=\"https://pictures.example/one.png\" group-title=\"basic\" \
                    tvg-url=\"https://tv.example/epg.xml\",One \"&\" Only\nhttps://streams.example/one.m3u8\n";
    assert_eq!(out, expected);
}
