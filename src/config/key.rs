//! Every setting there is: its key, its variable, what it is and what a value looks like.

use std::net::SocketAddr;

use crate::base::pg::Database;

/// One setting. The variable's name is `VESPER_` and the key's path in capitals, with `_` for the dot.
#[derive(Debug)]
pub struct Key {
    /// Where it stands in `vesper.toml`: `source.url` is `url` under `[source]`.
    pub path: &'static str,
    /// The variable that overrides it.
    pub variable: &'static str,
    /// What it is, for sentences.
    pub what: &'static str,
    /// A value someone could write.
    pub example: &'static str,
    /// The value when nobody gives one.
    pub default: Option<&'static str>,
    /// Whether the value may hold a secret: it is never shown, and may be read from the file named by
    /// `<variable>_FILE` or `<path>_file`.
    pub is_secret: bool,
    pub(super) check: fn(&str) -> Result<(), &'static str>,
}

impl Key {
    /// The variable that names a file holding the value.
    pub fn file_variable(&self) -> String {
        format!("{}_FILE", self.variable)
    }

    /// The table in `vesper.toml` (empty for the top) and the name inside it.
    pub(super) fn place(&self) -> (&'static str, &'static str) {
        self.path.split_once('.').unwrap_or(("", self.path))
    }
}

pub(super) const SOURCE_URL: &Key = &KEYS[0];
pub(super) const WAREHOUSE_URL: &Key = &KEYS[1];
pub(super) const MAIL_URL: &Key = &KEYS[2];
pub(super) const MAIL_FROM: &Key = &KEYS[3];
pub(super) const ALERTS_TO: &Key = &KEYS[4];
pub(super) const HTTP_BIND: &Key = &KEYS[5];
pub(super) const JOBS_DIR: &Key = &KEYS[6];
pub(super) const TEMPLATES_DIR: &Key = &KEYS[7];
pub(super) const CURRENCY: &Key = &KEYS[8];
pub(super) const ORGANISATION: &Key = &KEYS[9];
pub(super) const PUBLIC_URL: &Key = &KEYS[10];
pub(super) const WEBHOOK_ALLOW: &Key = &KEYS[11];
pub(super) const WEBHOOK_CA_FILE: &Key = &KEYS[12];
pub(super) const REFERENCE_DIR: &Key = &KEYS[13];
pub(super) const MAIL_HELO: &Key = &KEYS[14];
pub(super) const MAIL_CA_FILE: &Key = &KEYS[15];
pub(super) const MAIL_DOMAINS: &Key = &KEYS[16];
pub(super) const LINK_KEY: &Key = &KEYS[17];
pub(super) const KPI_URL: &Key = &KEYS[18];
pub(super) const HTTP_CORS: &Key = &KEYS[19];
pub(super) const HTTP_TLS_CERT: &Key = &KEYS[20];
pub(super) const HTTP_TLS_KEY: &Key = &KEYS[21];

