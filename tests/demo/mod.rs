//! The cluster and the generated business.

mod cluster;
mod peek;
mod schema;
