//! Query parameters, read strictly: what a route does not know is refused, because a client that misspells
//! `granularity` must not get months for weeks.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::base::nearest;
use crate::delivery::edition::escape;
use crate::http::page::Cursor;
use crate::http::refusal::Refusal;
use crate::http::route::BASE_PATH;

/// A parameter of a route.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) is_required: bool,
    pub(super) expected: Expected,
    /// What it does, for the description of the interface.
    pub(super) about: &'static str,
}

/// What a parameter's value may be.
#[derive(Debug)]
pub(super) enum Expected {
    /// One of some names.
    OneOf(&'static [&'static str]),
    /// A whole number, both ends included.
    Number { from: i64, to: i64 },
    /// A calendar date.
    Date,
    /// The source's own id of something.
    Id,
    /// A dimension and one of its members.
    Member,
    /// Where a page ends, as an earlier answer told it.
    Cursor,
}

/// The parameters of a request, checked and in one order whatever the request's was.
#[derive(Debug, Default)]
pub(super) struct Query(BTreeMap<&'static str, String>);

/// Longer than any id an operational database gives out (a UUID has 36 characters).
pub(super) const ID_LENGTH_MAX: usize = 128;

impl Query {
    /// Checks `pairs` against the groups of parameters that a route takes.
    pub(super) fn read(groups: &[&'static [Parameter]], pairs: Vec<(String, String)>) -> Result<Self, Refusal> {
        let mut values = BTreeMap::new();
        let parameters = || groups.iter().copied().flatten();
        for (name, value) in pairs {
            let known = parameters().find(|p| p.name == name).ok_or_else(|| unknown(&name, parameters()))?;
            known.check(&value)?;
            if values.insert(known.name, value).is_some() {
                return Err(Refusal::parameter(&name, format!("{name} is given more than once")));
            }
        }
        match parameters().find(|p| p.is_required && !values.contains_key(p.name)) {
            Some(p) => Err(Refusal::missing_parameter(p.name, format!("{} is required: {}", p.name, p.expectation()))),
            None => Ok(Self(values)),
        }
    }

    /// The value of a parameter, if the request gave one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of a date parameter.
    pub(super) fn date(&self, name: &str) -> Option<NaiveDate> {
        self.get(name).and_then(date)
    }

    /// The two words of a parameter such as `tier:pro`.
    pub(super) fn member(&self, name: &str) -> Option<(&str, &str)> {
        self.get(name).and_then(member)
    }

    /// The same text for the same parameters, and another for others: values are quoted, because one may hold `&`.
    pub(super) fn canonical(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        pairs.join("&")
    }

    /// The URL of the page after `cursor`: the same question again, relative to the host.
    pub(super) fn link(&self, path: &str, cursor: &str) -> String {
        let others =
            self.0.iter().filter(|(name, _)| **name != "page[after]").map(|(name, value)| (*name, value.as_str()));
        let pairs =
            others.chain([("page[after]", cursor)]).map(|(name, value)| format!("{}={}", escape(name), escape(value)));
        format!("{BASE_PATH}/{path}?{}", pairs.collect::<Vec<_>>().join("&"))
    }
}

impl Parameter {
    fn check(&self, value: &str) -> Result<(), Refusal> {
        let is_valid = match self.expected {
            Expected::OneOf(names) => names.contains(&value),
            Expected::Number { from, to } => value.parse::<i64>().is_ok_and(|n| (from..=to).contains(&n)),
            Expected::Date => date(value).is_some(),
            Expected::Id => !value.is_empty() && value.len() <= ID_LENGTH_MAX,
            Expected::Member => value.len() <= 2 * ID_LENGTH_MAX && member(value).is_some(),
            Expected::Cursor => value.len() <= ID_LENGTH_MAX && Cursor::parse(value).is_some(),
        };
        if is_valid {
            Ok(())
        } else {
            Err(Refusal::parameter(self.name, format!("{} must be {}", self.name, self.expectation())))
        }
    }

    /// What a value must be, to stand after "must be".
    pub(super) fn expectation(&self) -> String {
        match self.expected {
            Expected::OneOf([rest @ .., last]) => format!("{} or {last}", rest.join(", ")),
            Expected::OneOf([]) => "nothing".to_owned(),
            Expected::Number { from, to } => format!("a whole number from {from} to {to}"),
            Expected::Date => "a date from 1990-01-01 to 2100-12-31 as YYYY-MM-DD".to_owned(),
            Expected::Id => format!("an id of 1 to {ID_LENGTH_MAX} bytes"),
            Expected::Member => "a dimension and a member, such as tier:pro".to_owned(),
            Expected::Cursor => "the cursor that an earlier answer told".to_owned(),
        }
    }
}

/// A date in the form of the contract, within the years the calendar is made for.
fn date(value: &str) -> Option<NaiveDate> {
    let is_plain = value.len() == 10 && value.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date = value.parse::<NaiveDate>().ok().filter(|_| is_plain)?;
    (1990..=2100).contains(&date.year()).then_some(date)
}

/// A dimension or column, and a member or name in it.
fn member(value: &str) -> Option<(&str, &str)> {
    value.split_once(':').filter(|(of, name)| !of.is_empty() && !name.is_empty())
}

/// What a refusal repeats of a client's own words: cut, so that an answer is never larger than a sentence.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

fn unknown(name: &str, parameters: impl Iterator<Item = &'static Parameter>) -> Refusal {
    let names: Vec<&str> = parameters.map(|p| p.name).collect();
    let advice = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("this route takes {}", names.join(", ")),
    };
    let shown = excerpt(name);
    Refusal::unknown_parameter(&shown, format!("unknown parameter {shown:?}: {advice}"))
}
