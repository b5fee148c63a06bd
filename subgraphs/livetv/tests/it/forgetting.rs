//! What somebody wanted who is gone.

use schema::events::accounts::{AccountClosed, ProfileChanged};
use serde_json::json;

use crate::{
    kit::{Kit, file},
    recordings::{EVENING, LIST, QUOTA, schedule},
};

#[tokio::test]
async fn what_a_deleted_profile_and_a_closed_account_asked_for_is_forgotten() {
    let tv = Kit::start().await;
    let (ada, bea) = (tv.profile(1, 11).await, tv.profile(1, 12).await);
    tv.upload(file(&EVENING)).await;
    schedule(&tv, &ada, "Film").await;
    schedule(&tv, &bea, "Film").await;
    let at = ada.viewer.expires_at;
    let deleted = ProfileChanged {
        profile: ada.id.into(),
        account: ada.viewer.account,
        kids: false,
        max_age: None,
        deleted: true,
        at,
    };
    tv.bench.emit(&deleted).await;
    let quota = tv.ask_as(&bea, QUOTA, json!({})).await;
    assert_eq!(quota["recordingQuota"]["scheduledSeconds"], 3600);
    let variables = json!({ "profile": ada.id });
    let answer = tv.bench.ask(Some(&ada.viewer), LIST, variables).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");

    let account = ada.viewer.account;
    tv.bench.emit(&AccountClosed { account, at }).await;
    let quota = tv.ask_as(&bea, QUOTA, json!({})).await;
    assert_eq!(quota["recordingQuota"]["scheduledSeconds"], 0);
    // An older event does not bring the profile back.
    tv.profile(1, 12).await;
    let variables = json!({ "profile": bea.id });
    let answer = tv.bench.ask(Some(&bea.viewer), LIST, variables).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
}
