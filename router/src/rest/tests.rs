//! The façade's parts together.
