//! What every room stands on and nothing of the business: time, money, remedies, files, Postgres.
//!
//! In: nothing. Out: the clock, business dates, periods and calendars, integer money and exact rates, the
//! kinds of remedy an error asks for, the strict TOML reader, folders of an operator's files, connections and binary COPY.
//!
//! Never here: a table name, a metric, a decision.

pub mod calendar;
pub mod chaos;
pub mod clock;
pub mod desk;
pub mod folder;
pub mod meter;
pub mod money;
pub mod night;
pub mod period;
pub mod pg;
pub mod problem;
pub mod remedy;
pub mod strict_toml;
pub mod telemetry;
pub mod told;

pub use calendar::Calendar;
pub use desk::Desk;
pub use folder::{FileStamp, Folder, FolderError};
pub use money::{Money, percent};
pub use night::Night;
pub use period::{Grain, Period};
pub use problem::{Problem, Problems};
pub use remedy::{Remedied, Remedy, nearest};
pub use told::Told;
