//! A reader that went away: `vesper runs | head` is no failure.

use std::panic::PanicHookInfo;

/// What a shell reports of a program that a closed pipe ended (128 + SIGPIPE).
const CLOSED_PIPE: i32 = 141;

/// Ends the process quietly when stdout or stderr is a pipe that nobody reads any more.
///
/// Rust's `println!` panics there, and the signal that ends other programs is ignored from the start of every Rust
/// process. A panic of any other kind is told as before.
pub(super) fn end_quietly_when_closed() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if is_closed_pipe(panic) {
            std::process::exit(CLOSED_PIPE);
        }
        tell(panic);
    }));
}

/// The library's only words for it; `tests/cli/pipe.rs` would notice other ones.
fn is_closed_pipe(panic: &PanicHookInfo<'_>) -> bool {
    let words = panic.payload().downcast_ref::<String>();
    words.is_some_and(|words| words.starts_with("failed printing to std") && words.contains("Broken pipe"))
}
