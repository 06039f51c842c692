//! Terms: labels of the catalog, dimensions and their members in the reader's language.

use crate::report::Locale;
use crate::report::term_table::TABLE_TERMS;
use crate::report::words::heading;

impl Locale {
    /// Where the tables of words hold this language.
    pub(super) fn column(self) -> usize {
        match self {
            Locale::En => 0,
            Locale::De => 1,
            Locale::Uk => 2,
        }
    }

    /// A label or a member's name in this language; as it is where it has no translation, like the name of a person.
    pub fn term(self, english: &str) -> String {
        let found = TERMS.iter().chain(TABLE_TERMS).find(|term| term[0] == english);
        found.map_or_else(|| english.to_owned(), |term| term[self.column()].to_owned())
    }

    /// The heading over a dimension's members: `sales_rep` → `Sales rep`.
    pub fn dimension(self, name: &str) -> String {
        self.term(&heading(name))
    }
}

/// English, German, Ukrainian.
const TERMS: &[[&str; 3]] = &[
    ["Day", "Tag", "День"],
    ["Week", "Woche", "Тиждень"],
    ["Month", "Monat", "Місяць"],
    ["Quarter", "Quartal", "Квартал"],
    ["Year", "Jahr", "Рік"],
    ["Stage", "Phase", "Етап"],
    ["Tier", "Stufe", "Рівень"],
    ["Status", "Status", "Статус"],
    ["Type", "Art", "Тип"],
    ["Sales rep", "Vertrieb", "Менеджер"],
    ["Territory", "Gebiet", "Територія"],
    ["Campaign", "Kampagne", "Кампанія"],
    ["Segment", "Segment", "Сегмент"],
    ["Reason", "Grund", "Причина"],
    ["Channel", "Kanal", "Канал"],
    ["Country", "Land", "Країна"],
    ["Product", "Produkt", "Товар"],
    ["Category", "Kategorie", "Категорія"],
    ["Plan", "Tarif", "Тариф"],
    ["Lead", "Interessent", "Лід"],
    ["Qualified", "Qualifiziert", "Кваліфікований"],
    ["Proposal", "Angebot", "Пропозиція"],
    ["Negotiation", "Verhandlung", "Переговори"],
    ["Closed won", "Gewonnen", "Виграно"],
    ["Closed lost", "Verloren", "Програно"],
    ["Free", "Kostenlos", "Безкоштовний"],
    ["Basic", "Basis", "Базовий"],
    ["Pro", "Pro", "Про"],
    ["Enterprise", "Unternehmen", "Корпоративний"],
    ["Prospect", "Kontakt", "Потенційний"],
    ["Customer", "Kunde", "Клієнт"],
    ["Churned", "Abgewandert", "Втрачений"],
    ["Unassigned", "Nicht zugeordnet", "Не призначено"],
    ["Call", "Anruf", "Дзвінок"],
    ["E-mail", "E-Mail", "Лист"],
    ["Meeting", "Treffen", "Зустріч"],
    ["Note", "Notiz", "Нотатка"],
    ["Text", "Nachricht", "Повідомлення"],
    ["Chat", "Chat", "Чат"],
    ["Customers", "Kunden", "Клієнти"],
    ["Active customers", "Aktive Kunden", "Активні клієнти"],
    ["New customers", "Neue Kunden", "Нові клієнти"],
    ["Churned customers", "Abgewanderte Kunden", "Втрачені клієнти"],
    ["Churn rate", "Abwanderungsrate", "Відтік"],
    ["Average lifetime", "Mittlere Kundendauer", "Середній строк життя"],
    ["Revenue", "Umsatz", "Виторг"],
    ["Deals won", "Gewonnene Abschlüsse", "Виграні угоди"],
    ["Deals lost", "Verlorene Abschlüsse", "Програні угоди"],
    ["Win rate", "Gewinnquote", "Частка виграних"],
    ["Average deal won", "Mittlerer Abschluss", "Середня виграна угода"],
    ["Days to close", "Tage bis Abschluss", "Днів до закриття"],
    ["New deals", "Neue Geschäfte", "Нові угоди"],
    ["Deal", "Geschäft", "Угода"],
    ["Order", "Bestellung", "Замовлення"],
    ["Payment", "Zahlung", "Платіж"],
    ["Interaction", "Interaktion", "Взаємодія"],
    ["Deals", "Geschäfte", "Угоди"],
    ["Value of all deals", "Wert aller Geschäfte", "Вартість усіх угод"],
    ["Open deals", "Offene Geschäfte", "Відкриті угоди"],
    ["Open pipeline", "Offene Pipeline", "Відкрита воронка"],
    ["Weighted pipeline", "Gewichtete Pipeline", "Зважена воронка"],
    ["Deals that reached the stage", "Geschäfte, die die Phase erreichten", "Угоди, що досягли етапу"],
    ["Interactions", "Interaktionen", "Взаємодії"],
    ["Follow-ups pending", "Offene Wiedervorlagen", "Очікувані контакти"],
    ["Follow-ups overdue", "Überfällige Wiedervorlagen", "Прострочені контакти"],
    ["Orders", "Bestellungen", "Замовлення"],
    ["Order value", "Bestellwert", "Вартість замовлень"],
    ["Active subscriptions", "Aktive Abonnements", "Активні підписки"],
    ["Monthly recurring revenue", "Monatlich wiederkehrender Umsatz", "Щомісячний регулярний дохід"],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::all_tables;
    use crate::metric::catalog::CATALOG;

    #[test]
    fn every_name_of_the_catalog_has_a_word_in_every_language() {
        let metrics = CATALOG.iter().flat_map(|m| {
            let dimensions = m.dimensions.iter().map(|dimension| heading(dimension));
            std::iter::once(m.label.to_owned()).chain(dimensions)
        });
        let tables =
            all_tables().flat_map(|t| std::iter::once(t.label).chain(t.columns.iter().map(|c| c.1)).map(str::to_owned));
        let mut names: Vec<String> = metrics.chain(tables).collect();
        names.sort();
        names.dedup();
        let is_known = |name: &String| TERMS.iter().chain(TABLE_TERMS).any(|term| term[0] == name);
        let missing: Vec<String> = names.into_iter().filter(|name| !is_known(name)).collect();
        assert_eq!(missing, Vec::<String>::new(), "src/report/term*.rs has no word for them");
    }

    #[test]
    fn terms_are_unique_and_names_stay_names() {
        let mut english: Vec<&str> = TERMS.iter().chain(TABLE_TERMS).map(|term| term[0]).collect();
        english.sort_unstable();
        assert!(english.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(Locale::De.term("Revenue"), "Umsatz");
        assert_eq!(Locale::Uk.dimension("sales_rep"), "Менеджер");
        assert_eq!(Locale::De.term("王小明"), "王小明");
    }
}
