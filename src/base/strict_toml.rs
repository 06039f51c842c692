//! Reads a TOML file an operator wrote, strictly: every key is asked for by name, what was not
//! asked for is an error with the nearest valid name, and all problems come at once with line and column.
//!
//! ```
//! use vesper::base::strict_toml::TomlFile;
//! let file = TomlFile::parse("jobs/nightly.toml", "cron = \"0 2 * * *\"\nzoen = \"UTC\"");
//! let top = file.top();
//! let cron = top.text("cron");
//! let zone = top.text_or("zone", "UTC");
//! top.finish();
//! let problems = file.finish().unwrap_err();
//! assert_eq!(problems.0[0].to_string(), "jobs/nightly.toml:2:1: unknown key `zoen` (did you mean `zone`?)");
//! ```

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::problem::{Problem, Problems};
use crate::base::remedy::nearest;

/// One parsed file and the problems found in it so far.
pub struct TomlFile<'t> {
    name: String,
    text: &'t str,
    root: Spanned<DeTable<'t>>,
    problems: RefCell<Vec<(usize, Problem)>>,
}

/// A table of the file; remembers which keys were asked for.
pub struct Table<'f, 't> {
    file: &'f TomlFile<'t>,
    table: &'f DeTable<'t>,
    span: Range<usize>,
    path: String,
    known: RefCell<BTreeSet<String>>,
}

/// A value and where it stands, for checks that come after reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Byte offsets in the file.
    pub span: Range<usize>,
}

impl<'t> TomlFile<'t> {
    /// Parses `text`; syntax errors are kept as problems and what could be read is read.
    pub fn parse(name: impl Into<String>, text: &'t str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let file = Self { name: name.into(), text, root, problems: RefCell::default() };
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            file.problem(&span, error.message().to_lowercase(), None);
        }
        file
    }

    /// The table of the whole file.
    pub fn top(&self) -> Table<'_, 't> {
        Table { file: self, table: self.root.get_ref(), span: 0..0, path: String::new(), known: RefCell::default() }
    }

    /// Records a problem at a span of this file.
    pub fn problem(&self, span: &Range<usize>, message: impl Into<String>, hint: Option<String>) {
        let place = Some(self.place(span.start));
        self.problems
            .borrow_mut()
            .push((span.start, Problem { file: self.name.clone(), place, message: message.into(), hint }));
    }

    /// The same, unless exactly this was recorded already.
    pub fn problem_once(&self, span: &Range<usize>, message: String) {
        let is_known = self.problems.borrow().iter().any(|(at, known)| *at == span.start && known.message == message);
        if !is_known {
            self.problem(span, message, None);
        }
    }

    /// The file's name, as it stands before its problems.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn forget(&self, span: &Range<usize>, message: &str) {
        self.problems.borrow_mut().retain(|(start, problem)| *start != span.start || problem.message != message);
    }

    /// Records that `name` is not one of `valid`, with the nearest.
    pub fn unknown_name<'a>(
        &self,
        span: &Range<usize>,
        kind: &str,
        name: &str,
        valid: impl IntoIterator<Item = &'a str>,
    ) {
        let valid: Vec<&str> = valid.into_iter().collect();
        let hint = match nearest(name, valid.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("valid: {}", valid.join(", ")),
        };
        self.problem(span, format!("unknown {kind} `{name}`"), Some(hint));
    }

    /// Where a part of a text value stands in the file, for problems inside it: exact unless the value is written with
    /// escapes, then the whole value.
    pub fn within(&self, text: &Placed<String>, part: &Range<usize>) -> Range<usize> {
        let written = self.text.get(text.span.clone()).unwrap_or_default();
        match written.find(text.value.as_str()).map(|at| text.span.start + at) {
            Some(start) => start + part.start..start + part.end,
            None => text.span.clone(),
        }
    }

    /// 1-based line and column of a byte offset.
    fn place(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..offset.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
        (line, column)
    }

    /// All problems in file order, or `Ok`.
    pub fn finish(self) -> Result<(), Problems> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(offset, _)| *offset);
        Problems(problems.into_iter().map(|(_, p)| p).collect()).into_result()
    }
}

impl<'f, 't> Table<'f, 't> {
    /// The file this table stands in.
    pub fn file(&self) -> &'f TomlFile<'t> {
        self.file
    }

