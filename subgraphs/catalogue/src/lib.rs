//! The catalogue subgraph.
