//! The rules of the house, checked on the tree itself.

mod sql;