/// All settings, in the order they are documented.
pub static KEYS: [Key; 22] = [
    Key {
        path: "source.url",
        variable: "VESPER_SOURCE_URL",
        what: "the operational database",
        example: "postgres://reader:secret@db.example.org:5432/shop",
        default: None,
        is_secret: true,
        check: postgres_url,
    },
    Key {
        path: "warehouse.url",
        variable: "VESPER_WAREHOUSE_URL",
        what: "the analytics database",
        example: "postgres://vesper:secret@db.example.org:5432/analytics",
        default: None,
        is_secret: true,
        check: postgres_url,
    },
    Key {
        path: "mail.url",
        variable: "VESPER_MAIL_URL",
        what: "the way mail goes out",
        example: "smtps://user:secret@mail.example.org:465",
        default: None,
        is_secret: true,
        check: mail_url,
    },
    Key {
        path: "mail.from",
        variable: "VESPER_MAIL_FROM",
        what: "the sender of every mail",
        example: "Reports <reports@example.org>",
        default: None,
        is_secret: false,
        check: sender,
    },
    Key {
        path: "mail.alerts_to",
        variable: "VESPER_MAIL_ALERTS_TO",
        what: "who is told of trouble with a job that names no owner",
        example: "Data team <data@example.org>",
        default: None,
        is_secret: false,
        check: sender,
    },
    Key {
        path: "http.bind",
        variable: "VESPER_HTTP_BIND",
        what: "the address HTTP listens on",
        example: "127.0.0.1:8081",
        default: Some("127.0.0.1:8081"),
        is_secret: false,
        check: address,
    },
    Key {
        path: "jobs.dir",
        variable: "VESPER_JOBS_DIR",
        what: "the folder of job files",
        example: "/etc/vesper/jobs",
        default: Some("jobs"),
        is_secret: false,
        check: anything,
    },
    Key {
        path: "templates.dir",
        variable: "VESPER_TEMPLATES_DIR",
        what: "the folder of report templates",
        example: "/etc/vesper/templates",
        default: Some("templates"),
        is_secret: false,
        check: anything,
    },
    Key {
        path: "currency",
        variable: "VESPER_CURRENCY",
        what: "the reporting currency",
        example: "EUR",
        default: Some("USD"),
        is_secret: false,
        check: currency,
    },
    Key {
        path: "organisation",
        variable: "VESPER_ORGANISATION",
        what: "the name that stands on reports",
        example: "Example GmbH",
        default: Some("Vesper"),
        is_secret: false,
        check: one_line,
    },
    Key {
        path: "public_url",
        variable: "VESPER_PUBLIC_URL",
        what: "the address people reach this server at",
        example: "https://reports.example.org",
        default: None,
        is_secret: false,
        check: web_url,
    },
    Key {
        path: "webhook.allow",
        variable: "VESPER_WEBHOOK_ALLOW",
        what: "networks of your own that webhooks may call",
        example: "10.1.0.0/16 192.168.7.9",
        default: None,
        is_secret: false,
        check: networks,
    },
    Key {
        path: "webhook.ca_file",
        variable: "VESPER_WEBHOOK_CA_FILE",
        what: "certificate authorities that webhooks trust beside the public ones",
        example: "/etc/ssl/our-ca.pem",
        default: None,
        is_secret: false,
        check: anything,
    },
    Key {
        path: "reference.dir",
        variable: "VESPER_REFERENCE_DIR",
        what: "the folder of reference data: one folder a source, one CSV file an entity",
        example: "/srv/spreadsheets",
        default: None,
        is_secret: false,
        check: anything,
    },
    Key {
        path: "mail.helo",
        variable: "VESPER_MAIL_HELO",
        what: "the name said to mail servers; else this host's, else the sender's domain",
        example: "reports.example.org",
        default: None,
        is_secret: false,
        check: host_name,
    },
    Key {
        path: "mail.ca_file",
        variable: "VESPER_MAIL_CA_FILE",
        what: "certificates of authorities of your own (PEM) that mail servers may show",
        example: "/etc/ssl/company-ca.pem",
        default: None,
        is_secret: false,
        check: anything,
    },
    Key {
        path: "mail.domains",
        variable: "VESPER_MAIL_DOMAINS",
        what: "the domains mail may go to; all when there are none",
        example: "example.org *.example.net",
        default: None,
        is_secret: false,
        check: one_line,
    },
    Key {
        path: "link.key",
        variable: "VESPER_LINK_KEY",
        what: "signs links to files too large for a mail; made and kept in the warehouse when not set",
        example: "a sentence of at least thirty-two bytes",
        default: None,
        is_secret: true,
        check: long_key,
    },
    Key {
        path: "kpi.url",
        variable: "VESPER_KPI_URL",
        what: "the analytics database under a login that only reads the star, for queries of `jobs/metrics`",
        example: "postgres://vesper_kpi:secret@db.example.org:5432/analytics",
        default: None,
        is_secret: true,
        check: postgres_url,
    },
    Key {
        path: "http.cors",
        variable: "VESPER_HTTP_CORS",
        what: "the sites whose pages may read the API, or * for all; none when not set",
        example: "https://dash.example.org http://localhost:3000",
        default: None,
        is_secret: false,
        check: origins,
    },
    Key {
        path: "http.tls_cert",
        variable: "VESPER_HTTP_TLS_CERT",
        what: "the certificate HTTP is answered with (PEM, the whole chain); plain when not set",
        example: "/etc/vesper/tls/cert.pem",
        default: None,
        is_secret: false,
        check: anything,
    },
    Key {
        path: "http.tls_key",
        variable: "VESPER_HTTP_TLS_KEY",
        what: "the file of its private key (PEM)",
        example: "/etc/vesper/tls/key.pem",
        default: None,
        is_secret: false,
        check: anything,
    },
];

fn postgres_url(value: &str) -> Result<(), &'static str> {
    let expected = "expected postgres://user:password@host:5432/database";
    Database::parse("url", value).map(|_| ()).map_err(|_| expected)
}

fn mail_url(value: &str) -> Result<(), &'static str> {
    let expected = "expected smtps://user:password@host:465, smtp://host:587 or file:DIR";
    let rest = ["smtps://", "smtp://", "file:"].iter().find_map(|scheme| value.strip_prefix(scheme));
    if rest.is_some_and(|rest| !rest.is_empty()) { Ok(()) } else { Err(expected) }
}

