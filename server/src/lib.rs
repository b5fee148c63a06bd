//! The one binary: settings, command line, and the list of services.
//!
//! Begin with [`services`] (what there is), [`Settings`] (what can be set), [`Running`] (a started process).

mod assemble;
mod cli;
mod commands;
mod discovery;
mod error;
mod gateway;
mod graph;
mod listen;
mod reload;
mod running;
pub mod services;
mod settings;
mod told;

pub use cli::{Cli, Command, dispatch};
pub use commands::schema::{Sdl, export};
pub use error::Error;
pub use gateway::{Alone, Gateway};
pub use reload::Load;
pub use running::Running;
pub use settings::{DEFAULTS, Settings};
