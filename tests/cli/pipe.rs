//! A reader that goes away before the end: `vesper contract | head -1`.

use std::process::{Command, Stdio};

#[test]
fn a_closed_pipe_ends_a_command_without_a_word() {
    for arguments in [["contract"].as_slice(), &["contract", "customer"], &["--help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_vesper"));
        let ended = command.args(arguments).env_clear().stdin(Stdio::null()).stdout(writer).output();
        let ended = ended.expect("the binary starts");
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(told, "", "{arguments:?}");
        assert!(matches!(ended.status.code(), Some(0 | 141)), "{arguments:?} ended with {}", ended.status);
    }
}
