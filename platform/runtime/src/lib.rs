//! What a service is given ([`Platform`]), what it gives back ([`Service`]), and who runs it ([`Supervisor`]).

mod blocking;
mod jobs;
mod platform;
mod service;
mod supervisor;

pub use blocking::{Blocking, Unfinished};
pub use jobs::Job;
pub use platform::{Platform, PlatformParts, Urls};
pub use service::{Hook, Service};
pub use supervisor::Supervisor;
