//! Reads `jobs/metrics/*.toml`: strictly, every problem at once, each with its place and the nearest name.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::strict_toml::{Placed, Table, TomlFile};
use crate::base::{Folder, Problem, Problems};
use crate::metric::catalog::{
    self, Basis, CATALOG, Catalog, Group, Nature, PLANNED, intern, intern_list, intern_metric,
};
use crate::metric::kpi::query::read_statement;
use crate::metric::kpi::value::is_additive;
use crate::metric::kpi::{Expression, Kpi, KpiBody, Kpis, Operator, Part, hash_of, parse_expression, unit};
use crate::metric::{Compare, Direction, Metric, Unit, Window};

/// Where they lie in the folder of jobs.
pub const KPI_FOLDER: &str = "metrics";
/// Dimensions that a query may be cut by.
const DIMENSIONS: [&str; 5] = ["stage", "status", "tier", "type", "sales_rep"];

/// One file, read as far as it goes by itself.
struct Draft<'t> {
    file: TomlFile<'t>,
    name: &'t str,
    metric: Metric,
    unit: Option<Placed<Unit>>,
    dimensions: Vec<Placed<String>>,
    body: Option<Body>,
}

enum Body {
    Expression { text: Placed<String>, expression: Expression },
    Query(KpiBody),
}

/// Reads every metric of the deployment's own; all problems come at once, and without one nothing can go wrong later
/// but the query itself.
pub fn read_kpis(folder: &Folder) -> Result<Kpis, Problems> {
    let (mut texts, mut problems) = (Vec::new(), Vec::new());
    let paths = folder.list(KPI_FOLDER, "toml").unwrap_or_else(|e| {
        problems.push(Problem::of_file(folder.root(), format!("the folder of jobs cannot be listed: {e}")));
        Vec::new()
    });
    for path in paths {
        let stem = path.trim_start_matches(KPI_FOLDER).trim_start_matches('/').trim_end_matches(".toml").to_owned();
        match folder.read(&path) {
            Ok(text) => texts.push((stem, folder.name(&path), text)),
            Err(e) => problems.push(Problem::of_file(folder.name(&path), e.to_string())),
        }
    }
    let mut drafts: Vec<Draft<'_>> = texts.iter().map(|(name, file, text)| read_draft(name, file, text)).collect();
    check_names(&drafts);
    let order = order_of(&drafts);
    let mut known: BTreeMap<&str, Metric> = CATALOG.iter().map(|m| (m.name, *m)).collect();
    for at in order {
        if let Some(metric) = settle(&drafts[at], &known) {
            drafts[at].metric = metric;
            known.entry(drafts[at].name).or_insert(metric);
        }
    }
    let ordered = order_of(&drafts);
    let mut list: Vec<Option<Kpi>> = drafts
        .iter()
        .map(|draft| {
            let body = match draft.body.as_ref()? {
                Body::Query(query) => query.clone(),
                Body::Expression { text, expression } => {
                    let (text, is_additive) = (text.value.trim().to_owned(), is_additive(expression, &known));
                    KpiBody::Expression { text, expression: expression.clone(), is_additive }
                }
            };
            Some(Kpi { metric: intern_metric(draft.metric), body })
        })
        .collect();
    for draft in drafts {
        problems.extend(draft.file.finish().err().into_iter().flat_map(|found| found.0));
    }
    Problems(problems).into_result()?;
    let list = ordered.into_iter().filter_map(|at| list[at].take()).collect();
    let hash = hash_of(texts.iter().flat_map(|(name, _, text)| [name.as_str(), text.as_str()]));
    Ok(Kpis { list, hash, login: None })
}

/// The catalog as far as the files can be read: for those who name metrics, while problems are told elsewhere.
pub fn known_catalog(folder: &Folder) -> Catalog {
    read_kpis(folder).map_or_else(|_| Catalog::built_in(), |kpis| kpis.catalog())
}

