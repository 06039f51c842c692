//! One calendar file: every key is known, every value is checked, all problems come at once.

use chrono::Weekday;

use crate::base::Problems;
use crate::base::calendar::rule::FORM;
use crate::base::calendar::{Calendar, Holiday, HolidayRule, Observed};
use crate::base::strict_toml::{Placed, Table, TomlFile};

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];
const OBSERVED: [(&str, Observed); 3] =
    [("never", Observed::Never), ("nearest", Observed::Nearest), ("next", Observed::Next)];

/// Reads one calendar file's text.
pub fn read_calendar(name: &str, file: &str, text: &str) -> Result<Calendar, Problems> {
    let toml = TomlFile::parse(file, text);
    let top = toml.top();
    let mut weekend: Vec<Weekday> = Vec::new();
    for day in top.texts("weekend") {
        match WEEKDAYS.iter().find(|(name, _)| *name == day.value) {
            Some((_, weekday)) if !weekend.contains(weekday) => weekend.push(*weekday),
            Some(_) => toml.problem(&day.span, format!("`{}` stands twice", day.value), None),
            None => toml.unknown_name(&day.span, "weekday", &day.value, WEEKDAYS.iter().map(|(name, _)| *name)),
        }
    }
    if weekend.len() == WEEKDAYS.len() {
        toml.problem(&top.span(), "`weekend` leaves no day to work", None);
    }
    let observed = top.choice("observed", &OBSERVED, Observed::Never);
    let holidays = top.tables("holiday").iter().flat_map(|table| read_holiday(table, observed)).collect();
    top.finish();
    toml.finish()?;
    Ok(Calendar { name: name.to_owned(), weekend, holidays })
}

/// A holiday a rule: one with `dates` has several.
fn read_holiday(table: &Table<'_, '_>, observed: Observed) -> Vec<Holiday> {
    let name = table.text("name").map(|p| p.value).unwrap_or_default();
    let observed = table.choice("observed", &OBSERVED, observed);
    let (from, until) = (read_year(table, "from"), read_year(table, "until"));
    if let Some((from, until)) = from.as_ref().zip(until.as_ref()).filter(|(from, until)| from.value > until.value) {
        let message = format!("`until` is {}, which is before `from`, {}", until.value, from.value);
        table.file().problem(&until.span, message, None);
    }
    let rules: Vec<Placed<String>> = table.text_opt("on").into_iter().chain(table.texts("dates")).collect();
    if table.has("on") == table.has("dates") {
        table.file().problem(&table.span(), "a holiday has either `on` or `dates`", Some(format!("expected {FORM}")));
    }
    table.finish();
    let read = |text: Placed<String>| match text.value.parse::<HolidayRule>() {
        Ok(on) => {
            let (from, until) = (from.as_ref().map(|y| y.value), until.as_ref().map(|y| y.value));
            Some(Holiday { name: name.clone(), on, observed, from, until })
        }
        Err(form) => {
            let message = format!("`{}` is no day of the year", text.value);
            table.file().problem(&text.span, message, Some(format!("expected {form}")));
            None
        }
    };
    rules.into_iter().filter_map(read).collect()
}

fn read_year(table: &Table<'_, '_>, key: &str) -> Option<Placed<i32>> {
    let year = table.integer_opt(key)?;
    match i32::try_from(year.value).ok().filter(|y| (1900..=2100).contains(y)) {
        Some(value) => Some(Placed { value, span: year.span }),
        None => {
            table.file().problem(&year.span, format!("`{key}` is {}, expected a year", year.value), None);
            None
        }
    }
}
