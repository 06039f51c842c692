use crate::metric::{Cell, Figure, Snapshot, Unit, Window};
use crate::report::document::{Chart, Document, Section, Table};
use crate::report::fixture::{context, snapshot};
use crate::report::{Locale, ReportError, ReportTemplate, SectionTemplate, build};

fn template(sections: &str) -> Result<ReportTemplate, String> {
    let text = format!("title = \"T\"\nwindow = \"quarter\"\n{sections}");
    ReportTemplate::parse("t", "t.toml", &text).map_err(|problems| problems.to_string())
}

fn built(sections: &str, snapshot: Snapshot) -> Result<Document, ReportError> {
    build(&template(sections).unwrap_or_else(|p| panic!("{p}")), &snapshot.into(), &context())
}

fn table(sections: &str, snapshot: Snapshot) -> Table {
    let document = built(&format!("[[section]]\nkind = \"table\"\ntitle = \"T\"\n{sections}"), snapshot);
    match document.unwrap_or_else(|e| panic!("{e}")).sections.remove(0) {
        Section::Table(table) => table,
        other => panic!("{other:?}"),
    }
}

fn chart(sections: &str, snapshot: Snapshot) -> Chart {
    let document = built(&format!("[[section]]\nkind = \"chart\"\ntitle = \"C\"\n{sections}"), snapshot);
    match document.unwrap_or_else(|e| panic!("{e}")).sections.remove(0) {
        Section::Chart(chart) => chart,
        other => panic!("{other:?}"),
    }
}

