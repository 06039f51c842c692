use super::*;
use crate::metric::{Catalog, Figure, Slice};
use crate::report::Surroundings;
use crate::report::document::{Chart, Judgment, Table};
use crate::report::fixture::{EXECUTIVE_WEEKLY, context, document, expect_file, snapshot, template};

fn table(document: &Document) -> &Table {
    match document.sections.iter().find(|s| matches!(s, Section::Table(_))) {
        Some(Section::Table(table)) => table,
        _ => panic!("the weekly report has a table"),
    }
}

fn charts(document: &Document) -> Vec<&Chart> {
    document.sections.iter().filter_map(|s| if let Section::Chart(c) = s { Some(c) } else { None }).collect()
}

fn problems(text: &str) -> String {
    ReportTemplate::parse("r", "r.toml", text).expect_err("a template with problems").to_string()
}

#[test]
fn the_document_of_the_weekly_report_is_the_one_on_file() {
    let json = serde_json::to_string_pretty(&document()).expect("a document is plain data");
    expect_file("executive-weekly.document.json", &(json + "\n"));
}

#[test]
fn every_problem_of_a_template_comes_at_once_with_its_place() {
    let text = r##"title = "T"
widnow = "week"
[theme]
accent = "blue"
[[section]]
kind = "kpis"
metrics = ["revnue", "win_rate"]
[[section]]
kind = "chart"
title = "C"
shape = "dohnut"
metric = "revenue"
by = "stage"
[[section]]
kind = "table"
title = "T"
by = "sales_rep"
columns = ["revenue", "win_rate"]
sort = "win_rat"
[[section]]
kind = "text"
body = "{{ value('revenue', 'wek') }}"
[[section]]
kind = "kpi"
"##;
    let found = problems(text);
    for expected in [
        "r.toml:2:1: unknown key `widnow` (did you mean `window`?)",
        "r.toml:4:10: `accent` is `blue`, expected a colour such as \"#1D4ED8\"",
        "r.toml:7:12: unknown metric `revnue` (did you mean `revenue`?)",
        "r.toml:11:9: unknown shape `dohnut` (did you mean `donut`?)",
        "r.toml:13:6: unknown dimension of `revenue` `stage` (valid: tier, sales_rep, day, week, month, quarter, year)",
        "r.toml:19:8: unknown sort column `win_rat` (did you mean `win_rate`?)",
        "r.toml:22:8: unknown window `wek`: did you mean `week`?",
        "r.toml:24:8: unknown kind `kpi` (did you mean `kpis`?)",
    ] {
        assert!(found.lines().any(|line| line == expected), "missing: {expected}\nfound:\n{found}");
    }
    assert_eq!(found.lines().count(), 8, "{found}");
}

#[test]
fn fonts_of_the_theme_are_read_beside_the_template_and_every_wrong_one_is_told() {
    const DEJAVU: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans.ttf");
    let font = |path: &str| match path {
        "fonts/house.ttf" => Ok(DEJAVU.to_vec()),
        "logo.png" => Ok(b"\x89PNG".to_vec()),
        _ => Err("there is no such file".to_owned()),
    };
    let (catalog, picture) = (Catalog::built_in(), |_: &str| Err(String::new()));
    let read = |fonts: &str| {
        let text = format!("title = \"T\"\n[theme.fonts]\n{fonts}\n[[section]]\nkind = \"page_break\"");
        let surroundings = Surroundings { catalog: &catalog, picture: &picture, font: &font };
        ReportTemplate::parse_in("r", "r.toml", &text, &surroundings)
    };
    let house = read("regular = \"fonts/house.ttf\"").expect("a template");
    let fonts = house.theme.fonts.as_ref().expect("fonts");
    assert_eq!(
        (fonts.regular.family(), &fonts.bold),
        ("DejaVu Sans", &fonts.regular),
        "one font stands for both weights"
    );
    for (wrong, told) in [
        ("regular = \"house.ttf\"", "r.toml:3:11: font \"house.ttf\": there is no such file"),
        (
            "regular = \"fonts/house.ttf\"\nbold = \"logo.png\"",
            "r.toml:4:8: font \"logo.png\": it is neither a TTF nor",
        ),
        ("bold = \"fonts/house.ttf\"", "`regular`"),
        ("regular = \"fonts/house.ttf\"\nbald = \"x\"", "unknown key `bald` (did you mean `bold`?)"),
    ] {
        let found = read(wrong).expect_err(wrong).to_string();
        assert!(found.contains(told), "{told}\nis not in\n{found}");
    }
}

