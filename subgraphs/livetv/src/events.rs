//! What live TV does with other services' events.

use bus::{Consumer, Meta, OrRetry};
use schema::events::sidecar::GuideUploaded;

use crate::service::LiveTv;

/// An uploaded guide is imported.
pub(crate) fn consumer(livetv: &LiveTv) -> Consumer {
    let livetv = livetv.clone();
    Consumer::new("livetv").on(move |event: GuideUploaded, _: Meta| {
        let livetv = livetv.clone();
        async move { livetv.import(event).await.or_retry() }
    })
}
