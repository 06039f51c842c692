//! The embedded cluster: starts, stops, and survives whatever was left behind.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::Connection;
use vesper::base::{Remedied, Remedy};
use vesper::demo::{Cluster, ClusterOptions, DemoError};

use crate::support::cluster::{cluster, open_directory};

const DISPOSABLE: ClusterOptions = ClusterOptions { is_disposable: true, shared_mb: 128 };

async fn answer(cluster: &Cluster, database: &str) -> i32 {
    let mut connection = cluster.connect(database).await.expect("the server answers");
    sqlx::query_scalar("select n from kept").fetch_one(&mut connection).await.expect("the table is there")
}

async fn keep_something(cluster: &Cluster) {
    cluster.create_database("kept").await.expect("a new cluster");
    let mut connection = cluster.connect("kept").await.expect("the server answers");
    sqlx::raw_sql("create table kept as select 7 as n").execute(&mut connection).await.expect("an empty database");
    connection.close().await.expect("an idle connection closes");
}

fn postmaster_pid(cluster: &Cluster) -> Pid {
    let text = std::fs::read_to_string(cluster.data_directory().join("postmaster.pid")).expect("the server runs");
    let number = text.lines().next().and_then(|line| line.parse().ok()).expect("its first line is a number");
    Pid::from_raw(number).expect("no server is process 0")
}

/// A server of this data directory that no vesper process holds: what a killed one leaves behind.
fn start_orphan(pg_ctl: &Path, data: &Path) {
    let owner = std::fs::metadata(data).expect("the data directory is there");
    let mut command = Command::new(pg_ctl);
    command.args(["start", "-w", "-s", "-l"]).arg(data.join("orphan.log")).arg("-D").arg(data).current_dir(data);
    if rustix::process::geteuid().is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    let status = command.stdout(Stdio::null()).status().expect("pg_ctl runs");
    assert!(status.success());
}

#[tokio::test]
async fn a_stopped_cluster_starts_again_with_its_databases_and_its_port() {
    let directory = open_directory();
    let first = Cluster::start(&directory.path().join("c"), DISPOSABLE).await.expect("it starts");
    keep_something(&first).await;
    let port = first.port();
    first.stop().await.expect("it stops");
    let second = Cluster::start(&directory.path().join("c"), DISPOSABLE).await.expect("it starts again");
    assert_eq!(answer(&second, "kept").await, 7);
    assert_eq!(second.port(), port);
    assert!(second.has_database("kept").await.expect("a catalog query"));
    second.drop_database("kept").await.expect("it is there");
    assert!(!second.has_database("kept").await.expect("a catalog query"));
}

#[tokio::test]
async fn a_server_killed_by_force_is_replaced_with_what_it_had_committed() {
    let directory = open_directory();
    let first = Cluster::start(&directory.path().join("c"), ClusterOptions::default()).await.expect("it starts");
    keep_something(&first).await;
    kill_process(postmaster_pid(&first), Signal::KILL).expect("we may");
    drop(first);
    let second = Cluster::start(&directory.path().join("c"), DISPOSABLE).await.expect("it starts again");
    assert_eq!(answer(&second, "kept").await, 7);
}

#[tokio::test]
async fn a_server_left_running_by_a_killed_process_is_taken_over() {
    let directory = open_directory();
    let first = Cluster::start(&directory.path().join("c"), DISPOSABLE).await.expect("it starts");
    keep_something(&first).await;
    let (pg_ctl, data) = (first.program("pg_ctl"), first.data_directory().to_owned());
    first.stop().await.expect("it stops");
    start_orphan(&pg_ctl, &data);
    let second = Cluster::start(&directory.path().join("c"), DISPOSABLE).await.expect("it starts again");
    assert_eq!(answer(&second, "kept").await, 7);
}

#[tokio::test]
async fn a_pid_file_that_names_another_program_is_no_obstacle() {
    let directory = open_directory();
    let first = Cluster::start(&directory.path().join("c"), DISPOSABLE).await.expect("it starts");
    let pid_file = first.data_directory().join("postmaster.pid");
    first.stop().await.expect("it stops");
    let shell = Command::new("/bin/sh").args(["-c", "read _"]).stdin(Stdio::piped()).spawn();
    let mut bystander = shell.expect("every system has a shell");
    std::fs::write(&pid_file, format!("{}\n/nowhere\n0\n1\n", bystander.id())).expect("we may write there");
    let second = Cluster::start(&directory.path().join("c"), DISPOSABLE).await.expect("it starts again");
    assert!(second.connect("postgres").await.is_ok());
    assert!(bystander.try_wait().expect("our child").is_none(), "the bystander still runs");
    drop(bystander.stdin.take());
    bystander.wait().expect("our child");
}

#[tokio::test]
async fn an_unfinished_initdb_is_done_again() {
    let directory = open_directory();
    let unfinished = directory.path().join("c/data.unfinished");
    std::fs::create_dir_all(&unfinished).expect("a fresh directory");
    std::fs::write(unfinished.join("PG_VERSION"), "1").expect("a fresh directory");
    let cluster = Cluster::start(&directory.path().join("c"), DISPOSABLE).await.expect("it starts");
    assert!(cluster.connect("postgres").await.is_ok());
}

#[tokio::test]
async fn a_cluster_in_use_is_refused_with_its_holder() {
    let directory = open_directory();
    let held = Cluster::start(&directory.path().join("c"), DISPOSABLE).await.expect("it starts");
    let error = Cluster::start(&directory.path().join("c"), DISPOSABLE).await.expect_err("it is held");
    assert!(matches!(&error, DemoError::InUse { holder, .. } if *holder == format!("pid {}", std::process::id())));
    assert_eq!(error.remedy(), Remedy::FixConfig);
    assert!(held.connect("postgres").await.is_ok());
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_still_serves() {
    let directory = open_directory();
    let deep = directory.path().join("a-folder-with-a-long-name/".repeat(6));
    let cluster = Cluster::start(&deep, DISPOSABLE).await.expect("it starts");
    let socket = cluster.socket_directory().join(format!(".s.PGSQL.{}", cluster.port()));
    assert!(socket.as_os_str().len() <= 103, "{}", socket.display());
    assert!(socket.exists());
    let short = cluster.socket_directory().to_owned();
    cluster.stop().await.expect("it stops");
    assert!(!short.exists(), "the short directory goes with the cluster");
}

#[tokio::test]
async fn a_wrong_password_is_refused_even_on_the_loopback() {
    let url = cluster().await.tcp_url("postgres");
    let (_, rest) = url.split_once('@').expect("the URL has a password");
    let refused = sqlx::PgConnection::connect(&format!("postgres://vesper:wrong@{rest}")).await;
    let error = refused.expect_err("it is refused").into_database_error().expect("by the server");
    assert_eq!(error.code().as_deref(), Some("28P01"));
}

#[tokio::test]
async fn a_folder_the_servers_user_cannot_enter_moves_the_cluster_and_says_so() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let mode = Permissions::from_mode(0o700);
    let closed = tempfile::Builder::new().permissions(mode).tempdir().expect("a temporary directory");
    let cluster = Cluster::start(&closed.path().join("c"), DISPOSABLE).await.expect("it starts");
    assert!(cluster.directory().starts_with("/var/lib/vesper"), "{}", cluster.directory().display());
    assert!(cluster.notice().expect("a notice").contains("cannot enter"));
    let place = cluster.directory().to_owned();
    cluster.stop().await.expect("it stops");
    std::fs::remove_dir_all(place).expect("ours to remove");
}
