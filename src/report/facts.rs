//! The numbers that sentences may call for, and which they called for.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use crate::metric::{Catalog, Compare, Figure, Metric, Slice, Snapshot, Window};
use crate::report::Scope;
use crate::report::build::slice_in;
use crate::report::document::Change;
use crate::report::kpi::compare_figures;
use crate::report::locale::Locale;
use crate::report::words::member_label;

/// A snapshot as sentences see it.
pub(super) struct Facts {
    snapshot: Arc<Snapshot>,
    scope: Option<Scope>,
    pub(super) locale: Locale,
    asked: Mutex<BTreeSet<&'static str>>,
}

impl Facts {
    /// Everything of a snapshot that a sentence may name, as far as the scope sees it.
    pub(super) fn of(snapshot: &Arc<Snapshot>, locale: Locale, scope: Option<Scope>) -> Facts {
        Facts { snapshot: Arc::clone(snapshot), scope, locale, asked: Mutex::default() }
    }

    /// The metrics there are.
    pub(super) fn catalog(&self) -> &Catalog {
        &self.snapshot.catalog
    }

    /// The metrics sentences called for so far.
    pub(super) fn asked(&self) -> BTreeSet<&'static str> {
        self.asked.lock().expect("no sentence panics while it writes").clone()
    }

    pub(super) fn ask(&self, metric: &'static Metric) {
        self.asked.lock().expect("no sentence panics while it writes").insert(metric.name);
    }

    fn figure(&self, metric: &Metric, window: Window, compare: Option<Compare>) -> Option<Figure> {
        let slice = slice_in(self.scope.as_ref(), window);
        self.snapshot.figure(metric.name, &Slice { compare, ..slice })
    }

    /// A value in full.
    pub(super) fn value(&self, metric: &Metric, window: Window) -> String {
        let figure = self.figure(metric, window, None);
        self.locale.full(figure, metric.unit, &self.snapshot.header.currency)
    }

    /// The dates a window covers.
    pub(super) fn dates(&self, window: Window) -> String {
        let header = &self.snapshot.header;
        self.locale.period(window.period(header.business_date, header.first_date))
    }

    /// A value against the one it is compared with.
    pub(super) fn change(&self, metric: &Metric, window: Window, compare: Compare) -> Option<Change> {
        let period = window.compared(compare, self.snapshot.header.business_date)?;
        let figures = (self.figure(metric, window, None), self.figure(metric, window, Some(compare)));
        Some(compare_figures(metric, figures, (window, compare), (self.locale, period)))
    }

    /// The member with the largest value above zero; of equal ones the first in the dimension's order of ids.
    pub(super) fn leader(&self, metric: &Metric, dimension: &str, window: Window) -> Option<String> {
        let mut best: Option<(i64, &str)> = None;
        for (slice, figure) in self.snapshot.points.get(metric.name)? {
            let Some((cut, member)) = &slice.member else { continue };
            let value = figure.rounded().unwrap_or(0);
            let is_asked = cut == dimension && slice.window == window && slice.compare.is_none();
            if is_asked && value > 0 && best.is_none_or(|(most, _)| value > most) {
                best = Some((value, member));
            }
        }
        best.map(|(_, member)| member_label(&self.snapshot, self.locale, dimension, member))
    }
}
