//! The command line: what can be asked for, and how a failure is told to a person.
//!
//! In: the arguments of the process. Out: a `Cli` value; for an error, words on stderr and an exit code that a script
//! can act on.
//!
//! Never here: a decision about data. A handler builds what it needs, calls one room, and prints.

mod args;
mod failure;

pub use args::{Cli, Command, DemoArgs, LogLevel, Part, RenderArgs, RunArgs, ServeArgs, StatusArgs};
pub use failure::Failure;
