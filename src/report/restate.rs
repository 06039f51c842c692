//! Numbers that an earlier edition told otherwise than they are known now: late data moved them.

use crate::base::Period;
use crate::metric::catalog::Nature;
use crate::metric::{Compare, Figure, LateRow, Metric, Slice, Snapshot, Window};
use crate::report::Scope;
use crate::report::build::slice_in;
use crate::report::document::{Change, Paragraph, Text};
use crate::report::kpi::compare_figures;
use crate::report::locale::Locale;
use crate::report::phrase::say;
use crate::report::template::{KpiTemplate, ReportTemplate, SectionTemplate};
use crate::report::words::heading;

/// A number that was told and is another one now.
#[derive(Debug, Clone, PartialEq)]
pub struct Restatement {
    /// What was measured.
    pub metric: &'static Metric,
    /// The dates it was told for.
    pub period: Period,
    /// What was told.
    pub told: Figure,
    /// What is known now.
    pub known: Figure,
    /// From the told to the known.
    pub change: Change,
    /// Rows of those dates that arrived or changed since, the largest first.
    pub rows: Vec<LateRow>,
    /// How many such rows there are.
    pub row_count: i64,
}

/// Every tile's number of an earlier edition's snapshot that moved by the tile's threshold or more. Only what `known`
/// publishes for the same dates is compared; `is_comparable` leaves out metrics whose definition is another one now.
pub fn restatements(
    template: &ReportTemplate,
    scope: Option<&Scope>,
    (told, known): (&Snapshot, &Snapshot),
    is_comparable: &dyn Fn(&Metric) -> bool,
) -> Vec<Restatement> {
    let mut found: Vec<Restatement> = Vec::new();
    for tile in tiles(template).filter(|tile| is_comparable(tile.measure.metric)) {
        let Some(restated) = restate((tile, template.locale), scope, told, known) else { continue };
        if !found.iter().any(|f| (f.metric.name, f.period) == (restated.metric.name, restated.period)) {
            found.push(restated);
        }
    }
    found
}

fn tiles(template: &ReportTemplate) -> impl Iterator<Item = &KpiTemplate> {
    template.sections.iter().flat_map(|section| match section {
        SectionTemplate::Kpis(kpis) => kpis.tiles.as_slice(),
        _ => &[],
    })
}

fn restate(
    (tile, locale): (&KpiTemplate, Locale),
    scope: Option<&Scope>,
    told: &Snapshot,
    known: &Snapshot,
) -> Option<Restatement> {
    let (metric, window) = (tile.measure.metric, tile.measure.window);
    let period = window.period(told.header.business_date, told.header.first_date);
    let before = told.figure(metric.name, &slice_in(scope, window))?;
    let now = figure_over(known, metric, (window, period), scope)?;
    let change = compare_figures(metric, (Some(now), Some(before)), (window, Compare::Previous), (locale, period));
    let has_moved = match change.tenths {
        Some(tenths) => tenths != 0 && tenths.abs() >= tile.restate_tenths,
        // From nothing, or to nothing, by more than any percentage.
        None => before.value(metric.unit) != now.value(metric.unit),
    };
    let restated = Restatement { metric, period, told: before, known: now, change, rows: Vec::new(), row_count: 0 };
    has_moved.then_some(restated)
}

/// The figure of the dates `period` as a later snapshot knows it: its window, the one before, the one a year before, or
/// a sum of its series. `None` where it does not speak of these dates.
fn figure_over(
    known: &Snapshot,
    metric: &Metric,
    (window, period): (Window, Period),
    scope: Option<&Scope>,
) -> Option<Figure> {
    // What began before every window and ends now is another thing every day.
    if window == Window::All {
        return None;
    }
    let date = known.header.business_date;
    let slice = slice_in(scope, window);
    if window.period(date, known.header.first_date) == period {
        return known.figure(metric.name, &slice);
    }
    let compare = [Compare::Previous, Compare::Year].into_iter().find(|c| window.compared(*c, date) == Some(period));
    let published = compare.and_then(|c| known.figure(metric.name, &Slice { compare: Some(c), ..slice }));
    let summed = || match scope {
        None => known.series.get(metric.name).map(|series| Figure::whole(series.sum(period))),
        Some(_) => None,
    };
    published.or_else(summed)
}

