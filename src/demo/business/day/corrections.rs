//! What nobody plans: values corrected long after, rows changed behind everybody's back, rows gone.

use uuid::Uuid;

use super::Day;
use crate::demo::DemoError;

/// What may happen to old rows on a day, how likely, and the statement. Each takes the date and a throw of the dice
/// (an integer) by which it picks its row, and the instant of the change.
const CORRECTIONS: [(&str, f64, &str); 7] = [
    ("correct a deal's value", 0.30, include_str!("correct_deal_value.sql")),
    ("correct an order's date", 0.22, include_str!("correct_order_date.sql")),
    ("complete an interaction", 0.35, include_str!("correct_interaction.sql")),
    ("hide a deal", 0.06, include_str!("hide_deal.sql")),
    ("hide a customer", 0.04, include_str!("hide_customer.sql")),
    ("delete an interaction", 0.30, include_str!("delete_interaction.sql")),
    ("forget a customer", 0.08, include_str!("forget_customer.sql")),
];

/// Does to old rows what is done to old rows.
pub(super) async fn correct(day: &mut Day<'_>) -> Result<(), DemoError> {
    for (action, probability, statement) in CORRECTIONS {
        let mut dice = day.dice(action, Uuid::nil());
        if !dice.chance(probability * day.pace()) {
            continue;
        }
        let at = day.moment(&mut dice);
        let salt = dice.below(1_000_000).to_string();
        let done = sqlx::query(statement).bind(day.date).bind(salt).bind(at).execute(&mut *day.connection).await;
        day.count(action, done)?;
    }
    Ok(())
}