#[test]
fn pictures_that_would_lie_are_refused() {
    let chart = |rest: &str| problems(&format!("title = \"T\"\n[[section]]\nkind = \"chart\"\ntitle = \"C\"\n{rest}"));
    assert!(chart("shape = \"line\"\nmetric = \"revenue\"\nby = \"tier\"").contains("needs `by` to be a grain"));
    assert!(chart("shape = \"donut\"\nmetric = \"win_rate\"\nby = \"tier\"").contains("shows shares of a sum"));
    assert!(chart("shape = \"line\"\nmetric = \"win_rate\"\nby = \"month\"").contains("has no daily series"));
    assert!(chart("metric = \"follow_ups_overdue\"\nby = \"tier\"").contains("it has no dimension"));
    assert!(chart("metric = \"deals_created\"\nby = \"mnth\"").contains("did you mean `month`?"));
    let all = problems("title = \"T\"\nwindow = \"all\"\ncompare = \"year\"\n[[section]]\nkind = \"page_break\"");
    assert!(all.contains("window `all` has nothing before it to compare with"), "{all}");
}

#[test]
fn totals_come_from_sums_over_every_row_also_the_hidden_ones() {
    let mut template = template();
    for section in &mut template.sections {
        if let SectionTemplate::Table(table) = section {
            table.limit = 2;
        }
    }
    let document = build(&template, &snapshot().into(), &context()).expect("a document");
    let table = table(&document);
    assert_eq!((table.shown().len(), table.rows.len()), (2, 12));
    let totals = table.totals.as_ref().expect("a total");
    let sum = |column: usize| table.rows.iter().filter_map(|r| r.cells[column]).map(|f| f.numerator).sum::<i64>();
    let denominators: i64 = table.rows.iter().filter_map(|r| r.cells[3]).map(|f| f.denominator).sum();
    assert_eq!(totals[0], Some(Figure::whole(sum(0))));
    assert_eq!(totals[3], Some(Figure::ratio(sum(3), denominators)));
}

#[test]
fn a_rep_without_a_single_deal_still_has_a_row() {
    let document = document();
    let table = table(&document);
    let nobody = table.rows.iter().find(|r| r.label == "Zoë Nobody").expect("a row");
    assert_eq!(nobody.cells[3], Some(Figure::ratio(0, 0)));
    let unassigned = table.rows.iter().find(|r| r.member == "unassigned").expect("a row");
    assert_eq!((unassigned.label.as_str(), unassigned.cells[0]), ("Unassigned", None));
}

#[test]
fn the_rest_beyond_the_top_adds_up_as_other() {
    let document = document();
    let reps = *charts(&document).last().expect("the chart by rep");
    assert_eq!(reps.categories.len(), 6);
    let sum: i64 = reps.series[0].figures.iter().filter_map(|f| f.and_then(|f| f.rounded())).sum();
    let all: i64 = table(&document).rows.iter().filter_map(|r| r.cells[0]).map(|f| f.numerator).sum();
    assert_eq!(sum, all);
    assert_eq!(reps.categories[5].label, "Other");
}

#[test]
fn months_before_the_first_day_are_unknown_and_not_zero() {
    let document = document();
    let revenue = charts(&document)[0];
    let before = &revenue.series[1];
    assert_eq!(before.name, "A year before");
    assert!(before.figures[0].is_none() && before.figures[11].is_some());
}

#[test]
fn a_metric_the_snapshot_lacks_holds_the_report() {
    let mut snapshot = snapshot();
    snapshot.points.remove("open_value");
    let error = build(&template(), &snapshot.into(), &context()).expect_err("a hole");
    assert_eq!(error.to_string(), "report `executive-weekly`: metric `open_value` is not in snapshot 317");
}

