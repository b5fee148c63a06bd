//! The analytics subgraph.
