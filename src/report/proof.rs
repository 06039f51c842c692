//! The proof of a burst: each edition holds its scope's numbers and no other's, and together with what nobody reads they
//! are the whole.

use std::collections::BTreeMap;

use crate::metric::Figure;
use crate::report::Scope;
use crate::report::document::{Document, Row, Section};

/// Collects the editions of a burst, to be compared with the report over everything.
#[derive(Debug)]
pub struct Proof<'a> {
    whole: &'a Document,
    /// Place in the document → sum of the slices' figures.
    sums: BTreeMap<Place, Figure>,
    /// Table → members its slices showed.
    shown: BTreeMap<usize, Vec<String>>,
    breaches: Vec<String>,
}

/// A figure of a document that has a whole: section and tile.
type Place = (usize, usize);

impl<'a> Proof<'a> {
    /// A proof against `whole`, the report without a scope.
    pub fn of(whole: &'a Document) -> Proof<'a> {
        Proof { whole, sums: BTreeMap::new(), shown: BTreeMap::new(), breaches: Vec::new() }
    }

    /// Adds the edition of one scope, whether somebody reads it or not.
    pub fn add(&mut self, scope: &Scope, slice: &Document) {
        for (at, section) in slice.sections.iter().filter(|s| !is_notice(s)).enumerate() {
            match section {
                Section::Kpis(row) => {
                    for (tile, kpi) in row.tiles.iter().enumerate() {
                        if let Some(figure) = kpi.figure {
                            let sum = self.sums.entry((at, tile)).or_insert(Figure { numerator: 0, denominator: 0 });
                            *sum = Figure {
                                numerator: sum.numerator.saturating_add(figure.numerator),
                                denominator: sum.denominator.saturating_add(figure.denominator),
                            };
                        }
                    }
                }
                Section::Table(table) => self.add_rows((at, &table.title), scope, &table.rows),
                _ => {}
            }
        }
    }

    /// Rows of a slice: all of its scope, each as the whole report has it.
    fn add_rows(&mut self, (at, title): (usize, &str), scope: &Scope, rows: &[Row]) {
        let whole = self.whole.sections.iter().filter(|s| !is_notice(s)).nth(at);
        let Some(Section::Table(whole)) = whole else {
            return self.breaches.push(format!("section {} of {} is no table of the whole", at + 1, scope.member));
        };
        for row in rows {
            if row.member != scope.member {
                self.breaches.push(format!("the table \"{title}\" of {} shows a row of {}", scope.member, row.member));
            } else if !whole.rows.iter().any(|r| r.member == row.member && r.cells == row.cells) {
                self.breaches.push(format!("the table \"{title}\" shows {} otherwise than the whole", row.member));
            }
            self.shown.entry(at).or_default().push(row.member.clone());
        }
    }

    /// What does not hold, in words; nothing when the burst is proved.
    pub fn breaches(self) -> Vec<String> {
        let Proof { whole, sums, shown, mut breaches } = self;
        for (at, section) in whole.sections.iter().filter(|s| !is_notice(s)).enumerate() {
            match section {
                Section::Kpis(row) => {
                    for (tile, kpi) in row.tiles.iter().enumerate() {
                        let Some(figure) = kpi.figure else { continue };
                        let sum = sums.get(&(at, tile)).copied().unwrap_or(Figure { numerator: 0, denominator: 0 });
                        if !is_sum(sum, figure) {
                            let (sum, whole) = (sum.numerator, figure.numerator);
                            breaches
                                .push(format!("the slices of \"{}\" sum to {sum}, the whole is {whole}", kpi.label));
                        }
                    }
                }
                Section::Table(table) => {
                    let seen = shown.get(&at).map_or(&[][..], Vec::as_slice);
                    for row in &table.rows {
                        match seen.iter().filter(|member| **member == row.member).count() {
                            1 => {}
                            0 => breaches.push(format!("no edition shows {} of \"{}\"", row.label, table.title)),
                            n => breaches.push(format!("{n} editions show {} of \"{}\"", row.label, table.title)),
                        }
                    }
                }
                _ => {}
            }
        }
        breaches
    }
}

/// What an edition says of its predecessor is no part of the report.
fn is_notice(section: &Section) -> bool {
    matches!(section, Section::Text(text) if text.id == "restated")
}

/// Whether `sum`, numerators and denominators of the slices added up, is the `whole`. The parts of a plain sum all have
/// the whole's denominator; those of a ratio have each their own.
fn is_sum(sum: Figure, whole: Figure) -> bool {
    let is_plain = matches!(whole.denominator, 1 | 100);
    sum.numerator == whole.numerator && (is_plain || sum.denominator == whole.denominator)
}

/// Whether an edition would show nothing but zeros and blanks.
pub fn is_blank(document: &Document) -> bool {
    let is_nothing = |figure: &Option<Figure>| figure.is_none_or(|f| f.numerator == 0);
    document.sections.iter().all(|section| match section {
        Section::Kpis(row) => row.tiles.iter().all(|tile| is_nothing(&tile.figure)),
        Section::Table(table) => table.rows.iter().all(|row| row.cells.iter().all(is_nothing)),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{Slice, Window};
    use crate::report::fixture::{context, snapshot};
    use crate::report::{ReportContext, ReportTemplate, build};

    const TEXT: &str = "title = \"Your week\"\nscope = \"sales_rep\"\nwindow = \"quarter\"\n[[section]]\nkind = \"kpis\"\n\
        metrics = [\"revenue\", \"win_rate\"]\n[[section]]\nkind = \"table\"\ntitle = \"You\"\nby = \"sales_rep\"\n\
        columns = [\"revenue\", \"deals_won\"]";

    fn edition(snapshot: &crate::metric::Snapshot, scope: Option<&Scope>) -> Document {
        let template = ReportTemplate::parse("you", "you.toml", TEXT).expect("a template");
        let context = ReportContext { scope: scope.cloned(), ..context() };
        build(&template, &snapshot.clone().into(), &context).expect("an edition")
    }

    /// A business in which every deal has a rep.
    fn attributed() -> crate::metric::Snapshot {
        let mut snapshot = snapshot();
        for points in snapshot.points.values_mut() {
            points.retain(|slice, _| slice.member.as_ref().is_none_or(|(_, member)| member != "unassigned"));
        }
        let won = snapshot.points.get_mut("deals_won").expect("published");
        let is_part = |s: &Slice| s.window == Window::Quarter && s.member.as_ref().is_some_and(|m| m.0 == "sales_rep");
        let sum = won.iter().filter(|(s, _)| is_part(s)).map(|(_, f)| f.numerator).sum();
        won.insert(Slice::of(Window::Quarter), Figure::whole(sum));
        // The fixture's ratios leave out nobody either.
        let rates = snapshot.points.get_mut("win_rate").expect("published");
        let parts: Vec<Figure> = rates.iter().filter(|(s, _)| is_part(s)).map(|(_, f)| *f).collect();
        let ratio = Figure::ratio(parts.iter().map(|f| f.numerator).sum(), parts.iter().map(|f| f.denominator).sum());
        rates.insert(Slice::of(Window::Quarter), ratio);
        snapshot
    }

    fn scopes(snapshot: &crate::metric::Snapshot) -> Vec<Scope> {
        snapshot.members("sales_rep").iter().map(|m| Scope::new("sales_rep", &m.member)).collect()
    }

    #[test]
    fn the_slices_of_every_rep_are_the_whole() {
        let snapshot = attributed();
        let whole = edition(&snapshot, None);
        let mut proof = Proof::of(&whole);
        for scope in scopes(&snapshot) {
            let slice = edition(&snapshot, Some(&scope));
            assert_eq!(
                slice.subtitle.as_deref(),
                snapshot.members("sales_rep").iter().find(|m| m.member == scope.member).map(|m| m.label.as_str())
            );
            proof.add(&scope, &slice);
        }
        assert_eq!(proof.breaches(), Vec::<String>::new());
    }

    #[test]
    fn a_slice_that_is_missing_doubled_or_of_another_is_found() {
        let snapshot = attributed();
        let whole = edition(&snapshot, None);
        let all = scopes(&snapshot);
        let prove = |of: &[(&Scope, &Scope)]| {
            let mut proof = Proof::of(&whole);
            for (scope, shown) in of {
                proof.add(scope, &edition(&snapshot, Some(shown)));
            }
            proof.breaches()
        };
        let right: Vec<_> = all.iter().map(|scope| (scope, scope)).collect();
        let missing = prove(&right[1..]);
        assert!(missing.iter().any(|b| b.starts_with("the slices of \"Revenue\" sum to")), "{missing:?}");
        assert!(missing.iter().any(|b| b.starts_with("no edition shows Amélie")), "{missing:?}");
        let doubled = prove(&[right.as_slice(), &right[..1]].concat());
        assert!(doubled.iter().any(|b| b.starts_with("2 editions show Amélie")), "{doubled:?}");
        let mut swapped = right.clone();
        swapped[0].1 = &all[1];
        assert!(prove(&swapped).iter().any(|b| b == "the table \"You\" of rep-00 shows a row of rep-01"));
    }

    #[test]
    fn an_edition_of_zeros_is_blank() {
        let snapshot = attributed();
        assert!(is_blank(&edition(&snapshot, Some(&Scope::new("sales_rep", "rep-10")))));
        assert!(!is_blank(&edition(&snapshot, Some(&Scope::new("sales_rep", "rep-00")))));
    }
}