#[test]
fn a_missing_comparison_says_nothing_and_judges_nothing() {
    let document = document();
    let Some(Section::Kpis(row)) = document.sections.first() else { panic!("tiles come first") };
    let tile = row.tiles.iter().find(|t| t.metric == "new_customers@1").expect("a tile");
    let change = tile.change.as_ref().expect("a comparison was asked for");
    assert_eq!((change.tenths, change.judgment), (None, Judgment::Neutral));
}

#[test]
fn a_member_nobody_knows_is_named_with_the_nearest() {
    let text = EXECUTIVE_WEEKLY.replace("\"negotiation\", \"closed_won\"", "\"negotation\", \"closed_won\"");
    let template = ReportTemplate::parse("r", "r.toml", &text).expect("members are checked against the snapshot");
    let error = build(&template, &snapshot().into(), &context()).expect_err("no such member");
    assert_eq!(crate::base::Remedied::hint(&error).as_deref(), Some("did you mean `negotiation`?"));
}

#[test]
fn what_belongs_to_no_row_is_named() {
    let mut snapshot = snapshot();
    let points = snapshot.points.get_mut("deals_lost").expect("published");
    points.insert(Slice::of(Window::Quarter), Figure::whole(1_000_000));
    let document = build(&template(), &snapshot.into(), &context()).expect("a document");
    assert!(table(&document).notes.iter().any(|note| note.starts_with("Deals lost: ")));
}

#[test]
fn an_amount_weighted_in_percent_is_summed_and_an_average_amount_is_not() {
    let mut snapshot = snapshot();
    let points = snapshot.points.get_mut("weighted_value").expect("published");
    let parts = [("lead", 2_000), ("qualified", 3_050), ("proposal", 0)];
    points.retain(|slice, _| slice.member.is_none());
    for (stage, numerator) in parts {
        points.insert(Slice::of(Window::Week).at("stage", stage), Figure::ratio(numerator, 100));
    }
    points.insert(Slice::of(Window::Week), Figure::ratio(5_050, 100));
    let text =
        "title = \"T\"\n[[section]]\nkind = \"table\"\ntitle = \"T\"\nby = \"stage\"\ncolumns = [\"weighted_value\"]";
    let template = ReportTemplate::parse("t", "t.toml", text).expect("a template");
    let found = build(&template, &snapshot.into(), &context()).expect("a document");
    let weighted = table(&found);
    assert!(!weighted.columns[0].is_ratio && weighted.notes.is_empty(), "{:?}", weighted.notes);
    assert_eq!(weighted.totals, Some(vec![Some(Figure::ratio(5_050, 100))]));
    let weekly = document();
    let columns = &table(&weekly).columns;
    let ratios: Vec<bool> = columns.iter().map(|c| c.is_ratio).collect();
    assert_eq!(ratios, [false, false, false, true, true, true, false]);
}

fn built(sections: &str) -> Result<Document, ReportError> {
    let text = format!("title = \"T\"\nwindow = \"month\"\n[parameters]\ntier = \"pro\"\n{sections}");
    let template = ReportTemplate::parse("t", "t.toml", &text).unwrap_or_else(|p| panic!("{p}"));
    build(&template, &snapshot().into(), &context())
}

#[test]
fn every_shipped_template_and_the_one_to_start_from_is_said_over_any_business() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/reports");
    let mut texts = vec![crate::report::EXAMPLE.to_owned()];
    for entry in std::fs::read_dir(folder).expect("templates") {
        texts.push(std::fs::read_to_string(entry.expect("a file").path()).expect("text"));
    }
    assert!(texts.len() > 6);
    for text in texts {
        let template = ReportTemplate::parse("r", "r.toml", &text).unwrap_or_else(|p| panic!("{p}"));
        let document = build(&template, &snapshot().into(), &context()).unwrap_or_else(|e| panic!("{e}"));
        assert!(!document.subject.is_empty() && !document.definitions.is_empty(), "{}", template.title);
    }
}

