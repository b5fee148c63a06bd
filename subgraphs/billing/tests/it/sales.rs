//! Renting and buying; one key, one payment.

use std::time::Duration;

use auth::REVOKED_TOKENS;
use schema::events::billing::{OfferChanged, PaymentFailed, PaymentSucceeded, PurchaseCompleted, RentalStarted};
use serde_json::json;

use crate::kit::{Shop, plan, ware};

#[tokio::test]
async fn the_same_key_moves_money_once_and_gives_the_same_answer() {
    let shop = Shop::open().await;
    let ada = shop.bench.viewer(1, &[]);
    let ware = ware();
    let offer = ware.rental.unwrap();
    let first = shop.rent(&ada, ware.title, &offer, "sandbox-ok", "k1").await;
    assert_eq!(first["rental"]["title"]["id"], json!(ware.title));
    assert_eq!(shop.rent(&ada, ware.title, &offer, "sandbox-ok", "k1").await, first);
    let other = shop.rent(&ada, ware.title, &offer, "sandbox-declined", "k1").await;
    assert_eq!(other["problem"]["code"], "IDEMPOTENCY_CONFLICT");
    assert_eq!(
        shop.rent(&ada, ware.title, &offer, "sandbox-ok", "k2").await["problem"]["code"],
        "ALREADY_RENTED"
    );
    assert_eq!(shop.bench.published::<PaymentSucceeded>().await.len(), 1);
    assert_eq!(shop.bench.published::<RentalStarted>().await.len(), 1);
    // Another account may use the same key.
    let bob = shop.bench.viewer(2, &[]);
    assert_eq!(
        shop.rent(&bob, ware.title, &offer, "sandbox-ok", "k1").await["problem"],
        json!(null)
    );
    shop.bench.clock.advance(Duration::from_hours(48));
    assert_eq!(
        shop.rent(&ada, ware.title, &offer, "sandbox-ok", "k3").await["problem"],
        json!(null)
    );
}

#[tokio::test]
async fn two_clicks_at_once_are_one_sale() {
    let shop = Shop::open().await;
    let ada = shop.bench.viewer(1, &[]);
    let ware = ware();
    let offer = ware.purchase.unwrap();
    let click = || shop.purchase(&ada, ware.title, &offer, "k1");
    let (one, two, other) = tokio::join!(click(), click(), shop.purchase(&ada, ware.title, &offer, "k2"));
    assert_eq!(one, two);
    let sold = [&one, &other].iter().filter(|reply| reply["problem"].is_null()).count();
    assert_eq!(sold, 1, "{one} {other}");
    assert_eq!(shop.bench.published::<PurchaseCompleted>().await.len(), 1);
    assert_eq!(shop.bench.published::<PaymentSucceeded>().await.len(), 1);
}

#[tokio::test]
async fn a_refused_payment_sells_nothing_and_says_why_again() {
    let shop = Shop::open().await;
    let ada = shop.bench.viewer(1, &[]);
    let ware = ware();
    let offer = ware.rental.unwrap();
    for (method, key, code) in [
        ("sandbox-declined", "k1", "PAYMENT_DECLINED"),
        ("sandbox-declined", "k1", "PAYMENT_DECLINED"),
        ("sandbox-challenge", "k2", "PAYMENT_CHALLENGE"),
        ("4111 1111 1111 1111", "k3", "UNKNOWN_PAYMENT_METHOD"),
    ] {
        let reply = shop.rent(&ada, ware.title, &offer, method, key).await;
        assert_eq!(
            (&reply["problem"]["code"], &reply["rental"]),
            (&json!(code), &json!(null))
        );
    }
    assert_eq!(shop.bench.published::<PaymentFailed>().await.len(), 2);
    assert!(shop.bench.published::<RentalStarted>().await.is_empty());
    let library = shop.library(&ada, &ada).await;
    assert_eq!(library["invoices"]["edges"], json!([]));
}

