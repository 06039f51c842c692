//! Texts that a template says in one language or in several: `title = "Revenue"`, `title = { en = "Revenue", de = "Umsatz" }`.

use crate::base::strict_toml::{Placed, Table};
use crate::report::locale::Locale;
use crate::report::parse::Defaults;
use crate::report::parse::name::check_words;

impl Locale {
    /// What a template calls the language.
    pub(in crate::report) fn name(self) -> &'static str {
        Locale::CHOICES.iter().find(|(_, locale)| *locale == self).map_or("en", |(name, _)| name)
    }
}

/// A text that must be there, as the report's language has it, else in English.
pub(in crate::report) fn said(table: &Table<'_, '_>, key: &str, locale: Locale) -> Option<Placed<String>> {
    if table.has(key) { said_opt(table, key, locale) } else { table.text(key) }
}

/// The same, where it may be missing.
pub(in crate::report) fn said_opt(table: &Table<'_, '_>, key: &str, locale: Locale) -> Option<Placed<String>> {
    chosen(table, key, said_all(table, key), locale)
}

/// Words over the numbers: every language of them is checked, whichever is said.
pub(super) fn said_words(table: &Table<'_, '_>, key: &str, defaults: Defaults<'_>) -> Option<Placed<String>> {
    let all = said_all(table, key);
    all.iter().for_each(|(_, words)| check_words(table, words, defaults));
    chosen(table, key, all, defaults.locale)
}

/// Every language in which the text stands; a text without a language stands in all.
fn said_all(table: &Table<'_, '_>, key: &str) -> Vec<(Option<Locale>, Placed<String>)> {
    if !table.holds_table(key) {
        return table.text_opt(key).map(|text| (None, text)).into_iter().collect();
    }
    let Some(languages) = table.table(key) else { return Vec::new() };
    let read = |(name, locale): &(&str, Locale)| Some((Some(*locale), languages.text_opt(name)?));
    let all = Locale::CHOICES.iter().filter_map(read).collect();
    languages.finish();
    all
}

fn chosen(
    table: &Table<'_, '_>,
    key: &str,
    all: Vec<(Option<Locale>, Placed<String>)>,
    locale: Locale,
) -> Option<Placed<String>> {
    let in_language = |wanted: Locale| all.iter().find(|(of, _)| of.is_none_or(|of| of == wanted));
    let found = in_language(locale).or_else(|| in_language(Locale::En)).map(|(_, text)| text.clone());
    if found.is_none() && table.holds_table(key) {
        let language = locale.name();
        let message = format!("`{key}` is said neither in the report's language (`{language}`) nor in English");
        table.file().problem(&table.span_of(key).unwrap_or_default(), message, None);
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::report::{Locale, ReportTemplate, SectionTemplate};

    const TEXT: &str = "title = { en = \"Week\", de = \"Woche\" }\n[[section]]\nkind = \"text\"\ntitle = { en = \"In short\" }\n\
        body = { en = \"{{ title }}\", de = \"{{ title }}!\" }\n";

    fn read(text: &str) -> Result<ReportTemplate, String> {
        ReportTemplate::parse("r", "r.toml", text).map_err(|problems| problems.to_string())
    }

    fn words(template: &ReportTemplate) -> (&str, Option<&str>, &str) {
        let SectionTemplate::Text(text) = &template.sections[0] else { panic!("a text") };
        (&template.title, text.title.as_deref(), &text.body)
    }

    #[test]
    fn a_text_is_said_in_the_reports_language_and_in_english_where_it_has_none() {
        let german = read(&format!("locale = \"de\"\n{TEXT}")).expect("a template");
        assert_eq!(words(&german), ("Woche", Some("In short"), "{{ title }}!"));
        assert_eq!(words(&read(TEXT).expect("a template")), ("Week", Some("In short"), "{{ title }}"));
        assert_eq!(german.locale, Locale::De);
    }

    #[test]
    fn a_slip_in_any_language_is_told_with_its_place() {
        let told = |from: &str, to: &str| read(&TEXT.replace(from, to)).expect_err("a problem");
        let words = told("{{ title }}!", "{{ value('revnue', 'week') }}");
        assert!(words.starts_with("r.toml:5:35: ") && words.contains("revenue"), "{words}");
        let language = told("de = \"Woche\"", "dee = \"Woche\"");
        assert!(language.contains("unknown key `dee` (did you mean `de`?)"), "{language}");
        let missing = told("{ en = \"In short\" }", "{ uk = \"Коротко\" }");
        assert!(
            missing.contains("`title` is said neither in the report's language (`en`) nor in English"),
            "{missing}"
        );
        let kind = told("{ en = \"In short\" }", "3");
        assert!(kind.contains("`title` is an integer, expected a text"), "{kind}");
    }
}
