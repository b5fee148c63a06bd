//! Logs and metrics: set-up, names, redaction.
