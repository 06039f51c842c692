//! The one integration binary: every test that needs a server, the whole program, or the whole tree.

// Without the crash tests nobody uses what the helpers have for them.
#![cfg_attr(not(feature = "chaos"), allow(dead_code))]

#[cfg(feature = "chaos")]
mod chaos;
mod cli;
mod delivery;
mod demo;
mod house;
mod http;
mod schedule;
mod support;
mod warehouse;
