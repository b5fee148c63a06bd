//! The billing subgraph.
