//! The proof under the headline: what the source held, what the star holds, what the report counts.

use serde::Serialize;

use crate::metric::snapshot::Reconciliation;
use crate::report::document::Document;
use crate::report::phrase::say;

/// How many of an entity the report's numbers count, up to the end of the business date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// `deal`.
    pub entity: String,
    /// Rows.
    pub rows: i64,
    /// Their amounts, in cents of the reporting currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cents: Option<i64>,
}

impl Document {
    /// Whether every row of the source is in the star or in quarantine.
    pub fn reconciliation_holds(&self) -> bool {
        self.reconciliation.iter().all(|l| l.difference() == 0)
    }

    /// The proof in one line: `✓ Checked, source = warehouse = report: deals 4,812 = 4,810 + 2 held = 4,810`. An equation
    /// breaks before its signs.
    pub fn reconciliation_line(&self) -> String {
        let words = self.locale.phrases();
        if self.reconciliation.is_empty() {
            return words.proof_missing.to_owned();
        }
        let count = |n: i64| self.locale.integer(n);
        let equation = |l: &Reconciliation| {
            let held = if l.quarantined_rows > 0 {
                format!(" + {}", say(words.held, &[&count(l.quarantined_rows)]))
            } else {
                String::new()
            };
            let sign = if l.difference() == 0 { "=" } else { "≠" };
            let counted = self.counted.iter().find(|c| c.entity == l.entity);
            // Rows of the day after the business date are in the star and not yet in the numbers: no third side then.
            let third = counted.filter(|c| c.rows == l.star_rows).map(|c| format!(" = {}", count(c.rows)));
            let amount = l.amount_cents.map(|cents| {
                // A sum over several currencies is nothing in the reporting one.
                let third = counted.and_then(|c| c.cents).filter(|c| *c == cents);
                let side = self.locale.hundredths(cents).replace(' ', "\u{a0}");
                let sides = vec![side; if third.is_some() { 3 } else { 2 }].join(" =\u{a0}");
                format!(", {}", say(words.proof_amounts, &[&sides]))
            });
            let (third, amount) = (third.unwrap_or_default(), amount.unwrap_or_default());
            let (name, source, star) = (self.locale.entity(&l.entity), count(l.source_rows), count(l.star_rows));
            // On a narrow screen an equation goes on in the next line, before a sign of it.
            let counts = format!("{name} {source} {sign} {star}{held}{third}").replace(' ', "\u{a0}");
            let broken = ["=", "≠", "+"]
                .iter()
                .fold(counts, |text, sign| text.replace(&format!("\u{a0}{sign}\u{a0}"), &format!(" {sign}\u{a0}")));
            broken + &amount
        };
        // What the report counts, and all that is not plainly equal, line by line; the others in one word.
        let is_told = |l: &&Reconciliation| {
            self.reconciliation.len() <= EQUATION_COUNT_MAX
                || self.counted.iter().any(|c| c.entity == l.entity)
                || l.difference() != 0
                || l.quarantined_rows > 0
        };
        let mut equations: Vec<String> = self.reconciliation.iter().filter(is_told).map(equation).collect();
        let equal_count = self.reconciliation.len() - equations.len();
        if equal_count > 0 {
            equations.push(say(words.proof_more, &[&equal_count.to_string()]));
        }
        let head = if self.reconciliation_holds() { words.proof_holds } else { words.proof_fails };
        let has_held = self.reconciliation.iter().any(|l| l.quarantined_rows > 0);
        let tail = if has_held { words.held_means } else { "" };
        format!("{head}{}{tail}", equations.join(" · "))
    }
}

/// So many entities are each told in the proof, even where they are equal.
const EQUATION_COUNT_MAX: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn line(entity: &str, [source_rows, star_rows, quarantined_rows]: [i64; 3]) -> Reconciliation {
        Reconciliation { entity: entity.to_owned(), source_rows, star_rows, quarantined_rows, amount_cents: None }
    }

    #[test]
    fn a_long_proof_tells_what_is_counted_held_or_wrong_and_sums_up_the_rest() {
        let mut document = fixture::document();
        document.reconciliation =
            ["campaign", "order", "product", "quota", "territory"].map(|e| line(e, [5, 5, 0])).into();
        document.reconciliation.push(line("deal", [4, 4, 0]));
        document.reconciliation.push(line("customer", [9, 8, 1]));
        document.reconciliation.push(line("invoice", [7, 7, 1]));
        document.counted = vec![Counted { entity: "deal".to_owned(), rows: 4, cents: None }];
        let told = document.reconciliation_line().replace('\u{a0}', " ");
        assert!(
            told.contains("deals 4 = 4 = 4 · customers 9 = 8 + 1 held · invoices 7 ≠ 7 + 1 held · 5 other kinds"),
            "{told}"
        );
        assert!(!told.contains("territories"), "{told}");
        document.reconciliation.truncate(6);
        assert!(document.reconciliation_line().contains("territories"));
    }
}
