//! The livetv subgraph.
