//! The recommendations subgraph.
