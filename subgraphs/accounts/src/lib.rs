//! The accounts subgraph.
