//! The fixed words of a report, one set a language.
//!
//! A phrase with numbers in it names them `{0}`, `{1}`: their order differs between languages. Where a count would
//! bend its noun (one note, two notes) the phrase is built so that it does not: "Notes on the data: 2".

use serde::Serialize;

use crate::report::Locale;

/// Everything a report says that stands in no template and no catalog.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "each field is named for what it says")]
pub struct Phrases {
    /// Short names of the months, January first; as they stand in a date.
    pub months: [&'static str; 12],
    /// `{0}` day, `{1}` month, `{2}` year.
    pub date: &'static str,
    pub date_without_year: &'static str,
    /// `{0}` month, `{1}` year.
    pub month: &'static str,
    /// `{0}` quarter, `{1}` year.
    pub quarter: &'static str,
    /// The same where space is short.
    pub quarter_short: &'static str,
    pub week: &'static str,
    pub week_short: &'static str,

    pub days: &'static str,
    pub weeks: &'static str,
    pub minutes: &'static str,
    pub points: &'static str,
    pub thousand: &'static str,
    pub million: &'static str,
    pub billion: &'static str,
    pub trillion: &'static str,

    pub generated: &'static str,
    pub open_web: &'static str,
    pub web_edition: &'static str,
    pub page: &'static str,
    pub notes_on_page: &'static str,
    pub more_notes: &'static str,
    pub inferred_stages: &'static str,
    pub proof_holds: &'static str,
    pub proof_fails: &'static str,
    pub proof_missing: &'static str,
    pub held: &'static str,
    pub held_means: &'static str,
    /// The notice of an edition that is not there at its deadline. `{0}` title, `{1}` date.
    pub held_headline: &'static str,
    /// `{0}` date, `{1}` the jobs that bring its numbers.
    pub held_numbers: &'static str,
    pub held_trouble: &'static str,
    pub held_unready: &'static str,
    pub next_try: &'static str,
    /// `{0}` until when, `{1}` what follows.
    pub next_try_then: &'static str,
    pub next_try_now: &'static str,
    pub no_next_try: &'static str,
    pub next_edition: &'static str,
    pub no_next_edition: &'static str,
    pub held_whole: &'static str,
    /// `17 other kinds of rows equal too`: {0}.
    pub proof_more: &'static str,
    /// `amounts 1.00 = 1.00`: {0}.
    pub proof_amounts: &'static str,

    pub key_figures: &'static str,
    pub commentary: &'static str,
    pub appendix: &'static str,
    pub in_appendix: &'static str,
    pub how_to_read: &'static str,
    /// Which meaning of a number this is: {0}.
    pub definition_of: &'static str,
    pub notes: &'static str,
    pub origin: &'static str,
    pub snapshot: &'static str,
    pub watermark: &'static str,
    pub fingerprints: &'static str,
    pub mail_foot: &'static str,

    pub versus: &'static str,
    pub prior_week: &'static str,
    pub prior_month: &'static str,
    pub prior_quarter: &'static str,
    pub prior_year: &'static str,
    pub week_last_year: &'static str,
    pub month_last_year: &'static str,
    pub quarter_last_year: &'static str,
    pub before: &'static str,
    pub at: &'static str,
    pub since: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    pub unchanged: &'static str,
    pub without_comparison: &'static str,
    pub last_twelve_months: &'static str,
    pub year_before: &'static str,
    pub other: &'static str,
    pub opening: &'static str,
    pub closing: &'static str,
    pub unattributed: &'static str,

    pub restated_title: &'static str,
    pub restated: &'static str,
    pub restated_more: &'static str,
    pub deleted: &'static str,

    pub up_to: &'static str,
    pub and_above: &'static str,
    pub not_delivered: &'static str,

    pub total: &'static str,
    pub rows_shown: &'static str,
    pub last_rows_shown: &'static str,
    pub rows_in_workbook: &'static str,
    pub amounts_shortened: &'static str,
    pub columns_unknown: &'static str,
    pub columns_left_out: &'static str,
    pub columns_far: &'static str,
    pub no_rows: &'static str,
    pub no_values: &'static str,
    pub none_fits: &'static str,
    pub target: &'static str,
    pub of_target: &'static str,
    pub increase: &'static str,
    pub decrease: &'static str,

    pub line_chart: &'static str,
    pub area_chart: &'static str,
    pub bar_chart: &'static str,
    pub stacked_chart: &'static str,
    pub ring_chart: &'static str,
    pub pie_chart: &'static str,
    pub funnel: &'static str,
    pub heat_map: &'static str,
    pub scatter: &'static str,
    pub gauge: &'static str,
    pub bridge: &'static str,
    pub from_to: &'static str,
    pub value_in: &'static str,
    pub in_sum: &'static str,
    pub and_more: &'static str,

    pub report: &'static str,
    pub freshness: &'static str,
    pub period_from: &'static str,
    pub period_to: &'static str,
    pub data_up_to: &'static str,
    pub published: &'static str,
    pub report_generated: &'static str,
    pub source_read_up_to: &'static str,
    pub snapshot_number: &'static str,
    pub definitions_print: &'static str,
    pub template_print: &'static str,
    pub reconciliation: &'static str,
    pub entity: &'static str,
    pub rows_source: &'static str,
    pub rows_star: &'static str,
    pub rows_quarantine: &'static str,
    pub difference: &'static str,
    pub name: &'static str,
    pub metric: &'static str,
    pub meaning: &'static str,
    pub figure: &'static str,
    pub span: &'static str,
    pub value: &'static str,
    pub unit: &'static str,
    pub compared_with: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub earlier_value: &'static str,
    pub change: &'static str,
    pub rows: &'static str,
    pub ratio_of: &'static str,
    pub ratio_per: &'static str,
    pub centring: &'static str,
    pub base: &'static str,
    pub table_of_contents: &'static str,
    pub numbers: &'static str,
}

/// Puts `arguments` into a phrase.
pub fn say(phrase: &str, arguments: &[&str]) -> String {
    let mut said = phrase.to_owned();
    for (at, argument) in arguments.iter().enumerate() {
        said = said.replace(&format!("{{{at}}}"), argument);
    }
    said
}

impl Locale {
    /// The fixed words of this language.
    pub fn phrases(self) -> &'static Phrases {
        match self {
            Locale::En => &super::phrase_en::PHRASES,
            Locale::De => &super::phrase_de::PHRASES,
            Locale::Uk => &super::phrase_uk::PHRASES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn fields(locale: Locale) -> serde_json::Map<String, Value> {
        match serde_json::to_value(locale.phrases()) {
            Ok(Value::Object(fields)) => fields,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_language_says_everything_with_the_same_numbers_in_it() {
        let english = fields(Locale::En);
        for locale in Locale::ALL {
            for (name, phrase) in fields(locale) {
                let (Some(phrase), Some(origin)) = (phrase.as_str(), english[&name].as_str()) else { continue };
                assert!(!phrase.trim().is_empty(), "{locale:?}: {name}");
                for place in ["{0}", "{1}", "{2}", "{3}"] {
                    assert_eq!(phrase.contains(place), origin.contains(place), "{locale:?}: {name}: {phrase}");
                }
            }
        }
    }

    #[test]
    fn no_language_borrows_a_sentence_from_english() {
        let english = fields(Locale::En);
        for locale in [Locale::De, Locale::Uk] {
            let borrowed: Vec<String> = fields(locale)
                .into_iter()
                .filter(|(name, phrase)| {
                    phrase.as_str().is_some_and(|p| p.contains(' ') && p.len() > 12) && english[name] == *phrase
                })
                .map(|(name, _)| name)
                .collect();
            assert!(borrowed.is_empty(), "{locale:?}: {borrowed:?}");
        }
    }

    #[test]
    fn a_phrase_takes_its_numbers_in_its_own_order() {
        assert_eq!(say("{1} of {0}", &["12", "3"]), "3 of 12");
    }
}
