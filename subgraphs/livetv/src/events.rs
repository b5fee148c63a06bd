//! What live TV does with events: other services', and its own where another process may have raised them.

use bus::{Consumer, Meta, OrRetry};
use schema::events::{
    accounts::{AccountClosed, ProfileChanged},
    livetv::GuideChanged,
    sidecar::GuideUploaded,
};

use crate::service::LiveTv;

/// An uploaded guide is imported; recordings and reminders follow the guide; profiles are known and forgotten.
pub(crate) fn consumer(livetv: &LiveTv) -> Consumer {
    let [importing, following, profiles, closing] = [(); 4].map(|()| livetv.clone());
    Consumer::new("livetv")
        .on(move |event: GuideUploaded, _: Meta| {
            let livetv = importing.clone();
            async move { livetv.import(event).await.or_retry() }
        })
        .on(move |_: GuideChanged, _: Meta| {
            let livetv = following.clone();
            // The event only wakes: what changed is read from the log.
            async move { livetv.follow_guide().await.or_retry() }
        })
        .on(move |event: ProfileChanged, _: Meta| {
            let livetv = profiles.clone();
            async move { livetv.apply_profile(event).await.or_retry() }
        })
        .on(move |event: AccountClosed, _: Meta| {
            let livetv = closing.clone();
            async move { livetv.close_account(event).await.or_retry() }
        })
}
