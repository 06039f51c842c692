//! How an error is told to a person, and to a script by its exit code.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::process::ExitCode;

use crate::base::{Problem, Remedied, Remedy, Told};
use crate::job::RunError;

/// An error on its way out of the process: what happened, why, where, and what to do.
///
/// Every room's error becomes one by `?`. It is no `Error` itself: nothing handles it any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    remedy: Remedy,
    /// What happened, then each cause, outermost first.
    messages: Vec<String>,
    place: Option<String>,
    hint: Option<String>,
    problems: Vec<Problem>,
}

impl<E: Remedied + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let Told { mut messages, problems } = Told::of(&error);
        if messages.is_empty() {
            messages.push("the files cannot be used".to_owned());
        }
        Failure { remedy: error.remedy(), messages, place: None, hint: error.hint(), problems }
    }
}

impl Failure {
    /// A failure with a message of its own.
    pub fn new(remedy: Remedy, message: impl Into<String>) -> Self {
        Self { remedy, messages: vec![message.into()], place: None, hint: None, problems: Vec::new() }
    }

    /// A failed run, as `what` names it.
    pub fn of_run(what: String, error: RunError) -> Self {
        let RunError { remedy, told, hint } = error;
        let messages = std::iter::once(what).chain(told.messages).collect();
        Self { remedy, messages, place: None, hint, problems: told.problems }
    }

    /// The same failure, of one thing among several: the job, the file, the database.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// The same failure with advice, unless the error brought its own.
    pub fn or_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// What kind of action mends it.
    pub fn remedy(&self) -> Remedy {
        self.remedy
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.remedy.exit_code())
    }

    /// Tells it on stderr, coloured only on a terminal and not when `NO_COLOR` is set.
    pub fn tell(&self) {
        let is_colour_wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let ink = if is_colour_wanted && std::io::stderr().is_terminal() { Ink::COLOURED } else { Ink::PLAIN };
        eprint!("{}", self.text(&ink));
    }

    fn text(&self, ink: &Ink) -> String {
        let Ink { alarm, label, advice, end } = ink;
        let mut text = String::new();
        let mut line = |args: std::fmt::Arguments<'_>| text.write_fmt(args).expect("a String takes every text");
        for (i, message) in self.messages.iter().enumerate() {
            let message = indented(message);
            match i {
                0 => line(format_args!("{alarm}error{end}: {message}\n")),
                _ => line(format_args!("  {label}because{end}: {message}\n")),
            }
        }
        if let Some(place) = &self.place {
            line(format_args!("  {label}at{end}: {place}\n"));
        }
        for problem in &self.problems {
            let place = problem.place.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
            line(format_args!("  {label}{}{place}{end}: {}\n", problem.file, indented(&problem.message)));
            if let Some(hint) = &problem.hint {
                line(format_args!("      {advice}{}{end}\n", indented(hint)));
            }
        }
        if self.problems.len() > 1 {
            line(format_args!("  {} problems\n", self.problems.len()));
        }
        if let Some(hint) = &self.hint {
            line(format_args!("  {advice}hint{end}: {}\n", indented(hint)));
        }
        text
    }
}

/// Terminal escapes, or nothing.
struct Ink {
    alarm: &'static str,
    label: &'static str,
    advice: &'static str,
    end: &'static str,
}

impl Ink {
    const PLAIN: Ink = Ink { alarm: "", label: "", advice: "", end: "" };
    const COLOURED: Ink = Ink { alarm: "\x1b[1;31m", label: "\x1b[1m", advice: "\x1b[36m", end: "\x1b[0m" };
}

/// A message of several lines, set in under its first; control characters of foreign servers are made visible.
fn indented(message: &str) -> String {
    let visible = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    let lines = message.lines().map(|line| line.trim_end().chars().map(visible).collect::<String>());
    lines.collect::<Vec<_>>().join("\n      ")
}

#[cfg(test)]
mod tests {
    use crate::base::Problems;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum RoomError {
        #[error("job \"nightly\" failed in step extract")]
        Step {
            #[source]
            source: std::io::Error,
        },
        #[error("the job files cannot be used")]
        Files {
            #[source]
            source: Problems,
        },
        #[error("the driver says: {source}")]
        Repeating {
            #[source]
            source: std::io::Error,
        },
    }

    impl Remedied for RoomError {
        fn remedy(&self) -> Remedy {
            match self {
                RoomError::Step { .. } | RoomError::Repeating { .. } => Remedy::RetryLater,
                RoomError::Files { .. } => Remedy::FixConfig,
            }
        }

        fn hint(&self) -> Option<String> {
            matches!(self, RoomError::Step { .. }).then(|| "check that the server runs".to_owned())
        }
    }

    fn problems() -> Problems {
        let first = Problem { place: Some((3, 7)), ..Problem::of_file("jobs/a.toml", "unknown key `crno`") };
        Problems(vec![first.with_hint("did you mean `cron`?"), Problem::of_file("VESPER_MAIL_URL", "cannot be used")])
    }

    #[test]
    fn each_cause_is_told_once_and_the_hint_last() {
        let failure = Failure::from(RoomError::Step { source: std::io::Error::other("connection refused") });
        let expected = "error: job \"nightly\" failed in step extract\n  because: connection refused\n  \
                        at: jobs/nightly.toml\n  hint: check that the server runs\n";
        assert_eq!(failure.clone().or_hint("another").at("jobs/nightly.toml").text(&Ink::PLAIN), expected);
        assert_eq!(failure.remedy().exit_code(), 5);
        let repeating = Failure::from(RoomError::Repeating { source: std::io::Error::other("no route") });
        assert_eq!(repeating.text(&Ink::PLAIN), "error: the driver says: no route\n");
    }

    #[test]
    fn all_problems_are_listed_with_their_places_and_hints() {
        let listed = "  jobs/a.toml:3:7: unknown key `crno`\n      did you mean `cron`?\n  \
                      VESPER_MAIL_URL: cannot be used\n  2 problems\n";
        let nested = Failure::from(RoomError::Files { source: problems() });
        assert_eq!(nested.text(&Ink::PLAIN), format!("error: the job files cannot be used\n{listed}"));
        assert_eq!(nested.exit_code(), ExitCode::from(3));
        let bare = Failure::from(problems());
        assert_eq!(bare.text(&Ink::PLAIN), format!("error: the files cannot be used\n{listed}"));
    }

    #[test]
    fn the_question_mark_turns_every_rooms_error_into_a_failure() {
        fn command() -> Result<(), Failure> {
            Err(RoomError::Files { source: problems() })?
        }
        assert_eq!(command().expect_err("fails").remedy(), Remedy::FixConfig);
    }

    #[test]
    fn colours_surround_words_and_foreign_escapes_are_shown_as_text() {
        let failure = Failure::new(Remedy::FixCode, "server said \x1b[2Jhello\nand more").or_hint("look");
        let text = failure.text(&Ink::COLOURED);
        assert!(text.starts_with("\x1b[1;31merror\x1b[0m: server said \\u{1b}[2Jhello\n      and more\n"), "{text:?}");
        assert!(!failure.text(&Ink::PLAIN).contains('\x1b'));
    }
}
