//! Words over the numbers: the functions a template's sentences may call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, context};

use crate::base::nearest;
use crate::metric::catalog::{self, CATALOG};
use crate::metric::{Compare, Figure, Metric, Snapshot, Window};
use crate::report::document::{Change, Judgment, Paragraph};
use crate::report::kpi::compare_figures;
use crate::report::locale::{Locale, NOTHING};

/// What sentences may speak of, apart from the numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// The report's headline.
    pub title: String,
    /// Who the numbers belong to.
    pub organisation: String,
    /// The report's period, in words.
    pub period: String,
    /// The business date, in words.
    pub business_date: String,
}

/// The numbers sentences may call for, and which they called for.
pub(super) struct Facts {
    figures: BTreeMap<(&'static str, Window, Option<Compare>), Figure>,
    leaders: BTreeMap<(&'static str, String, Window), String>,
    business_date: chrono::NaiveDate,
    currency: String,
    locale: Locale,
    asked: Mutex<BTreeSet<&'static str>>,
}

impl Facts {
    /// Everything of a snapshot that a sentence may name.
    pub(super) fn of(snapshot: &Snapshot, locale: Locale) -> Facts {
        let mut figures = BTreeMap::new();
        let mut best: BTreeMap<(&'static str, String, Window), (i64, String)> = BTreeMap::new();
        for metric in snapshot.catalog.iter() {
            for (slice, figure) in snapshot.points.get(metric.name).into_iter().flatten() {
                match (&slice.member, slice.compare) {
                    (None, compare) => {
                        figures.insert((metric.name, slice.window, compare), *figure);
                    }
                    (Some((dimension, member)), None) => {
                        let value = figure.rounded().unwrap_or(0);
                        let key = (metric.name, dimension.clone(), slice.window);
                        if value > 0 && best.get(&key).is_none_or(|(most, _)| value > *most) {
                            best.insert(key, (value, member.clone()));
                        }
                    }
                    (Some(_), Some(_)) => {}
                }
            }
        }
        let leaders = best.into_iter().map(|(key, (_, member))| {
            let label = member_label(snapshot, &key.1, &member);
            (key, label)
        });
        Facts {
            figures,
            leaders: leaders.collect(),
            business_date: snapshot.header.business_date,
            currency: snapshot.header.currency.clone(),
            locale,
            asked: Mutex::default(),
        }
    }

    /// The metrics sentences called for so far.
    pub(super) fn asked(&self) -> BTreeSet<&'static str> {
        self.asked.lock().expect("no sentence panics while it writes").clone()
    }

    fn ask(&self, metric: &'static Metric) {
        self.asked.lock().expect("no sentence panics while it writes").insert(metric.name);
    }

    fn change(&self, metric: &'static Metric, window: Window, compare: Compare) -> Option<Change> {
        let period = window.compared(compare, self.business_date)?;
        let figure = |compare| self.figures.get(&(metric.name, window, compare)).copied();
        Some(compare_figures(metric, (figure(None), figure(Some(compare))), (window, compare), period))
    }
}

/// The name of a member, also of one the members list does not hold.
pub(super) fn member_label(snapshot: &Snapshot, dimension: &str, member: &str) -> String {
    let known = snapshot.members(dimension).iter().find(|m| m.member == member);
    known.map_or_else(|| heading(member), |m| m.label.clone())
}

/// `sales_rep` → `Sales rep`.
pub(super) fn heading(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => spaced,
    }
}

/// Checks syntax, function names and the metrics named, over no numbers.
pub(super) fn check(text: &str) -> Result<(), Error> {
    environment(None).render_str(text, names_context(&Names::default())).map(drop)
}

/// Writes `text` over the numbers.
pub(super) fn write(text: &str, facts: &Arc<Facts>, names: &Names) -> Result<String, Error> {
    environment(Some(facts)).render_str(text, names_context(names))
}

/// Parts a text into paragraphs at blank lines, and items at `- `.
pub(super) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut is_open = false;
    for line in text.lines().map(str::trim) {
        let item = line.strip_prefix("- ");
        match (line.is_empty(), item, is_open) {
            (true, _, _) => is_open = false,
            (false, None, true) => {
                let last = paragraphs.last_mut().expect("an open paragraph");
                last.words.push(' ');
                last.words.push_str(&one_line(line));
            }
            (false, _, _) => {
                paragraphs.push(Paragraph { words: one_line(item.unwrap_or(line)), is_item: item.is_some() });
                is_open = true;
            }
        }
    }
    paragraphs
}

/// One line with single blanks; a blank that must not break stays.
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_ascii_whitespace()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn names_context(names: &Names) -> minijinja::Value {
    context! {
        title => &names.title,
        organisation => &names.organisation,
        period => &names.period,
        business_date => &names.business_date,
    }
}