fn read_draft<'t>(name: &'t str, file_name: &str, text: &'t str) -> Draft<'t> {
    let file = TomlFile::parse(file_name, text);
    let top = file.top();
    let said = |key: &str| top.text(key).map(|t| t.value.trim().to_owned()).unwrap_or_default();
    let (label, definition) = (said("label"), said("definition"));
    let version = top.integer_or("version", 1, 1..=i64::from(u16::MAX)) as u16;
    let direction = top.choice("direction", &Direction::ALL.map(|d| (d.name(), d)), Direction::Neutral);
    let written = top.text_opt("unit");
    let unit = top.choice("unit", &Unit::ALL.map(|u| (u.name(), Some(u))), None);
    let unit = unit.zip(written).map(|(value, text)| Placed { value, span: text.span });
    let dimensions = top.texts("by");
    let body = read_body(&file, &top, unit.as_ref(), &dimensions);
    let metric = Metric {
        name: intern(name),
        version,
        label: intern(&label),
        unit: unit.as_ref().map_or(Unit::Mean, |u| u.value),
        direction,
        nature: Nature::Flow,
        group: Group::Custom,
        dimensions: &[],
        has_series: false,
        basis: Basis::Recorded,
        cubes: &[],
        definition: intern(&definition),
    };
    let nature = top.choice("nature", &[("flow", Nature::Flow), ("stock", Nature::Stock)], Nature::Flow);
    if top.has("nature") && matches!(body, Some(Body::Expression { .. })) {
        file.problem(&top.span(), "`nature` belongs to a query: an expression has that of its metrics", None);
    }
    top.finish();
    drop(top);
    Draft { file, name, metric: Metric { nature, ..metric }, unit, dimensions, body }
}

fn read_body(
    file: &TomlFile<'_>,
    top: &Table<'_, '_>,
    unit: Option<&Placed<Unit>>,
    dimensions: &[Placed<String>],
) -> Option<Body> {
    let (expression, sql) = (top.text_opt("expression"), top.text_opt("sql"));
    let windows = top.texts("windows");
    match (expression, sql) {
        (Some(text), None) => {
            if let Some(window) = windows.first() {
                let advice = "an expression is computed for every window; write metric[window = …] for one".to_owned();
                file.problem(&window.span, "`windows` belongs to a query", Some(advice));
            }
            match parse_expression(&text.value) {
                Ok(expression) => Some(Body::Expression { text, expression }),
                Err(problem) => {
                    file.problem(&file.within(&text, &problem.span), problem.message, None);
                    None
                }
            }
        }
        (None, Some(sql)) => {
            if unit.is_none() {
                let units = Unit::ALL.map(Unit::name).join(", ");
                file.problem(&sql.span, "a query needs a `unit`", Some(units));
            }
            for dimension in dimensions.iter().filter(|d| !DIMENSIONS.contains(&d.value.as_str())) {
                file.unknown_name(&dimension.span, "dimension", &dimension.value, DIMENSIONS);
            }
            if let Some(second) = dimensions.get(1) {
                file.problem(&second.span, "a query is cut by one dimension: its column `member`", None);
            }
            let mut asked = Vec::new();
            for window in &windows {
                match Window::parse(&window.value) {
                    Some(found) => asked.push(found),
                    None => file.unknown_name(&window.span, "window", &window.value, Window::ALL.map(Window::name)),
                }
            }
            if windows.is_empty() {
                asked.push(Window::All);
            }
            read_statement(file, &sql, asked).map(Body::Query)
        }
        (Some(_), Some(sql)) => {
            file.problem(&sql.span, "has an `expression` and a `sql`: write one of the two", None);
            None
        }
        (None, None) => {
            file.problem(&top.span(), "has neither an `expression` nor a `sql`", None);
            None
        }
    }
}

