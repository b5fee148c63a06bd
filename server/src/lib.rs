//! The one binary: settings, command line, and the list of services.
