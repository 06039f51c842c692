//! The process, built once: settings become sources, templates, jobs and connections, and the runner of every recipe.
//!
//! In: [`Settings`](crate::config::Settings). Out: an [`App`] that the commands drive.
//!
//! Never here: what a recipe does (that is `job::recipe`), what a command prints (that is `cli`).

mod addressee;
mod build;
mod freshness;
mod migrate;
mod reload;
mod roles;
mod supervisor;
mod window;

pub use build::{App, AppError, read_reports, read_sources};
pub use freshness::stale_after;
pub use migrate::{MigrateError, check_migrations, migrate};
pub use reload::follow_files;
pub use roles::{WarehouseRole, make_roles};
pub use supervisor::{Duty, tell_supervisor};
pub use window::{Window, WindowError};
