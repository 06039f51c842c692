//! Template + snapshot → document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Datelike;

use crate::base::{Grain, Period};
use crate::metric::catalog::Nature;
use crate::metric::{Catalog, Metric, Slice, Snapshot, TableMetric, Window};
use crate::report::Scope;
use crate::report::chart::build_chart;
use crate::report::document::{Definition, Document, Section, SnapshotMark, Text};
use crate::report::error::ReportError;
use crate::report::extract::{self, ExtractChart, ExtractTable};
use crate::report::facts::Facts;
use crate::report::kpi::build_kpis;
use crate::report::locale::Locale;
use crate::report::phrase::say;
use crate::report::reconciliation::Counted;
use crate::report::restate::{Restatement, tell_restatements};
use crate::report::speech::write;
use crate::report::table::build_table;
use crate::report::template::{By, Measure, ReportTemplate, SectionTemplate, Target};
use crate::report::warning::tell_warnings;
use crate::report::words::{Names, capital, member_label, one_line, paragraphs};

/// What a report needs to know of the deployment and the recipient, apart from the numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportContext {
    /// Who the numbers belong to; a template may name another.
    pub organisation: String,
    /// Where this edition stands on the web, if it does.
    pub web_url: Option<String>,
    /// Whose numbers it shows; all of them without one.
    pub scope: Option<Scope>,
    /// Numbers that an earlier edition told otherwise.
    pub restatements: Vec<Restatement>,
    /// What the template's parameters are set to.
    pub parameters: BTreeMap<String, String>,
}

/// What every section is built from.
pub(super) struct Source<'a> {
    pub report: &'a str,
    /// The report's own window; sections may have others.
    pub window: Window,
    pub snapshot: &'a Snapshot,
    pub locale: Locale,
    pub scope: Option<&'a Scope>,
}

impl Source<'_> {
    /// Refuses a metric the snapshot does not hold at all: a blank would look like a zero.
    pub(super) fn require(&self, metric: &Metric) -> Result<(), ReportError> {
        match self.snapshot.points.get(metric.name).is_some_and(|points| !points.is_empty()) {
            true => Ok(()),
            false => Err(ReportError::Unpublished {
                report: self.report.to_owned(),
                metric: metric.name.to_owned(),
                snapshot_id: self.snapshot.header.snapshot_id,
            }),
        }
    }

    /// The whole of a window, as far as the scope sees it.
    pub(super) fn slice(&self, window: Window) -> Slice {
        slice_in(self.scope, window)
    }

    /// The slice of a measure: its filter's member, else the whole as far as the scope sees it.
    pub(super) fn slice_of(&self, measure: &Measure) -> Slice {
        slice_in(measure.filter.as_ref().or(self.scope), measure.window)
    }

    /// Refuses a filter on a member that the snapshot does not know: a blank would look like a zero.
    pub(super) fn require_filter(&self, measure: &Measure) -> Result<(), ReportError> {
        let Some(filter) = &measure.filter else { return Ok(()) };
        let known = self.members(&filter.dimension, &[measure]);
        match known.contains(&filter.member) {
            true => Ok(()),
            false => Err(self.unknown_member(&filter.dimension, &filter.member, known)),
        }
    }

    /// The error of a member that is not among `valid`.
    pub(super) fn unknown_member(&self, dimension: &str, member: &str, valid: Vec<String>) -> ReportError {
        ReportError::UnknownMember {
            report: self.report.to_owned(),
            dimension: dimension.to_owned(),
            member: member.to_owned(),
            valid,
        }
    }

    /// The dates a window covers.
    pub(super) fn period(&self, window: Window) -> Period {
        window.period(self.snapshot.header.business_date, self.snapshot.header.first_date)
    }

    /// The span of a metric's window in words: a stock is taken at the window's end.
    pub(super) fn span(&self, metric: &Metric, window: Window) -> String {
        let period = self.period(window);
        match (metric.nature, window) {
            (Nature::Stock, _) => say(self.locale.phrases().at, &[&self.locale.date(period.last())]),
            (Nature::Flow, Window::All) => say(self.locale.phrases().since, &[&self.locale.date(period.from)]),
            (Nature::Flow, _) => self.locale.period(period),
        }
    }

    /// A dimension's members in order, then those only the points know (`unassigned`).
    pub(super) fn members(&self, dimension: &str, measures: &[&Measure]) -> Vec<String> {
        let mut members: Vec<String> = self.snapshot.members(dimension).iter().map(|m| m.member.clone()).collect();
        let mut seen: BTreeSet<String> = members.iter().cloned().collect();
        for measure in measures {
            for slice in self.snapshot.points.get(measure.metric.name).into_iter().flat_map(|points| points.keys()) {
                let Some((cut, member)) = &slice.member else { continue };
                if cut == dimension && slice.window == measure.window && seen.insert(member.clone()) {
                    members.push(member.clone());
                }
            }
        }
        if let Some(scope) = self.scope.filter(|scope| scope.dimension == dimension) {
            members.retain(|member| *member == scope.member);
        }
        members
    }
}

