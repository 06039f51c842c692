//! A table as a mail has room for it: which rows and columns, how amounts are written, what a narrow screen leaves out.
//!
//! Mail programs know no scrolling, so that a table too wide would widen the whole mail. What does not fit is written
//! shorter, then left out from the right, and the table says so.

use crate::render::email::ROW_COUNT_MAX;
use crate::render::font::{Weight, measure};
use crate::render::table_text::{figures, row_texts, total_texts};
use crate::report::{Attribute, Document, Figure, Row, Table, say};

/// What a table may take of the 600 px of a mail …
const WIDE: f64 = 552.0;
/// … and of the 360 px of a phone, with a little for the fonts of others.
const NARROW: f64 = 318.0;
/// The letters of a table, and the blanks on both sides of a cell.
#[derive(Clone, Copy)]
pub(in crate::render) struct Letters {
    pub size: f64,
    pub padding: f64,
}
const PLAIN: Letters = Letters { size: 12.0, padding: 12.0 };
/// Where that is too wide, and on every narrow screen.
const SMALL: Letters = Letters { size: 11.0, padding: 8.0 };
/// Mail programs have fonts of their own, some wider than the vendored one; bold letters more so.
const STRETCH: (f64, f64) = (1.13, 1.24);
/// The letters of a head.
const HEAD_SIZE: f64 = 11.0;
/// Names up to this width stand on one line; longer ones break.
const NAME_WIDTH_MAX: f64 = 104.0;
/// The same on a narrow screen, where every name may break.
const NARROW_NAME_WIDTH_MAX: f64 = 76.0;

/// A table, ready to be written.
pub(in crate::render) struct Grid {
    pub columns: Vec<GridColumn>,
    pub letters: Letters,
    pub rows: Vec<Vec<String>>,
    pub total: Option<Vec<String>>,
    /// What stands below: counts, notes, and what was left out.
    pub foot: String,
    /// What stands below on a narrow screen alone.
    pub far_foot: Option<String>,
}

/// A column that is shown.
pub(in crate::render) struct GridColumn {
    /// Where it stands among the table's columns.
    pub at: usize,
    pub head: String,
    /// Words stand on the left, figures on the right.
    pub is_words: bool,
    /// Whether its cells stay on one line.
    pub is_whole: bool,
    /// Whether a narrow screen leaves it out.
    pub is_far: bool,
}

impl Grid {
    pub(in crate::render) fn new(document: &Document, table: &Table) -> Grid {
        let shown = table.shown_at_most(ROW_COUNT_MAX);
        let first = table.first_figure();
        let (unknown, known): (Vec<usize>, Vec<usize>) =
            (0..table.heads().count()).partition(|at| !is_known(table, shown, *at));
        let texts = |is_short: bool| texts(document, table, shown, is_short);
        let (mut rows, mut total) = texts(false);
        let heads: Vec<&str> = table.heads().collect();
        let mut widths = widths(&heads, &rows, total.as_ref(), first);
        let is_fitting = |widths: &[Width], letters| {
            known.iter().map(|at| widths[*at].of(letters, NAME_WIDTH_MAX)).sum::<f64>() <= WIDE
        };
        let letters = if is_fitting(&widths, PLAIN) { PLAIN } else { SMALL };
        let short = texts(true);
        let is_shortened = !is_fitting(&widths, letters) && short != (rows.clone(), total.clone());
        if is_shortened {
            (rows, total) = short;
            widths = self::widths(&heads, &rows, total.as_ref(), first);
        }
        let order = reading_order(table, &known);
        let wide = fitting(&order, WIDE, |at| widths[at].of(letters, NAME_WIDTH_MAX));
        let near = fitting(&order, NARROW, |at| widths[at].of(SMALL, NARROW_NAME_WIDTH_MAX));
        let label = |at: &usize| heads[*at].to_owned();
        let columns = known.iter().filter(|at| wide.contains(at)).map(|at| GridColumn {
            at: *at,
            head: label(at),
            is_words: *at < first,
            is_whole: *at >= first || natural(&rows, *at) * letters.size <= NAME_WIDTH_MAX,
            is_far: !near.contains(at),
        });
        let columns: Vec<GridColumn> = columns.collect();
        let (phrases, listed) = (document.locale.phrases(), |list: Vec<String>| list.join(", "));
        let foot = table.foot(shown.len(), document.locale);
        let mut notes: Vec<String> = (!foot.is_empty()).then_some(foot).into_iter().collect();
        let mut note = |phrase: &str, list: Vec<String>| {
            if !list.is_empty() {
                notes.push(say(phrase, &[&listed(list)]));
            }
        };
        note(phrases.columns_unknown, unknown.iter().filter(|at| **at >= first).map(label).collect());
        note(phrases.columns_left_out, known.iter().filter(|at| !wide.contains(at)).map(label).collect());
        if is_shortened {
            notes.push(phrases.amounts_shortened.to_owned());
        }
        let far: Vec<String> = columns.iter().filter(|c| c.is_far).map(|c| c.head.clone()).collect();
        Grid {
            columns,
            letters,
            rows,
            total,
            foot: notes.join(" · "),
            far_foot: (!far.is_empty()).then(|| say(phrases.columns_far, &[&listed(far)])),
        }
    }
}

