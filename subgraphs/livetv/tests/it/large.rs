//! Guides that are written in several parts.

use bytes::Bytes;
use kernel::{Clock, Event, ImportId};
use schema::events::{livetv::GuideChanged, sidecar::GuideUploaded};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Query},
};
use serde_json::{Value, json};
use testkit::Bench;

use crate::kit::{Kit, counts};

/// Channels of the guide; after three of them enough waits to be written.
const CHANNELS: usize = 7;
/// Programmes of each, one a minute.
const PROGRAMMES: usize = 700;
const ALL: i64 = 4_900;

const GRID: &str = "{ epg(from: \"2026-11-22T00:00:00Z\", to: \"2026-11-23T00:00:00Z\") { channel { id } programmes { id title startsAt } } }";

/// A guide in which each title has `word`.
fn guide(word: &str) -> String {
    let time = |minute: usize| format!("20261122{:02}{:02}00 +0000", minute / 60, minute % 60);
    let programme = |channel: usize, minute: usize| {
        let (start, stop) = (time(minute), time(minute + 1));
        format!(
            "<programme start=\"{start}\" stop=\"{stop}\" channel=\"c{channel}\"><title>{word} {channel} {minute}</title></programme>"
        )
    };
    let of_channel = |channel: usize| {
        let programmes: String = (0..PROGRAMMES).map(|minute| programme(channel, minute)).collect();
        format!("<channel id=\"c{channel}\"><display-name>Channel {channel}</display-name></channel>{programmes}")
    };
    let channels: String = (0..CHANNELS).map(of_channel).collect();
    format!("<tv>{channels}</tv>")
}

impl Kit {
    /// An upload that may fail.
    async fn try_upload(&self, import: ImportId, file: impl Into<Bytes>) -> Result<(), bus::Error> {
        let event = self.uploaded((import, "test"), file).await;
        let envelope = bus::Envelope {
            specversion: "1.0".to_owned(),
            id: kernel::EventId(self.bench.platform.ids.next()),
            source: "/matinee/bench".to_owned(),
            kind: GuideUploaded::TYPE.to_owned(),
            subject: event.subject(),
            time: self.bench.clock.now(),
            datacontenttype: "application/json".to_owned(),
            data: serde_json::to_value(&event).expect("an event is JSON"),
        };
        self.bench.platform.bus.publish(&envelope).await
    }

    /// Takes a place of the log that a later change will want.
    async fn block_place(&self, cursor: i64) {
        let mut row = Query::insert();
        let ids = ["import_id", "programme_id", "channel_id"];
        let columns = ["cursor", "kind", "changed_at"].into_iter().chain(ids);
        let now = self.bench.clock.now();
        let values: [sea_orm::Value; 3] = [cursor.into(), "ADDED".into(), now.into()];
        let values = values.into_iter().chain(ids.map(|_| Bench::id(9).into()));
        row.into_table("guide_changes").columns(columns);
        row.values_panic(values.map(Into::into));
        self.database.writer().execute(&row).await.expect("the bench does");
    }

    /// Frees a place of the log.
    async fn free_place(&self, cursor: i64) {
        let mut row = Query::delete();
        row.from_table("guide_changes")
            .and_where(Expr::col("cursor").eq(cursor));
        self.database.writer().execute(&row).await.expect("the bench does");
    }
}

/// How many changes were told; each event has 500 at most.
async fn told(tv: &Kit) -> usize {
    let events = tv.bench.published::<GuideChanged>().await;
    assert!(events.iter().all(|event| event.changes.len() <= 500));
    events.iter().map(|event| event.changes.len()).sum()
}

#[tokio::test]
async fn a_guide_that_is_written_in_parts_is_one_import_and_is_undone_as_one() {
    let tv = Kit::start().await;
    let report = tv.upload(guide("First")).await;
    assert_eq!(counts(&report), [ALL, 0, 0, 0], "{report}");
    let before = tv.ask(GRID, json!({})).await;

    let import = ImportId(Bench::id(70));
    let report = tv.upload_as(import, guide("Second")).await;
    assert_eq!(counts(&report), [0, ALL, 0, 0], "{report}");
    let samples = "query($id: ID!) { epgImport(id: $id) { samples { title } } }";
    let samples = tv.manage(samples, json!({ "id": import })).await["samples"].clone();
    assert_eq!(samples.as_array().map(Vec::len), Some(20), "{samples}");
    let titles = |grid: &Value| grid["epg"].to_string().matches("Second").count();
    assert_eq!(titles(&tv.ask(GRID, json!({})).await), CHANNELS * PROGRAMMES);

    let undo = "mutation($input: UndoEpgImportInput!) { undoEpgImport(input: $input) { problem { code } } }";
    let undone = tv.manage(undo, json!({ "input": { "importId": import } })).await;
    assert_eq!(undone["problem"], Value::Null);
    assert_eq!(tv.ask(GRID, json!({})).await, before);
    assert_eq!(told(&tv).await, 3 * CHANNELS * PROGRAMMES);
}

#[tokio::test]
async fn what_fails_in_a_later_part_leaves_nothing_and_is_done_again_as_a_whole() {
    let tv = Kit::start().await;
    let import = ImportId(Bench::id(70));
    tv.block_place(4_500).await;
    assert!(tv.try_upload(import, guide("First")).await.is_err());
    assert_eq!(tv.ask(GRID, json!({})).await["epg"], json!([]));
    assert_eq!(told(&tv).await, 0);

    tv.free_place(4_500).await;
    tv.try_upload(import, guide("First"))
        .await
        .expect("nothing is in its way");
    assert_eq!(told(&tv).await, CHANNELS * PROGRAMMES);
    let report = tv.upload(guide("First")).await;
    assert_eq!(counts(&report), [0, 0, 0, ALL], "{report}");
}
