//! The one integration binary: every test that needs a server, the whole program, or the whole tree.

mod demo;
mod warehouse;
mod house;
mod support;
