//! What the binary says of itself.

use std::path::Path;

use super::session::play;
use super::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_help_of_every_command_reads_as_its_session_shows() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/help.txt");
    play(&Stage::of_refusal(false, false).await, &file).await.unwrap_or_else(|difference| panic!("{difference}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_of_a_help_text_is_wider_than_a_screen() {
    let help = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/help.txt"));
    for line in help.expect("the session").lines() {
        assert!(line.chars().count() <= 120, "{line}");
    }
}
