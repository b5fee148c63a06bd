//! Files as the world writes them.

use std::io::Write;

use super::*;
use crate::domain::{genre::Genre, report::Code};

const LIMITS: Limits = Limits {
    document_bytes: 1 << 20,
    channels: 100,
    programmes: 1000,
};

const FILE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tv SYSTEM "xmltv.dtd">
<tv generator-info-name="a test">
  <channel id="one.example">
    <display-name lang="en">One &amp; Only</display-name>
    <display-name>5-1</display-name>
    <icon src="https://pictures.example/one.png"/>
  </channel>
  <programme start="20261121200000 +0100" stop="20261121210000 +0100" channel="one.example">
    <title lang="en">Tom &amp; J&#233;r&ocirc;me</title>
    <title lang="fr">Autre</title>
    <sub-title><![CDATA[The <cat>]]></sub-title>
    <desc>Two
      lines.</desc>
    <credits><actor>Nobody</actor></credits>
    <category>Comedy</category>
    <category>Comedy</category>
    <episode-num system="onscreen">S9E9</episode-num>
    <episode-num system="xmltv_ns">0.1/10.</episode-num>
    <holo-gram>yes</holo-gram>
  </programme>
  <programme start="soon" channel="one.example"><title>Lost</title></programme>
</tv>
"#;

/// Reads a file with the policies that a source has at first.
fn parse(file: &[u8], limits: Limits) -> Result<Guide, Broken> {
    super::parse(file, limits, &Policies::default())
}

fn broken(file: &[u8]) -> Broken {
    parse(file, LIMITS).expect_err("the file is broken")
}

#[test]
fn a_file_is_read_with_its_oddities() {
    let guide = parse(FILE.as_bytes(), LIMITS).unwrap();
    let channel = &guide.channels[0];
    assert_eq!(
        (channel.names.as_slice(), channel.line),
        (&["One & Only".to_owned()][..], 4)
    );
    assert_eq!(channel.number.as_ref().map(ToString::to_string).as_deref(), Some("5.1"));
    assert_eq!(channel.logo_url.as_deref(), Some("https://pictures.example/one.png"));
    let programmes = &guide.schedules["one.example"];
    assert_eq!((programmes.len(), guide.programmes), (1, 2));
    let details = &programmes[0].details;
    assert_eq!(details.title, "Tom & Jér&ocirc;me");
    assert_eq!(details.subtitle.as_deref(), Some("The <cat>"));
    assert_eq!(details.description.as_deref(), Some("Two lines."));
    assert_eq!(details.categories, ["Comedy"]);
    assert_eq!((details.season, details.episode), (Some(1), Some(2)));
    assert_eq!(programmes[0].starts_at.to_rfc3339(), "2026-11-21T19:00:00+00:00");
    assert_eq!(programmes[0].line, 9);
    let lines: Vec<_> = guide.report.messages.iter().map(|message| message.line).collect();
    // The entity, the start that is no time, the unknown element.
    assert_eq!(
        (lines, guide.report.warnings, guide.report.errors),
        (vec![Some(10), Some(22), None], 2, 1)
    );
}

#[test]
fn gzip_is_known_by_its_first_bytes() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(FILE.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(
        parse(&packed[..], LIMITS).unwrap(),
        parse(FILE.as_bytes(), LIMITS).unwrap()
    );
    assert!(parse(&packed[..packed.len() / 2], LIMITS).is_err());
}

#[test]
fn the_declared_encoding_is_read() {
    let file = b"<?xml version=\"1.0\"   encoding='ISO-8859-1'   standalone='no' ?>\n<tv><channel id=\"a\"><display-name>Caf\xe9</display-name></channel></tv>";
    assert_eq!(parse(&file[..], LIMITS).unwrap().channels[0].names, ["Café"]);
}

#[test]
fn a_truncated_file_names_its_line() {
    let cut = FILE.find("<credits>").unwrap();
    assert_eq!(
        broken(&FILE.as_bytes()[..cut]),
        Broken {
            line: 15,
            byte: cut as u64,
            text: "the file ends before </tv>".to_owned()
        }
    );
    let cut = FILE.find("display-name>5-1").unwrap();
    assert_eq!(broken(&FILE.as_bytes()[..cut]).line, 6);
}

#[test]
fn what_is_no_guide_is_refused() {
    for (file, reason) in [
        ("", "not XML"),
        ("hello", "not XML"),
        ("{\"tv\": []}", "neither"),
        ("[]", "a guide"),
        ("{\"programmes\": [{]}", "key"),
        ("<rss></rss>", "\"rss\""),
        ("<tv><channel></tv>", "channel"),
        ("<!DOCTYPE tv [<!ENTITY a \"b\">]><tv/>", "document type"),
    ] {
        let text = broken(file.as_bytes()).text;
        assert!(text.contains(reason), "{file}: {text}");
    }
}

