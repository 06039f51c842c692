//! The cluster and the generated business.

mod cluster;
mod schema;