    /// Where the table begins.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The keys present, in no particular order of meaning.
    pub fn keys(&self) -> Vec<String> {
        self.table.keys().map(|k| k.get_ref().to_string()).collect()
    }

    /// Whether `key` is present (and so asked for).
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether `key` is present and a table.
    pub fn holds_table(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.get_ref().as_table().is_some())
    }

    /// Where the value of `key` stands, if it is present (and so asked for).
    pub fn span_of(&self, key: &str) -> Option<Range<usize>> {
        self.get(key).map(Spanned::span)
    }

    fn get(&self, key: &str) -> Option<&'f Spanned<DeValue<'t>>> {
        self.known.borrow_mut().insert(key.to_owned());
        self.table.iter().find(|(k, _)| k.get_ref() == key).map(|(_, v)| v)
    }

    fn missing(&self, key: &str, expected: &str) {
        self.file.problem(&self.span, self.missing_message(key), Some(format!("expected {expected}")));
    }

    fn missing_message(&self, key: &str) -> String {
        let place = if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) };
        format!("missing key `{key}`{place}")
    }

    fn typed<T>(&self, key: &str, expected: &str, read: impl Fn(&'f DeValue<'t>) -> Option<T>) -> Option<Placed<T>> {
        let value = self.get(key)?;
        match read(value.get_ref()) {
            Some(v) => Some(Placed { value: v, span: value.span() }),
            None => {
                let found = value.get_ref().type_str();
                self.file.problem(&value.span(), format!("`{key}` is {}, expected {expected}", article(found)), None);
                None
            }
        }
    }

    fn required<T>(&self, key: &str, expected: &str, read: impl Fn(&'f DeValue<'t>) -> Option<T>) -> Option<Placed<T>> {
        if !self.has(key) {
            self.missing(key, expected);
            return None;
        }
        self.typed(key, expected, read)
    }

    /// A text that must be there.
    pub fn text(&self, key: &str) -> Option<Placed<String>> {
        self.required(key, "a text", |v| v.as_str().map(str::to_owned))
    }

    /// A text that may be missing.
    pub fn text_opt(&self, key: &str) -> Option<Placed<String>> {
        self.typed(key, "a text", |v| v.as_str().map(str::to_owned))
    }

    /// A text, or `default`.
    pub fn text_or(&self, key: &str, default: &str) -> String {
        self.text_opt(key).map_or_else(|| default.to_owned(), |p| p.value)
    }

    /// A whole number that may be missing.
    pub fn integer_opt(&self, key: &str) -> Option<Placed<i64>> {
        self.typed(key, "a whole number", |v| {
            v.as_integer().and_then(|i| i64::from_str_radix(i.as_str(), i.radix()).ok())
        })
    }

    /// A whole number within `range`, or `default`.
    pub fn integer_or(&self, key: &str, default: i64, range: std::ops::RangeInclusive<i64>) -> i64 {
        let Some(found) = self.integer_opt(key) else { return default };
        if !range.contains(&found.value) {
            let message = format!("`{key}` is {}, expected {} to {}", found.value, range.start(), range.end());
            self.file.problem(&found.span, message, None);
            return default;
        }
        found.value
    }

    /// A number with or without a fraction that may be missing.
    pub fn number_opt(&self, key: &str) -> Option<Placed<f64>> {
        self.typed(key, "a number", |v| {
            v.as_float()
                .and_then(|x| x.as_str().parse().ok())
                .or_else(|| v.as_integer().and_then(|i| i.as_str().parse().ok()))
        })
    }

    /// True or false, or `default`.
    pub fn flag_or(&self, key: &str, default: bool) -> bool {
        self.typed(key, "true or false", |v| v.as_bool()).map_or(default, |p| p.value)
    }

    /// A list of texts; empty when missing.
    pub fn texts(&self, key: &str) -> Vec<Placed<String>> {
        let Some(list) = self.typed(key, "a list of texts", |v| v.as_array()) else { return Vec::new() };
        let mut texts = Vec::new();
        for item in list.value.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push(Placed { value: text.to_owned(), span: item.span() }),
                None => {
                    let found = article(item.get_ref().type_str());
                    self.file.problem(&item.span(), format!("`{key}` holds {found}, expected texts"), None);
                }
            }
        }
        texts
    }

    /// A text, or a list of texts; empty when missing.
    pub fn text_or_texts(&self, key: &str) -> Vec<Placed<String>> {
        match self.get(key).filter(|value| value.get_ref().as_str().is_some()) {
            Some(_) => self.text_opt(key).into_iter().collect(),
            None => self.texts(key),
        }
    }

    /// One of `choices` by name; `default` when missing, a problem with the nearest name when unknown.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)], default: T) -> T {
        let Some(found) = self.text_opt(key) else { return default };
        match choices.iter().find(|(name, _)| *name == found.value) {
            Some((_, choice)) => *choice,
            None => {
                self.file.unknown_name(&found.span, key, &found.value, choices.iter().map(|(n, _)| *n));
                default
            }
        }
    }

    /// A table that may be missing.
    pub fn table(&self, key: &str) -> Option<Table<'f, 't>> {
        let found = self.typed(key, "a table", |v| v.as_table())?;
        Some(self.child(found.value, found.span, key))
    }

    /// A list of tables (`[[key]]`); empty when missing.
    pub fn tables(&self, key: &str) -> Vec<Table<'f, 't>> {
        let Some(list) = self.typed(key, "a list of tables", |v| v.as_array()) else { return Vec::new() };
        let mut tables = Vec::new();
        for item in list.value.iter() {
            match item.get_ref().as_table() {
                Some(table) => tables.push(self.child(table, item.span(), key)),
                None => self.file.problem(&item.span(), format!("`{key}` holds something else than tables"), None),
            }
        }
        tables
    }

    fn child(&self, table: &'f DeTable<'t>, span: Range<usize>, key: &str) -> Table<'f, 't> {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Table { file: self.file, table, span, path, known: RefCell::default() }
    }

    /// Reports every key that was not asked for. Call it after the last read.
    pub fn finish(&self) {
        let known = self.known.borrow();
        for (key, _) in self.table.iter().filter(|(k, _)| !known.contains(k.get_ref().as_ref())) {
            let name = key.get_ref().as_ref();
            // A key that is missing because it is misspelt is one problem, not two.
            if let Some(near) = nearest(name, known.iter().map(String::as_str)) {
                self.file.forget(&self.span, &self.missing_message(near));
            }
            self.file.unknown_name(&key.span(), "key", name, known.iter().map(String::as_str));
        }
    }
}

