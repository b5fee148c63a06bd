//! One file per GraphQL type, own or foreign.

mod home;
mod profile;
mod rail;
mod title;
mod training_run;

pub use home::Home;
pub use profile::Profile;
pub use title::Title;
pub use training_run::{ModelType, TrainingRun};
