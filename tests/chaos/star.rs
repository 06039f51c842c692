//! A digest of the star that two builds of the same rows share: keys that a sequence hands out are told by what they
//! stand for, because a rolled-back load uses up numbers.

use sqlx::{AssertSqlSafe, PgConnection};

/// A key that a sequence hands out: its column, the table that owns it, and what it stands for there.
const KEYS: [(&str, &str, &str); 5] = [
    ("customer_key", "dim_customer", "customer_id || ' ' || valid_from"),
    ("sales_rep_key", "dim_sales_rep", "sales_rep_id || ' ' || valid_from"),
    ("company_key", "dim_company", "company_id || ' ' || valid_from"),
    ("plan_key", "dim_plan", "plan"),
    ("product_key", "dim_product", "product_id || ' ' || valid_from"),
];

/// The digest of every table of the star.
pub async fn star_digest(connection: &mut PgConnection) -> String {
    let columns: Vec<(String, Vec<String>)> = sqlx::query_as(
        "select c.relname::text, array_agg(a.attname::text order by a.attnum) \
         from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
         where c.relnamespace = 'star'::regnamespace and c.relkind = 'r' and c.relname <> 'dim_date' \
         group by c.relname order by c.relname",
    )
    .fetch_all(&mut *connection)
    .await
    .expect("the catalog");
    let mut digests = Vec::new();
    for (table, columns) in columns {
        let told: Vec<String> = columns.iter().filter_map(|column| told_column(&table, column)).collect();
        let sql = format!(
            "select count(*) || ' ' || coalesce(md5(string_agg(line, '|' order by line)), '') \
             from (select concat_ws(' ', {}) as line from star.{table} as t) as lines",
            told.join(", ")
        );
        let digest: String =
            sqlx::query_scalar(AssertSqlSafe(sql.clone())).fetch_one(&mut *connection).await.expect(&sql);
        digests.push(format!("{table} {digest}"));
    }
    digests.join("\n")
}

fn told_column(table: &str, column: &str) -> Option<String> {
    // The first version's key, by another name.
    if column == "durable_key" {
        return None;
    }
    match KEYS.iter().find(|(key, _, _)| *key == column) {
        Some((_, owner, _)) if *owner == table => None,
        Some((key, owner, stands_for)) => {
            Some(format!("(select {stands_for} from star.{owner} as d where d.{key} = t.{key})"))
        }
        None => Some(format!("coalesce(t.{column}::text, '-')")),
    }
}
