use super::*;
use crate::report::fixture::{context, document, snapshot, template};
use crate::report::{Chart, ChartKind, Colour, Document, Figure, Layout, Orientation, Paper, Section, build};

fn stamp() -> Stamp {
    Stamp { generated_at: "2026-11-23T06:00:00Z".parse().expect("an instant") }
}

fn render_all(document: &Document) -> String {
    let pages = lay_out(document, stamp()).expect("pages");
    render_pdf(document, stamp()).expect("a PDF");
    render_xlsx(document, stamp()).expect("a workbook");
    draw_list(&pages)
}

fn charts(document: &mut Document) -> impl Iterator<Item = &mut Chart> {
    document.sections.iter_mut().filter_map(|s| if let Section::Chart(chart) = s { Some(chart) } else { None })
}

#[test]
fn a_business_without_a_single_row_still_has_a_report() {
    let mut snapshot = snapshot();
    for points in snapshot.points.values_mut() {
        points
            .values_mut()
            .for_each(|figure| *figure = Figure { numerator: 0, denominator: figure.denominator.min(1) });
    }
    snapshot.series.values_mut().for_each(|series| series.values.clear());
    snapshot.members.insert("sales_rep".to_owned(), Vec::new());
    for points in snapshot.points.values_mut() {
        points.retain(|slice, _| slice.member.as_ref().is_none_or(|m| m.0 != "sales_rep"));
    }
    snapshot.header.reconciliation.clear();
    snapshot.header.warnings.clear();
    let document = build(&template(), &snapshot.into(), &context()).expect("a document");
    let list = render_all(&document);
    assert!(list.contains("No values in this span"));
    assert!(list.contains("Rows shown: 0 of 0"));
    assert!(list.contains("Source and star were not compared for this snapshot"));
    assert!(!list.contains("NaN") && !list.contains("inf"), "a coordinate went astray");
}

#[test]
fn negative_missing_and_huge_values_stay_on_the_page() {
    let mut document = document();
    document.layout = Layout { paper: Paper::Letter, orientation: Orientation::Landscape };
    document.currency = "CHF".to_owned();
    document.organisation = "東京商事株式会社".to_owned();
    document.theme.accent = Colour(250, 204, 21);
    document.title =
        "A title that somebody wrote without thinking of the width of any page at all, twice over".to_owned();
    for chart in charts(&mut document) {
        let figures = &mut chart.series[0].figures;
        figures[0] = Some(Figure::whole(-12_345_678));
        figures[1] = None;
        figures[2] = Some(Figure::whole(i64::MAX / 1_000));
        chart.categories[0].label = "A category with a name as long as a paragraph of this very report".to_owned();
        chart.categories[0].short = chart.categories[0].label.clone();
    }
    let pages = lay_out(&document, stamp()).expect("pages");
    for (_, shapes) in pages.pages.iter().flat_map(|page| &page.marks) {
        for shape in shapes {
            if let page::Shape::Text { x, size, weight, text, .. } = shape {
                let right = x + font::measure(*weight, *size, text);
                assert!(*x >= 41.0 && right <= pages.width - 41.0, "{x:.1}–{right:.1} {text}");
            }
        }
    }
    render_all(&document);
}

#[test]
fn words_of_different_labels_never_overlap_within_a_chart() {
    let pages = lay_out(&document(), stamp()).expect("pages");
    for (mark, shapes) in pages.pages.iter().flat_map(|page| &page.marks) {
        let is_figure = matches!(mark, page::Mark::Node(node) if pages.nodes[*node].role == "Figure");
        let boxes: Vec<(f64, f64, f64, f64, &str)> = shapes
            .iter()
            .filter(|_| is_figure)
            .filter_map(|shape| match shape {
                page::Shape::Text { x, y, size, weight, text, .. } => {
                    Some((*x, x + font::measure(*weight, *size, text), y - size * 0.72, *y, text.as_str()))
                }
                _ => None,
            })
            .collect();
        for (at, a) in boxes.iter().enumerate() {
            for b in &boxes[at + 1..] {
                let apart = a.1 <= b.0 || b.1 <= a.0 || a.3 <= b.2 || b.3 <= a.2;
                assert!(apart, "{} and {} overlap", a.4, b.4);
            }
        }
    }
}

#[test]
fn the_web_gets_the_same_drawing_as_the_page() {
    let mut document = document();
    let whole = document.clone();
    for chart in charts(&mut document) {
        let svg = chart_svg(&whole, chart, 500, 200).expect("an SVG");
        assert!(svg.starts_with("<svg width=\"500\" height=\"200\"") && svg.trim_end().ends_with("</svg>"));
        if chart.kind == ChartKind::HorizontalBar {
            assert!(svg.contains("Ελένη Παπαδοπούλου"), "{svg}");
        }
        assert!(chart_alt(&whole, chart).contains(&chart.title));
    }
}