/// Names that are free, and metrics that are there.
fn check_names(drafts: &[Draft<'_>]) {
    let names: BTreeSet<&str> = CATALOG.iter().map(|m| m.name).chain(drafts.iter().map(|d| d.name)).collect();
    for draft in drafts {
        let is_word = draft.name.starts_with(|c: char| c.is_ascii_lowercase())
            && draft.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !is_word {
            let message = format!("`{}` is no metric's name", draft.name);
            draft.file.problem(&(0..0), message, Some("lower-case letters, digits and _, as in win_rate.toml".into()));
        }
        if catalog::find(draft.name).is_some() || PLANNED.iter().any(|p| p.name == draft.name) {
            let message = format!("`{}` is the name of a metric of the house", draft.name);
            draft.file.problem(&(0..0), message, Some("give the file another name".into()));
        }
        let Some(Body::Expression { text, expression }) = &draft.body else { continue };
        for (name, span) in expression.metrics().into_iter().filter(|(name, _)| !names.contains(name)) {
            draft.file.unknown_name(&draft.file.within(text, span), "metric", name, names.iter().copied());
        }
    }
}

/// The drafts in an order in which each comes after those it names. A cycle is told at the place that closes it, and
/// whoever is in one is left out.
fn order_of(drafts: &[Draft<'_>]) -> Vec<usize> {
    let mut walk = Walk { drafts, order: Vec::new(), path: Vec::new(), done: BTreeSet::new() };
    for at in 0..drafts.len() {
        walk.visit(at);
    }
    walk.order
}

struct Walk<'d, 't> {
    drafts: &'d [Draft<'t>],
    order: Vec<usize>,
    path: Vec<usize>,
    done: BTreeSet<usize>,
}

impl Walk<'_, '_> {
    /// Whether what lies under a draft has no cycle.
    fn visit(&mut self, at: usize) -> bool {
        if self.done.contains(&at) {
            return self.order.contains(&at);
        }
        self.path.push(at);
        let mut is_sound = true;
        if let Some(Body::Expression { text, expression }) = &self.drafts[at].body {
            for (name, span) in expression.metrics() {
                let Some(next) = self.drafts.iter().position(|d| d.name == name) else { continue };
                if let Some(start) = self.path.iter().position(|p| *p == next) {
                    let round: Vec<&str> = self.path[start..].iter().map(|p| self.drafts[*p].name).collect();
                    let file = &self.drafts[at].file;
                    file.problem_once(
                        &file.within(text, span),
                        format!("goes round in a circle: {} → {name}", round.join(" → ")),
                    );
                    is_sound = false;
                } else {
                    is_sound &= self.visit(next);
                }
            }
        }
        self.path.pop();
        self.done.insert(at);
        if is_sound {
            self.order.push(at);
        }
        is_sound
    }
}

/// The whole definition, from those of the metrics it names; problems go to the file.
fn settle(draft: &Draft<'_>, known: &BTreeMap<&str, Metric>) -> Option<Metric> {
    let dimensions: Vec<&'static str> = draft.dimensions.iter().map(|d| intern(&d.value)).collect();
    let Some(Body::Expression { text, expression }) = &draft.body else {
        return draft.body.as_ref().map(|_| Metric { dimensions: intern_list(&dimensions), ..draft.metric });
    };
    let leaves: Vec<Metric> = expression.metrics().iter().filter_map(|(name, _)| known.get(name).copied()).collect();
    if leaves.len() < expression.metrics().len() {
        return None;
    }
    if leaves.is_empty() {
        draft.file.problem(&text.span, "names no metric", None);
        return None;
    }
    check_filters(draft, text, expression, known);
    check_cuts(draft, expression, known);
    let derived = unit_of(draft, text, expression, known)?;
    let unit = match &draft.unit {
        None => derived,
        Some(wanted) if wanted.value == derived || (derived == Unit::Mean && wanted.value == Unit::Percent) => {
            wanted.value
        }
        Some(wanted) => {
            let message = format!("`unit` is {}, but the expression is {}", wanted.value.name(), unit::said(derived));
            draft.file.problem(&wanted.span, message, Some("leave it out, or mend the expression".into()));
            return None;
        }
    };
    let has_flow = leaves.iter().any(|m| m.nature == Nature::Flow);
    let mut cubes: Vec<&'static str> = Vec::new();
    for cube in leaves.iter().flat_map(|m| m.cubes.iter().copied()) {
        if !cubes.contains(&cube) {
            cubes.push(cube);
        }
    }
    Some(Metric {
        unit,
        nature: if has_flow { Nature::Flow } else { Nature::Stock },
        basis: leaves.iter().map(|m| m.basis).max().unwrap_or(Basis::Recorded),
        cubes: intern_list(&cubes),
        dimensions: intern_list(&dimensions),
        has_series: is_additive(expression, known) && matches!(unit, Unit::Count | Unit::Money),
        ..draft.metric
    })
}

fn check_filters(draft: &Draft<'_>, text: &Placed<String>, expression: &Expression, known: &BTreeMap<&str, Metric>) {
    let (name, filters) = match &expression.part {
        Part::Number(_) => return,
        Part::Pair(_, left, right) => {
            check_filters(draft, text, left, known);
            return check_filters(draft, text, right, known);
        }
        Part::Metric { name, filters } => (name, filters),
    };
    let Some(metric) = known.get(name.as_str()) else { return };
    let place = |span| draft.file.within(text, span);
    let valid: Vec<&str> = ["window", "compare"].iter().chain(metric.dimensions).copied().collect();
    let mut cuts = 0;
    for ((key, key_span), (value, value_span)) in filters {
        match key.as_str() {
            "window" if Window::parse(value).is_none() => {
                draft.file.unknown_name(&place(value_span), "window", value, Window::ALL.map(Window::name));
            }
            "compare" if Compare::parse(value).is_none() => {
                draft.file.unknown_name(&place(value_span), "comparison", value, Compare::ALL.map(Compare::name));
            }
            "window" | "compare" => {}
            dimension if metric.dimensions.contains(&dimension) => cuts += 1,
            _ => draft.file.unknown_name(&place(key_span), &format!("filter of {name}"), key, valid.iter().copied()),
        }
    }
    let has_compare = filters.iter().any(|((key, _), _)| key == "compare");
    if cuts > 1 || (cuts == 1 && has_compare) {
        let message = "is cut twice: numbers are published by one dimension, and compared as a whole";
        draft.file.problem(&place(&expression.span), message, None);
    }
}

/// Every metric of an expression that is cut must be cut that way, and have no cut of its own.
fn check_cuts(draft: &Draft<'_>, expression: &Expression, known: &BTreeMap<&str, Metric>) {
    let metrics: Vec<&Metric> = expression.metrics().iter().filter_map(|(name, _)| known.get(name)).collect();
    let shared = |dimension: &&str| metrics.iter().all(|m| m.dimensions.contains(dimension));
    let valid: Vec<&str> =
        metrics.first().map_or(&[][..], |m| m.dimensions).iter().copied().filter(|d| shared(d)).collect();
    for dimension in draft.dimensions.iter().filter(|d| !valid.contains(&d.value.as_str())) {
        let message = format!("not every metric of the expression is cut by `{}`", dimension.value);
        let hint = if valid.is_empty() { "leave `by` out".to_owned() } else { format!("valid: {}", valid.join(", ")) };
        draft.file.problem(&dimension.span, message, Some(hint));
    }
    if let Some(dimension) = draft.dimensions.first().filter(|_| has_cut(expression)) {
        let message = "a metric that is cut within the expression cannot be cut again";
        draft.file.problem(&dimension.span, message, Some("leave `by` out".to_owned()));
    }
}

fn has_cut(expression: &Expression) -> bool {
    match &expression.part {
        Part::Number(_) => false,
        Part::Pair(_, left, right) => has_cut(left) || has_cut(right),
        Part::Metric { filters, .. } => filters.iter().any(|((key, _), _)| key != "window" && key != "compare"),
    }
}

fn unit_of(
    draft: &Draft<'_>,
    text: &Placed<String>,
    expression: &Expression,
    known: &BTreeMap<&str, Metric>,
) -> Option<Unit> {
    match &expression.part {
        Part::Number(_) => Some(Unit::Mean),
        Part::Metric { name, .. } => known.get(name.as_str()).map(|m| m.unit),
        Part::Pair(operator, left, right) => {
            let (l, r) = (unit_of(draft, text, left, known), unit_of(draft, text, right, known));
            let (l, r) = (l?, r?);
            // 0 − x is how a sign is read: x keeps its unit.
            if *operator == Operator::Minus && left.span.is_empty() {
                return Some(r);
            }
            match unit::combine(*operator, l, r) {
                Ok((unit, _)) => Some(unit),
                Err(message) => {
                    draft.file.problem(&draft.file.within(text, &expression.span), message, None);
                    None
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
