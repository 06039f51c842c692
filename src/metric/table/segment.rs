//! Customers on record by status, tier and what they bought for so far.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, PolarsResult};

use crate::cube::{Cubes, STATUSES, TIERS};
use crate::metric::document::VALUE_BANDS;
use crate::metric::table::Cell;

/// The bands of [`VALUE_BANDS`], in whole units.
const BAND_NAMES: [&str; VALUE_BANDS.len()] =
    ["nothing", "up to 10,000", "10,000–50,000", "50,000–250,000", "250,000+"];

/// One row per status, tier and band of lifetime value with customers: the three, customers, their share, open deals, value won.
///
/// What lies below every band has no name.
pub(super) fn segments(cubes: &Cubes) -> PolarsResult<Vec<Vec<Cell>>> {
    rows_of(&cubes.customer_life)
}

fn rows_of(life: &DataFrame) -> PolarsResult<Vec<Vec<Cell>>> {
    let (statuses, tiers, is_live) =
        (life.column("status")?.str()?, life.column("tier")?.str()?, life.column("is_live")?.bool()?);
    let number = |name: &str| life.column(name)?.i64();
    let (bands, customers) = (number("band")?, number("customers")?);
    let (open_deals, won) = (number("open_deals")?, number("won_cents")?);
    // In the order of the lists, what is in none of them last; then from the lowest band.
    let mut segments = BTreeMap::new();
    let place = |list: &[&str], name: &str| list.iter().position(|n| *n == name).unwrap_or(list.len());
    let mut all = 0;
    for row in (0..life.height()).filter(|row| is_live.get(*row) == Some(true)) {
        let (status, tier) = (statuses.get(row).unwrap_or_default(), tiers.get(row).unwrap_or_default());
        let order = (place(&STATUSES, status), place(&TIERS, tier), bands.get(row).unwrap_or(0));
        let sums = [customers, open_deals, won].map(|column| column.get(row).unwrap_or(0));
        all += sums[0];
        segments.insert((order, status, tier), sums);
    }
    let row = |((order, status, tier), [customers, open_deals, won]): ((_, &str, &str), [i64; 3])| {
        let (_, _, band): (usize, usize, i64) = order;
        let name = usize::try_from(band - 1).ok().and_then(|band| BAND_NAMES.get(band));
        let text = |text: &str| Cell::Text(text.to_owned());
        let whole = |number: i64| Cell::Ratio(number, 1);
        vec![
            text(status),
            text(tier),
            name.map_or(Cell::Nothing, |name| text(name)),
            whole(customers),
            Cell::Ratio(customers, all),
            whole(open_deals),
            whole(won),
        ]
    };
    Ok(segments.into_iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;

    #[test]
    fn everybody_on_record_stands_in_the_order_of_the_lists_with_a_share_of_all() {
        let life = df!(
            "status" => ["customer", "lead", "somebody", "lead", "lead"],
            "tier" => ["pro", "pro", "free", "free", "free"],
            "is_live" => [true, true, true, true, false],
            "band" => [3i64, 1, 0, 1, 1],
            "customers" => [2i64, 3, 1, 4, 100],
            "open_deals" => [5i64, 0, 0, 1, 9],
            "won_cents" => [3_000_000i64, 0, -5, 0, 0],
        );
        let told = rows_of(&life.expect("a frame")).expect("its columns");
        let names: Vec<_> = told.iter().map(|row| [0, 1, 2].map(|cell| row[cell].text())).collect();
        let lowest = Some(BAND_NAMES[0]);
        assert_eq!(
            names,
            [
                [Some("lead"), Some("free"), lowest],
                [Some("lead"), Some("pro"), lowest],
                [Some("customer"), Some("pro"), Some("10,000–50,000")],
                [Some("somebody"), Some("free"), None],
            ]
        );
        let shares: Vec<_> = told.iter().map(|row| row[4].clone()).collect();
        assert_eq!(shares, [4, 3, 2, 1].map(|n| Cell::Ratio(n, 10)));
        assert_eq!(told[2][5..], [Cell::Ratio(5, 1), Cell::Ratio(3_000_000, 1)]);
    }
}