/// A snapshot whose table `name` holds exactly `rows`.
fn with_rows(name: &str, window: Window, rows: Vec<Vec<Cell>>) -> Snapshot {
    let mut snapshot = snapshot();
    snapshot.tables.get_mut(name).and_then(|of| of.get_mut(&window)).expect("published").rows = rows;
    snapshot
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// Score, segment, customers of 10, days in sum.
fn rfm_row(score: i64, segment: &str, customers: i64, days: i64) -> Vec<Cell> {
    let (whole, of_ten) = (|n| Cell::Ratio(n, 1), Cell::Ratio(customers, 10));
    let money = whole(customers * 1_000);
    vec![
        whole(score),
        whole(score),
        whole(score),
        text(segment),
        whole(customers),
        of_ten,
        whole(customers),
        money,
        Cell::Ratio(days, customers),
    ]
}

#[test]
fn every_slip_in_a_section_over_a_table_comes_at_once_with_its_place_and_the_nearest_name() {
    let found = template(
        "[[section]]\nkind = \"table\"\ntitle = \"A\"\ntable = \"rmf\"\n\
         [[section]]\nkind = \"table\"\ntitle = \"B\"\ntable = \"rfm\"\ncolumns = [\"segmnt\", \"customers\"]\nsort = \"custmers\"\n\
         [[section]]\nkind = \"table\"\ntitle = \"C\"\ntable = \"leaderboard\"\nwindow = \"week\"\n\
         [[section]]\nkind = \"table\"\ntitle = \"D\"\ntable = \"rfm\"\ncolumns = [\"segment\", \"recency\"]\ngroup = true\n\
         [[section]]\nkind = \"chart\"\ntitle = \"E\"\ntable = \"close_reasons\"\nby = \"reason\"\nvalue = \"outcome\"\nfliter = { outcome = \"lost\" }\n\
         [[section]]\nkind = \"chart\"\ntitle = \"F\"\nshape = \"donut\"\ntable = \"win_rate_by_size\"\nby = \"band\"\nvalue = \"win_rate\"\n\
         [[section]]\nkind = \"chart\"\ntitle = \"G\"\nshape = \"heatmap\"\ntable = \"cohort_month\"\nby = \"k\"\nvalue = \"retention\"\n\
         [[section]]\nkind = \"table\"\ntitle = \"H\"\ntable = \"inventory\"\nat_most = { product = 3 }\nlast = 3\n",
    )
    .expect_err("slips");
    for expected in [
        "t.toml:6:9: unknown table `rmf` (did you mean `rfm`?)",
        "t.toml:11:12: unknown column of `rfm` `segmnt` (did you mean `segment`?)",
        "t.toml:11:11: no column names the rows (one of: segment)",
        "t.toml:12:8: unknown sort column `custmers` (did you mean `customers`?)",
        "t.toml:17:10: no window `week` (table `leaderboard` is published for month, quarter, year)",
        "t.toml:22:11: column `recency` says nothing of several rows (leave it out, or do not `group`)",
        "t.toml:29:9: column `outcome` holds words, not figures (columns of figures: deals, share, value, share_value)",
        "t.toml:30:1: unknown key `fliter` (did you mean `filter`?)",
        "t.toml:34:9: shape `donut` shows parts of a count or an amount",
        "t.toml:41:9: shape `heatmap` needs `rows`, the column of its lines",
        "t.toml:49:23: column `product` holds words, not figures (columns of figures: on_hand, daily_demand, days_of_supply, turnover, stock_out_days, demand_deviation, safety_stock, reorder_point, reorder_point_set)",
        "t.toml:50:8: table `inventory` has no column of dates, of which `last` would be",
    ] {
        assert!(found.lines().any(|line| line == expected), "missing: {expected}\nfound:\n{found}");
    }
    assert_eq!(found.lines().count(), 12, "{found}");
}

#[test]
fn rows_put_together_are_sums_and_ratios_of_sums() {
    let rows = vec![rfm_row(5, "champions", 4, 40), rfm_row(4, "lost", 1, 300), rfm_row(3, "champions", 5, 5)];
    let found = table(
        "table = \"rfm\"\ngroup = true\ncolumns = [\"segment\", \"customers\", \"share\", \"revenue\", \"days_since_last\"]\nsort = \"customers\"",
        with_rows("rfm", Window::All, rows),
    );
    let labels: Vec<&str> = found.rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(labels, ["Champions", "Lost"]);
    let champions = [Figure::whole(9), Figure::ratio(9, 10), Figure::whole(9_000), Figure::ratio(45, 9)];
    assert_eq!(found.rows[0].cells, champions.map(Some));
    let totals = [Figure::whole(10), Figure::ratio(10, 10), Figure::whole(10_000), Figure::ratio(345, 10)];
    assert_eq!(found.totals, Some(totals.map(Some).to_vec()));
    let units: Vec<Unit> = found.columns.iter().map(|column| column.unit).collect();
    assert_eq!(units, [Unit::Count, Unit::Percent, Unit::Money, Unit::Days]);
    assert_eq!((found.span.as_str(), found.row_label.as_str()), ("at 22 Nov 2026", "Segment"));
}

#[test]
fn a_rank_and_a_median_have_no_total_and_several_of_them_no_bar() {
    let found = table(
        "table = \"leaderboard\"\ncolumns = [\"sales_rep\", \"rank\", \"revenue\", \"win_rate\"]\nlimit = 7",
        snapshot(),
    );
    let totals = found.totals.clone().expect("a total");
    assert!(totals[0].is_none() && totals[1].is_some() && totals[2].is_some(), "{totals:?}");
    assert_eq!((found.shown().len(), found.rows.len()), (7, 30));
    let two = built(
        "[[section]]\nkind = \"chart\"\ntitle = \"C\"\ntable = \"rfm\"\nby = \"segment\"\nvalue = \"recency\"",
        snapshot(),
    );
    let error = two.expect_err("six rows a segment").to_string();
    assert_eq!(error, "report `t`: column `recency` of `rfm` says nothing of 6 rows together");
}

#[test]
fn cohorts_are_a_grid_whose_unknown_fields_stay_blank() {
    let found = chart(
        "shape = \"heatmap\"\ntable = \"cohort_month\"\nrows = \"cohort\"\nby = \"k\"\nvalue = \"retention\"\nlast = 3",
        snapshot(),
    );
    let names: Vec<&str> = found.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names, ["Aug 2026", "Sep 2026", "Oct 2026"]);
    let across: Vec<&str> = found.categories.iter().map(|category| category.label.as_str()).collect();
    assert_eq!((across, found.axis.as_str()), (vec!["0", "1", "2"], "Periods since"));
    let known = |row: usize| found.series[row].figures.iter().map(Option::is_some).collect::<Vec<_>>();
    assert_eq!((known(0), known(2)), (vec![true; 3], vec![true, false, false]));
    assert_eq!(found.series[2].figures[0].and_then(|f| f.value(Unit::Percent)), Some(100.0));
}

