//! Guide imports.

use schema::events::livetv::{ChangeKind, ChannelChanged, GuideChanged};
use serde_json::json;

use crate::kit::{Kit, Show, counts, file, file_of};

const DAY: [Show; 3] = [
    Show("11:30", "12:30", "Lunch"),
    Show("12:30", "13:00", "News"),
    Show("13:00", "15:00", "Metropolis"),
];

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_one_edit_is_one_change() {
    let tv = Kit::start().await;

    let first = tv.upload(file(&DAY)).await;
    assert_eq!(first["status"], "COMPLETED", "{first}");
    assert_eq!((counts(&first), &first["programmes"]), ([3, 0, 0, 0], &json!(3)));
    assert_eq!(tv.bench.published::<ChannelChanged>().await[0].name, "Channel One");
    let again = tv.upload(file(&DAY)).await;
    assert_eq!(counts(&again), [0, 0, 0, 3]);
    assert_eq!(tv.bench.published::<GuideChanged>().await.len(), 1);

    let edited = tv.upload(file(&DAY).replace("News", "Late News")).await;
    assert_eq!(counts(&edited), [0, 1, 0, 2]);
    let events = tv.bench.published::<GuideChanged>().await;
    assert_eq!((events.len(), events[1].changes.len(), events[1].cursor), (2, 1, 4));
    assert_eq!(
        (events[1].changes[0].kind, events[1].changes[0].title.as_str()),
        (ChangeKind::Updated, "Late News")
    );
}

#[tokio::test]
async fn what_the_file_no_longer_has_goes_but_not_what_is_over() {
    let tv = Kit::start().await;
    tv.upload(file(&[
        Show("08:00", "09:00", "Over"),
        Show("09:00", "12:30", "Cricket"),
        Show("12:30", "13:00", "News"),
    ]))
    .await;

    let report = tv
        .upload(file(&[
            Show("07:00", "08:00", "Early"),
            Show("09:00", "13:00", "Cricket"),
        ]))
        .await;
    // "Over" lies in the file's span, but it is over and in nobody's way.
    assert_eq!(counts(&report), [1, 1, 1, 0]);
    let day = "{ epg(from: \"2026-11-21T00:00:00Z\", to: \"2026-11-22T00:00:00Z\") { programmes { title } } }";
    let data = tv.ask(day, json!({})).await;
    let titles = json!([{ "title": "Early" }, { "title": "Over" }, { "title": "Cricket" }]);
    assert_eq!(data["epg"][0]["programmes"], titles);
}

#[tokio::test]
async fn a_truncated_file_changes_nothing_and_names_its_line() {
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    let whole = file(&[Show("12:30", "13:00", "Nothing"), Show("13:00", "14:00", "at all")]);
    let cut = whole.find("at all").unwrap();

    let report = tv.upload(whole[..cut].to_owned()).await;
    assert_eq!(
        (&report["status"], counts(&report), &report["errors"]),
        (&json!("FAILED"), [0, 0, 0, 0], &json!(1))
    );
    assert_eq!(report["messages"][0]["line"], 4);
    assert_eq!(tv.bench.published::<GuideChanged>().await.len(), 1);
    for file in [
        "not a guide",
        "<tv><unclosed></tv>",
        "<!DOCTYPE tv [<!ENTITY a 'b'>]><tv/>",
    ] {
        assert_eq!(tv.upload(file).await["status"], "FAILED", "{file}");
    }
    assert_eq!(counts(&tv.upload(file(&DAY)).await), [0, 0, 0, 3]);
}

#[tokio::test]
async fn an_import_is_done_once() {
    let tv = Kit::start().await;
    let import = kernel::ImportId(testkit::Bench::id(77));
    tv.upload_as(import, file(&DAY)).await;

    let report = tv.upload_as(import, file(&[Show("12:30", "13:00", "Another")])).await;
    assert_eq!(counts(&report), [3, 0, 0, 0]);
    assert_eq!(tv.bench.published::<GuideChanged>().await.len(), 1);
}

#[tokio::test]
async fn channels_are_found_by_xmltv_id_then_by_name_and_made_when_nobody_knows_them() {
    let tv = Kit::start().await;
    tv.upload(file_of("a", "Alpha", &DAY)).await;
    tv.upload(file_of("a", "Alpha renamed", &DAY)).await;
    // Another source's id, the same name.
    assert_eq!(
        counts(&tv.upload(file_of("other", " ALPHA ", &DAY)).await),
        [0, 0, 0, 3]
    );
    tv.upload(file_of("b", "Beta", &DAY).replace("<channel id=\"b\">", "<channel id=\"b\"><lcn>5.1</lcn>"))
        .await;
    let undeclared = file(&DAY)
        .lines()
        .filter(|line| !line.starts_with("<channel"))
        .collect::<String>();
    let report = tv.upload(undeclared).await;
    assert_eq!((counts(&report), &report["errors"]), ([0, 0, 0, 0], &json!(1)));

    let data = tv
        .ask("{ channels { totalCount edges { node { number name } } } }", json!({}))
        .await;
    let edges = json!([
        { "node": { "number": "1", "name": "Alpha" } },
        { "node": { "number": "5.1", "name": "Beta" } }
    ]);
    assert_eq!(data["channels"], json!({ "totalCount": 2, "edges": edges }));
}

#[tokio::test]
async fn what_was_forgotten_does_not_come_back_with_the_same_file() {
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    tv.bench.clock.set("2026-11-28T14:00:00Z");
    tv.run_job("livetv.forget_the_past").await;

    // "Lunch" and "News" ended more than seven days ago: forgetting them was no change, neither is this.
    assert_eq!(counts(&tv.upload(file(&DAY)).await), [0, 0, 0, 1]);
    assert_eq!(tv.bench.published::<GuideChanged>().await.len(), 1);
}

#[tokio::test]
async fn imports_are_listed_for_administrators_only() {
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    tv.upload("broken").await;

    let list =
        "{ epgImports(first: 1) { totalCount pageInfo { hasNextPage } edges { node { status messages { line } } } } }";
    let answer = tv.bench.ask(Some(&tv.admin()), list, json!({})).await;
    let edges = json!([{ "node": { "status": "FAILED", "messages": [{ "line": 1 }] } }]);
    let expected = json!({ "totalCount": 2, "pageInfo": { "hasNextPage": true }, "edges": edges });
    assert_eq!(answer["data"]["epgImports"], expected);
    let answer = tv.bench.ask(Some(&tv.bench.viewer(2, &[])), list, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let answer = tv.bench.ask(None, list, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
