//! Taking, renewing, cancelling.

use std::time::Duration;

use kernel::Clock;
use schema::events::{
    accounts::AccountClosed,
    billing::{PaymentSucceeded, SubscriptionCreated, SubscriptionUpdated},
};
use serde_json::json;

use crate::kit::{Shop, plan};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_plan_gives_its_packages_for_a_period_and_every_demo_movie() {
    let shop = Shop::open().await;
    let ada = shop.bench.viewer(1, &[]);
    let reply = shop.subscribe(&ada, &plan(0), "sandbox-ok", "k1").await;
    assert_eq!(reply["subscription"]["status"], "ACTIVE");
    assert_eq!(
        reply["subscription"]["currentPeriodEndsAt"],
        "2026-12-21T12:00:00+00:00"
    );
    assert_eq!(shop.subscribe(&ada, &plan(0), "sandbox-ok", "k1").await, reply);
    let again = shop.subscribe(&ada, &plan(1), "sandbox-ok", "k2").await;
    assert_eq!(again["problem"]["code"], "ALREADY_SUBSCRIBED");
    let told = shop.bench.published::<SubscriptionCreated>().await;
    assert_eq!(told.len(), 1);
    let given = &told[0].facts.entitlements;
    let movies = demo::titles()
        .iter()
        .filter(|title| title.kind == demo::TitleKind::Movie);
    for movie in movies {
        let opens = movie.packages.is_empty() || movie.packages.iter().any(|package| given.contains(package));
        assert!(opens, "{} is in {:?}", movie.name, movie.packages);
    }
    assert_eq!(shop.bench.published::<PaymentSucceeded>().await.len(), 1);
    assert_eq!(
        shop.library(&ada, &ada).await["subscriptions"][0]["plan"]["name"],
        "Basic"
    );
}

#[tokio::test]
async fn a_trial_is_free_once_and_renews_by_the_job() {
    let shop = Shop::open().await;
    let ada = shop.bench.viewer(1, &[]);
    let trial = shop.subscribe(&ada, &plan(1), "sandbox-ok", "k1").await["subscription"].clone();
    assert_eq!(
        (&trial["status"], &trial["trialEndsAt"]),
        (&json!("TRIALING"), &json!("2026-12-05T12:00:00+00:00"))
    );
    assert!(shop.bench.published::<PaymentSucceeded>().await.is_empty());
    shop.bench.clock.advance(14 * DAY);
    for _ in 0..2 {
        shop.run_job().await;
    }
    let paid = shop.bench.published::<PaymentSucceeded>().await;
    assert_eq!(paid.len(), 1, "the job runs twice, money moves once");
    let told = shop.bench.published::<SubscriptionUpdated>().await;
    assert_eq!(told.last().unwrap().facts.status, "ACTIVE");
    assert!(told[0].facts.access_until > "2027-01-05T12:00:00Z".parse::<kernel::Instant>().unwrap());
    let id = &trial["id"];
    shop.cancel(&ada, id, false).await;
    let second = shop.subscribe(&ada, &plan(1), "sandbox-ok", "k2").await;
    assert_eq!(
        second["subscription"]["status"], "ACTIVE",
        "who was a subscriber before has tried it: {second}"
    );
}

#[tokio::test]
async fn a_cancelled_subscription_gives_until_its_period_ends() {
    let shop = Shop::open().await;
    let (ada, bob) = (shop.bench.viewer(1, &[]), shop.bench.viewer(2, &[]));
    let id = shop.subscribe(&ada, &plan(0), "sandbox-ok", "k1").await["subscription"]["id"].clone();
    assert_eq!(
        shop.cancel(&bob, &id, true).await["problem"]["code"],
        "SUBSCRIPTION_NOT_FOUND"
    );
    let cancelled = shop.cancel(&ada, &id, true).await;
    let expected = json!({ "id": id, "status": "CANCELED", "endsAt": "2026-12-21T12:00:00+00:00" });
    assert_eq!(cancelled["subscription"], expected);
    assert_eq!(shop.cancel(&ada, &id, true).await, cancelled);
    assert_eq!(shop.library(&ada, &ada).await["subscriptions"][0]["status"], "CANCELED");
    shop.bench.clock.advance(30 * DAY);
    assert_eq!(
        shop.library(&ada, &ada).await["subscriptions"],
        json!([]),
        "even before the job ran"
    );
    shop.run_job().await;
    let told = shop.bench.published::<SubscriptionUpdated>().await;
    let last = &told.last().unwrap().facts;
    assert_eq!(
        (last.status.as_str(), last.access_until <= shop.bench.clock.now()),
        ("ENDED", true)
    );
    assert_eq!(shop.cancel(&ada, &id, true).await["problem"]["code"], "ALREADY_ENDED");
    assert_eq!(shop.bench.published::<PaymentSucceeded>().await.len(), 1);
}

#[tokio::test]
async fn a_closed_account_pays_no_more() {
    let shop = Shop::open().await;
    let ada = shop.bench.viewer(1, &[]);
    shop.subscribe(&ada, &plan(0), "sandbox-ok", "k1").await;
    shop.bench
        .emit(&AccountClosed {
            account: ada.account,
            at: shop.bench.clock.now(),
        })
        .await;
    shop.bench.clock.advance(40 * DAY);
    shop.run_job().await;
    assert_eq!(shop.bench.published::<PaymentSucceeded>().await.len(), 1);
    let library = shop.library(&ada, &ada).await;
    assert_eq!(library["subscription"], json!(null));
    assert_eq!(
        library["invoices"]["edges"].as_array().unwrap().len(),
        1,
        "invoices stay"
    );
}