/// The notice: what was told, what it is, and the rows that moved it.
pub(super) fn tell_restatements(list: &[Restatement], locale: Locale, currency: &str) -> Option<Text> {
    let phrases = locale.phrases();
    let mut paragraphs = Vec::new();
    for (at, restated) in list.iter().enumerate() {
        let full = |figure| locale.full(Some(figure), restated.metric.unit, currency);
        let moved = match restated.change.tenths {
            Some(_) => format!(" ({})", locale.change(&restated.change)),
            None => String::new(),
        };
        let label = locale.term(restated.metric.label);
        let period = match restated.metric.nature {
            Nature::Flow => locale.period(restated.period),
            Nature::Stock => locale.date(restated.period.last()),
        };
        let told = full(restated.told);
        let known = format!("{}{moved}", full(restated.known));
        let words = say(phrases.restated, &[&label, &period, &told, &known]);
        paragraphs.push(Paragraph { words, is_item: false });
        // The same rows move several numbers: they are told once, below the last of these.
        if list.get(at + 1).is_some_and(|next| next.rows == restated.rows) {
            continue;
        }
        let item = |row: &LateRow| Paragraph { words: tell_row(row, locale, currency), is_item: true };
        paragraphs.extend(restated.rows.iter().map(item));
        let rest = restated.row_count - restated.rows.len() as i64;
        if rest > 0 && !restated.rows.is_empty() {
            let words = say(phrases.restated_more, &[&locale.integer(rest)]);
            paragraphs.push(Paragraph { words, is_item: true });
        }
    }
    let title = Some(phrases.restated_title.to_owned());
    (!paragraphs.is_empty()).then(|| Text { id: "restated".to_owned(), title, paragraphs })
}

/// A longer id is no number that people call a thing by.
const ID_LENGTH_MAX: usize = 16;

