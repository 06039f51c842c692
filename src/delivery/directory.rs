//! A directory as a mailbox: one `.eml` a message, whole or not at all, never twice.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::delivery::mailer::Mail;

/// Writes messages into a directory.
pub(super) struct DirectoryMailer {
    path: PathBuf,
}

/// Where a message lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) path: PathBuf,
    /// False when an earlier delivery had written it.
    pub(super) is_new: bool,
}

/// Long enough for any label and address, short enough for any file system.
const STEM_LENGTH_MAX: usize = 180;

impl DirectoryMailer {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Stores a message. A second delivery of the same message finds the first and writes nothing; another message
    /// of the same name lies beside it.
    pub(super) async fn store(&self, mail: &Mail) -> io::Result<Stored> {
        let (path, mail) = (self.path.clone(), mail.clone());
        let stored = tokio::task::spawn_blocking(move || store(&path, &mail)).await;
        stored.map_err(io::Error::other)?
    }
}

fn store(directory: &Path, mail: &Mail) -> io::Result<Stored> {
    std::fs::create_dir_all(directory)?;
    let mut part = tempfile::Builder::new().prefix(".vesper-").suffix(".part").tempfile_in(directory)?;
    part.write_all(&mail.head)?;
    part.write_all(&mail.body)?;
    part.as_file().sync_all()?;
    let stem = file_stem(mail);
    let mut path = directory.join(format!("{stem}.eml"));
    for copy in 2.. {
        // Renaming without replacing is what makes "never twice" hold between two workers.
        match part.persist_noclobber(&path) {
            Ok(_) => break,
            Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
                // The head holds the Message-ID, so it tells one message from another.
                if std::fs::read(&path)?.starts_with(&mail.head) {
                    return Ok(Stored { path, is_new: false });
                }
                part = refused.file;
                path = directory.join(format!("{stem}-{copy}.eml"));
            }
            Err(refused) => return Err(refused.error),
        }
    }
    // The file is there; that it has this name is the directory's content.
    std::fs::File::open(directory)?.sync_all()?;
    Ok(Stored { path, is_new: true })
}

/// `2026-11-22-executive-weekly-leadership@example.com`, with whatever a file system may dislike replaced.
fn file_stem(mail: &Mail) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "@.+_-".contains(c);
    let name = format!("{}-{}", mail.label, mail.rcpt);
    let mut stem: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    while stem.len() > STEM_LENGTH_MAX {
        stem.pop();
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(rcpt: &str, id: &str) -> Mail {
        Mail {
            message_id: 1,
            attempt: 1,
            lease_owner: uuid::Uuid::nil(),
            label: "2026-11-22-executive-weekly".to_owned(),
            rcpt: rcpt.to_owned(),
            mail_from: "vesper@example.com".to_owned(),
            head: format!("Message-ID: <{id}@example.com>\r\n\r\n").into_bytes(),
            body: std::sync::Arc::from(*b"hello\r\n"),
        }
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).expect("a directory");
        let mut names: Vec<String> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_second_delivery_of_the_same_message_writes_nothing() {
        let directory = tempfile::tempdir().expect("a directory");
        let outbox = DirectoryMailer::new(directory.path().join("outbox"));
        let first = outbox.store(&mail("a@example.com", "1")).await.expect("stored");
        let second = outbox.store(&mail("a@example.com", "1")).await.expect("recognised");
        assert!(first.is_new && !second.is_new);
        assert_eq!(first.path, second.path);
        assert_eq!(std::fs::read(&first.path).expect("a file"), b"Message-ID: <1@example.com>\r\n\r\nhello\r\n");
        assert_eq!(names(&directory.path().join("outbox")), ["2026-11-22-executive-weekly-a@example.com.eml"]);
    }

    #[tokio::test]
    async fn another_message_of_the_same_name_lies_beside_the_first() {
        let directory = tempfile::tempdir().expect("a directory");
        let outbox = DirectoryMailer::new(directory.path().to_owned());
        for id in ["1", "2", "1", "2", "3"] {
            outbox.store(&mail("a@example.com", id)).await.expect("stored");
        }
        let stem = "2026-11-22-executive-weekly-a@example.com";
        assert_eq!(names(directory.path()), [format!("{stem}-2.eml"), format!("{stem}-3.eml"), format!("{stem}.eml")]);
    }

    #[tokio::test]
    async fn an_address_cannot_leave_the_directory() {
        let directory = tempfile::tempdir().expect("a directory");
        let outbox = DirectoryMailer::new(directory.path().to_owned());
        let stored = outbox.store(&mail("../../etc/x@example.com", "1")).await.expect("stored");
        assert_eq!(stored.path.parent(), Some(directory.path()));
    }

    #[tokio::test]
    async fn a_directory_that_refuses_leaves_nothing_behind() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("a-file");
        std::fs::write(&file, b"").expect("a file");
        assert!(DirectoryMailer::new(file).store(&mail("a@example.com", "1")).await.is_err());
        assert_eq!(names(directory.path()), ["a-file"]);
    }
}
