//! Guides as files: packed or JSON ones come in, XMLTV and M3U go out.

use auth::Role;
use serde_json::{Value, json};

use crate::kit::{Kit, Show, counts, file};

fn seed(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/xmltv/");
    std::fs::read(format!("{folder}{name}")).expect("it is there")
}

const ALL: &str = "/api/v1/livetv/epg.xml?from=2026-10-24T00:00:00Z&to=2026-11-23T00:00:00Z";

#[tokio::test]
async fn what_a_guide_says_of_a_programme_is_in_the_graph() {
    let tv = Kit::start().await;
    let report = tv.upload(seed("whole.xml.xz")).await;
    assert_eq!(
        (&report["status"], &report["added"]),
        (&json!("COMPLETED"), &json!(2)),
        "{report}"
    );
    // Packed otherwise, it is the same guide.
    for name in ["whole.xml", "whole.xml.gz", "whole.zip", "streamed.zip"] {
        assert_eq!(counts(&tv.upload(seed(name)).await), [0, 0, 0, 2], "{name}");
    }

    let query = "{ epg(from: \"2026-11-21T12:00:00Z\", to: \"2026-11-22T12:00:00Z\") { programmes { \
                 genre seriesKey isNew isPremiere isLive isRepeat imageUrl rating year quality isSigned \
                 titles { language text } credits { role name character isGuest } \
                 starRatings { system value } externalIds { system value } images { url kind } teams } } }";
    let data = tv.ask(query, json!({})).await;
    let expected = json!({
        "genre": "MOVIE", "seriesKey": "tvdb:series/121361",
        "isNew": true, "isPremiere": true, "isLive": true, "isRepeat": true,
        "imageUrl": "https://pictures.example/metropolis.png", "rating": "6", "year": 1927,
        "quality": "HD", "isSigned": true,
        "titles": [{ "language": "en", "text": "Metropolis" }, { "language": "de", "text": "Metropolis (DE)" }],
        "credits": [
            { "role": "director", "name": "Fritz Lang", "character": null, "isGuest": false },
            { "role": "actor", "name": "Brigitte Helm", "character": "Maria", "isGuest": true },
            { "role": "presenter", "name": "Ada", "character": null, "isGuest": false }
        ],
        "starRatings": [{ "system": "IMDb", "value": "8.3/10" }],
        "externalIds": [
            { "system": "onscreen", "value": "S02E05" },
            { "system": "dd_progid", "value": "EP01234567.0012" },
            { "system": "thetvdb.com", "value": "series/121361" }
        ],
        "images": [{ "url": "https://pictures.example/poster.png", "kind": "poster" }],
        "teams": ["Red", "Blue"]
    });
    assert_eq!(data["epg"][0]["programmes"][0], expected);
}

#[tokio::test]
async fn an_import_tells_what_it_found_by_code() {
    let tv = Kit::start().await;
    let report = tv.upload(seed("oddities.xml")).await;
    assert_eq!(report["status"], "COMPLETED", "{report}");
    let query = "{ epgImports(first: 1) { edges { node { findings { code count samples { line text } } } } } }";
    let answer = tv.bench.ask(Some(&tv.admin()), query, json!({})).await;
    let findings = answer["data"]["epgImports"]["edges"][0]["node"]["findings"]
        .as_array()
        .expect("it is there");
    let of = |code: &str| {
        findings
            .iter()
            .find(|finding| finding["code"] == code)
            .cloned()
            .unwrap_or(Value::Null)
    };
    assert_eq!(
        (of("NO_OFFSET")["count"].clone(), of("DST_GAP")["count"].clone()),
        (json!(3), json!(1))
    );
    assert_eq!(of("DST_GAP")["samples"][0]["line"], 7);
}

#[tokio::test]
async fn an_export_that_is_imported_again_changes_nothing() {
    let tv = Kit::start().await;
    tv.upload(seed("whole.xml")).await;
    tv.upload(seed("whole.json")).await;
    let shows: Vec<(String, String)> = (0..1300)
        .map(|i| {
            (
                format!("{:02}:{:02}", i / 60, i % 60),
                format!("{:02}:{:02}", (i + 1) / 60, (i + 1) % 60),
            )
        })
        .collect();
    let leaked = |text: &String| -> &'static str { text.clone().leak() };
    // More than one page of the export.
    let minutes: Vec<Show> = shows
        .iter()
        .map(|(from, to)| Show(leaked(from), leaked(to), "A minute"))
        .collect();
    let report = tv.upload(crate::kit::file_of("minutes", "Minutes", &minutes)).await;
    assert_eq!(report["added"], 1300);

    let (status, guide) = tv.get(&format!("{ALL}&extended=true"), None).await;
    assert_eq!(status, 200, "{guide}");
    let again = tv.upload(guide).await;
    let stored = 1300 + 3;
    assert_eq!(
        (counts(&again), &again["errors"]),
        ([0, 0, 0, stored], &json!(0)),
        "{again}"
    );
    // What the DTD of XMLTV has not is left out unless it is asked for.
    let (_, strict) = tv.get(ALL, None).await;
    assert!(
        strict.contains("<image") && !strict.contains("<live") && !strict.contains("<team"),
        "{strict}"
    );
}

#[tokio::test]
async fn an_export_is_bounded_and_addresses_of_streams_are_for_editors() {
    let tv = Kit::start().await;
    tv.upload(file(&[Show("11:30", "12:30", "Lunch")])).await;
    for (query, code) in [
        ("?from=yesterday", "BAD_USER_INPUT"),
        ("?channels=malformed", "BAD_USER_INPUT"),
        ("?from=2026-11-21T00:00:00Z&to=2026-11-21T00:00:00Z", "BAD_USER_INPUT"),
        ("?from=2026-01-01T00:00:00Z&to=2026-12-01T00:00:00Z", "LIMIT_EXCEEDED"),
    ] {
        let (status, problem) = tv.get(&format!("/api/v1/livetv/epg.xml{query}"), None).await;
        let problem: Value = serde_json::from_str(&problem).expect("it is there");
        assert_eq!((status, &problem["code"]), (400, &json!(code)), "{query}: {problem}");
    }
    let one = tv.channel("1").await;
    let (_, guide) = tv
        .get(
            &format!("/api/v1/livetv/epg.xml?channels={}", one.as_str().expect("it is there")),
            None,
        )
        .await;
    assert!(guide.contains("<title>Lunch</title>"), "{guide}");

    let list = "/api/v1/livetv/channels.m3u";
    assert_eq!(tv.get(list, None).await.0, 401);
    assert_eq!(tv.get(list, Some(&[Role::Viewer])).await.0, 403);
    let update = "mutation($input: UpdateChannelInput!) { updateChannel(input: $input) { problem { message } } }";
    let source = json!({ "protocol": "HLS", "url": "https://streams.example/one.m3u8" });
    let input = json!({ "id": one, "timeZone": "Europe/London", "streamSources": [source] });
    let answer = tv.bench.ask(Some(&tv.admin()), update, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let (status, m3u) = tv.get(list, Some(&[Role::Editor])).await;
    assert_eq!(status, 200);
    assert!(
        m3u.starts_with("#EXTM3U url-tvg=\"http://graph.test/api/v1/livetv/epg.xml\""),
        "{m3u}"
    );
    assert!(
        m3u.contains("tvg-id=\"one.example\" tvg-chno=\"1\"") && m3u.contains("\nhttps://streams.example/one.m3u8\n")
    );
}