#[test]
fn filters_and_bounds_pick_rows_and_the_rest_beyond_the_top_adds_up() {
    let reason = |outcome: &str, reason: &str, deals| {
        let (whole, share) = (Cell::Ratio(deals, 1), Cell::Ratio(deals, 20));
        vec![text(outcome), text(reason), whole.clone(), share.clone(), whole, share]
    };
    let rows = vec![
        reason("lost", "price", 3),
        reason("lost", "timing", 9),
        reason("won", "price", 7),
        reason("lost", "no_budget", 2),
        reason("lost", "other", 1),
    ];
    let snapshot = with_rows("close_reasons", Window::Quarter, rows);
    let found = chart(
        "shape = \"horizontal-bar\"\ntable = \"close_reasons\"\nby = \"reason\"\nvalue = \"deals\"\nfilter = { outcome = \"lost\" }\ntop = 2",
        snapshot.clone(),
    );
    let bars: Vec<(&str, i64)> = found
        .categories
        .iter()
        .zip(&found.series[0].figures)
        .map(|(category, figure)| (category.label.as_str(), figure.expect("known").numerator))
        .collect();
    assert_eq!(bars, [("Timing", 9), ("Price", 3), ("Other", 3)]);
    let bounded = table("table = \"close_reasons\"\nat_least = { deals = 3 }\nat_most = { share = 35 }", snapshot);
    let kept: Vec<&str> = bounded.rows.iter().map(|row| row.member.as_str()).collect();
    assert_eq!(kept, ["lost", "won"], "3 of 20 and 7 of 20, not 9 of 20");
}

#[test]
fn what_the_source_does_not_deliver_is_said_and_what_should_be_there_holds_the_report() {
    let mut without = snapshot();
    without.tables.remove("quota_attainment");
    without.tables.remove("segments");
    let found = table("table = \"quota_attainment\"", without.clone());
    assert!(found.rows.is_empty());
    assert_eq!(found.notes, ["Not known here: the source delivers nothing about quotas"]);
    let error =
        built("[[section]]\nkind = \"table\"\ntitle = \"S\"\ntable = \"segments\"", without).expect_err("a hole");
    assert_eq!(error.to_string(), "report `t`: metric `segments` is not in snapshot 317");
}

#[test]
fn a_word_that_names_no_member_is_told_with_the_nearest() {
    let wrong = "[[section]]\nkind = \"table\"\ntitle = \"S\"\ntable = \"segments\"\nfilter = { tier = [\"pro\", \"entreprise\"] }";
    let error = built(wrong, snapshot()).expect_err("no such tier");
    assert_eq!(crate::base::Remedied::hint(&error).as_deref(), Some("did you mean `enterprise`?"));
}

#[test]
fn a_report_cut_by_its_reader_shows_no_table_of_everybody() {
    let text = "title = \"T\"\nscope = \"sales_rep\"\n[[section]]\nkind = \"table\"\ntitle = \"L\"\ntable = \"leaderboard\"\nwindow = \"month\"";
    let problems = ReportTemplate::parse("t", "t.toml", text).expect_err("everybody's revenue").to_string();
    assert!(
        problems.contains("t.toml:6:9: table `leaderboard` is not cut by `sales_rep`, by which this report is"),
        "{problems}"
    );
}

#[test]
fn headings_of_the_tables_that_shipped_reports_show_are_known_in_every_language() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/reports");
    let mut english = Vec::new();
    for entry in std::fs::read_dir(folder).expect("templates") {
        let text = std::fs::read_to_string(entry.expect("a file").path()).expect("text");
        let template = ReportTemplate::parse("r", "r.toml", &text).unwrap_or_else(|p| panic!("{p}"));
        for section in &template.sections {
            let SectionTemplate::ExtractTable(table) = section else { continue };
            let picks = table.words.iter().chain(table.figures.iter().map(|figure| &figure.pick));
            english.extend(picks.map(|pick| table.extract.table.columns[pick.column].1));
        }
    }
    assert!(english.len() > 50, "{english:?}");
    for label in english {
        let is_alike = ["Index", "MRR", "P90", "Median", "Support", "Lift", "Status", "Segment"].contains(&label);
        assert!(is_alike || (Locale::De.term(label) != label && Locale::Uk.term(label) != label), "{label}");
    }
}