#[test]
fn limits_hold() {
    let small = |bytes, programmes| Limits {
        document_bytes: bytes,
        channels: 0,
        programmes,
    };
    assert!(
        parse(FILE.as_bytes(), small(100, 10))
            .unwrap_err()
            .text
            .contains("too large")
    );
    assert!(
        parse(FILE.as_bytes(), small(1 << 20, 10))
            .unwrap_err()
            .text
            .contains("channels")
    );
    let programmes = "<tv>".to_owned() + &"<programme/>".repeat(3) + "</tv>";
    assert!(
        parse(programmes.as_bytes(), small(1 << 20, 2))
            .unwrap_err()
            .text
            .contains("programmes")
    );
    let long = format!("<tv><channel id=\"{}\"/></tv>", "x".repeat(2 << 20));
    let wide = Limits {
        document_bytes: 4 << 20,
        ..LIMITS
    };
    assert!(parse(long.as_bytes(), wide).unwrap_err().text.contains("mebibyte"));
}

/// A file that the fuzzer begins with.
fn seed(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/xmltv/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn count(guide: &Guide, code: Code) -> u32 {
    let found = guide.report.findings().find(|finding| finding.code == code);
    found.map_or(0, |finding| finding.count)
}

#[test]
fn everything_that_a_guide_says_of_a_programme_is_kept() {
    let guide = parse(&seed("whole.xml"), LIMITS).unwrap();
    let details = &guide.schedules["one.example"][0].details;
    assert_eq!(
        (details.title.as_str(), details.subtitle.as_deref()),
        ("Metropolis", Some("The <heart>"))
    );
    // The description in the title's language.
    assert_eq!(details.description.as_deref(), Some("The city of tomorrow."));
    assert_eq!(
        (details.season, details.episode, details.year),
        (Some(2), Some(5), Some(1927))
    );
    assert_eq!(details.series_key.as_deref(), Some("tvdb:series/121361"));
    assert_eq!(details.episode_key.as_deref(), Some("dd:EP012345670012"));
    assert_eq!(
        (details.genre, details.rating.as_deref()),
        (Some(Genre::Movie), Some("6"))
    );
    assert!(details.is_premiere && details.is_new && details.is_live && details.is_last_chance && details.is_repeat);
    assert_eq!(
        details.image_url.as_deref(),
        Some("https://pictures.example/metropolis.png")
    );
    insta::assert_json_snapshot!(details.extras);
    assert_eq!(count(&guide, Code::UnknownElement), 1);
    assert_eq!(
        guide.channels[0].number.as_ref().map(ToString::to_string).as_deref(),
        Some("5.1")
    );
}

#[test]
fn the_text_that_is_shown_is_in_the_language_of_the_source() {
    let german = Policies {
        language: Some("DE".to_owned()),
        ..Policies::default()
    };
    let guide = super::parse(&seed("whole.xml")[..], LIMITS, &german).unwrap();
    let details = &guide.schedules["one.example"][0].details;
    assert_eq!(
        (details.title.as_str(), details.description.as_deref()),
        ("Metropolis (DE)", Some("Die Stadt."))
    );
    let others: Vec<_> = details.extras.titles.iter().map(|title| title.text.as_str()).collect();
    assert_eq!(others, ["Metropolis"]);
}

#[test]
fn a_guide_may_be_packed() {
    let plain = parse(&seed("whole.xml"), LIMITS).unwrap();
    for name in ["whole.xml.gz", "whole.xml.xz", "whole.zip", "streamed.zip"] {
        let packed = seed(name);
        assert_eq!(parse(&packed, LIMITS).as_ref(), Ok(&plain), "{name}");
        for cut in [7, packed.len() / 2, packed.len() * 2 / 3] {
            assert!(parse(&packed[..cut], LIMITS).is_err(), "{name} cut at {cut}");
        }
    }
    let mut damaged = seed("whole.zip");
    let at = damaged.len() / 2;
    damaged[at] ^= 0x55;
    assert!(parse(&damaged, LIMITS).is_err());
    let encrypted = [b"PK\x03\x04\x14\0\x01\0\x08\0".as_slice(), &[0; 16], b"\x05\0\0\0a.xml"].concat();
    assert!(broken(&encrypted).text.contains("encrypted"));
}

#[test]
fn a_packed_bomb_is_noticed() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(b"<tv>").unwrap();
    for _ in 0..40 {
        packed.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let packed = packed.finish().unwrap();
    let wide = Limits {
        document_bytes: 1 << 30,
        ..LIMITS
    };
    let text = parse(&packed, wide).unwrap_err().text;
    assert!(text.contains("mebibyte") || text.contains("packed byte"), "{text}");
    assert!(broken(&packed).text.contains("too large"));
}

#[test]
fn the_encoding_is_the_one_of_the_bytes_whatever_the_file_says() {
    let named = |file: &[u8]| {
        let guide = parse(file, LIMITS).unwrap();
        (guide.channels[0].names[0].clone(), count(&guide, Code::Encoding))
    };
    let file = |encoding: &str| {
        format!(
            "<?xml version='1.0' encoding='{encoding}'?><tv><channel id='a'><display-name>Caf\u{e9}</display-name></channel></tv>"
        )
    };
    let latin = |text: String| text.chars().map(|character| character as u8).collect::<Vec<u8>>();
    let cafe = |count| ("Caf\u{e9}".to_owned(), count);
    assert_eq!(named(file("UTF-8").as_bytes()), cafe(0));
    assert_eq!(named(&latin(file("ISO-8859-1"))), cafe(0));
    assert_eq!(named(&latin(file("UTF-8"))), cafe(1));
    assert_eq!(named(file("windows-1252").as_bytes()), cafe(1));
    assert_eq!(named(file("KLINGON").as_bytes()), cafe(1));
    assert_eq!(named(file("UTF-16").as_bytes()), cafe(0));
    assert_eq!(
        named(&[b"\xef\xbb\xbf", file("ISO-8859-1").as_bytes()].concat()),
        cafe(0)
    );
    assert_eq!(named(&seed("utf16.xml")).0, "Caf\u{e9} \u{1f600}");
    let wide: Vec<u8> = file("UTF-16").encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(named(&wide), cafe(0));
    let kyiv = "<?xml version='1.0' encoding='windows-1251'?><tv><channel id='a'><display-name>\u{0}</display-name></channel></tv>";
    let kyiv = kyiv.bytes().flat_map(|byte| {
        if byte == 0 {
            vec![0xca, 0xe8, 0xbf, 0xe2]
        } else {
            vec![byte]
        }
    });
    assert_eq!(named(&kyiv.collect::<Vec<u8>>()), ("Київ".to_owned(), 0));
}

#[test]
fn a_broken_file_names_its_byte_in_any_encoding() {
    let text = "<?xml version='1.0' encoding='ISO-8859-1'?>\n<tv><channel id='\u{e9}\u{e9}\u{e9}'></tv>";
    let latin: Vec<u8> = text.chars().map(|character| character as u8).collect();
    let found = broken(&latin);
    assert_eq!((found.line, found.byte), (2, latin.len() as u64));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(broken(&wide).byte, wide.len() as u64);
}

#[test]
fn a_guide_of_json_is_as_good() {
    let guide = parse(&seed("whole.json"), LIMITS).unwrap();
    assert_eq!(
        guide.channels[0].number.as_ref().map(ToString::to_string).as_deref(),
        Some("5.1")
    );
    let programmes = &guide.schedules["one"];
    assert_eq!((programmes.len(), programmes[0].line, programmes[1].line), (2, 5, 15));
    let (json, xml) = (
        &programmes[0],
        &parse(&seed("whole.xml"), LIMITS).unwrap().schedules["one.example"][0],
    );
    assert_eq!((json.starts_at, json.ends_at), (xml.starts_at, xml.ends_at));
    let of = |entry: &RawEntry| {
        let details = entry.details.clone();
        (
            details.title,
            details.season,
            details.episode,
            details.series_key,
            details.image_url,
            details.year,
        )
    };
    assert_eq!(of(json), of(xml));
    assert_eq!(count(&guide, Code::UnknownElement), 1);
    let text = String::from_utf8(seed("whole.json")).unwrap();
    let cut = broken(&text.as_bytes()[..text.find("\"ratings\"").unwrap()]);
    assert_eq!((cut.line, cut.text.as_str()), (11, "the file ends before its last }"));
    let few = Limits {
        programmes: 1,
        ..LIMITS
    };
    assert!(
        parse(text.as_bytes(), few)
            .unwrap_err()
            .text
            .contains("more than 1 programmes")
    );
    let long = format!("{{\"programmes\":[{{\"title\":\"{}\"}}]}}", "x".repeat(2 << 20));
    let wide = Limits {
        document_bytes: 4 << 20,
        ..LIMITS
    };
    assert!(parse(long.as_bytes(), wide).unwrap_err().text.contains("mebibyte"));
}

#[test]
fn oddities_are_counted_by_code() {
    let mut guide = parse(&seed("oddities.xml"), LIMITS).unwrap();
    let raw = guide.schedules.remove("a").unwrap();
    let entries = crate::domain::schedule::tidy(raw, &Policies::default(), &mut guide.report);
    assert_eq!(entries.len(), 2);
    for (code, expected) in [
        (Code::NoOffset, 3),
        (Code::BadTime, 2),
        (Code::DstGap, 1),
        (Code::MissingStop, 1),
        (Code::Duplicate, 1),
        (Code::TooLong, 1),
        (Code::NoChannel, 2),
        (Code::UnknownEntity, 2),
    ] {
        assert_eq!(count(&guide, code), expected, "{code:?}");
    }
}
