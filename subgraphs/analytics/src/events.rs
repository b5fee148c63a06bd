//! Events of other services, each one service call.

use bus::{Consumer, Meta, OrRetry};
use kernel::{AccountId, Event};
use schema::events::{
    accounts::{AccountClosed, UserLoggedIn, UserRegistered, VideoRated, WatchlistUpdated},
    billing::{
        PaymentFailed, PaymentSucceeded, PurchaseCompleted, RentalStarted, SubscriptionCreated, SubscriptionUpdated,
    },
    catalogue::{VideoCreated, VideoDeleted},
    rights::{Playback, PlaybackEnded, PlaybackPaused, PlaybackProgressed, PlaybackStarted},
    router::UsageRecorded,
};
use serde_json::{Value, json};

use crate::{
    domain::kind,
    service::{Analytics, NewEvent},
};

/// What analytics takes.
pub fn consumer(analytics: &Analytics) -> Consumer {
    let closing = analytics.clone();
    let consumer = Consumer::new("analytics").on(move |event: AccountClosed, meta: Meta| {
        let analytics = closing.clone();
        async move { analytics.close_account(meta.id, event.account).await.or_retry() }
    });
    let used = analytics.clone();
    let consumer = consumer.on(move |event: UsageRecorded, meta: Meta| {
        let analytics = used.clone();
        async move { analytics.take_usage(meta.id, event).await.or_retry() }
    });
    content(
        commerce(people(playback(consumer, analytics), analytics), analytics),
        analytics,
    )
}

fn playback(consumer: Consumer, analytics: &Analytics) -> Consumer {
    let take = |kind: &'static str| {
        let analytics = analytics.clone();
        move |meta: Meta, playback: Playback| {
            let analytics = analytics.clone();
            async move { analytics.take_playback(meta.id, kind, playback).await.or_retry() }
        }
    };
    let (started, progressed) = (take(kind::PLAYBACK_STARTED), take(kind::PLAYBACK_PROGRESSED));
    let (paused, ended) = (take(kind::PLAYBACK_PAUSED), take(kind::PLAYBACK_ENDED));
    consumer
        .on(move |event: PlaybackStarted, meta: Meta| started(meta, event.playback))
        .on(move |event: PlaybackProgressed, meta: Meta| progressed(meta, event.playback))
        .on(move |event: PlaybackPaused, meta: Meta| paused(meta, event.playback))
        .on(move |event: PlaybackEnded, meta: Meta| ended(meta, event.playback))
}

/// Takes events of type `E` as they are: `about` tells whose an event is and what else there is to say.
fn log<E: Event>(
    consumer: Consumer,
    analytics: &Analytics,
    kind: &'static str,
    about: fn(&E) -> (Option<AccountId>, Value),
) -> Consumer {
    let analytics = analytics.clone();
    consumer.on(move |event: E, meta: Meta| {
        let (analytics, (account, metadata)) = (analytics.clone(), about(&event));
        let happened = NewEvent {
            id: meta.id.0,
            kind: kind.to_owned(),
            at: meta.time,
            account,
            subject: Some(event.subject()),
            metadata: Some(metadata.to_string()),
        };
        async move { analytics.take(meta.id, happened).await.or_retry() }
    })
}

fn people(consumer: Consumer, analytics: &Analytics) -> Consumer {
    let consumer = log(consumer, analytics, kind::USER_REGISTERED, |event: &UserRegistered| {
        (Some(event.account), json!({}))
    });
    let consumer = log(consumer, analytics, kind::USER_LOGGED_IN, |event: &UserLoggedIn| {
        (Some(event.account), json!({}))
    });
    let consumer = log(consumer, analytics, kind::TITLE_RATED, |event: &VideoRated| {
        (None, json!({ "title": event.title, "rating": event.rating }))
    });
    log(
        consumer,
        analytics,
        kind::WATCHLIST_UPDATED,
        |event: &WatchlistUpdated| (None, json!({ "title": event.title, "listed": event.listed })),
    )
}

fn commerce(consumer: Consumer, analytics: &Analytics) -> Consumer {
    let consumer = log(
        consumer,
        analytics,
        kind::SUBSCRIPTION_CREATED,
        |event: &SubscriptionCreated| {
            (
                Some(event.facts.account),
                json!({ "plan": event.facts.plan, "status": event.facts.status }),
            )
        },
    );
    let consumer = log(
        consumer,
        analytics,
        kind::SUBSCRIPTION_UPDATED,
        |event: &SubscriptionUpdated| {
            (
                Some(event.facts.account),
                json!({ "plan": event.facts.plan, "status": event.facts.status }),
            )
        },
    );
    let consumer = log(
        consumer,
        analytics,
        kind::PAYMENT_SUCCEEDED,
        |event: &PaymentSucceeded| (Some(event.account), json!({ "amount": event.amount })),
    );
    let consumer = log(consumer, analytics, kind::PAYMENT_FAILED, |event: &PaymentFailed| {
        (
            Some(event.account),
            json!({ "amount": event.amount, "reason": event.reason }),
        )
    });
    let consumer = log(
        consumer,
        analytics,
        kind::PURCHASE_COMPLETED,
        |event: &PurchaseCompleted| {
            (
                Some(event.account),
                json!({ "content": event.content, "offer": event.offer }),
            )
        },
    );
    log(consumer, analytics, kind::RENTAL_STARTED, |event: &RentalStarted| {
        (
            Some(event.account),
            json!({ "content": event.content, "offer": event.offer }),
        )
    })
}

fn content(consumer: Consumer, analytics: &Analytics) -> Consumer {
    let consumer = log(consumer, analytics, kind::VIDEO_CREATED, |_: &VideoCreated| {
        (None, json!({}))
    });
    log(consumer, analytics, kind::VIDEO_DELETED, |_: &VideoDeleted| {
        (None, json!({}))
    })
}
