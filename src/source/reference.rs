//! Reference data that companies keep in spreadsheets, given as CSV beside the queries.

use chrono::NaiveDate;

use crate::base::{Problem, Problems};

/// The rate of a currency to the reporting currency, from a day on until the next row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FxRate {
    /// ISO 4217 code.
    pub currency: String,
    /// First day the rate holds.
    pub valid_from: NaiveDate,
    /// Decimal text, as written: exact in Postgres' numeric.
    pub rate: String,
}

impl FxRate {
    /// Reads `currency,valid_from,rate`; the reporting currency itself is worth 1 and needs no row.
    pub fn parse(path: &str, text: &str, reporting: &str) -> Result<Vec<FxRate>, Problems> {
        let mut reader = csv::ReaderBuilder::new();
        reader.comment(Some(b'#')).trim(csv::Trim::All).flexible(true);
        let mut reader = reader.from_reader(text.as_bytes());
        let mut problems = Vec::new();
        let headers = reader.headers().map(|h| h.iter().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default();
        if headers != HEADERS {
            let message = format!("the header is `{}`, expected `{}`", headers.join(","), HEADERS.join(","));
            return Err(Problems(vec![Problem { file: path.to_owned(), place: Some((1, 1)), message, hint: None }]));
        }
        let mut rates = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, |p| p.line()) as usize;
                    match read_rate(&record, reporting) {
                        Ok(rate) => rates.push(rate),
                        Err((field, message)) => {
                            let place = Some((line, column_of(text, line, field)));
                            problems.push(Problem { file: path.to_owned(), place, message, hint: None });
                        }
                    }
                }
                Err(error) => problems.push(Problem::of_file(path, error.to_string())),
            }
        }
        Problems(problems).into_result().map(|()| rates)
    }
}

/// The 1-based column at which a field begins, for a record that stands on one line without quotes, as rates do.
fn column_of(text: &str, line: usize, field: usize) -> usize {
    let fields = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().split(',');
    fields.take(field).map(|before| before.chars().count() + 1).sum::<usize>() + 1
}

/// One record, or the field that is wrong, counted from 0, and why.
fn read_rate(record: &csv::StringRecord, reporting: &str) -> Result<FxRate, (usize, String)> {
    let field = |i: usize| record.get(i).unwrap_or_default();
    if record.len() != HEADERS.len() {
        let message = format!("{} fields, expected {}: {}", record.len(), HEADERS.len(), HEADERS.join(","));
        return Err((0, message));
    }
    let currency = field(0);
    if currency.len() != 3 || !currency.chars().all(|c| c.is_ascii_uppercase()) {
        return Err((0, format!("currency `{currency}`, expected an ISO 4217 code such as EUR")));
    }
    if currency == reporting {
        return Err((0, format!("{reporting} is the reporting currency: its rate is 1 and needs no row")));
    }
    let valid_from =
        field(1).parse().map_err(|_| (1, format!("valid_from `{}`, expected a date such as 2025-01-31", field(1))))?;
    let rate = field(2);
    let is_decimal = rate.parse::<f64>().is_ok_and(|r| r > 0.0 && r.is_finite()) && !rate.contains(['e', 'E']);
    if !is_decimal {
        return Err((2, format!("rate `{rate}`, expected a decimal number above zero")));
    }
    Ok(FxRate { currency: currency.to_owned(), valid_from, rate: rate.to_owned() })
}

const HEADERS: [&str; 3] = ["currency", "valid_from", "rate"];
