//! What an operator does about an error, and the exit code that says so to a script.

/// The kind of remedy an error asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The outside world is away or busy; the same call may succeed later.
    RetryLater,
    /// Rows or files of the source break the contract.
    FixData,
    /// A setting, job, source or template file is wrong.
    FixConfig,
    /// A bug of ours.
    FixCode,
}

impl Remedy {
    /// The process's exit code: 1 ours, 3 configuration, 4 data, 5 try again (2 is usage, by clap).
    pub fn exit_code(self) -> u8 {
        match self {
            Remedy::FixCode => 1,
            Remedy::FixConfig => 3,
            Remedy::FixData => 4,
            Remedy::RetryLater => 5,
        }
    }
}

/// An error that knows its remedy.
pub trait Remedied: std::error::Error {
    /// What kind of action mends it.
    fn remedy(&self) -> Remedy;
    /// The operator's next step, as one sentence without a full stop.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// The candidate most like `name`, when it is like enough to be a slip of the keyboard.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(name, c), c))
        .filter(|(distance, c)| *distance <= 1 + c.len().max(name.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_name_and_nonsense_does_not() {
        let names = ["revenue", "win_rate", "new_customers"];
        assert_eq!(nearest("revnue", names), Some("revenue"));
        assert_eq!(nearest("winrate", names), Some("win_rate"));
        assert_eq!(nearest("zzz", names), None);
    }
}
