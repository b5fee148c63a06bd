//! The words that tests of billing are written in.

use std::sync::Arc;

use auth::Viewer;
use kernel::TitleId;
use runtime::Job;
use serde_json::{Value, json};
use testkit::Bench;

const SUBSCRIBE: &str = "mutation Subscribe($input: SubscribeInput!) { subscribe(input: $input) {
    subscription { id status plan { id } trialEndsAt currentPeriodEndsAt } problem { code message } } }";
const CANCEL: &str =
    "mutation CancelSubscription($input: CancelSubscriptionInput!) { cancelSubscription(input: $input) {
    subscription { id status endsAt } problem { code message } } }";
const RENT: &str = "mutation Rent($input: RentContentInput!) { rentContent(input: $input) {
    rental { id startsAt expiresAt title { id } } problem { code message } } }";
const PURCHASE: &str = "mutation Purchase($input: PurchaseContentInput!) { purchaseContent(input: $input) {
    purchase { id purchasedAt title { id } } problem { code message } } }";
const LIBRARY: &str = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Viewer {
    subscription { status }
    subscriptions(activeOnly: true) { id status plan { id name } }
    purchases(first: 10) { totalCount edges { node { id purchasedAt title { id } } } }
    rentals(activeOnly: true, first: 10) { edges { node { id expiresAt title { id } } } }
    invoices(first: 10) { edges { node { id number status total { amountMinor currency } issuedAt } } } } } }";

/// Billing on a bench, open for sale.
pub struct Shop {
    pub bench: Bench,
    pub sdl: String,
    pub jobs: Vec<Job>,
}

/// An offer of the demo.
pub struct Ware {
    pub title: TitleId,
    pub rental: Option<String>,
    pub purchase: Option<String>,
}

impl Shop {
    pub async fn open() -> Self {
        let bench = Bench::start::<migrations::billing::Migrator>("billing").await;
        let service = billing::service(&bench.platform, billing::Settings::default())
            .await
            .expect("billing");
        let (sdl, jobs) = (
            service.endpoint.as_ref().expect("an endpoint").sdl(),
            service.jobs.clone(),
        );
        for _ in 0..2 {
            service.demo.as_ref().expect("a demo")()
                .await
                .expect("the demo loads, once");
        }
        bench.run(service).await;
        Self { bench, sdl, jobs }
    }

    pub async fn subscribe(&self, viewer: &Arc<Viewer>, plan: &str, method: &str, key: &str) -> Value {
        let input = json!({ "planId": plan, "paymentMethod": method, "idempotencyKey": key });
        self.data(viewer, SUBSCRIBE, input).await["subscribe"].clone()
    }

    pub async fn cancel(&self, viewer: &Arc<Viewer>, id: &Value, at_period_end: bool) -> Value {
        let input = json!({ "subscriptionId": id, "atPeriodEnd": at_period_end });
        self.data(viewer, CANCEL, input).await["cancelSubscription"].clone()
    }

    pub async fn rent(&self, viewer: &Arc<Viewer>, title: TitleId, offer: &str, method: &str, key: &str) -> Value {
        let input = json!({ "contentId": title, "offerId": offer, "paymentMethod": method, "idempotencyKey": key });
        self.data(viewer, RENT, input).await["rentContent"].clone()
    }

    pub async fn purchase(&self, viewer: &Arc<Viewer>, title: TitleId, offer: &str, key: &str) -> Value {
        let input =
            json!({ "contentId": title, "offerId": offer, "paymentMethod": "sandbox-ok", "idempotencyKey": key });
        self.data(viewer, PURCHASE, input).await["purchaseContent"].clone()
    }

    /// What `viewer` sees of the account of `owner`.
    pub async fn library(&self, viewer: &Arc<Viewer>, owner: &Arc<Viewer>) -> Value {
        let of = json!([{ "__typename": "Viewer", "id": owner.account }]);
        let reply = self.bench.ask(Some(viewer), LIBRARY, json!({ "of": of })).await;
        assert!(reply.get("errors").is_none(), "{reply}");
        reply["data"]["_entities"][0].clone()
    }

    async fn data(&self, viewer: &Arc<Viewer>, query: &str, input: Value) -> Value {
        let reply = self.bench.ask(Some(viewer), query, json!({ "input": input })).await;
        assert!(reply.get("errors").is_none(), "{reply}");
        reply["data"].clone()
    }

    pub async fn run_job(&self) {
        self.jobs[0].run_once().await.expect("the job runs");
        self.bench.platform.deliver().await;
    }
}

/// The demo's plan `n`, cheapest first.
pub fn plan(n: usize) -> String {
    demo::plans()[n].id.to_string()
}

/// A title of the demo that can be rented and bought.
pub fn ware() -> Ware {
    let offers = demo::offers();
    let bought = offers.iter().find(|offer| {
        offer.kind == demo::OfferKind::Purchase
            && offers
                .iter()
                .any(|other| other.title == offer.title && other.kind == demo::OfferKind::Rent)
    });
    let title = bought.expect("a title with both offers").title;
    let of = |kind| {
        offers
            .iter()
            .find(|offer| offer.title == title && offer.kind == kind)
            .map(|offer| offer.id.to_string())
    };
    Ware {
        title,
        rental: of(demo::OfferKind::Rent),
        purchase: of(demo::OfferKind::Purchase),
    }
}
