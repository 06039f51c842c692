//! Charts: categories and series of figures; what they look like is decided later.

use chrono::Datelike;

use crate::base::{Grain, Period};
use crate::metric::{Figure, Slice};
use crate::report::build::Source;
use crate::report::document::{Category, Chart, Series};
use crate::report::error::ReportError;
use crate::report::locale::Locale;
use crate::report::template::{By, ChartTemplate};
use crate::report::words::member_label;

/// Fills a chart.
pub(super) fn build_chart(source: &Source<'_>, template: &ChartTemplate, id: String) -> Result<Chart, ReportError> {
    let metric = template.measure.metric;
    let mut chart = Chart {
        id,
        title: template.title.clone(),
        span: String::new(),
        kind: template.kind,
        width: template.width,
        unit: metric.unit,
        unit_across: None,
        axis: String::new(),
        categories: Vec::new(),
        series: Vec::new(),
        target: None,
    };
    match &template.by {
        By::Time { grain, last, with_year_before } => {
            let buckets = last_buckets(*grain, *last, source.snapshot.header.business_date);
            fill_time(&mut chart, source, template, &buckets, *grain)?;
            if *with_year_before {
                fill_year_before(&mut chart, source, template, &buckets, *grain);
            }
        }
        By::Dimension { name, members, top, by_value } => {
            source.require(metric)?;
            chart.span = source.span(metric, template.measure.window);
            chart.axis = source.locale.dimension(name);
            let mut bars = member_bars(source, template, name, members)?;
            if *by_value {
                let size = |f: &Option<Figure>| f.and_then(|f| f.value(metric.unit)).unwrap_or(f64::MIN);
                bars.sort_by(|a, b| size(&b.1).total_cmp(&size(&a.1)));
            }
            if let Some(top) = top.filter(|top| bars.len() > *top + 1) {
                let rest: i64 = bars.split_off(top).iter().filter_map(|(_, f)| f.and_then(|f| f.rounded())).sum();
                bars.push((
                    Category { is_rest: true, ..Category::named(source.locale.phrases().other) },
                    Some(Figure::whole(rest)),
                ));
            }
            let (categories, figures) = bars.into_iter().unzip();
            chart.categories = categories;
            chart.series = vec![Series { name: template.measure.label(source.locale), figures }];
        }
    }
    Ok(chart)
}

/// The last `count` complete buckets, oldest first.
fn last_buckets(grain: Grain, count: usize, business_date: chrono::NaiveDate) -> Vec<Period> {
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
    let metric = template.measure.metric;
    let Some(series) = source.snapshot.series.get(metric.name) else {
        return Err(ReportError::SeriesMissing {
            report: source.report.to_owned(),
            metric: metric.name.to_owned(),
            snapshot_id: source.snapshot.header.snapshot_id,
        });
    };
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
    let figures = buckets.iter().map(|b| known(b).then(|| Figure::whole(series.sum(*b)))).collect();
    let name = match grain {
        Grain::Month if buckets.len() == 12 => source.locale.phrases().last_twelve_months.to_owned(),
        _ => source.locale.period(whole),
    };
    chart.series = vec![Series { name, figures }];
    Ok(())
}

/// Adds the same buckets a year before, if anything is known of them.
fn fill_year_before(
    chart: &mut Chart,
    source: &Source<'_>,
    template: &ChartTemplate,
    buckets: &[Period],
    grain: Grain,
) {
    let Some(series) = source.snapshot.series.get(template.measure.metric.name) else { return };
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

/// One bar a member: those asked for, or all in the dimension's order.
fn member_bars(
    source: &Source<'_>,
    template: &ChartTemplate,
    dimension: &str,
    asked: &[String],
) -> Result<Vec<(Category, Option<Figure>)>, ReportError> {
    let metric = template.measure.metric.name;
    let all = source.members(dimension, &[&template.measure]);
    if let Some(unknown) = asked.iter().find(|member| !all.contains(member)) {
        return Err(ReportError::UnknownMember {
            report: source.report.to_owned(),
            dimension: dimension.to_owned(),
            member: unknown.clone(),
            valid: all,
        });
    }
    let members = if asked.is_empty() { all.as_slice() } else { asked };
    let slice = Slice::of(template.measure.window);
    let bar = |member: &String| {
        let figure = source.snapshot.figure(metric, &slice.clone().at(dimension, member));
        (Category::named(member_label(source.snapshot, source.locale, dimension, member)), figure)
    };
    Ok(members.iter().map(bar).collect())
}
