//! Consumed events, one service call each.

use ::schema::events::{
    accounts::{AccountClosed, HistoryUpdated, ProfileChanged},
    billing::{OfferChanged, PurchaseCompleted, RentalStarted, SubscriptionCreated, SubscriptionUpdated},
    catalogue::{TitleChanged, TitlePublished, TitleWithdrawn},
    livetv::{BlackoutChanged, ChannelChanged, GuideChanged},
};
use bus::{Consumer, Meta, OrRetry};
use kernel::Event;

use crate::{Error, service::Rights};

/// What rights takes from other services.
pub(crate) fn consumer(rights: &Rights) -> Consumer {
    let consumer = Consumer::new("rights");
    let consumer = on(consumer, rights, |r, event: TitlePublished, _| async move {
        r.apply_title(event.facts).await
    });
    let consumer = on(consumer, rights, |r, event: TitleChanged, _| async move {
        r.apply_title(event.facts).await
    });
    let consumer = on(consumer, rights, |r, event: TitleWithdrawn, _| async move {
        r.withdraw_title(event).await
    });
    let consumer = on(consumer, rights, |r, event: ChannelChanged, _| async move {
        r.apply_channel(event).await
    });
    let consumer = on(consumer, rights, |r, event: GuideChanged, _| async move {
        r.apply_guide(event).await
    });
    let consumer = on(consumer, rights, |r, event: BlackoutChanged, _| async move {
        r.apply_blackout(event).await
    });
    let consumer = on(consumer, rights, |r, event: ProfileChanged, _| async move {
        r.apply_profile(event).await
    });
    let consumer = on(consumer, rights, |r, event: HistoryUpdated, _| async move {
        r.apply_position(event).await
    });
    let consumer = on(consumer, rights, |r, event: AccountClosed, _| async move {
        r.forget_account(event.account).await
    });
    let consumer = on(consumer, rights, |r, event: OfferChanged, meta| async move {
        r.apply_offer(event, meta.time).await
    });
    let consumer = on(consumer, rights, |r, event: SubscriptionCreated, meta| async move {
        r.apply_subscription(event.facts, meta.time).await
    });
    let consumer = on(consumer, rights, |r, event: SubscriptionUpdated, meta| async move {
        r.apply_subscription(event.facts, meta.time).await
    });
    let consumer = on(consumer, rights, |r, event: PurchaseCompleted, _| async move {
        r.apply_purchase(event).await
    });
    on(consumer, rights, |r, event: RentalStarted, _| async move {
        r.apply_rental(event).await
    })
}

/// Takes events of type `E` with one call into the service.
fn on<E, F>(
    consumer: Consumer,
    rights: &Rights,
    call: impl Fn(Rights, E, Meta) -> F + Send + Sync + 'static,
) -> Consumer
where
    E: Event,
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let rights = rights.clone();
    consumer.on(move |event: E, meta: Meta| {
        let called = call(rights.clone(), event, meta);
        async move { called.await.or_retry() }
    })
}
