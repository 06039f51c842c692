//! Dimensions with history (SCD2): a change of what matters ends a version and opens the next, the rest overwrites.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::base::chaos;
use crate::load::entity::MergeSpec;
use crate::load::merge::{Extent, MergeContext, Merged, analyze_changed, analyze_table, mark_vanished};
use crate::load::{LoadError, warehouse};

/// Brings a dimension up to date with staging, of which it holds every row. The first version of a member holds since
/// ever, so that each instant has one version; a member that a fact named before it came is completed in place.
///
/// A replay finds no difference and writes nothing.
pub(super) async fn merge_versions(
    tx: &mut PgConnection,
    spec: &MergeSpec,
    context: &MergeContext,
) -> Result<Merged, LoadError> {
    let MergeSpec { entity, table, key, .. } = spec;
    let action = |what: &str| warehouse(format!("{what} star.{table}"));
    let compare = compare(spec);
    let compare = sqlx::query(AssertSqlSafe(compare)).bind(context.tenant_key).bind(context.extracted_at);
    let loaded = compare.bind(context.noticed_at).bind(context.known_until).execute(&mut *tx).await;
    let loaded = loaded.map_err(action("comparing"))?.rows_affected() as i64;
    let unchanged = format!(
        "select count(*) from staging.{entity} as s where not exists (select from staging.changed_{entity} as c where c.{key} = s.{key})"
    );
    let unchanged = sqlx::query(AssertSqlSafe(unchanged)).fetch_one(&mut *tx).await;
    let unchanged: i64 = unchanged.map_err(action("counting"))?.get(0);
    let deleted = mark_vanished(tx, spec, context, Extent::Whole).await?;
    let merged = Merged { loaded, unchanged, deleted, is_fill: false };
    if loaded + deleted == 0 {
        return Ok(merged);
    }
    analyze_table(tx, &format!("staging.changed_{entity}")).await?;
    for (what, statement) in steps(spec) {
        let done = sqlx::query(AssertSqlSafe(statement)).bind(context.tenant_key).execute(&mut *tx).await;
        done.map_err(action(what))?;
        chaos::point("load.versions");
    }
    analyze_changed(tx, table, &merged).await?;
    Ok(merged)
}

/// Whether the staged members, all of them, say anything that the star does not say already: then what is looked up in them
/// may have changed.
pub(super) async fn has_moved(
    tx: &mut PgConnection,
    spec: &MergeSpec,
    context: &MergeContext,
) -> Result<bool, LoadError> {
    let MergeSpec { entity, table, key, columns, .. } = spec;
    let statement = format!(
        "select exists (select from (\n{sql}\n) as i
            left join star.{table} as v on v.tenant_key = $1 and v.{key} = i.{key} and v.is_current
            where v.{key} is null or v.is_inferred or ({image}) is distinct from ({stored}))
         or exists (select from staging.{entity} as s where s.violation is not null)
         or exists (select from star.{table} as v where v.tenant_key = $1 and v.is_current and v.deleted_at is null and not v.is_inferred
            and not exists (select from staging.{entity} as s where s.{key} = v.{key}))
         or coalesce($2::timestamptz, $3::timestamptz, $4::timestamptz) is null",
        image = of("i", columns),
        stored = of("v", columns),
        sql = spec.image(),
    );
    let moved = sqlx::query_scalar(AssertSqlSafe(statement)).bind(context.tenant_key).bind(context.extracted_at);
    let moved = moved.bind(context.noticed_at).bind(context.known_until).fetch_one(tx).await;
    moved.map_err(warehouse(format!("looking for news of star.{table}")))
}

