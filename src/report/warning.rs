//! What a reader must know of the data: in the reader's words, and only as far as the report rests on it.

use crate::metric::INFERRED_STAGES;
use crate::report::Locale;
use crate::report::document::Definition;

/// What rests on the history of stages, by name.
const OF_STAGES: [&str; 3] = ["stage_reached", "conversions", "stage_duration"];

/// The warnings of a snapshot that concern a report of these definitions. One that is not of the house is told as it is.
pub(super) fn tell_warnings(warnings: &[String], definitions: &[Definition], locale: Locale) -> Vec<String> {
    let is_used = |name: &&str| definitions.iter().any(|d| d.metric.split('@').next() == Some(name));
    let tell = |warning: &String| match warning.as_str() {
        INFERRED_STAGES => OF_STAGES.iter().any(is_used).then(|| locale.phrases().inferred_stages.to_owned()),
        other => Some(other.to_owned()),
    };
    warnings.iter().filter_map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inferred_stages_concern_a_report_that_shows_stages_and_no_other() {
        let warnings = [INFERRED_STAGES.to_owned(), "12 rows wait".to_owned()];
        let told = |metric: &str| {
            let (metric, label, words) = (metric.to_owned(), String::new(), String::new());
            tell_warnings(&warnings, &[Definition { metric, version: 1, label, words }], Locale::De)
        };
        assert_eq!(told("revenue@2"), ["12 rows wait"]);
        assert_eq!(told("stage_reached@1").len(), 2);
        assert!(told("conversions@1")[0].contains("erschlossen"), "{:?}", told("conversions@1"));
    }
}
