//! One file per type, our own or another subgraph's.

pub(crate) mod access;
pub(crate) mod access_rule;
pub(crate) mod channel;
pub(crate) mod offer;
pub(crate) mod playback_event;
pub(crate) mod playback_session;
pub(crate) mod problems;
pub(crate) mod programme;
pub(crate) mod title;