/// `found` with its article, for sentences.
fn article(found: &str) -> String {
    let vowel = found.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {found}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_come_at_once_in_file_order() {
        let text = "title = 3\n[[section]]\nkind = \"chrat\"\n[[section]]\nkidn = \"kpis\"\n";
        let file = TomlFile::parse("r.toml", text);
        let top = file.top();
        assert_eq!(top.text("title"), None);
        assert_eq!(top.text("paper"), None);
        for section in top.tables("section") {
            section.choice("kind", &[("chart", 1), ("kpis", 2)], 0);
            section.finish();
        }
        top.finish();
        let problems = file.finish().expect_err("problems").to_string();
        let lines: Vec<&str> = problems.lines().collect();
        assert_eq!(lines.len(), 4, "{problems}");
        assert!(problems.contains("r.toml:1:9: `title` is an integer, expected a text"), "{problems}");
        assert!(problems.contains("missing key `paper` (expected a text)"), "{problems}");
        assert!(problems.contains("r.toml:3:8: unknown kind `chrat` (did you mean `chart`?)"), "{problems}");
        assert!(problems.contains("r.toml:5:1: unknown key `kidn` (did you mean `kind`?)"), "{problems}");
    }

    #[test]
    fn a_misspelt_key_is_not_missing_too() {
        let file = TomlFile::parse("x.toml", "crno = \"0 2 * * *\"");
        let top = file.top();
        top.text("cron");
        top.text("zone");
        top.finish();
        let told = file.finish().expect_err("problems").to_string();
        assert_eq!(
            told.lines().collect::<Vec<_>>(),
            [
                "x.toml:1:1: missing key `zone` (expected a text)",
                "x.toml:1:1: unknown key `crno` (did you mean `cron`?)"
            ]
        );
    }

    #[test]
    fn broken_syntax_is_a_problem_with_a_place() {
        let file = TomlFile::parse("x.toml", "a = \n");
        let top = file.top();
        top.text_opt("a");
        top.finish();
        assert!(file.finish().expect_err("problems").to_string().starts_with("x.toml:1:"));
    }
}
