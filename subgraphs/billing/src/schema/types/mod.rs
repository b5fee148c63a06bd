//! One file per type, our own or another subgraph's.

pub(crate) mod invoice;
pub(crate) mod offer;
pub(crate) mod plan;
pub(crate) mod problems;
pub(crate) mod purchase;
pub(crate) mod rental;
pub(crate) mod subscription;
pub(crate) mod title;
pub(crate) mod viewer;
