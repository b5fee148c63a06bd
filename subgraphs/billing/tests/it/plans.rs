//! Plans made, changed and taken off the list; goods ordered without naming an offer.

use auth::Role;
use schema::events::billing::OfferChanged;
use serde_json::{Value, json};

use crate::kit::{Shop, plan, ware};

const CREATE: &str = "mutation($input: CreatePlanInput!) { createPlan(input: $input) {
    plan { id name onSale price { amountMinor currency } interval maxStreams } problem { code } } }";
const UPDATE: &str = "mutation($input: UpdatePlanInput!) { updatePlan(input: $input) {
    plan { name price { amountMinor } } problem { code } } }";
const DELETE: &str = "mutation($id: ID!) { deletePlan(input: { planId: $id }) { planId problem { code } } }";

#[tokio::test]
async fn the_sales_department_makes_changes_and_withdraws_a_plan() {
    let shop = Shop::open().await;
    let (seller, viewer) = (
        shop.bench.viewer(1, &[Role::Billing]),
        shop.bench.viewer(2, &[Role::Viewer]),
    );
    let before = shop.bench.published::<OfferChanged>().await.len();
    let input =
        json!({ "name": "Weekend", "price": { "amountMinor": 299, "currency": "EUR" }, "entitlements": ["basic"] });
    let refused = shop.bench.ask(Some(&viewer), CREATE, json!({ "input": input })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    for (field, wrong) in [("maxStreams", json!(0)), ("trialDays", json!(-1)), ("name", json!(" "))] {
        let mut bad = input.clone();
        bad[field] = wrong;
        let refused = shop.bench.ask(Some(&seller), CREATE, json!({ "input": bad })).await;
        let extensions = &refused["errors"][0]["extensions"];
        assert_eq!(
            (&extensions["code"], &extensions["field"]),
            (&json!("VALIDATION_FAILED"), &json!(field))
        );
    }
    let made =
        shop.bench.ask(Some(&seller), CREATE, json!({ "input": input })).await["data"]["createPlan"]["plan"].clone();
    assert_eq!(
        (&made["onSale"], &made["interval"], &made["maxStreams"]),
        (&json!(true), &json!("MONTH"), &json!(1))
    );
    let id = made["id"].as_str().expect("an id");
    let change = json!({ "planId": id, "price": { "amountMinor": 399, "currency": "EUR" } });
    let changed = shop.bench.ask(Some(&seller), UPDATE, json!({ "input": change })).await;
    assert_eq!(
        changed["data"]["updatePlan"]["plan"],
        json!({ "name": "Weekend", "price": { "amountMinor": 399 } })
    );
    let taken = shop.subscribe(&viewer, id, "sandbox-ok", "k1").await;
    assert_eq!(taken["problem"], Value::Null, "{taken}");
    for code in [Value::Null, json!("PLAN_NOT_FOUND")] {
        let gone = shop.bench.ask(Some(&seller), DELETE, json!({ "id": id })).await;
        assert_eq!(gone["data"]["deletePlan"]["problem"]["code"], code);
    }
    let other = shop.bench.viewer(3, &[Role::Viewer]);
    assert_eq!(
        shop.subscribe(&other, id, "sandbox-ok", "k2").await["problem"]["code"],
        "PLAN_NOT_FOUND"
    );
    let told = shop.bench.published::<OfferChanged>().await;
    assert_eq!(told.len() - before, 3, "made, changed, withdrawn");
    assert!(told.last().is_some_and(|event| event.withdrawn));
    let of = "query($id: ID!) { accountSubscription(accountId: $id) { plan { id } } }";
    let variables = json!({ "id": viewer.account });
    let kept = shop.bench.ask(Some(&viewer), of, variables.clone()).await;
    assert_eq!(
        kept["data"]["accountSubscription"]["plan"]["id"], id,
        "who has it keeps it"
    );
    let foreign = shop.bench.ask(Some(&other), of, variables).await;
    assert_eq!(foreign["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[tokio::test]
async fn an_order_without_an_offer_takes_the_cheapest_and_a_cancellation_without_an_id_the_current() {
    let shop = Shop::open().await;
    let viewer = shop.bench.viewer(2, &[Role::Viewer]);
    let title = ware().title;
    let rent = "mutation($input: RentContentInput!) { rentContent(input: $input) { rental { id } problem { code } } }";
    let order = |hours: Option<i32>| json!({ "input": { "contentId": title, "durationHours": hours, "paymentMethod": "sandbox-ok", "idempotencyKey": "k" } });
    let none = shop.bench.ask(Some(&viewer), rent, order(Some(1))).await;
    assert_eq!(none["data"]["rentContent"]["problem"]["code"], "OFFER_NOT_FOUND");
    let rented = shop.bench.ask(Some(&viewer), rent, order(None)).await;
    assert!(rented["data"]["rentContent"]["rental"]["id"].is_string(), "{rented}");
    let cancel = "mutation { cancelSubscription(input: {}) { subscription { status } problem { code } } }";
    let without = shop.bench.ask(Some(&viewer), cancel, json!({})).await;
    assert_eq!(
        without["data"]["cancelSubscription"]["problem"]["code"],
        "SUBSCRIPTION_NOT_FOUND"
    );
    shop.subscribe(&viewer, &plan(0), "sandbox-ok", "k2").await;
    let done = shop.bench.ask(Some(&viewer), cancel, json!({})).await;
    assert_eq!(done["data"]["cancelSubscription"]["subscription"]["status"], "CANCELED");
}