#[test]
fn a_bridge_sums_to_its_end_or_holds_the_report() {
    let bridge = "[[section]]\nkind = \"chart\"\nshape = \"waterfall\"\ntitle = \"B\"\nmetric = \"active_customers\"\n\
                  plus = [\"new_customers\"]\nminus = [\"churned_customers\"]";
    let template = ReportTemplate::parse("t", "t.toml", &format!("title = \"T\"\nwindow = \"month\"\n{bridge}"));
    let template = template.expect("a template");
    let mut snapshot = snapshot();
    let month = Slice::of(Window::Month);
    let mut set = |metric: &str, slice: Slice, value| {
        snapshot.points.get_mut(metric).expect("published").insert(slice, Figure::whole(value));
    };
    set("active_customers", month.clone().compared(crate::metric::Compare::Previous), 100);
    set("new_customers", month.clone(), 30);
    set("churned_customers", month.clone(), 12);
    set("active_customers", month.clone(), 118);
    let document = build(&template, &snapshot.clone().into(), &context()).expect("a document");
    let chart = charts(&document)[0];
    let steps: Vec<i64> = chart.series[0].figures.iter().map(|f| f.expect("known").numerator).collect();
    assert_eq!(steps, [100, 30, -12, 118]);
    assert_eq!(chart.categories.iter().map(|c| c.is_total).collect::<Vec<_>>(), [true, false, false, true]);
    snapshot.points.get_mut("active_customers").expect("published").insert(month, Figure::whole(119));
    let error = build(&template, &snapshot.into(), &context()).expect_err("a cent is missing");
    assert!(error.to_string().contains("begins at 100, moves by 18 and ends at 119"), "{error}");
}

#[test]
fn filters_parameters_and_members_pick_what_is_shown() {
    let document = built(
        "[[section]]\nkind = \"kpis\"\nmetrics = [\"revenue\"]\nfilter = { tier = \"$tier\" }\n\
         [[section]]\nkind = \"table\"\ntitle = \"A\"\nby = \"stage\"\ncolumns = [\"open_value\"]\nmembers = [\"proposal\", \"lead\"]\n\
         sort = \"member\"\n[[section]]\nkind = \"text\"\nbody = \"Tier {{ parameters.tier }}\"",
    );
    let document = document.expect("a document");
    let Some(Section::Kpis(row)) = document.sections.first() else { panic!("tiles come first") };
    let slice = Slice::of(Window::Month).at("tier", "pro");
    assert_eq!(row.tiles[0].figure, snapshot().figure("revenue", &slice));
    let members: Vec<&str> = table(&document).rows.iter().map(|r| r.member.as_str()).collect();
    assert_eq!(members, ["proposal", "lead"]);
    let Some(Section::Text(text)) = document.sections.last() else { panic!("words come last") };
    assert_eq!(text.paragraphs[0].words, "Tier pro");
    let wrong = built("[[section]]\nkind = \"kpis\"\nmetrics = [\"revenue\"]\nfilter = { tier = \"por\" }");
    let hint = crate::base::Remedied::hint(&wrong.expect_err("no such tier"));
    assert_eq!(hint.as_deref(), Some("did you mean `pro`?"));
}

#[test]
fn several_metrics_are_several_series_and_a_target_is_in_the_values_own_base() {
    let document = built(
        "[[section]]\nkind = \"chart\"\nshape = \"stacked-bar\"\ntitle = \"A\"\nmetrics = [\"deals_won\", \"deals_lost\"]\nby = \"month\"\n\
         [[section]]\nkind = \"chart\"\nshape = \"gauge\"\ntitle = \"B\"\nmetric = \"win_rate\"\ntarget = 62.5\n\
         [[section]]\nkind = \"chart\"\nshape = \"scatter\"\ntitle = \"C\"\nacross = \"deals_won\"\nmetric = \"revenue\"\nby = \"sales_rep\"",
    );
    let document = document.expect("a document");
    let charts = charts(&document);
    let names: Vec<&str> = charts[0].series.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["Deals won", "Deals lost"]);
    assert_eq!(charts[1].target.and_then(|f| f.value(crate::metric::Unit::Percent)), Some(62.5));
    assert_eq!(charts[2].unit_across, Some(crate::metric::Unit::Count));
    let slice = |member: &str| Slice::of(Window::Month).at("sales_rep", member);
    assert_eq!(charts[2].series[0].figures[0], snapshot().figure("deals_won", &slice("rep-00")));
    assert_eq!(charts[2].series[1].figures[0], snapshot().figure("revenue", &slice("rep-00")));
}
