//! The cluster and the generated business.

mod business;
mod cluster;
mod reference;
mod schema;
