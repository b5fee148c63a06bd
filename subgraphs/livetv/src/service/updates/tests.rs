//! What subscribers leave behind, which the graph does not show.

use futures_util::{FutureExt, StreamExt};
use kernel::{AccountId, ChannelId};
use testkit::Bench;

use crate::{
    Settings,
    service::{Actor, LiveTv, NewChannel},
};

#[tokio::test]
async fn subscribers_that_come_and_go_leave_nothing() {
    let bench = Bench::start::<migrations::livetv::Migrator>("livetv").await;
    let livetv = LiveTv::open(&bench.platform, bench.database.clone(), Settings::default())
        .await
        .unwrap();
    let actor = Actor {
        account: AccountId(Bench::id(1)),
        trace_id: None,
    };
    let new = NewChannel {
        number: "1".to_owned(),
        name: "One".to_owned(),
        ..NewChannel::default()
    };
    let made = livetv.create_channel(&actor, new).await.unwrap().unwrap();
    let channel = ChannelId(made.id);
    let mut open = Vec::new();
    for i in 0..20_usize {
        let updates = livetv.watch_guide(Some(vec![made.id]), None, None).await.unwrap();
        let mut updates = Box::pin(updates);
        let states = livetv.watch_now_next(vec![channel]).await.unwrap();
        let mut states = Box::pin(states);
        assert!(updates.next().await.is_some() && states.next().await.is_some());
        assert!(updates.next().now_or_never().is_none() && states.next().now_or_never().is_none());
        assert_eq!(livetv.updates.subscribers(), i % 10 + 1);
        open.push((updates, states));
        if open.len() == 10 {
            assert_eq!(livetv.board.followed(), 1);
            open.clear();
            assert_eq!((livetv.updates.subscribers(), livetv.board.followed()), (0, 0));
        }
    }
    // An unknown channel is not kept either.
    assert!(livetv.watch_now_next(vec![ChannelId(Bench::id(9))]).await.is_err());
    assert_eq!(livetv.board.followed(), 0);
}
