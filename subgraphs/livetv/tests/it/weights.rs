//! Several sources of a channel, and whose channels they mean.

use schema::events::livetv::GuideChanged;
use serde_json::json;

use crate::kit::{Kit, Show, file, file_of};

const DAY: [Show; 2] = [Show("12:30", "13:00", "News"), Show("13:00", "15:00", "Metropolis")];

#[tokio::test]
async fn a_source_of_less_weight_fills_what_another_leaves_and_never_replaces_it() {
    let tv = Kit::start().await;
    let strong = tv
        .source(json!({ "name": "Strong", "kind": "UPLOAD", "priority": 1 }))
        .await;
    tv.source(json!({ "name": "Weak", "kind": "UPLOAD", "priority": 2 }))
        .await;
    let day = file(&[
        Show("12:00", "13:00", "Strong noon"),
        Show("14:00", "15:00", "Strong two"),
    ]);
    tv.upload_of("strong", day.clone()).await;

    let weak = file(&[
        Show("12:00", "12:30", "Weak noon"),
        Show("12:30", "13:30", "Weak half"),
        Show("13:00", "14:30", "Weak one"),
        Show("16:00", "17:00", "Weak four"),
    ]);
    let report = tv.upload_of("Weak", weak.clone()).await;
    assert_eq!(
        (&report["added"], &report["removed"], &report["updated"]),
        (&json!(2), &json!(0), &json!(0))
    );
    let both = ["Strong noon", "Weak one", "Strong two", "Weak four"];
    assert_eq!(tv.titles().await, both);
    // Neither wears the other down, and neither does a guide of no source.
    for (source, guide) in [("strong", &day), ("weak", &weak), ("nobody", &weak), ("strong", &day)] {
        let report = tv.upload_of(source, guide.clone()).await;
        assert_eq!(
            [&report["added"], &report["removed"], &report["updated"]],
            [0, 0, 0],
            "{source}"
        );
    }
    assert_eq!(tv.bench.published::<GuideChanged>().await.len(), 2);

    // The stronger one reaches further: the weaker one gives way where it is.
    tv.upload_of(
        "strong",
        day.replace("<programme start=\"202611211400", "<programme start=\"202611211345"),
    )
    .await;
    assert_eq!(tv.titles().await, ["Strong noon", "Strong two", "Weak four"]);
    // Without its source a programme stays, and has no weight any more.
    let delete = "mutation($input: DeleteGuideSourceInput!) { deleteGuideSource(input: $input) { deletedSourceId } }";
    tv.manage(delete, json!({ "input": { "id": strong } })).await;
    assert_eq!(tv.titles().await.len(), 3);
    tv.upload_of("weak", weak).await;
    assert_eq!(tv.titles().await, ["Weak noon", "Weak half", "Weak one", "Weak four"]);
}

#[tokio::test]
async fn what_an_administrator_says_of_a_channel_sticks() {
    let tv = Kit::start().await;
    tv.upload(file_of("one", "News", &DAY)).await;
    tv.upload(file_of("two", "Sport", &DAY)).await;
    let [news, sport] = [tv.channel("1").await, tv.channel("2").await];
    let rename = "mutation($input: UpdateChannelInput!) { updateChannel(input: $input) { channel { id } } }";
    tv.manage(rename, json!({ "input": { "id": sport, "name": "News" } }))
        .await;

    // Two are called News: nobody can say which one is meant.
    let report = tv
        .upload(file_of("x", "News HD", &[Show("18:00", "19:00", "Evening")]))
        .await;
    assert_eq!(
        (&report["added"], &report["errors"]),
        (&json!(0), &json!(1)),
        "{report}"
    );
    let list = "query($all: Boolean) { channelMatches(onlyUncertain: $all) { totalCount edges { node \
                { fileId fileName state confidence reason isManual } } } }";
    let found = tv.manage(list, json!({ "all": true })).await;
    let unsure = json!({ "fileId": "x", "fileName": "News HD", "state": "UNCERTAIN", "confidence": 30,
        "reason": "SIMILAR_NAME", "isManual": false });
    assert_eq!((&found["totalCount"], &found["edges"][0]["node"]), (&json!(1), &unsure));
    assert_eq!(tv.manage(list, json!({})).await["totalCount"], 3);

    let set = "mutation($input: SetChannelMatchInput!) { setChannelMatch(input: $input) { match { state } problem { code } } }";
    let said = tv
        .manage(set, json!({ "input": { "fileId": "x", "channelId": news } }))
        .await;
    assert_eq!(said["match"]["state"], "MATCHED");
    let evening = || file_of("x", "Something else", &[Show("18:00", "19:00", "Evening")]);
    assert_eq!(tv.upload(evening()).await["added"], 1);
    // Even against the id.
    tv.manage(set, json!({ "input": { "fileId": "two", "ignore": true } }))
        .await;
    let report = tv
        .upload(file_of("two", "Sport", &[Show("18:00", "19:00", "Football")]))
        .await;
    assert_eq!((&report["added"], &report["errors"]), (&json!(0), &json!(0)));
    tv.manage(set, json!({ "input": { "fileId": "two" } })).await;
    assert_eq!(
        tv.upload(file_of("two", "Sport", &[Show("18:00", "19:00", "Football")]))
            .await["added"],
        1
    );
    let unknown = json!({ "input": { "fileId": "x", "channelId": testkit::Bench::id(9) } });
    assert_eq!(tv.manage(set, unknown).await["problem"]["code"], "CHANNEL_NOT_FOUND");
}
