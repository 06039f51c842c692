//! The environment as a value, so that settings are a function of their inputs.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Variables by name. Values are never shown: any of them may be a secret.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The process's own variables; those that are not UTF-8 are none of ours and left out.
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(text).collect())
    }

    /// The same environment with one variable set.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The value of a variable; an empty one counts as not set, as compose files leave them.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value of a variable, or of the file that `<name>_FILE` names. The error is why there is none and repeats
    /// no value.
    pub fn secret(&self, name: &str) -> Result<String, String> {
        let file_variable = format!("{name}_FILE");
        match (self.get(name), self.get(&file_variable)) {
            (Some(_), Some(_)) => Err(format!("{name} and {file_variable} are both set")),
            (Some(value), None) => Ok(value.to_owned()),
            (None, Some(path)) => read_secret(Path::new(path)),
            (None, None) => Err(format!("neither {name} nor {file_variable} is set")),
        }
    }

    /// The names of all variables that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, value)| !value.is_empty()).map(|(name, _)| name.as_str())
    }
}

/// The text of a secret's file, without the line end that editors add.
pub(super) fn read_secret(path: &Path) -> Result<String, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(e) => Err(format!("the file {} cannot be read: {e}", path.display())),
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