/// The slice of a whole window within a scope.
pub(super) fn slice_in(scope: Option<&Scope>, window: Window) -> Slice {
    match scope {
        Some(scope) => Slice::of(window).at(&scope.dimension, &scope.member),
        None => Slice::of(window),
    }
}

/// Builds the document of `template` over `snapshot`. The same arguments give an equal document.
///
/// Errors: a section that cannot be said whole is none of the document's sections; the error names it.
pub fn build(
    template: &ReportTemplate,
    snapshot: &Arc<Snapshot>,
    context: &ReportContext,
) -> Result<Document, ReportError> {
    let template = &template.bound(&context.parameters);
    let header = &snapshot.header;
    let locale = template.locale;
    let scope = context.scope.as_ref();
    let source = Source { report: &template.name, window: template.window, snapshot, locale, scope };
    let period = source.period(template.window);
    let period_label = period_label(&source, template.window, period);
    let organisation = template.organisation.clone().unwrap_or_else(|| context.organisation.clone());
    let scope_label = scope.map(|scope| member_label(snapshot, locale, &scope.dimension, &scope.member));
    let names = Names {
        title: template.title.clone(),
        organisation: organisation.clone(),
        period: period_label.clone(),
        business_date: locale.date(header.business_date),
        scope: scope_label.clone().unwrap_or_else(|| organisation.clone()),
        parameters: template.parameters.clone(),
    };
    let facts = Arc::new(Facts::of(snapshot, locale, context.scope.clone()));
    let worded = |place: &str, text: &str| {
        let report = template.name.clone();
        write(text, &facts, &names).map_err(|source| ReportError::Words { report, place: place.to_owned(), source })
    };
    let mut sections = Vec::new();
    for (at, section) in template.sections.iter().enumerate() {
        let id = format!("s{}", at + 1);
        sections.push(match section {
            SectionTemplate::Kpis(kpis) => Section::Kpis(build_kpis(&source, kpis, id)?),
            SectionTemplate::Chart(chart) => Section::Chart(build_chart(&source, chart, id)?),
            SectionTemplate::Table(table) => Section::Table(build_table(&source, table, id)?),
            SectionTemplate::ExtractChart(chart) => Section::Chart(extract::build_chart(&source, chart, id)?),
            SectionTemplate::ExtractTable(table) => Section::Table(extract::build_table(&source, table, id)?),
            SectionTemplate::Text(text) => {
                let paragraphs = paragraphs(&worded(text.title.as_deref().unwrap_or(&id), &text.body)?);
                Section::Text(Text { id, title: text.title.clone(), paragraphs })
            }
            SectionTemplate::PageBreak => Section::PageBreak,
            SectionTemplate::Appendix { title } => Section::Appendix { title: title.clone() },
        });
    }
    // Below the first section, on the first page: a reader who remembers another number looks there.
    if let Some(text) = tell_restatements(&context.restatements, locale, &header.currency) {
        sections.insert(1.min(sections.len()), Section::Text(text));
    }
    let definitions = definitions(&snapshot.catalog, (template, locale), facts.asked());
    // A header line holds no line break, whatever the words hold.
    let subject = one_line(&worded("subject", &template.subject)?);
    let preheader = one_line(&worded("preheader", &template.preheader)?);
    Ok(Document {
        report: template.name.clone(),
        title: template.title.clone(),
        subtitle: match (scope_label, &template.subtitle) {
            (Some(label), Some(subtitle)) => Some(format!("{label} · {subtitle}")),
            (label, subtitle) => label.or_else(|| subtitle.clone()),
        },
        organisation,
        subject,
        preheader,
        period_label,
        period,
        business_date: header.business_date,
        currency: header.currency.clone(),
        locale,
        layout: template.layout,
        theme: template.theme.clone(),
        snapshot: SnapshotMark {
            snapshot_id: header.snapshot_id,
            published_at: header.published_at,
            definition_hash: header.definition_hash.clone(),
            watermarks: header.watermarks.clone(),
        },
        counted: counted(snapshot),
        reconciliation: header.reconciliation.clone(),
        warnings: tell_warnings(&header.warnings, &definitions, locale),
        definitions,
        web_url: context.web_url.clone(),
        template_hash: template.hash.clone(),
        sections,
    })
}

