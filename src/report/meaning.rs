//! What the metrics and tables of the house mean, in the reader's words.
//!
//! The catalog's own words speak English and name the settings they follow. A report says the same to people who read it:
//! in their language, and without a name that only an operator knows. Each entry belongs to one version of a definition,
//! so that a meaning which changes is never told in the words of the old one.

use crate::report::Locale;
use crate::report::meaning_table::TABLE_MEANINGS;

impl Locale {
    /// The words for a definition such as `win_rate@1`; `catalog` where this language has none, as for a deployment's own.
    pub(super) fn meaning(self, versioned: &str, catalog: &str) -> String {
        let found = MEANINGS.iter().chain(TABLE_MEANINGS).find(|meaning| meaning[0] == versioned);
        found.map(|meaning| meaning[1 + self.column()]).filter(|words| !words.is_empty()).unwrap_or(catalog).to_owned()
    }
}

/// Definition, English (empty: as the catalog says it), German, Ukrainian.
const MEANINGS: &[[&str; 4]] = &[
    [
        "total_customers@1",
        "",
        "alle erfassten Personen am Ende des Zeitraums, gleich welchen Status",
        "усі записані на кінець періоду, з будь-яким статусом",
    ],
    [
        "active_customers@1",
        "",
        "wer am Ende des Zeitraums den Status Kunde hat, unter dem Betreuer und der Stufe dieses Tages",
        "ті, чий статус на кінець періоду — клієнт, за менеджером і рівнем того дня",
    ],
    [
        "new_customers@1",
        "",
        "wer im Zeitraum zum ersten Mal Kunde wurde; wer nach einer Pause wiederkommt, ist nicht neu",
        "ті, хто вперше став клієнтом у цьому періоді; хто повернувся, той не новий",
    ],
    [
        "reactivated_customers@1",
        "",
        "wer im Zeitraum wieder Kunde wurde, nachdem er gegangen war; zählt nicht als neu",
        "ті, хто у цьому періоді знову став клієнтом після відходу; новими вони не вважаються",
    ],
    [
        "churned_customers@1",
        "",
        "wer im Zeitraum gegangen ist: der Status wurde abgewandert",
        "ті, хто пішов у цьому періоді: їхній статус став «втрачений»",
    ],
    [
        "churn_rate@1",
        "",
        "Anteil der Kunden vom Anfang des Zeitraums, die in ihm gegangen sind",
        "частка клієнтів на початок періоду, які пішли протягом нього",
    ],
    [
        "avg_lifetime_weeks@1",
        "",
        "wie lange Kunden bleiben, in Wochen: das Mittel über alle, die je Kunde waren, bis sie gingen oder bis jetzt",
        "скільки тижнів залишаються клієнти: середнє за всіма, хто коли-небудь був клієнтом, до відходу або дотепер",
    ],
    ["deals_won@1", "", "Geschäfte, die im Zeitraum gewonnen wurden", "угоди, виграні у цьому періоді"],
    ["deals_lost@1", "", "Geschäfte, die im Zeitraum verloren wurden", "угоди, програні у цьому періоді"],
    [
        "win_rate@1",
        "",
        "Anteil der gewonnenen an den im Zeitraum beendeten Geschäften, nach Anzahl: 20 gewonnene und 10 verlorene sind 66,7\u{a0}%",
        "частка виграних серед угод, закритих у цьому періоді, за кількістю: 20 виграних і 10 програних дають 66,7\u{a0}%",
    ],
    [
        "win_rate_value@1",
        "",
        "gewonnener Anteil am Wert der Geschäfte, die im Zeitraum beendet wurden",
        "виграна частка вартості угод, закритих у цьому періоді",
    ],
    [
        "avg_deal_value@1",
        "",
        "Wert der im Zeitraum gewonnenen Geschäfte / ihre Anzahl",
        "вартість угод, виграних у цьому періоді / їхня кількість",
    ],
    [
        "avg_days_to_close@1",
        "",
        "Tage vom Anlegen eines Geschäfts bis zum Abschluss: das Mittel der im Zeitraum gewonnenen",
        "днів від створення угоди до її закриття: середнє за угодами, виграними у цьому періоді",
    ],
    ["deals_created@1", "", "Geschäfte, die im Zeitraum angelegt wurden", "угоди, створені у цьому періоді"],
    [
        "total_deals@1",
        "",
        "alle erfassten Geschäfte am Ende des Zeitraums, auch beendete",
        "усі записані на кінець періоду угоди, також закриті",
    ],
    [
        "total_deal_value@1",
        "",
        "Wert aller erfassten Geschäfte, auch beendeter",
        "вартість усіх записаних угод, також закритих",
    ],
    [
        "open_deals@1",
        "",
        "Geschäfte, die am Ende des Zeitraums weder gewonnen noch verloren sind",
        "угоди, які на кінець періоду ще не виграні й не програні",
    ],
    [
        "open_value@1",
        "",
        "Wert der Geschäfte, die am Ende des Zeitraums offen sind",
        "вартість угод, відкритих на кінець періоду",
    ],
    [
        "weighted_value@1",
        "",
        "Wert jedes offenen Geschäfts × seine Wahrscheinlichkeit, beides nach heutigem Stand",
        "вартість кожної відкритої угоди × її ймовірність, обидві за нинішнім станом",
    ],
    [
        "stage_reached@1",
        "",
        "Geschäfte, die bis zu dieser Phase oder weiter kamen; ein verlorenes zählt, so weit es nachweislich kam",
        "угоди, що дійшли до цього етапу або далі; програна рахується до етапу, якого вона достеменно досягла",
    ],
    [
        "revenue@2",
        "",
        "Wert der gewonnenen Geschäfte am Tag des Abschlusses und zu dessen Wechselkurs; oder der Bestellungen oder Zahlungen, wo es so eingestellt ist",
        "вартість виграних угод на день закриття за курсом цього дня; або замовлень чи платежів, якщо так налаштовано",
    ],
    [
        "active_subscriptions@1",
        "",
        "bezahlte Abonnements, die am Ende des Zeitraums laufen",
        "платні підписки, чинні на кінець періоду",
    ],
    [
        "mrr@1",
        "",
        "was laufende Abonnements im Monat zahlen (Jahrespreis / 12, Quartalspreis / 3); Probezeiten und Pausen zahlen nichts",
        "скільки чинні підписки платять за місяць (ціна року / 12, кварталу / 3); проби й паузи не платять нічого",
    ],
    [
        "mrr_opening@1",
        "",
        "monatlich wiederkehrender Umsatz (MRR) am Anfang des Zeitraums; Anfang + neu + Ausbau + reaktiviert − Rückgang − abgewandert = Ende, auf den Cent",
        "щомісячний регулярний дохід (MRR) на початку періоду; початок + новий + розширення + повернення − скорочення − втрачений = кінець, до цента",
    ],
    [
        "mrr_new@1",
        "",
        "MRR von Kunden, die vorher nie bezahlt haben; was am selben Tag kommt und geht, ist verrechnet",
        "MRR клієнтів, які раніше ніколи не платили; що прийшло й пішло того самого дня, взаємно зараховано",
    ],
    [
        "mrr_expansion@1",
        "",
        "MRR, um den zahlende Kunden aufgestockt haben; was am selben Tag kommt und geht, ist verrechnet; Wechselkurse bewegen nichts",
        "MRR, який додали клієнти, що вже платять; що прийшло й пішло того самого дня, взаємно зараховано; курси валют не впливають",
    ],
    [
        "mrr_reactivation@1",
        "",
        "MRR von Kunden, die aufgehört hatten zu zahlen und zurückkamen; was am selben Tag kommt und geht, ist verrechnet",
        "MRR клієнтів, які припинили платити й повернулися; що прийшло й пішло того самого дня, взаємно зараховано",
    ],
    [
        "mrr_contraction@1",
        "",
        "MRR, um den weiter zahlende Kunden gekürzt haben; wird eines von mehreren Abonnements gekündigt, ist das ein Rückgang",
        "MRR, на який зменшили платежі клієнти, що платять далі; скасування однієї з кількох підписок — це скорочення",
    ],
    ["mrr_churn@1", "", "MRR von Kunden, die gar nichts mehr zahlen", "MRR клієнтів, які перестали платити зовсім"],
    [
        "paying_customers@1",
        "",
        "Kunden, die am Ende des Zeitraums für ein Abonnement zahlen",
        "клієнти, які на кінець періоду платять за підписку",
    ],
    [
        "arpa@1",
        "",
        "monatlich wiederkehrender Umsatz / zahlende Kunden, am Ende des Zeitraums",
        "щомісячний регулярний дохід / клієнти, що платять, на кінець періоду",
    ],
    [
        "gross_mrr_churn@1",
        "",
        "(abgewandert + Rückgang) / MRR am Anfang des Zeitraums",
        "(втрачений + скорочення) / MRR на початку періоду",
    ],
    [
        "net_mrr_churn@1",
        "",
        "(abgewandert + Rückgang − Ausbau − reaktiviert) / MRR am Anfang des Zeitraums; unter null, wenn mehr kam als ging",
        "(втрачений + скорочення − розширення − повернення) / MRR на початку періоду; нижче нуля, коли прийшло більше, ніж пішло",
    ],
    [
        "nrr@1",
        "",
        "(MRR am Anfang + Ausbau − Rückgang − abgewandert) / MRR am Anfang des Zeitraums",
        "(MRR на початку + розширення − скорочення − втрачений) / MRR на початку періоду",
    ],
    [
        "grr@1",
        "",
        "(MRR am Anfang − Rückgang − abgewandert) / MRR am Anfang des Zeitraums",
        "(MRR на початку − скорочення − втрачений) / MRR на початку періоду",
    ],
    [
        "quick_ratio@1",
        "",
        "(neu + Ausbau + reaktiviert) / (Rückgang + abgewandert)",
        "(новий + розширення + повернення) / (скорочення + втрачений)",
    ],
    [
        "logo_churn@1",
        "",
        "Anteil der Kunden, die am Anfang des Zeitraums zahlten und in ihm aufhörten",
        "частка клієнтів, які платили на початку періоду й припинили протягом нього",
    ],
    [
        "orders@1",
        "",
        "Bestellungen des Zeitraums ohne stornierte",
        "замовлення, зроблені у цьому періоді, без скасованих",
    ],
    [
        "order_value@1",
        "",
        "Wert der Bestellungen des Zeitraums ohne stornierte",
        "вартість замовлень, зроблених у цьому періоді, без скасованих",
    ],
    [
        "avg_order_value@1",
        "",
        "Wert der Bestellungen des Zeitraums / ihre Anzahl, ohne stornierte",
        "вартість замовлень, зроблених у цьому періоді / їхня кількість, без скасованих",
    ],
    [
        "interactions@1",
        "",
        "Anrufe, E-Mails, Treffen, Notizen, Nachrichten und Chats, die im Zeitraum begannen",
        "дзвінки, листи, зустрічі, нотатки, повідомлення й чати, що почалися у цьому періоді",
    ],
    [
        "follow_ups_pending@1",
        "",
        "Gespräche, nach denen eine Wiedervorlage vereinbart war und mit dem Kunden noch kein weiteres stattfand",
        "розмови, після яких домовилися про наступну, а її з цим клієнтом ще не було",
    ],
    [
        "follow_ups_overdue@1",
        "",
        "offene Wiedervorlagen, deren Termin verstrichen ist",
        "очікувані контакти, термін яких минув",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::all_tables;
    use crate::metric::catalog::CATALOG;

    /// Every definition of the house, with the catalog's words.
    fn house() -> impl Iterator<Item = (String, &'static str)> {
        let metrics = CATALOG.iter().map(|m| (m.versioned(), m.definition));
        metrics.chain(all_tables().map(|t| (t.versioned(), t.definition)))
    }

    #[test]
    fn every_metric_and_table_of_the_house_is_explained_in_every_language() {
        for (versioned, catalog) in house() {
            for locale in [Locale::De, Locale::Uk] {
                let told = locale.meaning(&versioned, catalog);
                assert_ne!(told, catalog, "src/report/meaning*.rs has no words for {versioned} in {locale:?}");
            }
        }
        for meaning in MEANINGS.iter().chain(TABLE_MEANINGS) {
            assert!(house().any(|(versioned, _)| versioned == meaning[0]), "nothing is called {}", meaning[0]);
        }
    }

    #[test]
    fn a_meaning_names_no_setting_and_no_column() {
        for (versioned, catalog) in house() {
            for locale in Locale::ALL {
                let told = locale.meaning(&versioned, catalog);
                assert!(!told.contains('_') && !told.contains('@'), "{versioned} in {locale:?}: {told}");
            }
        }
    }

    #[test]
    fn a_definition_of_another_version_or_a_deployments_own_keeps_its_words() {
        assert_eq!(Locale::De.meaning("revenue@9", "another thing"), "another thing");
        assert_eq!(Locale::En.meaning("deals_won@1", "deals closed as won"), "deals closed as won");
    }
}