/// Rows that are new or differ from their present version, with what is to become of them.
fn compare(spec: &MergeSpec) -> String {
    let MergeSpec { entity, table, key, .. } = spec;
    format!(
        "insert into staging.changed_{entity} (tenant_key, {key}, {columns}, version_key, is_new, is_new_version, changed_at)
         select i.tenant_key, i.{key}, {image}, v.{entity}_key, v.{key} is null or v.is_inferred,
            not v.is_inferred and ({versioned}) is distinct from ({stored_versioned}),
            -- When it happened: the row's last update if that is news, else the night; never before the version it ends.
            greatest(
                case when s.updated_at > coalesce($4::timestamptz, '-infinity') then least(s.updated_at, $2::timestamptz) else $3::timestamptz end,
                v.valid_from + interval '1 microsecond')
         from (\n{sql}\n) as i
         join staging.{entity} as s on s.{key} = i.{key}
         left join star.{table} as v on v.tenant_key = $1 and v.{key} = i.{key} and v.is_current
         where v.{key} is null or ({image}) is distinct from ({stored})",
        columns = spec.columns.join(", "),
        image = of("i", spec.columns),
        stored = of("v", spec.columns),
        versioned = of("i", spec.versioned_on),
        stored_versioned = of("v", spec.versioned_on),
        sql = spec.image(),
    )
}

/// Columns of an alias.
fn of(alias: &str, columns: &[&str]) -> String {
    columns.iter().map(|c| format!("{alias}.{c}")).collect::<Vec<_>>().join(", ")
}

/// What is done with the changed rows, in order. Rows that vanished are neither new nor new versions: they overwrite.
fn steps(spec: &MergeSpec) -> [(&'static str, String); 4] {
    let MergeSpec { entity, table, key, .. } = spec;
    let columns = spec.columns.join(", ");
    let values = of("c", spec.columns);
    let assigned = |is_versioned: bool| {
        let chosen = spec.columns.iter().filter(|c| spec.versioned_on.contains(c) == is_versioned);
        chosen.map(|c| format!("{c} = c.{c}")).collect::<Vec<_>>().join(", ")
    };
    let kept: Vec<&str> = spec.columns.iter().copied().filter(|c| !spec.versioned_on.contains(c)).collect();
    [
        (
            "ending versions of",
            format!(
                "update star.{table} as v set valid_until = c.changed_at, is_current = false from staging.changed_{entity} as c
                 where v.tenant_key = $1 and c.is_new_version and v.{entity}_key = c.version_key"
            ),
        ),
        (
            "opening versions of",
            format!(
                "insert into star.{table} (tenant_key, {key}, {columns}, valid_from, basis, durable_key)
                 select c.tenant_key, c.{key}, {values}, case when c.is_new_version then c.changed_at else '-infinity' end,
                    case when c.is_new_version then 'observed' else 'inferred' end, v.durable_key
                 from staging.changed_{entity} as c left join star.{table} as v on v.{entity}_key = c.version_key
                 where c.tenant_key = $1 and (c.is_new_version or c.is_new and c.version_key is null)"
            ),
        ),
        (
            "completing inferred members of",
            format!(
                "update star.{table} as v set {} from staging.changed_{entity} as c where v.tenant_key = $1 and c.is_new and v.{entity}_key = c.version_key",
                assigned(true)
            ),
        ),
        (
            "overwriting",
            format!(
                "update star.{table} as v set {} from staging.changed_{entity} as c where v.tenant_key = $1 and v.{key} = c.{key}
                 and ({}) is distinct from ({})",
                assigned(false),
                of("v", &kept),
                of("c", &kept)
            ),
        ),
    ]
}

/// What always points to the present version of a rep or a company: territories, and customers as they are now.
const HOLDERS: [(&str, &str, &str); 3] = [
    ("dim_territory", "sales_rep", "true"),
    ("dim_customer", "sales_rep", "h.is_current"),
    ("dim_customer", "company", "h.is_current"),
];

/// Lets the other dimensions follow the versions that were opened tonight. Re-run: moves nothing.
pub(super) async fn follow_dimensions(tx: &mut PgConnection, tenant_key: i32) -> Result<(), LoadError> {
    for (holder, entity, is_present) in HOLDERS {
        let statement = format!(
            "update star.{holder} as h set {entity}_key = v.{entity}_key
             from staging.changed_{entity} as c
             join star.dim_{entity} as v on v.tenant_key = $1 and v.{entity}_id = c.{entity}_id and v.is_current
             where h.tenant_key = $1 and {is_present} and c.is_new_version and h.{entity}_key = c.version_key"
        );
        let done = sqlx::query(AssertSqlSafe(statement)).bind(tenant_key).execute(&mut *tx).await;
        done.map_err(warehouse(format!("following the versions of star.dim_{entity} in star.{holder}")))?;
    }
    Ok(())
}
