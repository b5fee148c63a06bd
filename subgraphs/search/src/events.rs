//! Events of other services, each one service call.

use bus::{Consumer, Meta, OrRetry};
use schema::events::{
    catalogue::{TitleChanged, TitlePublished, TitleWithdrawn},
    livetv::{ChannelChanged, GuideChanged},
};

use crate::service::Search;

/// What search takes.
pub fn consumer(search: &Search) -> Consumer {
    let [published, changed, withdrawn, channels, guide] = [(); 5].map(|()| search.clone());
    Consumer::new("search")
        .on(move |event: TitlePublished, meta: Meta| {
            let search = published.clone();
            async move { search.apply_title(meta.id, event.facts).await.or_retry() }
        })
        .on(move |event: TitleChanged, meta: Meta| {
            let search = changed.clone();
            async move { search.apply_title(meta.id, event.facts).await.or_retry() }
        })
        .on(move |event: TitleWithdrawn, meta: Meta| {
            let search = withdrawn.clone();
            async move {
                search
                    .withdraw_title(meta.id, event.title, event.version)
                    .await
                    .or_retry()
            }
        })
        .on(move |event: ChannelChanged, meta: Meta| {
            let search = channels.clone();
            async move { search.apply_channel(meta.id, event).await.or_retry() }
        })
        .on(move |event: GuideChanged, meta: Meta| {
            let search = guide.clone();
            async move {
                search
                    .apply_guide(meta.id, event.cursor, event.changes)
                    .await
                    .or_retry()
            }
        })
}