#[tokio::test]
async fn an_offer_sells_only_what_it_is_for() {
    let shop = Shop::open().await;
    let ada = shop.bench.viewer(1, &[]);
    let ware = ware();
    let (rental, purchase) = (ware.rental.unwrap(), ware.purchase.unwrap());
    let code = |reply: serde_json::Value| reply["problem"]["code"].clone();
    assert_eq!(
        code(shop.rent(&ada, ware.title, &purchase, "sandbox-ok", "a").await),
        "OFFER_NOT_FOUND"
    );
    let other = demo::titles().iter().find(|title| title.id != ware.title).unwrap().id;
    assert_eq!(
        code(shop.rent(&ada, other, &rental, "sandbox-ok", "b").await),
        "OFFER_NOT_FOUND"
    );
    assert_eq!(code(shop.purchase(&ada, ware.title, &purchase, "c").await), json!(null));
    assert_eq!(
        code(shop.rent(&ada, ware.title, &rental, "sandbox-ok", "d").await),
        "ALREADY_OWNED"
    );
    assert_eq!(
        code(shop.purchase(&ada, ware.title, &purchase, "e").await),
        "ALREADY_OWNED"
    );
}

#[tokio::test]
async fn the_library_is_the_viewers_alone_and_invoices_are_numbered() {
    let shop = Shop::open().await;
    let (ada, bob) = (shop.bench.viewer(1, &[]), shop.bench.viewer(2, &[]));
    let ware = ware();
    shop.rent(&ada, ware.title, &ware.rental.unwrap(), "sandbox-ok", "k1")
        .await;
    shop.bench.clock.advance(Duration::from_secs(1));
    shop.purchase(&ada, ware.title, &ware.purchase.unwrap(), "k2").await;
    let library = shop.library(&ada, &ada).await;
    assert_eq!(library["purchases"]["totalCount"], 1);
    assert_eq!(library["rentals"]["edges"][0]["node"]["title"]["id"], json!(ware.title));
    let numbers: Vec<&str> = library["invoices"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| edge["node"]["number"].as_str().unwrap())
        .collect();
    assert_eq!(numbers, ["2026-000002", "2026-000001"]);
    let foreign = shop.library(&bob, &ada).await;
    assert!(
        foreign.as_object().unwrap().values().all(serde_json::Value::is_null),
        "{foreign}"
    );
}

#[tokio::test]
async fn an_ended_sign_in_pays_nothing_and_bad_input_is_named() {
    let shop = Shop::open().await;
    let ada = shop.bench.viewer(1, &[]);
    let query = "mutation ($input: SubscribeInput!) { subscribe(input: $input) { problem { code } } }";
    let input = json!({ "planId": plan(0), "paymentMethod": "sandbox-ok", "idempotencyKey": "" });
    let empty = shop.bench.ask(Some(&ada), query, json!({ "input": input })).await;
    assert_eq!(empty["errors"][0]["extensions"]["field"], "input.idempotencyKey");
    let input = json!({ "planId": "basic", "paymentMethod": "sandbox-ok", "idempotencyKey": "k" });
    let malformed = shop.bench.ask(Some(&ada), query, json!({ "input": input })).await;
    assert_eq!(malformed["errors"][0]["extensions"]["field"], "input.planId");
    let kv = &shop.bench.platform.kv;
    kv.put(REVOKED_TOKENS, &ada.token_id.to_string(), b"", Duration::from_mins(1))
        .await
        .unwrap();
    let input = json!({ "planId": plan(0), "paymentMethod": "sandbox-ok", "idempotencyKey": "k" });
    let revoked = shop.bench.ask(Some(&ada), query, json!({ "input": input })).await;
    assert_eq!(revoked["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn plans_and_offers_are_told_once_and_shown_to_anyone() {
    let shop = Shop::open().await;
    let query = "{ plans { id name description price { amountMinor currency } interval trialDays entitlements } }";
    let plans = shop.bench.ask(None, query, json!({})).await;
    assert_eq!(plans["data"]["plans"].as_array().unwrap().len(), demo::plans().len());
    assert_eq!(
        plans["data"]["plans"][0]["price"],
        json!({ "amountMinor": 599, "currency": "EUR" })
    );
    let offers = shop.bench.ask(
        None,
        "query ($id: ID!) { offers(contentId: $id) { id kind price { amountMinor } durationHours plan { id } } }",
        json!({ "id": ware().title }),
    );
    let kinds: Vec<_> = offers.await["data"]["offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["kind"].clone())
        .collect();
    assert_eq!(kinds, ["RENTAL", "PURCHASE"]);
    let told = shop.bench.published::<OfferChanged>().await;
    assert_eq!(told.len(), demo::offers().len() + demo::plans().len());
}
