//! The rules of the house, checked on the tree itself.

mod chaos;
mod imports;
mod sql;
