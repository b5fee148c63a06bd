use flate2::{Compression, write::GzEncoder};
use kernel::Fault;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const GUIDE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tv SYSTEM "xmltv.dtd">
<!-- made for a test -->
<tv source-info-name='us &amp; them'>
  <channel id="one"><display-name lang="en">Één</display-name></channel>
  <programme start="20261121060000 +0000" channel="one">
    <title>Crime &amp; Punishment &#x2014; <![CDATA[<live>]]></title>
    <new/>
  </programme>
</tv>
"#;

const LIMITS: Limits = Limits {
    upload: 1024 * 1024,
    document: 2 * 1024 * 1024,
};

/// Code and members of the refusal, or null.
fn check(bytes: &[u8], piece: usize) -> Value {
    let mut check = GuideCheck::new(LIMITS);
    let mut passed = bytes.chunks(piece.max(1)).try_for_each(|piece| check.feed(piece));
    if passed.is_ok() {
        passed = check.finish();
    }
    match passed {
        Ok(()) => Value::Null,
        Err(refusal) => {
            let mut said = Value::Object(refusal.details());
            said["code"] = refusal.code().name().into();
            said
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_guide_passes_however_it_arrives() {
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><tv><channel id='\xe9'/></tv>".to_vec();
    let marked = [b"\xef\xbb\xbf".as_slice(), GUIDE.as_bytes()].concat();
    let mistaken = b"<?xml version='1.0' encoding='UTF-8'?><tv><channel id='\xe9'/></tv>".to_vec();
    let wide = b"\xff\xfe<\0t\0v\0/\0>\0".to_vec();
    let members = [gzip(&GUIDE.as_bytes()[..100]), gzip(&GUIDE.as_bytes()[100..])].concat();
    for whole in [
        GUIDE.as_bytes().to_vec(),
        gzip(GUIDE.as_bytes()),
        latin,
        marked,
        members,
        mistaken,
        wide,
        b"\xfd7zXZ\0the importer looks into it".to_vec(),
        b"PK\x03\x04the importer looks into it".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b" {\"programmes\": []}".to_vec(),
    ] {
        for piece in [1, 7, 100_000] {
            assert_eq!(check(&whole, piece), Value::Null);
        }
    }
}

#[test]
fn a_refusal_names_reason_line_and_byte() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE tv [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<tv>&b;</tv>";
    let cases: [(&str, &str, u64, u64); 14] = [
        ("hello", "NOT_XML", 1, 0),
        ("", "NOT_XML", 1, 0),
        ("<!doctype html><html></html>", "NOT_XML", 1, 0),
        ("<html></html>", "NOT_A_GUIDE", 1, 0),
        (bomb, "DTD_SUBSET", 2, 35),
        ("<tv>\n<programme>\n", "TRUNCATED", 3, 17),
        ("<tv><programme start=\"2026", "TRUNCATED", 1, 26),
        ("<tv>\n<title>a</titel></tv>", "NOT_WELL_FORMED", 2, 13),
        ("<tv>&nbsp;</tv>", "NOT_WELL_FORMED", 1, 4),
        ("<tv>A & B</tv>", "NOT_WELL_FORMED", 1, 6),
        ("<tv><a b=1></a></tv>", "NOT_WELL_FORMED", 1, 4),
        ("<tv><a b='1' b='2'/></tv>", "NOT_WELL_FORMED", 1, 4),
        ("<tv></tv><tv></tv>", "NOT_WELL_FORMED", 1, 9),
        ("<tv>\u{1}</tv>", "NOT_WELL_FORMED", 1, 4),
    ];
    for (document, reason, line, byte) in cases {
        let said = json!({ "code": "BAD_USER_INPUT", "field": "file", "reason": reason, "line": line, "byte": byte });
        assert_eq!(check(document.as_bytes(), 3), said, "{document:?}");
        if !document.is_empty() {
            assert_eq!(check(&gzip(document.as_bytes()), 3), said, "{document:?}, compressed");
        }
    }
}

#[test]
fn a_limit_is_named_before_memory_is_spent() {
    let spaces = |count: usize| format!("<tv>{}</tv>", " ".repeat(count)).into_bytes();
    let said = check(&spaces(1024 * 1024), 1000);
    assert_eq!(
        (&said["code"], &said["limit"]),
        (&json!("LIMIT_EXCEEDED"), &json!("guideUploadBytes"))
    );
    let bomb = gzip(&spaces(64 * 1024 * 1024));
    assert!(bomb.len() < 100_000);
    let said = check(&bomb, 100_000);
    assert_eq!(
        (&said["limit"], &said["allowed"]),
        (&json!("guideDocumentBytes"), &json!(LIMITS.document))
    );
    assert!(
        said["sent"].as_u64().unwrap() < LIMITS.document + 100_000,
        "it stopped at the limit: {said}"
    );
    let deep = "<tv>".repeat(65).into_bytes();
    assert_eq!(check(&deep, 100)["byte"], 256);
}

#[test]
fn damaged_gzip_is_refused() {
    let whole = gzip(GUIDE.as_bytes());
    for cut in [3, 12, whole.len() / 2, whole.len() - 1] {
        let reason = check(&whole[..cut], 5)["reason"].clone();
        assert_eq!(reason, "DAMAGED_GZIP", "cut at {cut} of {}", whole.len());
    }
    let mut changed = whole.clone();
    let at = changed.len() - 6;
    changed[at] ^= 1;
    assert_eq!(check(&changed, 5)["reason"], "DAMAGED_GZIP");
}

/// The reader that imports guides.
fn quick_xml_reads(document: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(document);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return true,
            Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                if tag.attributes().any(|attribute| attribute.is_err()) {
                    return false;
                }
            }
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

proptest! {
    #[test]
    fn what_passes_can_be_read(
        edits in proptest::collection::vec((0..GUIDE.len(), prop_oneof![
            Just("<"), Just(">"), Just("/"), Just("\""), Just("&"), Just(";"), Just("]"), Just("-"), Just("!"),
            Just("?"), Just(" "), Just("="), Just("a"), Just(""), Just("<tv>"), Just("</tv>"), Just("<!--")
        ], any::<bool>()), 1..4),
        piece in 1_usize..40,
    ) {
        let mut document = GUIDE.to_owned();
        for (at, text, replace) in edits {
            let at = document.floor_char_boundary(at.min(document.len()));
            let end = document.ceil_char_boundary((at + usize::from(replace)).min(document.len()));
            document.replace_range(at..end, text);
        }
        let said = check(document.as_bytes(), piece);
        prop_assert_eq!(&said, &check(document.as_bytes(), 100_000), "pieces make no difference");
        if said.is_null() {
            prop_assert!(quick_xml_reads(&document), "{}", document);
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400), compressed in any::<bool>()) {
        let bytes = if compressed { [&GZIP[..], &bytes].concat() } else { [b"<t", &bytes[..]].concat() };
        let said = check(&bytes, 13);
        prop_assert!(!said.is_null());
    }
}