/// What the numbers count in all of the entities that a number counts whole.
fn counted(snapshot: &Snapshot) -> Vec<Counted> {
    let whole = |metric: &str| snapshot.figure(metric, &Slice::of(Window::All)).and_then(|figure| figure.rounded());
    let of = |entity: &str, rows: &str, cents: Option<&str>| {
        Some(Counted { entity: entity.to_owned(), rows: whole(rows)?, cents: cents.and_then(whole) })
    };
    [of("customer", "total_customers", None), of("deal", "total_deals", Some("total_deal_value"))]
        .into_iter()
        .flatten()
        .collect()
}

/// `Week 47 · 16–22 Nov 2026`.
fn period_label(source: &Source<'_>, window: Window, period: Period) -> String {
    let dates = source.locale.period(period);
    match window {
        Window::Week => {
            let week = period.from.iso_week().week().to_string();
            format!("{} · {dates}", say(source.locale.phrases().week, &[&week]))
        }
        Window::Quarter => format!("{} · {dates}", source.locale.bucket(period.from, Grain::Quarter, true).0),
        Window::All | Window::Month | Window::Year => dates,
    }
}

/// Every metric a section or a sentence uses, in the catalog's order, then every table.
fn definitions(
    catalog: &Catalog,
    (template, locale): (&ReportTemplate, Locale),
    mut used: BTreeSet<&'static str>,
) -> Vec<Definition> {
    let mut tables: Vec<&'static TableMetric> = Vec::new();
    for section in &template.sections {
        match section {
            SectionTemplate::Kpis(kpis) => used.extend(kpis.tiles.iter().map(|t| t.measure.metric.name)),
            SectionTemplate::Chart(chart) => {
                used.extend(chart.measures.iter().chain(&chart.across).map(|m| m.metric.name));
                if let By::Bridge { opening, steps } = &chart.by {
                    used.extend(opening.iter().copied().chain(steps.iter().map(|(m, _)| *m)).map(|m| m.name));
                }
                if let Some(Target::Metric(metric)) = chart.target {
                    used.insert(metric.name);
                }
            }
            SectionTemplate::Table(table) => used.extend(table.columns.iter().map(|m| m.metric.name)),
            SectionTemplate::ExtractChart(ExtractChart { extract, .. })
            | SectionTemplate::ExtractTable(ExtractTable { extract, .. }) => {
                if !tables.contains(&extract.table) {
                    tables.push(extract.table);
                }
            }
            SectionTemplate::Text(_) | SectionTemplate::PageBreak | SectionTemplate::Appendix { .. } => {}
        }
    }
    let define = |versioned: String, version: u16, label: &str, words: &str| Definition {
        words: capital(&locale.meaning(&versioned, words)),
        metric: versioned,
        version,
        label: locale.term(label),
    };
    let measured = catalog.iter().filter(|m| used.contains(m.name));
    let measured = measured.map(|m| define(m.versioned(), m.version, m.label, m.definition));
    let tabled = tables.into_iter().map(|t| define(t.versioned(), t.version, t.label, t.definition));
    measured.chain(tabled).collect()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod walk;
