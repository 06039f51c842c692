//! The server process: found by its pid file, started, stopped.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use super::binaries::Binaries;
use super::home::Home;
use crate::demo::DemoError;

/// Where the programs and the data of one server are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) home: &'a Home,
    pub(super) binaries: &'a Binaries,
    pub(super) data: &'a Path,
}

/// Why a start failed, as far as another attempt could mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StartFailure {
    /// Somebody took the port between our look and the server's.
    PortTaken,
    /// Backends of a killed server have not left yet.
    MemoryInUse,
    /// Anything else.
    Final,
}

impl Place<'_> {
    /// Runs `initdb`; nothing exists under the data directory's name until everything is there.
    pub(super) async fn initialise(&self, password_file: &Path) -> Result<(), DemoError> {
        let unfinished = self.data.with_extension("unfinished");
        let mut outcome = Ok(());
        // macOS and some minimal systems have no C.UTF-8; plain C sorts the same.
        for locale in ["C.UTF-8", "C"] {
            if unfinished.exists() {
                let fail = |source| DemoError::File { verb: "remove", path: unfinished.clone(), source };
                std::fs::remove_dir_all(&unfinished).map_err(fail)?;
            }
            let mut command = self.home.command(&self.binaries.program("initdb"));
            command.arg("-D").arg(&unfinished).arg("--pwfile").arg(password_file);
            command.args(["-U", super::LOGIN, "-A", "scram-sha-256", "-E", "UTF8", "--locale", locale]);
            // The same order again, and keys are compared as bytes: they are sorted several times as fast.
            command.arg("--lc-collate=C");
            // Syncing a thousand new files takes longer than making them, and what they hold can be made again.
            command.arg("--no-sync");
            outcome = run("initdb", command).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome?;
        self.home.write(&unfinished.join("pg_hba.conf"), HOST_RULES)?;
        let fail = |source| DemoError::File { verb: "write", path: self.data.to_owned(), source };
        std::fs::rename(&unfinished, self.data).map_err(fail)
    }

    /// Starts the server and waits until it answers.
    pub(super) async fn start(&self, log: &Path) -> Result<(), (StartFailure, DemoError)> {
        std::fs::remove_file(log).ok();
        let mut command = self.pg_ctl("start");
        command.args(["-t", "60", "-l"]).arg(log);
        let Err(error) = run("pg_ctl start", command).await else { return Ok(()) };
        let words = std::fs::read_to_string(log).unwrap_or_default();
        let failure = if words.contains("shared memory block") && words.contains("still in use") {
            StartFailure::MemoryInUse
        } else if words.contains("Address already in use") || words.contains("could not create any TCP/IP sockets") {
            StartFailure::PortTaken
        } else {
            StartFailure::Final
        };
        let error = match error {
            DemoError::Program { program, detail } => {
                let detail = if words.is_empty() { detail } else { last_words(&words) };
                DemoError::Program { program, detail }
            }
            other => other,
        };
        Err((failure, error))
    }

    /// Stops a server that a killed process left behind, and clears a pid file that speaks of no server of ours.
    pub(super) async fn clear(&self) -> Result<(), DemoError> {
        let pid_file = self.data.join("postmaster.pid");
        let Ok(text) = std::fs::read_to_string(&pid_file) else { return Ok(()) };
        let is_ours = match text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) {
            Some(pid) => command_line(pid).await.is_some_and(|line| line.contains("postgres")),
            None => false,
        };
        if is_ours && self.stop("fast").await.is_err() {
            self.stop("immediate").await?;
        }
        // The system may have given the number of a dead server to another process, which postgres would respect.
        match std::fs::remove_file(&pid_file) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(DemoError::File { verb: "remove", path: pid_file, source })
            }
            _ => Ok(()),
        }
    }

    /// Stops the server: `fast` ends sessions and checkpoints, `immediate` leaves recovery to the next start.
    pub(super) async fn stop(&self, mode: &str) -> Result<(), DemoError> {
        let mut command = self.pg_ctl("stop");
        command.args(["-m", mode, "-t", "30"]);
        run("pg_ctl stop", command).await
    }

    /// Stops the server from a destructor, where nothing can be awaited.
    pub(super) fn stop_blocking(&self) {
        let mut command = self.pg_ctl("stop");
        command.args(["-m", "fast", "-t", "10"]);
        command.output().ok();
    }

    fn pg_ctl(&self, action: &str) -> std::process::Command {
        let mut command = self.home.command(&self.binaries.program("pg_ctl"));
        command.arg(action).arg("-D").arg(self.data).args(["-w", "-s"]);
        command
    }
}

/// Who may connect: this machine, with the password.
const HOST_RULES: &str = "\
# TYPE  DATABASE  USER  ADDRESS        METHOD
local   all       all                  scram-sha-256
host    all       all   127.0.0.1/32   scram-sha-256
host    all       all   ::1/128        scram-sha-256
";

/// How long to let the backends of a killed server leave.
pub(super) const MEMORY_PATIENCE: Duration = Duration::from_millis(200);

async fn run(program: &str, command: std::process::Command) -> Result<(), DemoError> {
    let output = Command::from(command).kill_on_drop(true).output().await;
    let output = output.map_err(|source| DemoError::Spawn { program: program.to_owned(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let mut words = String::from_utf8_lossy(&output.stderr).into_owned();
    words.push_str(&String::from_utf8_lossy(&output.stdout));
    Err(DemoError::Program { program: program.to_owned(), detail: last_words(&words) })
}

/// What a log says of a failure, on one line: its errors and what belongs to them, or else its end.
fn last_words(log: &str) -> String {
    const OF_AN_ERROR: [&str; 6] = ["ERROR:", "FATAL:", "PANIC:", "DETAIL:", "CONTEXT:", "HINT:"];
    let lines: Vec<&str> = log.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let errors = lines.iter().filter(|line| OF_AN_ERROR.iter().any(|word| line.contains(word)));
    let errors: Vec<&str> = errors.copied().collect();
    let told = if errors.is_empty() { &lines } else { &errors };
    told[told.len().saturating_sub(4)..].join(" · ")
}

/// What process `pid` runs, where there is one.
async fn command_line(pid: u32) -> Option<String> {
    let path = PathBuf::from(format!("/proc/{pid}/cmdline"));
    if Path::new("/proc/self").exists() {
        return std::fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "));
    }
    let output = Command::new("ps").args(["-p", &pid.to_string(), "-o", "args="]).output().await.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_told_by_its_errors_and_without_any_by_its_end() {
        let log = "LOG:  database system was interrupted\nFATAL:  could not open file \"base/5\"\nHINT:  Restore it.\n\
            LOG:  startup process exited\nLOG:  terminating\nLOG:  shutting down\nLOG:  database system is shut down\n";
        assert_eq!(last_words(log), "FATAL:  could not open file \"base/5\" · HINT:  Restore it.");
        assert_eq!(last_words("one\n\ntwo\nthree\nfour\nfive\n"), "two · three · four · five");
        assert_eq!(last_words(""), "");
    }
}