fn sender(value: &str) -> Result<(), &'static str> {
    let expected = "expected an address: reports@example.org, or Name <reports@example.org>";
    let address = value.rsplit_once('<').map_or(value, |(_, rest)| rest.trim_end_matches('>'));
    let is_address = address.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !address.contains(char::is_whitespace)
    });
    if is_address { one_line(value) } else { Err(expected) }
}

fn address(value: &str) -> Result<(), &'static str> {
    value.parse::<SocketAddr>().map(|_| ()).map_err(|_| "expected an IP address and a port: 127.0.0.1:8081, [::1]:8081")
}

fn currency(value: &str) -> Result<(), &'static str> {
    let is_code = value.len() == 3 && value.bytes().all(|b| b.is_ascii_uppercase());
    if is_code { Ok(()) } else { Err("expected an ISO 4217 code in capitals: EUR, USD") }
}

fn web_url(value: &str) -> Result<(), &'static str> {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let is_url = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
    if is_url { Ok(()) } else { Err("expected https://host or http://host") }
}

fn origins(value: &str) -> Result<(), &'static str> {
    let is_origin =
        |origin: &str| origin == "*" || url::Url::parse(origin).is_ok_and(|url| url.path() == "/" && url.has_host());
    if value.split_whitespace().all(is_origin) {
        Ok(())
    } else {
        Err("expected origins: https://dash.example.org, or *")
    }
}

fn networks(value: &str) -> Result<(), &'static str> {
    let mut parts = value.split([' ', ',', '\n', '\t']).filter(|part| !part.is_empty());
    let is_network = |part: &str| part.parse::<ipnet::IpNet>().is_ok() || part.parse::<std::net::IpAddr>().is_ok();
    if parts.all(is_network) { Ok(()) } else { Err("expected networks or addresses: 10.1.0.0/16 192.168.7.9") }
}

fn host_name(value: &str) -> Result<(), &'static str> {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !label.starts_with('-')
    };
    let is_name = value.len() <= 253 && value.split('.').all(is_label);
    if is_name { Ok(()) } else { Err("expected a host's name: reports.example.org") }
}

fn long_key(value: &str) -> Result<(), &'static str> {
    if value.len() >= 32 { Ok(()) } else { Err("expected at least 32 bytes, such as `openssl rand -hex 32` prints") }
}

fn one_line(value: &str) -> Result<(), &'static str> {
    if value.contains(char::is_control) { Err("expected one line without control characters") } else { Ok(()) }
}

fn anything(_: &str) -> Result<(), &'static str> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_its_key_in_capitals_and_every_example_and_default_is_valid() {
        for key in &KEYS {
            let name = key.path.replace('.', "_").to_uppercase();
            assert_eq!(key.variable, format!("VESPER_{name}"));
            assert_eq!((key.check)(key.example), Ok(()), "{}", key.path);
            assert!(key.default.is_none_or(|d| (key.check)(d).is_ok()), "{}", key.path);
        }
    }

    #[test]
    fn a_wrong_value_is_told_what_is_expected() {
        for (check, value) in [
            (postgres_url as fn(&str) -> _, "mysql://localhost/shop"),
            (mail_url, "mail.example.org"),
            (mail_url, "smtp://"),
            (sender, "Reports"),
            (sender, "a@b\nBcc: c@d"),
            (address, "8081"),
            (address, "localhost:8081"),
            (currency, "eur"),
            (web_url, "reports.example.org"),
            (networks, "10.1.0.0/33"),
            (origins, "dash.example.org"),
            (origins, "https://dash.example.org/page"),
            (host_name, "reports example.org"),
            (host_name, "-.example.org"),
            (long_key, "hunter2"),
            (one_line, "a\nb"),
        ] {
            assert!(check(value).is_err_and(|expected| expected.starts_with("expected")), "{value:?}");
        }
    }

    #[test]
    fn the_table_in_the_readme_tells_of_every_setting() {
        let readme = include_str!("../../README.md");
        for key in &KEYS {
            let row =
                readme.lines().find(|line| line.starts_with(&format!("| `{}`", key.variable))).unwrap_or_default();
            let default = key.default.map_or("| |".to_owned(), |default| format!("| `{default}` |"));
            for part in [format!("`{}`", key.path), key.what.to_owned(), default] {
                assert!(row.contains(&part), "{}: {part} in {row:?}", key.variable);
            }
            assert_eq!(row.contains("` * |"), key.is_secret, "{}", key.variable);
        }
    }
}