/// The functions: `value`, `change`, `trend`, `is_better`, `top`. Without facts they only check their arguments.
fn environment(facts: Option<&Arc<Facts>>) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);

    let shared = facts.cloned();
    environment.add_function("value", move |metric: &str, window: &str| -> Result<String, Error> {
        let (metric, window) = (find_metric(metric)?, find_window(window)?);
        let Some(facts) = &shared else { return Ok(NOTHING.to_owned()) };
        facts.ask(metric);
        let figure = facts.figures.get(&(metric.name, window, None)).copied();
        Ok(facts.locale.full(figure, metric.unit, &facts.currency))
    });
    let changed = move |facts: &Option<Arc<Facts>>, metric: &str, window: &str, compare: Option<&str>| {
        let (metric, window, compare) = (find_metric(metric)?, find_window(window)?, find_compare(compare)?);
        let Some(facts) = facts else { return Ok::<_, Error>(None) };
        facts.ask(metric);
        Ok(facts.change(metric, window, compare).map(|change| (change, facts.locale)))
    };
    let shared = facts.cloned();
    environment.add_function("change", move |metric: &str, window: &str, compare: Option<&str>| {
        let change = changed(&shared, metric, window, compare)?;
        Ok::<_, Error>(change.map_or_else(|| NOTHING.to_owned(), |(change, locale)| locale.change(&change)))
    });
    let shared = facts.cloned();
    environment.add_function("trend", move |metric: &str, window: &str, compare: Option<&str>| {
        let change = changed(&shared, metric, window, compare)?;
        Ok::<_, Error>(change.map_or_else(|| NOTHING.to_owned(), |(change, locale)| trend(&change, locale)))
    });
    let shared = facts.cloned();
    environment.add_function("is_better", move |metric: &str, window: &str, compare: Option<&str>| {
        let change = changed(&shared, metric, window, compare)?;
        Ok::<_, Error>(change.is_some_and(|(change, _)| change.judgment == Judgment::Good))
    });
    let shared = facts.cloned();
    environment.add_function("top", move |metric: &str, dimension: &str, window: &str| -> Result<String, Error> {
        let (metric, window) = (find_metric(metric)?, find_window(window)?);
        if !metric.dimensions.contains(&dimension) {
            let valid = metric.dimensions.join(", ");
            return Err(refuse(format!("`{}` is not cut by `{dimension}` (it has: {valid})", metric.name)));
        }
        let Some(facts) = &shared else { return Ok(NOTHING.to_owned()) };
        facts.ask(metric);
        let key = (metric.name, dimension.to_owned(), window);
        Ok(facts.leaders.get(&key).cloned().unwrap_or_else(|| NOTHING.to_owned()))
    });
    environment
}

/// `up 7.3%`, `down 1.2 pts`, `unchanged`, `without comparison`.
fn trend(change: &Change, locale: Locale) -> String {
    let size = locale.change(change);
    let size = size.trim_start_matches(['+', '−', '±']);
    match change.tenths {
        None => "without comparison".to_owned(),
        Some(0) => "unchanged".to_owned(),
        Some(tenths) if tenths > 0 => format!("up {size}"),
        Some(_) => format!("down {size}"),
    }
}

fn refuse(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

fn unknown<'a>(kind: &str, name: &str, valid: impl Iterator<Item = &'a str> + Clone) -> Error {
    let advice = match nearest(name, valid.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("valid: {}", valid.collect::<Vec<_>>().join(", ")),
    };
    refuse(format!("unknown {kind} `{name}`: {advice}"))
}

fn find_metric(name: &str) -> Result<&'static Metric, Error> {
    catalog::find(name).ok_or_else(|| unknown("metric", name, CATALOG.iter().map(|m| m.name)))
}

fn find_window(name: &str) -> Result<Window, Error> {
    Window::parse(name).ok_or_else(|| unknown("window", name, Window::ALL.iter().map(|w| w.name())))
}

fn find_compare(name: Option<&str>) -> Result<Compare, Error> {
    match name {
        None => Ok(Compare::Previous),
        Some(name) => [Compare::Previous, Compare::Year]
            .into_iter()
            .find(|c| c.name() == name)
            .ok_or_else(|| unknown("comparison", name, ["previous", "year"].into_iter())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_part_paragraphs_and_dashes_begin_items() {
        let found = paragraphs("One\nsentence.\n\n- first\n  goes on\n- second\n\nEnd.");
        let words: Vec<(&str, bool)> = found.iter().map(|p| (p.words.as_str(), p.is_item)).collect();
        assert_eq!(words[0], ("One sentence.", false));
        assert_eq!(words[1], ("first goes on", true));
        assert_eq!(words[2], ("second", true));
        assert_eq!(words[3], ("End.", false));
    }

    #[test]
    fn a_sentence_that_names_no_metric_is_refused_with_the_nearest() {
        let error = check("Won {{ value('revnue', 'week') }}").expect_err("an unknown metric");
        assert_eq!(error.detail(), Some("unknown metric `revnue`: did you mean `revenue`?"));
        assert!(check("{{ valeu('revenue', 'week') }}").is_err());
        assert!(check("{{ top('revenue', 'stage', 'week') }}").is_err());
        assert!(check("{{ trend('revenue', 'week', 'year') }} in {{ period }}").is_ok());
    }
}
