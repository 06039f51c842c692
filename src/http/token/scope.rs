//! What a token opens.

use std::fmt;

/// One right of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The numbers: every route of the contract, the metrics, the catalog, the snapshots.
    Metrics,
    /// Sealed reports: all of them, or those that show the rows of one reader.
    Editions(Option<String>),
    /// The process's own meters.
    Ops,
}

impl Scope {
    /// The scope written as `text`: `metrics`, `editions`, `editions:SCOPE` or `ops`.
    pub fn parse(text: &str) -> Option<Scope> {
        match text.split_once(':') {
            None if text == "metrics" => Some(Scope::Metrics),
            None if text == "editions" => Some(Scope::Editions(None)),
            None if text == "ops" => Some(Scope::Ops),
            Some(("editions", scope)) if !scope.is_empty() && !scope.contains(char::is_control) => {
                Some(Scope::Editions(Some(scope.to_owned())))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Metrics => f.write_str("metrics"),
            Scope::Editions(None) => f.write_str("editions"),
            Scope::Editions(Some(scope)) => write!(f, "editions:{scope}"),
            Scope::Ops => f.write_str("ops"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for text in ["metrics", "editions", "editions:north", "editions:a:b", "ops"] {
            assert_eq!(Scope::parse(text).expect(text).to_string(), text);
        }
        for text in ["", "metric", "editions:", "ops:x", "Metrics", "*"] {
            assert_eq!(Scope::parse(text), None, "{text}");
        }
    }
}
