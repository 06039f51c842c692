//! Spans of time as people write them in files: `90s`, `15m`, `6h`, `14d`.

use std::time::Duration;

/// The longest span a file may ask for.
const DAY_MAX: u64 = 366;

/// Reads a span; the error is the expected form.
pub fn parse_span(text: &str) -> Result<Duration, &'static str> {
    const FORM: &str = "a number with its unit: 90s, 15m, 6h or 14d, at most 366d";
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or(FORM)?;
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| FORM)?;
    let second_count = match unit.trim_start() {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(FORM),
    };
    let seconds = number.checked_mul(second_count).filter(|s| *s <= DAY_MAX * 86_400).ok_or(FORM)?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_written_and_nothing_else_does() {
        assert_eq!(parse_span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_span("15 m"), Ok(Duration::from_secs(900)));
        assert_eq!(parse_span("14d"), Ok(Duration::from_secs(1_209_600)));
        for wrong in ["", "5", "h", "-1h", "1.5h", "6 hours", "400d", "99999999999999999999d"] {
            assert!(parse_span(wrong).is_err(), "{wrong}");
        }
    }
}