/// `Deal Acme renewal (D-17), 14 Nov 2026, €6,700`; a number of the machine's own says nothing beside a name.
fn tell_row(row: &LateRow, locale: Locale, currency: &str) -> String {
    let name = row.name.as_deref().filter(|name| !name.is_empty() && *name != row.id);
    let entity = locale.term(&heading(row.entity));
    let subject = match name {
        Some(name) if row.id.chars().count() > ID_LENGTH_MAX => format!("{entity} {name}"),
        Some(name) => format!("{entity} {name} ({})", row.id),
        None => format!("{entity} {}", row.id),
    };
    let amount = row.cents.map(|cents| {
        let amount = locale.full(Some(Figure::whole(cents)), crate::metric::Unit::Money, currency);
        format!(", {amount}")
    });
    let gone = if row.is_deleted { locale.phrases().deleted } else { "" };
    format!("{subject}, {}{}{gone}", locale.date(row.date), amount.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{snapshot, template};

    /// The snapshot of a week later, in which the told week stands as the one before.
    fn a_week_later(told: &Snapshot) -> Snapshot {
        let mut known = told.clone();
        known.header.business_date += chrono::TimeDelta::days(7);
        for points in known.points.values_mut() {
            let weeks: Vec<_> =
                points.iter().filter(|(s, _)| s.window == Window::Week && s.compare.is_none()).collect();
            let told: Vec<_> = weeks.into_iter().map(|(s, f)| (s.clone().compared(Compare::Previous), *f)).collect();
            points.retain(|s, _| s.window != Window::Week || s.compare.is_none());
            points.extend(told);
        }
        known
    }

    fn found(told: &Snapshot, known: &Snapshot) -> Vec<(&'static str, i64, i64)> {
        let found = restatements(&template(), None, (told, known), &|_| true);
        found.iter().map(|r| (r.metric.name, r.told.numerator, r.known.numerator)).collect()
    }

    #[test]
    fn a_number_that_stayed_is_not_restated() {
        let told = snapshot();
        assert_eq!(found(&told, &a_week_later(&told)), []);
    }

    #[test]
    fn a_mailed_number_that_late_rows_moved_is_restated_from_its_threshold_on() {
        let mut told = snapshot();
        let week = Slice::of(Window::Week);
        told.points.get_mut("revenue").expect("published").insert(week.clone(), Figure::whole(1_000_000));
        let mut known = a_week_later(&told);
        let before = week.compared(Compare::Previous);
        let mut with = |cents| {
            known.points.get_mut("revenue").expect("published").insert(before.clone(), Figure::whole(cents));
            found(&told, &known)
        };
        // One percent is the template's threshold: under it a reader is spared.
        assert_eq!(with(1_009_400), []);
        assert_eq!(with(1_010_000), [("revenue", 1_000_000, 1_010_000)]);
        assert_eq!(with(0), [("revenue", 1_000_000, 0)]);
        let mut list = restatements(&template(), None, (&told, &known), &|_| true);
        list[0].rows = vec![LateRow {
            entity: "deal",
            id: "D-17".to_owned(),
            name: Some("Acme renewal".to_owned()),
            date: "2026-11-18".parse().expect("a date"),
            cents: Some(670_000),
            is_deleted: true,
        }];
        list[0].row_count = 3;
        let text = tell_restatements(&list, Locale::En, "EUR").expect("a notice");
        let words: Vec<&str> = text.paragraphs.iter().map(|p| p.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "Revenue of 16–22 Nov 2026: €10,000 was mailed, it is €0 (−100.0%).",
                "Deal Acme renewal (D-17), 18 Nov 2026, €6,700, deleted",
                "and 2 more that arrived or changed since",
            ]
        );
        assert_eq!(restatements(&template(), None, (&told, &known), &|m| m.name != "revenue"), []);
    }

    #[test]
    fn rows_that_moved_several_numbers_are_told_once_and_a_stock_is_of_a_day() {
        let (mut told, week) = (snapshot(), Slice::of(Window::Week));
        for metric in ["revenue", "deals_won", "open_value"] {
            told.points.get_mut(metric).expect("published").insert(week.clone(), Figure::whole(100));
        }
        let mut known = a_week_later(&told);
        for metric in ["revenue", "deals_won", "open_value"] {
            let before = week.clone().compared(Compare::Previous);
            known.points.get_mut(metric).expect("published").insert(before, Figure::whole(300));
        }
        let mut list = restatements(&template(), None, (&told, &known), &|_| true);
        list.retain(|r| ["revenue", "deals_won", "open_value"].contains(&r.metric.name));
        for restated in &mut list[..2] {
            restated.rows = vec![LateRow {
                entity: "deal",
                id: "019e8392-bb20-7c83-8391-e7f93da1a54b".to_owned(),
                name: Some("Pilot".to_owned()),
                date: "2026-11-19".parse().expect("a date"),
                cents: None,
                is_deleted: false,
            }];
            restated.row_count = 1;
        }
        let text = tell_restatements(&list, Locale::De, "EUR").expect("a notice");
        let words: Vec<(&str, bool)> = text.paragraphs.iter().map(|p| (p.words.as_str(), p.is_item)).collect();
        assert_eq!(words.len(), 4, "{words:?}");
        assert_eq!(words[2], ("Geschäft Pilot, 19. Nov. 2026", true));
        assert!(words[3].0.starts_with("Offene Pipeline") && words[3].0.contains("22. Nov. 2026"), "{words:?}");
        assert!(!words[3].0.contains("16."), "{words:?}");
    }
}
