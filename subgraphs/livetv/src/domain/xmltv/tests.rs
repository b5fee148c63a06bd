//! Files as the world writes them.

use std::io::Write;

use super::*;

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
    let unknown = String::from_utf8_lossy(file).replace("ISO-8859-1", "KLINGON");
    assert!(broken(unknown.as_bytes()).text.contains("KLINGON"));
}

#[test]
fn a_truncated_file_names_its_line() {
    let cut = FILE.find("<credits>").unwrap();
    assert_eq!(
        broken(&FILE.as_bytes()[..cut]),
        Broken {
            line: 15,
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
        ("{\"tv\": []}", "not XML"),
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
