//! The user the server runs under: ourselves, or an unprivileged one when we are root.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::demo::DemoError;

/// A login of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerUser {
    pub(super) name: String,
    uid: u32,
    gid: u32,
}

impl ServerUser {
    /// `None` for an ordinary user, who runs the server as themselves; for root, whoever owns the `data` of a cluster
    /// that exists, else `postgres`, else `nobody`.
    pub(super) fn choose(data: &Path) -> Result<Option<ServerUser>, DemoError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        if let Ok(owner) = std::fs::metadata(data)
            && owner.uid() != 0
        {
            return Ok(Some(ServerUser { name: format!("{}", owner.uid()), uid: owner.uid(), gid: owner.gid() }));
        }
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let user = ["postgres", "_postgres", "nobody"].iter().find_map(|name| parse(&passwd, name));
        user.map(Some).ok_or(DemoError::NoServerUser)
    }

    /// Gives `path` to this user.
    pub(super) fn own(&self, path: &Path) -> std::io::Result<()> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
    }

    /// Makes `command` run as this user.
    pub(super) fn run(&self, command: &mut std::process::Command) {
        use std::os::unix::process::CommandExt;
        command.uid(self.uid).gid(self.gid);
    }

    /// Whether this user can work in `directory`: every folder above it must let them through, which only trying
    /// tells (modes, access lists, mount options).
    pub(super) async fn can_enter(&self, directory: &Path) -> bool {
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", "cd -- \"$0\" && test -w ."]).arg(directory).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.run(&mut command);
        Command::from(command).status().await.is_ok_and(|status| status.success())
    }
}

/// The entry of `name`; macOS writes negative ids, which are the same bits.
fn parse(passwd: &str, name: &str) -> Option<ServerUser> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse::<i64>().ok()? as u32;
        let gid = fields.next()?.parse::<i64>().ok()? as u32;
        Some(ServerUser { name: name.to_owned(), uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_login_is_read_from_passwd() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\n# comment\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\n";
        let user = parse(passwd, "postgres").expect("an entry");
        assert_eq!((user.uid, user.gid), (101, 104));
        assert_eq!(
            parse("nobody:*:-2:-2:Unprivileged:/var/empty:/bin/false", "nobody").map(|u| u.uid),
            Some(u32::MAX - 1)
        );
        assert_eq!(parse(passwd, "post"), None);
    }
}
