//! `vesper refresh`

use sqlx::{PgConnection, Row};

use crate::base::pg::remedy_of;
use crate::base::{Remedy, nearest};
use crate::cli::ledger::open_ledger;
use crate::cli::{Failure, RefreshArgs};
use crate::config::Settings;
use crate::cube::touch_all;
use crate::load::ask_whole;
use crate::source::contract::ENTITIES;

/// Has the next night compare entities whole, or make the cubes again. All of it is noted or nothing; a second time changes
/// nothing.
pub(in crate::cli) async fn refresh(settings: &Settings, args: &RefreshArgs) -> Result<(), Failure> {
    let (cubes, entities): (Vec<&str>, Vec<&str>) =
        args.what.iter().map(String::as_str).partition(|name| *name == CUBES);
    check(&entities)?;
    let pool = open_ledger(settings).await?;
    let mut tx = pool.begin().await.map_err(failed)?;
    let tenants = tenants(&mut tx, args.tenant.as_deref()).await?;
    let asked = ask_whole(&mut tx, args.tenant.as_deref(), &entities).await?;
    if !cubes.is_empty() {
        for (tenant_key, _) in &tenants {
            touch_all(&mut tx, *tenant_key).await?;
        }
    }
    tx.commit().await.map_err(failed)?;
    for asked in &asked {
        println!("{}: every {} of {} is compared at the next night", asked.tenant, asked.entity, asked.source);
    }
    for (_, tenant) in tenants.iter().filter(|_| !cubes.is_empty()) {
        println!("{tenant}: the cubes of every day are made again at the next night");
    }
    for entity in entities.iter().filter(|entity| !asked.iter().any(|asked| asked.entity == **entity)) {
        println!("{entity}: comes by file or was never loaded, so every row is read anyway");
    }
    Ok(())
}

/// All wrong names at once.
fn check(entities: &[&str]) -> Result<(), Failure> {
    let known = || ENTITIES.iter().map(|e| e.name).chain([CUBES]);
    let unknown: Vec<&str> = entities.iter().copied().filter(|name| !known().any(|k| k == *name)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let hints: Vec<String> =
        unknown.iter().filter_map(|name| nearest(name, known())).map(|n| format!("`{n}`")).collect();
    let hint = match hints.as_slice() {
        [] => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
        near => format!("did you mean {}?", near.join(" and ")),
    };
    Err(Failure::new(Remedy::FixConfig, format!("there is no entity `{}`", unknown.join("`, `"))).or_hint(hint))
}

/// Those of whom it is asked, as they are known from their first night on.
async fn tenants(connection: &mut PgConnection, only: Option<&str>) -> Result<Vec<(i32, String)>, Failure> {
    let rows =
        sqlx::query("select t.tenant_key, t.tenant from star.dim_tenant as t where t.tenant_key > 0 order by t.tenant");
    let rows = rows.fetch_all(connection).await.map_err(failed)?;
    let known: Vec<(i32, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let Some(only) = only else { return Ok(known) };
    if let Some(found) = known.iter().find(|(_, tenant)| tenant == only) {
        return Ok(vec![found.clone()]);
    }
    let hint = match nearest(only, known.iter().map(|(_, tenant)| tenant.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a tenant is known from its first night on: `vesper run nightly`".to_owned(),
    };
    Err(Failure::new(Remedy::FixConfig, format!("there is no tenant `{only}`")).or_hint(hint))
}

fn failed(error: sqlx::Error) -> Failure {
    Failure::new(remedy_of(&error), format!("the analytics database: {error}"))
}

/// What is no entity and can be asked for as well.
const CUBES: &str = "cubes";
