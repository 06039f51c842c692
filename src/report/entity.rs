//! What the source delivers, as a reader calls it: many of a kind, within a sentence.

use crate::report::Locale;
use crate::report::words::heading;

impl Locale {
    /// `deal_stage_change` → `stage changes`; a name of a deployment's own with its blanks.
    pub fn entity(self, name: &str) -> String {
        let known = ENTITIES.iter().find(|entity| entity[0] == name);
        known.map_or_else(|| heading(name).to_lowercase(), |entity| entity[1 + self.column()].to_owned())
    }
}

/// Name, English, German, Ukrainian.
const ENTITIES: &[[&str; 4]] = &[
    ["sales_rep", "sales reps", "Vertriebsleute", "менеджери"],
    ["company", "companies", "Firmen", "компанії"],
    ["customer", "customers", "Kunden", "клієнти"],
    ["product", "products", "Produkte", "товари"],
    ["territory", "territories", "Gebiete", "території"],
    ["campaign", "campaigns", "Kampagnen", "кампанії"],
    ["campaign_cost", "costs of campaigns", "Kosten der Kampagnen", "витрати кампаній"],
    ["campaign_touch", "touches of campaigns", "Kontakte der Kampagnen", "дотики кампаній"],
    ["fx_rate", "exchange rates", "Wechselkurse", "курси валют"],
    ["quota", "quotas", "Vertriebsziele", "плани продажів"],
    [
        "loyalty_member",
        "members of the loyalty programme",
        "Mitglieder des Treueprogramms",
        "учасники програми лояльності",
    ],
    ["deal", "deals", "Geschäfte", "угоди"],
    ["deal_stage_change", "stage changes", "Wechsel der Phase", "зміни етапів"],
    ["customer_status_change", "status changes", "Wechsel des Status", "зміни статусів"],
    ["subscription_change", "changes of subscriptions", "Änderungen der Abonnements", "зміни підписок"],
    ["interaction", "interactions", "Interaktionen", "взаємодії"],
    ["order", "orders", "Bestellungen", "замовлення"],
    ["order_line", "order lines", "Bestellpositionen", "рядки замовлень"],
    ["subscription", "subscriptions", "Abonnements", "підписки"],
    ["invoice", "invoices", "Rechnungen", "рахунки"],
    ["payment", "payments", "Zahlungen", "платежі"],
    ["inventory", "stock levels", "Bestände", "залишки"],
    ["stock_movement", "stock movements", "Lagerbewegungen", "рухи запасів"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_has_words_and_one_of_a_deployments_own_keeps_its_name() {
        assert_eq!(Locale::En.entity("deal_stage_change"), "stage changes");
        assert_eq!(Locale::De.entity("order"), "Bestellungen");
        assert_eq!(Locale::Uk.entity("parking_lot"), "parking lot");
    }
}