/// Whether any row says anything in a column. The name always does; so does everything of a table without rows.
fn is_known(table: &Table, rows: &[Row], at: usize) -> bool {
    let first = table.first_figure();
    let is_said = |row: &Row| match at {
        0 => true,
        at if at < first => row.attributes.get(at - 1).is_some_and(|a| *a != Attribute::Nothing),
        at => row.cells[at - first].is_some_and(|figure| figure.denominator != 0),
    };
    rows.is_empty() || rows.iter().any(is_said)
}

/// The rows and the total in words; `is_short` writes large amounts as tiles do.
fn texts(document: &Document, table: &Table, shown: &[Row], is_short: bool) -> (Vec<Vec<String>>, Option<Vec<String>>) {
    let first = table.first_figure();
    let with_figures = |mut texts: Vec<String>, cells: &[Option<Figure>]| {
        texts.splice(first.., figures(document, table, cells, is_short));
        texts
    };
    let rows = shown.iter().map(|row| with_figures(row_texts(document, table, row), &row.cells)).collect();
    let totals = table.totals.as_ref().filter(|_| !table.rows.is_empty());
    (rows, totals.map(|totals| with_figures(total_texts(document, table, totals), totals)))
}

fn natural(rows: &[Vec<String>], at: usize) -> f64 {
    rows.iter().map(|row| measure(Weight::Regular, 1.0, &row[at])).fold(0.0, f64::max) * STRETCH.0
}

/// The least a column takes: figures whole, heads and long names broken at blanks.
struct Width {
    head: f64,
    /// An em of a cell's letters.
    cells: f64,
    is_words: bool,
}

impl Width {
    /// In such letters, names broken at `name_width_max`.
    fn of(&self, letters: Letters, name_width_max: f64) -> f64 {
        let cells = self.cells * letters.size;
        self.head.max(if self.is_words { cells.min(name_width_max) } else { cells }) + letters.padding
    }
}

fn widths(heads: &[&str], rows: &[Vec<String>], total: Option<&Vec<String>>, first: usize) -> Vec<Width> {
    let bold = |size: f64, text: &str| measure(Weight::Bold, size, text) * STRETCH.1;
    let of = |(at, head): (usize, &&str)| Width {
        head: head.split(' ').map(|word| bold(HEAD_SIZE, word)).fold(0.0, f64::max),
        cells: natural(rows, at).max(total.map_or(0.0, |total| bold(1.0, &total[at]))),
        is_words: at < first,
    };
    heads.iter().enumerate().map(of).collect()
}

/// What says most first: names, the figures the rows are sorted by, the others as they stand.
fn reading_order(table: &Table, known: &[usize]) -> Vec<usize> {
    let first = table.first_figure();
    let sorted_by = table.sorted_by.map(|at| first + at);
    let words = known.iter().filter(|at| **at < first);
    let leading = known.iter().filter(|at| Some(**at) == sorted_by);
    let rest = known.iter().filter(|at| **at >= first && Some(**at) != sorted_by);
    words.chain(leading).chain(rest).copied().collect()
}

/// The columns that fit into `room`, the first ones of `order`; the name is always among them.
fn fitting(order: &[usize], room: f64, width: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut taken = 0.0;
    let fits = |at: &usize| {
        taken += width(*at);
        (*at == 0 || taken <= room).then_some(*at)
    };
    order.iter().map_while(fits).collect()
}
