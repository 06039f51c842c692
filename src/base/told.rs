//! An error and its causes in words, each once.

use std::error::Error;

use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;

use crate::base::{Problem, Problems};

/// What an error tells: what happened, then each cause, outermost first; and the problems of files among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// At least one unless there are problems.
    pub messages: Vec<String>,
    /// Problems of what an operator wrote.
    pub problems: Vec<Problem>,
}

/// What a database server said no to, however the driver's error is wrapped.
fn refusal_of<'e>(cause: &'e (dyn Error + 'static)) -> Option<&'e dyn DatabaseError> {
    let boxed = cause.downcast_ref::<Box<sqlx::Error>>().map(AsRef::as_ref);
    boxed.or_else(|| cause.downcast_ref::<sqlx::Error>()).and_then(sqlx::Error::as_database_error)
}

impl Told {
    /// Walks the chain of causes.
    pub fn of(error: &(dyn Error + 'static)) -> Told {
        let mut told = Told::default();
        let mut next = Some(error);
        while let Some(cause) = next {
            next = cause.source();
            if let Some(problems) = cause.downcast_ref::<Problems>() {
                told.problems.extend(problems.0.iter().cloned());
            } else if let Some(refusal) = refusal_of(cause) {
                // The driver adds a line number of the server's own source code, which reads like one of the statement.
                told.add(refusal.message().to_owned());
                next = None;
            } else if let Some(MigrateError::ExecuteMigration(_, version)) = cause.downcast_ref() {
                told.add(format!("migration {version} does not apply"));
            } else if let Some(MigrateError::Execute(_)) = cause.downcast_ref() {
                // Says nothing but its cause, with the same line number.
            } else {
                told.add(cause.to_string());
            }
        }
        told
    }

    fn add(&mut self, message: String) {
        // Some drivers repeat their cause in their own message; it is told once.
        let is_told = self.messages.last().is_some_and(|told| told.contains(&message));
        if !is_told && !message.is_empty() {
            self.messages.push(message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the night failed")]
    struct Night(#[source] Box<dyn Error>);

    #[test]
    fn causes_follow_outermost_first_and_a_repeated_one_is_told_once() {
        let io = std::io::Error::other("connection refused");
        let told = Told::of(&Night(Box::new(sqlx::Error::Io(io))));
        assert_eq!(told.messages, ["the night failed", "error communicating with database: connection refused"]);
        assert_eq!(told.problems, []);
    }

    #[test]
    fn problems_of_files_are_kept_apart() {
        let problem = Problem::of_file("jobs/a.toml", "unknown key `crno`");
        let told = Told::of(&Night(Box::new(Problems(vec![problem.clone()]))));
        assert_eq!((told.messages, told.problems), (vec!["the night failed".to_owned()], vec![problem]));
    }
}
