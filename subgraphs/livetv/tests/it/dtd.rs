//! An export is valid by the DTD of XMLTV, as a validator that others use sees it.

use std::{
    path::Path,
    process::{Command, Output},
};

use crate::kit::Kit;

/// Words that XMLTV's DTD does not know, where it names all.
const UNKNOWN_WORDS: &str = r#"{
  "channels": [{ "id": "words", "name": "Words & <Signs>", "logoUrl": "https://pictures.example/?a=1&b=\"2\"" }],
  "programmes": [
    { "channel": "words", "start": "2026-11-20T20:00:00Z", "stop": "2026-11-20T21:00:00Z", "title": "A \u0001 & <b>",
      "credits": [{ "role": "gaffer", "name": "G" }, { "role": "guest", "name": "H" }, { "role": "actor", "name": "I" }],
      "images": [{ "url": "https://pictures.example/banner.png", "kind": "banner" }] },
    { "channel": "words", "start": "2026-11-20T21:00:00Z", "stop": "2026-11-20T22:00:00Z", "title": "B",
      "credits": [{ "role": "gaffer", "name": "G" }] }
  ]
}"#;
const ALL: &str = "/api/v1/livetv/epg.xml?from=2026-11-01T00:00:00Z&to=2026-11-30T00:00:00Z";

fn corpus(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/xmltv/");
    std::fs::read(format!("{folder}{name}")).expect("it is there")
}

fn validate(file: &Path) -> Output {
    Command::new("xmllint")
        .args(["--noout", "--nonet", "--dtdvalid"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/xmltv.dtd"))
        .arg(file)
        .output()
        .expect("xmllint is here: scripts/install-tools.sh")
}

#[tokio::test]
async fn an_export_is_valid_by_the_dtd_and_an_extended_one_says_more() {
    let tv = Kit::start().await;
    for guide in ["whole.xml", "whole.json", "oddities.xml"] {
        assert_eq!(tv.upload(corpus(guide)).await["status"], "COMPLETED");
    }
    let report = tv.upload(UNKNOWN_WORDS).await;
    assert_eq!(
        (&report["status"], &report["added"]),
        (&"COMPLETED".into(), &2.into()),
        "{report}"
    );

    let file = std::env::temp_dir().join(format!("matinee-export-{}.xml", std::process::id()));
    let mut complaints = Vec::new();
    for query in ["", "&extended=true"] {
        let (status, guide) = tv.get(&format!("{ALL}{query}"), None).await;
        assert_eq!(status, 200);
        std::fs::write(&file, &guide).expect("the temporary folder takes a file");
        let told = validate(&file);
        complaints.push((
            told.status.success(),
            String::from_utf8_lossy(&told.stderr).into_owned(),
        ));
        for part in ["Metropolis", "banner.png", "<guest>H</guest>", "&amp; &lt;b&gt;"] {
            assert!(guide.contains(part), "{part}: {guide}");
        }
    }
    std::fs::remove_file(&file).expect("it was written");
    assert!(complaints[0].0, "{}", complaints[0].1);
    // The validator sees what is there: the DTD has no such elements.
    let (is_valid, text) = &complaints[1];
    assert!(!is_valid && text.contains("gaffer") && text.contains("live"), "{text}");
}
