use super::gallery::gallery;
use super::*;
use crate::report::fixture::{SIZES, Size, shipped_documents_in};
use crate::report::fixture::{context, document, snapshot, template};
use crate::report::{Chart, ChartKind, Colour, Document, Figure, Layout, Locale, Orientation, Paper, Section, build};

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
    assert!(list.contains("No data in this span"));
    assert!(list.contains("No rows in this span") && !list.contains("Rows shown: 0"));
    assert!(list.contains("Source and warehouse were not compared for this snapshot"));
    assert!(!["NaN", "inf,", ",inf"].iter().any(|astray| list.contains(astray)), "a coordinate went astray");
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

/// Fails where words leave the page, touch each other within a chart, or a coordinate went astray.
fn expect_tidy(document: &Document) {
    let pages = lay_out(document, stamp()).expect("pages");
    for (at, page) in pages.pages.iter().enumerate() {
        for (mark, shapes) in &page.marks {
            let is_figure = matches!(mark, page::Mark::Node(node) if pages.nodes[*node].role == "Figure");
            let mut boxes: Vec<(f64, f64, f64, f64, &str)> = Vec::new();
            for shape in shapes {
                let page::Shape::Text { x, y, size, weight, text, .. } = shape else { continue };
                let right = x + font::measure(*weight, *size, text);
                assert!(*x >= 41.0 && right <= pages.width - 41.0, "page {at}: {x:.1}–{right:.1} {text}");
                assert!(*y > 10.0 && *y < pages.height - 10.0, "page {at}: {y:.1} {text}");
                let found = (*x, right, y - size * 0.72, *y, text.as_str());
                for other in boxes.iter().filter(|_| is_figure) {
                    let apart = found.1 <= other.0 || other.1 <= found.0 || found.3 <= other.2 || other.3 <= found.2;
                    assert!(apart, "page {at}: {} and {} overlap", found.4, other.4);
                }
                boxes.push(found);
            }
        }
    }
    let list = draw_list(&pages);
    assert!(!["NaN", "inf,", ",inf"].iter().any(|astray| list.contains(astray)), "a coordinate went astray");
}

#[test]
fn words_of_different_labels_never_overlap_within_a_chart() {
    expect_tidy(&document());
}

#[test]
fn every_kind_of_chart_is_tidy_over_nothing_and_over_very_much() {
    for size in SIZES {
        for (paper, orientation) in [(Paper::A4, Orientation::Portrait), (Paper::Letter, Orientation::Landscape)] {
            let mut document = gallery(size, Locale::En);
            document.layout = Layout { paper, orientation };
            expect_tidy(&document);
        }
    }
    expect_tidy(&gallery(Size::Plausible, Locale::De));
    expect_tidy(&gallery(Size::Huge, Locale::Uk));
}

#[test]
fn a_chart_without_data_says_so_in_words_and_in_its_picture() {
    let document = gallery(Size::Nothing, Locale::De);
    let charts: Vec<&Chart> =
        document.sections.iter().filter_map(|s| if let Section::Chart(c) = s { Some(c) } else { None }).collect();
    assert_eq!(charts.len(), 13);
    for chart in charts {
        assert!(chart_alt(&document, chart).ends_with("Keine Daten in diesem Zeitraum."), "{:?}", chart.kind);
        let svg = chart_svg(&document, chart, 400, 160).expect("an SVG");
        assert!(svg.contains("Keine Daten in diesem Zeitraum"), "{:?}", chart.kind);
    }
}

#[test]
fn the_words_for_a_chart_hold_its_numbers() {
    let document = gallery(Size::Plausible, Locale::En);
    let alt = |kind| {
        let of_kind = |s: &Section| {
            if let Section::Chart(c) = s { (c.kind == kind).then(|| chart_alt(&document, c)) } else { None }
        };
        document.sections.iter().find_map(of_kind).expect("a chart of the kind")
    };
    assert!(
        alt(ChartKind::Waterfall).contains("Opening €171,500, New +€12,300, Expansion +€8,250, Contraction −€3,100")
    );
    assert!(alt(ChartKind::Pie).contains("Enterprise €333 (31%)"), "{}", alt(ChartKind::Pie));
    assert!(alt(ChartKind::Gauge).contains("67.0%. Target 60.0% · 111.7% of the target."), "{}", alt(ChartKind::Gauge));
    assert!(alt(ChartKind::Scatter).contains("Globex (9; €18,000)"));
    assert!(alt(ChartKind::Heatmap).contains("Jan ’26: 0 100.0%, 1 86.0%"), "{}", alt(ChartKind::Heatmap));
}

/// Writes a document's files into `folder` as `name`, the mail with its pictures.
fn write_for_the_eye(folder: &std::path::Path, name: &str, document: &Document, artifacts: &[Artifact]) {
    let write = |name: String, bytes: &[u8]| {
        std::fs::write(folder.join(name.to_lowercase()), bytes).expect("the folder can be written");
    };
    for file in artifacts {
        write(format!("{name}.{}", file.name.rsplit('.').next().unwrap_or("")), &file.bytes);
    }
    let mut mail = render_email(document, stamp()).expect("a body");
    for image in &mail.images {
        let picture = format!("{name}-{}", image.name).to_lowercase();
        mail.html = mail.html.replace(&format!("cid:{}", image.cid), &picture);
        write(picture, &image.bytes);
    }
    write(format!("{name}.mail.html"), mail.html.as_bytes());
    write(format!("{name}.txt"), mail.text.as_bytes());
}

/// `VESPER_GALLERY=DIR` writes every size in every format, for the eye.
#[test]
fn the_gallery_can_be_rendered_in_every_format() {
    let folder = std::env::var_os("VESPER_GALLERY").map(std::path::PathBuf::from);
    for size in SIZES {
        let locales: &[Locale] = if folder.is_some() { &Locale::ALL } else { &[Locale::En] };
        for locale in locales {
            let document = gallery(size, *locale);
            let mut files = vec![
                render_pdf(&document, stamp()).expect("a PDF"),
                render_xlsx(&document, stamp()).expect("a workbook"),
                render_html(&document, stamp()).expect("a page"),
            ];
            files.extend(render_csv(&document, ByteOrderMark::With).pop());
            if let Some(folder) = &folder {
                write_for_the_eye(folder, &format!("{size:?}-{locale:?}"), &document, &files);
            }
        }
    }
}

/// `VESPER_SHIPPED=DIR` writes every shipped report over every size in every language, for the eye: web edition and mail, PDF
/// on two papers, workbook.
#[test]
fn every_shipped_report_has_a_mail_and_a_web_edition_in_every_language() {
    let folder = std::env::var_os("VESPER_SHIPPED").map(std::path::PathBuf::from);
    let locales: &[Locale] = if folder.is_some() { &Locale::ALL } else { &[Locale::Uk] };
    for locale in locales {
        for (name, mut document) in shipped_documents_in(*locale) {
            let page = render_html(&document, stamp()).expect("a page");
            let Some(folder) = &folder else { continue };
            let name = format!("{}-{locale:?}", name.replace(' ', "-"));
            let pdf = render_pdf(&document, stamp()).expect("a PDF");
            let xlsx = render_xlsx(&document, stamp()).expect("a workbook");
            write_for_the_eye(folder, &name, &document, &[page, pdf, xlsx]);
            document.layout = Layout { paper: Paper::Letter, orientation: Orientation::Landscape };
            let pdf = render_pdf(&document, stamp()).expect("a PDF");
            write_for_the_eye(folder, &format!("{name}-letter"), &document, &[pdf]);
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
