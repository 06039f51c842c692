//! Bridges and targets: values that stand in a relation to others, checked before they are drawn.

use crate::metric::{Compare, Figure, Metric, Slice, Unit};
use crate::report::build::Source;
use crate::report::document::{Category, Chart, Series};
use crate::report::error::ReportError;
use crate::report::template::{ChartTemplate, Target};

/// Fills a waterfall: opening, what came and went, closing. The steps must be the whole way, to the cent.
pub(super) fn fill_bridge(
    chart: &mut Chart,
    source: &Source<'_>,
    template: &ChartTemplate,
    (opening, steps): (Option<&'static Metric>, &[(&'static Metric, bool)]),
) -> Result<(), ReportError> {
    let measure = template.measure();
    let slice = source.slice_of(measure);
    let figure = |metric: &Metric, slice: &Slice| {
        source.require(metric)?;
        Ok::<_, ReportError>(source.snapshot.figure(metric.name, slice))
    };
    let begin = match opening {
        Some(metric) => figure(metric, &slice)?,
        None => figure(measure.metric, &slice.clone().compared(Compare::Previous))?,
    };
    let end = figure(measure.metric, &slice)?;
    let mut bars = vec![(Category { is_total: true, ..Category::named(source.locale.phrases().opening) }, begin)];
    for (metric, is_minus) in steps {
        let step = figure(metric, &slice)?;
        let signed = step.map(|f| Figure { numerator: if *is_minus { -f.numerator } else { f.numerator }, ..f });
        bars.push((Category::named(source.locale.term(metric.label)), signed));
    }
    if let (Some(begin), Some(end)) = (begin.and_then(|f| f.rounded()), end.and_then(|f| f.rounded())) {
        let moved: i64 = bars[1..].iter().filter_map(|(_, f)| f.and_then(|f| f.rounded())).sum();
        if begin + moved != end {
            return Err(ReportError::Bridge {
                report: source.report.to_owned(),
                title: template.title.clone(),
                opening: begin,
                moved,
                closing: end,
            });
        }
    }
    bars.push((Category { is_total: true, ..Category::named(source.locale.phrases().closing) }, end));
    chart.span = source.locale.period(source.period(measure.window));
    let (categories, figures) = bars.into_iter().unzip();
    chart.categories = categories;
    chart.series = vec![Series { name: measure.label(source.locale), figures }];
    Ok(())
}

/// What a chart's values should reach, in the values' own base.
pub(super) fn target_of(source: &Source<'_>, template: &ChartTemplate) -> Option<Figure> {
    let measure = template.measure();
    match template.target? {
        Target::Metric(metric) => source.snapshot.figure(metric.name, &source.slice_of(measure)),
        Target::Thousandths(value) => Some(figure_in(measure.metric.unit, value)),
    }
}

/// A number of thousandths as people write it in a figure's own base: they write currency units and percent, figures
/// hold cents and shares.
pub(super) fn figure_in(unit: Unit, thousandths: i64) -> Figure {
    match unit {
        Unit::Money => Figure::ratio(thousandths, 10),
        Unit::Percent => Figure::ratio(thousandths, 100_000),
        Unit::Count | Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean | Unit::Index => {
            Figure::ratio(thousandths, 1_000)
        }
    }
}
