//! What may be exported: the tables and views that are made to be read, with their columns in order.

use chrono::NaiveDate;
use sqlx::{FromRow, PgConnection};

use crate::base::nearest;
use crate::export::column::Column;
use crate::export::{ExportError, Grain};

/// A table or view of the warehouse.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Schema and name: `star.fact_deal`.
    pub name: String,
    /// What the warehouse says about it.
    pub comment: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// The columns that are never null.
    pub(super) required: Vec<String>,
    /// The columns of its key, in order; all columns where it has none.
    key: Vec<String>,
}

#[derive(FromRow)]
struct ColumnRow {
    column_name: String,
    type_name: String,
    sql_type: String,
    scale: Option<i32>,
    is_required: bool,
    key_position: Option<i32>,
}

/// Every table and view that may be exported, with what it holds, in order.
pub async fn list_datasets(connection: &mut PgConnection) -> Result<Vec<(String, String)>, ExportError> {
    let datasets = sqlx::query_as(include_str!("datasets.sql")).fetch_all(connection).await;
    datasets.map_err(ExportError::warehouse("listing the datasets"))
}

/// The dataset called `name`; without a schema `star` is meant.
pub async fn find_dataset(connection: &mut PgConnection, name: &str) -> Result<Dataset, ExportError> {
    let full = if name.contains('.') { name.to_owned() } else { format!("star.{name}") };
    let datasets = list_datasets(&mut *connection).await?;
    let Some((name, comment)) = datasets.iter().find(|(name, _)| *name == full) else {
        let nearest = nearest(&full, datasets.iter().map(|(name, _)| name.as_str())).map(str::to_owned);
        return Err(ExportError::Unknown { name: name.to_owned(), nearest });
    };
    let rows: Vec<ColumnRow> = sqlx::query_as(include_str!("columns.sql"))
        .bind(name)
        .fetch_all(connection)
        .await
        .map_err(ExportError::warehouse(format!("reading the columns of {name}")))?;
    let mut key: Vec<(i32, String)> =
        rows.iter().filter_map(|r| Some((r.key_position?, r.column_name.clone()))).collect();
    key.sort_unstable();
    let required = rows.iter().filter(|r| r.is_required).map(|r| r.column_name.clone()).collect();
    let key = key.into_iter().map(|(_, column)| column).collect();
    let columns = rows.into_iter().map(|r| Column::new(r.column_name, &r.type_name, r.sql_type, r.scale)).collect();
    Ok(Dataset { name: name.clone(), comment: comment.clone(), columns, required, key })
}

impl Dataset {
    /// The statement that gives each row's file and values, file by file and in the order of the key. With `of_tenant`
    /// the rows of tenant `$1` alone.
    pub(super) fn select(&self, by: Option<&Column>, grain: Grain, of_tenant: bool) -> String {
        let values: Vec<String> = self.columns.iter().map(Column::expression).collect();
        let quoted = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
        // Without a key the order of the bytes, which no setting changes.
        let order: Vec<String> = if self.key.is_empty() {
            self.columns.iter().map(|c| format!("{}::text collate \"C\"", c.quoted())).collect()
        } else {
            self.key.iter().map(quoted).collect()
        };
        let part = grain.expression(by);
        let filter = if of_tenant {
            "where tenant_key = (select t.tenant_key from star.dim_tenant as t where t.tenant = $1)"
        } else {
            ""
        };
        format!(
            "select {part}, {} from {} {filter} order by ({part}) collate \"C\", {}",
            values.join(", "),
            self.name,
            order.join(", ")
        )
    }
}

/// Refuses a tenant that is not there, and a dataset that knows none.
pub(super) async fn check_tenant(tx: &mut PgConnection, dataset: &Dataset, tenant: &str) -> Result<(), ExportError> {
    if !dataset.columns.iter().any(|c| c.name == "tenant_key") {
        return Err(ExportError::NoTenants { dataset: dataset.name.clone() });
    }
    let tenants: Vec<String> = sqlx::query_scalar("select tenant from star.dim_tenant order by tenant")
        .fetch_all(tx)
        .await
        .map_err(ExportError::warehouse("reading the tenants"))?;
    if tenants.iter().any(|t| t == tenant) {
        return Ok(());
    }
    Err(ExportError::Tenant { name: tenant.to_owned(), tenants })
}

/// The business date up to which the rows are loaded, the least of the tenants'.
pub(super) async fn loaded_date(tx: &mut PgConnection, tenant: Option<&str>) -> Result<Option<NaiveDate>, ExportError> {
    let date = sqlx::query_scalar("select min(loaded_date) from star.dim_tenant where $1::text is null or tenant = $1");
    let date = date.bind(tenant).fetch_one(tx).await;
    date.map_err(ExportError::warehouse("reading the business date"))
}
