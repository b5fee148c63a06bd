//! The rights subgraph.
