//! The demo's plans and offers.

use crate::{
    Error,
    entities::{Words, offer, plan},
    service::{Billing, PriceList},
};

/// Opens the shop with the demo's price list; does nothing when there is one.
pub(crate) async fn load(billing: &Billing) -> Result<(), Error> {
    let plans: Vec<plan::Model> = (0..)
        .zip(demo::plans())
        .map(|(position, plan)| plan_row(position, plan))
        .collect();
    let offers = plans
        .iter()
        .map(plan_offer)
        .chain(demo::offers().into_iter().map(offer_row))
        .collect();
    billing.open_shop(PriceList { plans, offers }).await
}

fn plan_row(position: i32, plan: demo::Plan) -> plan::Model {
    plan::Model {
        id: plan.id.into(),
        name: plan.name.to_owned(),
        description: plan.description.to_owned(),
        price_minor: plan.price.amount_minor,
        currency: plan.price.currency.as_str().to_owned(),
        interval: match plan.interval {
            demo::Interval::Month => plan::Interval::Month,
            demo::Interval::Year => plan::Interval::Year,
        },
        trial_days: plan.trial_days,
        entitlements: Words(plan.entitlements.into_iter().map(str::to_owned).collect()),
        max_streams: plan.max_streams,
        position,
        withdrawn: false,
    }
}

/// Plans are offers too, so that a refusal can name them.
fn plan_offer(plan: &plan::Model) -> offer::Model {
    offer::Model {
        id: demo::named(demo::Kind::Offer, &format!("plan {}", plan.id)),
        kind: offer::Kind::Subscription,
        content_id: None,
        plan_id: Some(plan.id),
        price_minor: plan.price_minor,
        currency: plan.currency.clone(),
        duration_hours: None,
        withdrawn: false,
    }
}

fn offer_row(offer: demo::Offer) -> offer::Model {
    offer::Model {
        id: offer.id.into(),
        kind: match offer.kind {
            demo::OfferKind::Rent => offer::Kind::Rental,
            demo::OfferKind::Purchase => offer::Kind::Purchase,
        },
        content_id: Some(offer.title.into()),
        plan_id: None,
        price_minor: offer.price.amount_minor,
        currency: offer.price.currency.as_str().to_owned(),
        duration_hours: offer.duration_hours,
        withdrawn: false,
    }
}
