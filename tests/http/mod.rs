//! The window as other programs meet it: real processes of `vesper serve`, asked over real sockets.

mod asked;
mod described;
mod editions;
mod followed;
mod same;
