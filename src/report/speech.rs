//! Sentences over the numbers: the functions a template's words may call, and what they answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, context};

use crate::base::nearest;
use crate::metric::{Catalog, Compare, Metric, Window};
use crate::report::document::{Change, Judgment};
use crate::report::facts::Facts;
use crate::report::locale::{Locale, NOTHING};
use crate::report::phrase::say;
use crate::report::words::Names;

/// Checks syntax, function names and the metrics named, over no numbers. In a report that is cut by `scope` every metric
/// has that dimension.
pub(super) fn check(
    text: &str,
    scope: Option<&str>,
    (catalog, parameters): (&Catalog, &BTreeMap<String, String>),
) -> Result<(), Error> {
    let answers = Answers { catalog: catalog.clone(), scope: scope.map(str::to_owned), facts: None };
    let names = Names { parameters: parameters.clone(), ..Names::default() };
    environment(&Arc::new(answers)).render_str(text, names_context(&names)).map(drop)
}

/// Writes `text` over the numbers.
pub(super) fn write(text: &str, facts: &Arc<Facts>, names: &Names) -> Result<String, Error> {
    let answers = Answers { catalog: facts.catalog().clone(), scope: None, facts: Some(Arc::clone(facts)) };
    environment(&Arc::new(answers)).render_str(text, names_context(names))
}

fn names_context(names: &Names) -> minijinja::Value {
    context! {
        title => &names.title,
        organisation => &names.organisation,
        period => &names.period,
        business_date => &names.business_date,
        scope => &names.scope,
        parameters => &names.parameters,
    }
}

/// What the functions answer from: the numbers, or nothing while a template is only checked.
struct Answers {
    /// The metrics there are.
    catalog: Catalog,
    /// The dimension that every metric of a checked template has.
    scope: Option<String>,
    facts: Option<Arc<Facts>>,
}

impl Answers {
    fn metric(&self, name: &str) -> Result<&'static Metric, Error> {
        let metric = self.catalog.find(name).ok_or_else(|| unknown("metric", name, self.catalog.names()))?;
        if let Some(scope) = self.scope.as_deref().filter(|scope| !metric.dimensions.contains(scope)) {
            return Err(refuse(format!("metric `{name}` is not known by `{scope}`, by which this report is cut")));
        }
        if let Some(facts) = &self.facts {
            facts.ask(metric);
        }
        Ok(metric)
    }

    fn value(&self, metric: &str, window: &str) -> Result<String, Error> {
        let (metric, window) = (self.metric(metric)?, find_window(window)?);
        Ok(self.facts.as_ref().map_or_else(|| NOTHING.to_owned(), |facts| facts.value(metric, window)))
    }

    /// The dates of a window: `Oct 2026`.
    fn dates(&self, window: &str) -> Result<String, Error> {
        let window = find_window(window)?;
        Ok(self.facts.as_ref().map_or_else(|| NOTHING.to_owned(), |facts| facts.dates(window)))
    }

    /// The change, and how it is written.
    fn change(&self, metric: &str, window: &str, compare: Option<&str>) -> Result<Option<(Change, Locale)>, Error> {
        let (metric, window, compare) = (self.metric(metric)?, find_window(window)?, find_compare(compare)?);
        let Some(facts) = &self.facts else { return Ok(None) };
        Ok(facts.change(metric, window, compare).map(|change| (change, facts.locale)))
    }

    fn top(&self, metric: &str, dimension: &str, window: &str) -> Result<String, Error> {
        let (metric, window) = (self.metric(metric)?, find_window(window)?);
        if !metric.dimensions.contains(&dimension) {
            let valid = metric.dimensions.join(", ");
            return Err(refuse(format!("`{}` is not cut by `{dimension}` (it has: {valid})", metric.name)));
        }
        if let Some(scope) = &self.scope {
            return Err(refuse(format!("a report that is cut by `{scope}` does not know who else leads")));
        }
        let leader = self.facts.as_ref().and_then(|facts| facts.leader(metric, dimension, window));
        Ok(leader.unwrap_or_else(|| NOTHING.to_owned()))
    }
}

/// The functions: `value`, `change`, `trend`, `is_better`, `top`, `dates`.
fn environment(answers: &Arc<Answers>) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);

    let from = Arc::clone(answers);
    environment.add_function("value", move |metric: &str, window: &str| from.value(metric, window));
    let from = Arc::clone(answers);
    environment.add_function("change", move |metric: &str, window: &str, compare: Option<&str>| {
        let change = from.change(metric, window, compare)?;
        Ok::<_, Error>(change.map_or_else(|| NOTHING.to_owned(), |(change, locale)| locale.change(&change)))
    });
    let from = Arc::clone(answers);
    environment.add_function("trend", move |metric: &str, window: &str, compare: Option<&str>| {
        let change = from.change(metric, window, compare)?;
        Ok::<_, Error>(change.map_or_else(|| NOTHING.to_owned(), |(change, locale)| trend(&change, locale)))
    });
    let from = Arc::clone(answers);
    environment.add_function("is_better", move |metric: &str, window: &str, compare: Option<&str>| {
        let change = from.change(metric, window, compare)?;
        Ok::<_, Error>(change.is_some_and(|(change, _)| change.judgment == Judgment::Good))
    });
    let from = Arc::clone(answers);
    environment
        .add_function("top", move |metric: &str, dimension: &str, window: &str| from.top(metric, dimension, window));
    let from = Arc::clone(answers);
    environment.add_function("dates", move |window: &str| from.dates(window));
    environment
}

/// `up 7.3%`, `down 1.2 pts`, `unchanged`, `without comparison`.
fn trend(change: &Change, locale: Locale) -> String {
    let size = locale.change(change);
    let size = size.trim_start_matches(['+', '−', '±']);
    let words = locale.phrases();
    match change.tenths {
        None => words.without_comparison.to_owned(),
        Some(0) => words.unchanged.to_owned(),
        Some(tenths) if tenths > 0 => say(words.up, &[size]),
        Some(_) => say(words.down, &[size]),
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

    fn check(text: &str, scope: Option<&str>) -> Result<(), Error> {
        super::check(text, scope, (&Catalog::built_in(), &BTreeMap::new()))
    }

    #[test]
    fn a_sentence_that_names_no_metric_is_refused_with_the_nearest() {
        let error = check("Won {{ value('revnue', 'week') }}", None).expect_err("an unknown metric");
        assert_eq!(error.detail(), Some("unknown metric `revnue`: did you mean `revenue`?"));
        assert!(check("{{ valeu('revenue', 'week') }}", None).is_err());
        assert!(check("{{ top('revenue', 'stage', 'week') }}", None).is_err());
        assert!(check("{{ trend('revenue', 'week', 'year') }} in {{ period }}", None).is_ok());
    }

    #[test]
    fn a_report_cut_by_its_reader_speaks_of_nobody_else() {
        let scope = Some("sales_rep");
        assert!(check("{{ value('revenue', 'week') }} of {{ scope }}", scope).is_ok());
        let other = check("{{ value('orders', 'week') }}", scope).expect_err("orders are not known by rep");
        assert!(other.detail().is_some_and(|d| d.contains("is not known by `sales_rep`")), "{other}");
        assert!(check("{{ top('revenue', 'sales_rep', 'week') }}", scope).is_err());
    }
}
