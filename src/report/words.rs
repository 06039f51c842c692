//! Names and words: what members are called, and how a text falls into paragraphs.

use std::collections::BTreeMap;

use crate::metric::Snapshot;
use crate::report::document::Paragraph;
use crate::report::locale::Locale;

/// What sentences may speak of, apart from the numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// The report's headline.
    pub title: String,
    /// Who the numbers belong to.
    pub organisation: String,
    /// The report's period, in words.
    pub period: String,
    /// The business date, in words.
    pub business_date: String,
    /// Whose numbers the edition shows: the scope's name, or the organisation's.
    pub scope: String,
    /// The template's parameters, as the job sets them.
    pub parameters: BTreeMap<String, String>,
}

/// The name of a member, also of one the members list does not hold.
pub(super) fn member_label(snapshot: &Snapshot, locale: Locale, dimension: &str, member: &str) -> String {
    let known = snapshot.members(dimension).iter().find(|m| m.member == member);
    locale.term(&known.map_or_else(|| heading(member), |m| m.label.clone()))
}

/// `sales_rep` → `Sales rep`; what is no word of its own is written as people write it.
pub(super) fn heading(name: &str) -> String {
    match name {
        "email" => return "E-mail".to_owned(),
        "sms" => return "SMS".to_owned(),
        _ => {}
    }
    capital(&name.replace('_', " "))
}

/// Words that begin a line.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Parts a text into paragraphs at blank lines, and items at `- `.
pub(super) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut is_open = false;
    for line in text.lines().map(str::trim) {
        let item = line.strip_prefix("- ");
        match (line.is_empty(), item, is_open) {
            (true, _, _) => is_open = false,
            (false, None, true) => {
                let last = paragraphs.last_mut().expect("an open paragraph");
                last.words.push(' ');
                last.words.push_str(&one_line(line));
            }
            (false, _, _) => {
                paragraphs.push(Paragraph { words: one_line(item.unwrap_or(line)), is_item: item.is_some() });
                is_open = true;
            }
        }
    }
    paragraphs
}

/// One line with single blanks; a blank that must not break stays.
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_ascii_whitespace()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_part_paragraphs_and_dashes_begin_items() {
        let found = paragraphs("One\nsentence.\n\n- first\n  goes on\n- second\n\nEnd.");
        let words: Vec<(&str, bool)> = found.iter().map(|p| (p.words.as_str(), p.is_item)).collect();
        assert_eq!(words[0], ("One sentence.", false));
        assert_eq!(words[1], ("first goes on", true));
        assert_eq!(words[2], ("second", true));
        assert_eq!(words[3], ("End.", false));
    }
}
