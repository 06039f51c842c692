//! Charts: categories and series of figures; what they look like is decided later.

use chrono::Datelike;

use crate::base::{Grain, Period};
use crate::metric::{Figure, Slice};
use crate::report::bridge::{fill_bridge, target_of};
use crate::report::build::Source;
use crate::report::document::{Category, Chart, Series};
use crate::report::error::ReportError;
use crate::report::locale::Locale;
use crate::report::template::{By, ChartTemplate, Measure};
use crate::report::words::member_label;

/// Fills a chart.
pub(super) fn build_chart(source: &Source<'_>, template: &ChartTemplate, id: String) -> Result<Chart, ReportError> {
    let measure = template.measure();
    let mut chart = Chart {
        id,
        title: template.title.clone(),
        span: String::new(),
        kind: template.kind,
        width: template.width,
        unit: measure.metric.unit,
        unit_across: template.across.as_ref().map(|m| m.metric.unit),
        axis: String::new(),
        categories: Vec::new(),
        series: Vec::new(),
        target: None,
    };
    for measure in template.measures.iter().chain(&template.across) {
        source.require(measure.metric)?;
        source.require_filter(measure)?;
    }
    chart.target = target_of(source, template);
    match &template.by {
        By::Time { grain, last, with_year_before } => {
            let buckets = last_buckets(*grain, *last, source.snapshot.header.business_date);
            fill_time(&mut chart, source, template, &buckets, *grain)?;
            if *with_year_before {
                fill_year_before(&mut chart, source, measure, &buckets, *grain);
            }
        }
        By::Dimension { name, members, top, by_value } => {
            chart.span = source.span(measure.metric, measure.window);
            chart.axis = source.locale.dimension(name);
            let mut bars = member_bars(source, template, name, members)?;
            if *by_value {
                let size = |f: &Option<Figure>| f.and_then(|f| f.value(measure.metric.unit)).unwrap_or(f64::MIN);
                bars.sort_by(|a, b| size(&b.1[0]).total_cmp(&size(&a.1[0])));
            }
            if let Some(top) = top.filter(|top| bars.len() > *top + 1) {
                let rest = bars.split_off(top);
                let other = Category::named(source.locale.phrases().other);
                bars.push((Category { is_rest: true, ..other }, sum_of(&rest)));
            }
            let (categories, figures): (Vec<_>, Vec<Vec<_>>) = bars.into_iter().unzip();
            chart.categories = categories;
            let names = template.across.iter().chain(&template.measures).map(|m| m.label(source.locale));
            chart.series = names
                .enumerate()
                .map(|(at, name)| Series { name, figures: figures.iter().map(|f| f[at]).collect() })
                .collect();
        }
        By::Bridge { opening, steps } => fill_bridge(&mut chart, source, template, (*opening, steps))?,
        By::Nothing => {
            chart.span = source.span(measure.metric, measure.window);
            let figure = source.snapshot.figure(measure.metric.name, &source.slice_of(measure));
            chart.categories = vec![Category::named(measure.label(source.locale))];
            chart.series = vec![Series { name: measure.label(source.locale), figures: vec![figure] }];
        }
    }
    Ok(chart)
}

/// A category and one figure a series.
type Bar = (Category, Vec<Option<Figure>>);

/// What belongs to the members beyond the largest, together.
fn sum_of(rest: &[Bar]) -> Vec<Option<Figure>> {
    let series_count = rest.first().map_or(0, |(_, figures)| figures.len());
    let sum = |at: usize| rest.iter().filter_map(|(_, f)| f[at].and_then(|f| f.rounded())).sum();
    (0..series_count).map(|at| Some(Figure::whole(sum(at)))).collect()
}

/// The last `count` complete buckets, oldest first.
pub(super) fn last_buckets(grain: Grain, count: usize, business_date: chrono::NaiveDate) -> Vec<Period> {
    let mut buckets = vec![grain.last_complete(business_date)];
    while buckets.len() < count {
        let earliest = buckets.last().expect("at least one bucket");
        buckets.push(earliest.previous(grain));
    }
    buckets.reverse();
    buckets
}

fn fill_time(
    chart: &mut Chart,
    source: &Source<'_>,
    template: &ChartTemplate,
    buckets: &[Period],
    grain: Grain,
) -> Result<(), ReportError> {
    let whole = Period { from: buckets[0].from, until: buckets[buckets.len() - 1].until };
    chart.span = source.locale.period(whole);
    chart.axis = source.locale.dimension(grain.name());
    chart.categories = buckets
        .iter()
        .enumerate()
        .map(|(at, bucket)| bucket_category(source.locale, *bucket, grain, at == 0))
        .collect();
    // Before the first day anything is known, a month is unknown, not zero.
    let known = |bucket: &Period| bucket.until > source.snapshot.header.first_date;
    for measure in &template.measures {
        let Some(series) = source.snapshot.series.get(measure.metric.name) else {
            return Err(ReportError::SeriesMissing {
                report: source.report.to_owned(),
                metric: measure.metric.name.to_owned(),
                snapshot_id: source.snapshot.header.snapshot_id,
            });
        };
        let figures = buckets.iter().map(|b| known(b).then(|| Figure::whole(series.sum(*b)))).collect();
        let name = match grain {
            _ if template.measures.len() > 1 => measure.label(source.locale),
            Grain::Month if buckets.len() == 12 => source.locale.phrases().last_twelve_months.to_owned(),
            _ => source.locale.period(whole),
        };
        chart.series.push(Series { name, figures });
    }
    Ok(())
}

/// Adds the same buckets a year before, if anything is known of them.
fn fill_year_before(chart: &mut Chart, source: &Source<'_>, measure: &Measure, buckets: &[Period], grain: Grain) {
    let Some(series) = source.snapshot.series.get(measure.metric.name) else { return };
    let figures: Vec<Option<Figure>> = buckets
        .iter()
        .map(|bucket| bucket.year_before(grain))
        .map(|b| (b.until > source.snapshot.header.first_date).then(|| Figure::whole(series.sum(b))))
        .collect();
    if figures.iter().any(Option::is_some) {
        chart.series.push(Series { name: source.locale.phrases().year_before.to_owned(), figures });
    }
}

/// The bucket's label; the first of the axis and every January say their year.
fn bucket_category(locale: Locale, bucket: Period, grain: Grain, is_first: bool) -> Category {
    let (label, short) = locale.bucket(bucket.from, grain, is_first || bucket.from.month() == 1);
    Category { short, ..Category::named(label) }
}

/// One bar a member, those asked for or all in the dimension's order: what runs across first, then each metric.
fn member_bars(
    source: &Source<'_>,
    template: &ChartTemplate,
    dimension: &str,
    asked: &[String],
) -> Result<Vec<Bar>, ReportError> {
    let measures: Vec<&Measure> = template.across.iter().chain(&template.measures).collect();
    let all = source.members(dimension, &measures);
    if let Some(unknown) = asked.iter().find(|member| !all.contains(member)) {
        return Err(source.unknown_member(dimension, unknown, all));
    }
    let members = if asked.is_empty() { all.as_slice() } else { asked };
    let bar = |member: &String| {
        let figure = |m: &&Measure| source.snapshot.figure(m.metric.name, &Slice::of(m.window).at(dimension, member));
        let label = member_label(source.snapshot, source.locale, dimension, member);
        (Category::named(label), measures.iter().map(figure).collect())
    };
    Ok(members.iter().map(bar).collect())
}
