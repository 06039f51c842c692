//! The one integration binary: every test that needs a server, the whole program, or the whole tree.

#[cfg(feature = "chaos")]
mod chaos;
mod cli;
mod delivery;
mod demo;
mod house;
mod schedule;
mod support;
mod warehouse;
