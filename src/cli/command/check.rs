//! `vesper check`

use crate::app::App;
use crate::base::Remedy;
use crate::cli::Failure;
use crate::config::{Environment, Settings};
use crate::source::check_queries;

/// Looks at settings, files and both databases; every problem is told, nothing is written.
pub(in crate::cli) async fn check(settings: &Settings, environment: &Environment) -> Result<(), Failure> {
    let (jobs, recipes, mailer) = App::read_files(settings, environment)?;
    println!(
        "files        {} jobs, {} sources, {} report templates read",
        jobs.len(),
        recipes.feeds.len(),
        recipes.reports.len()
    );
    println!("mail         goes to {}", mailer.place());
    let mut failures: Vec<Failure> = Vec::new();
    for feed in &recipes.feeds {
        let found = async {
            let connect = feed.database.connect().await;
            let mut connection = connect?;
            check_queries(&mut connection, &feed.spec).await?;
            Ok::<_, Failure>(())
        };
        match found.await {
            Ok(()) => println!("source       {}: {} queries fit the contract", feed.spec.name, feed.spec.queries.len()),
            Err(failure) => failures.push(failure.at(format!("source {}", feed.spec.name))),
        }
    }
    let warehouse = settings.warehouse()?;
    match check_warehouse(&warehouse).await {
        Ok(()) => println!("warehouse    {} at {} is migrated", warehouse.database(), warehouse.place()),
        Err(failure) => failures.push(failure.at("warehouse")),
    }
    // Every failure but the last is told here; the last one ends the process with its code.
    let Some(last) = failures.pop() else {
        println!("everything fits");
        return Ok(());
    };
    for failure in &failures {
        failure.tell();
    }
    Err(last)
}

async fn check_warehouse(warehouse: &crate::base::pg::Database) -> Result<(), Failure> {
    let mut connection = warehouse.connect().await?;
    let is_migrated = sqlx::query_scalar::<_, bool>("select to_regclass('metric.current') is not null")
        .fetch_one(&mut connection)
        .await;
    match is_migrated {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::new(Remedy::FixConfig, "the analytics database lacks Vesper's tables")
            .or_hint("run `vesper migrate`")),
        Err(error) => Err(Failure::new(Remedy::RetryLater, error.to_string())),
    }
}
