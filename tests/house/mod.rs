//! The rules of the house, checked on the tree itself.

mod imports;
mod sql;
