//! Reads the settings and hands them out by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use include_dir::Dir;

use crate::base::pg::Database;
use crate::base::strict_toml::{Placed, Table, TomlFile};
use crate::base::{Folder, Problem, Problems, chaos, nearest};
use crate::config::environment::read_secret;
use crate::config::key::{
    ALERTS_TO, CURRENCY, HTTP_BIND, HTTP_CORS, HTTP_TLS_CERT, HTTP_TLS_KEY, JOBS_DIR, KPI_URL, LINK_KEY, MAIL_CA_FILE,
    MAIL_DOMAINS, MAIL_FROM, MAIL_HELO, MAIL_URL, ORGANISATION, PUBLIC_URL, REFERENCE_DIR, SOURCE_URL, TEMPLATES_DIR,
    WAREHOUSE_URL, WEBHOOK_ALLOW, WEBHOOK_CA_FILE,
};
use crate::config::{BUILT_IN_JOBS, BUILT_IN_TEMPLATES, ConfigError, Environment, KEYS, Key};

/// The settings of one process, checked. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct Settings {
    values: BTreeMap<&'static str, Given>,
}

/// A value somebody gave, and where.
#[derive(Clone)]
struct Given {
    value: String,
    /// `VESPER_SOURCE_URL`, or `source.url in vesper.toml`.
    origin: String,
    /// What a relative path in the value is relative to.
    base_dir: PathBuf,
}

/// Something a command cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The operational database.
    Source,
    /// The analytics database.
    Warehouse,
    /// A way for mail to go out, and its sender.
    Mail,
    /// The login of the deployment's own queries.
    KpiLogin,
}

impl Need {
    fn keys(self) -> &'static [&'static Key] {
        match self {
            Need::Source => &[SOURCE_URL],
            Need::Warehouse => &[WAREHOUSE_URL],
            Need::Mail => &[MAIL_URL, MAIL_FROM],
            Need::KpiLogin => &[KPI_URL],
        }
    }
}

/// The file read when no other is named.
const DEFAULT_FILE: &str = "vesper.toml";
/// What the name of every variable of ours begins with.
const PREFIX: &str = "VESPER_";
/// The variable that names another.
const FILE_VARIABLE: &str = "VESPER_CONFIG";
/// Variables of ours that are not settings.
const OTHER_VARIABLES: [&str; 3] = [FILE_VARIABLE, "VESPER_LOG", "VESPER_LOG_FORMAT"];

fn other_variables() -> impl Iterator<Item = String> {
    OTHER_VARIABLES.iter().chain(chaos::VARIABLES).map(|name| (*name).to_owned())
}

impl Settings {
    /// Reads the settings file (`file`, else `VESPER_CONFIG`, else `vesper.toml` if there is one) and lays the
    /// variables over it. Fails with every problem of both at once.
    pub fn load(environment: &Environment, file: Option<&Path>) -> Result<Self, ConfigError> {
        let named = file.map(Path::to_owned).or_else(|| environment.get(FILE_VARIABLE).map(PathBuf::from));
        let is_named = named.is_some();
        let path = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && !is_named => String::new(),
            Err(source) => return Err(ConfigError::File { file: path.display().to_string(), source }),
        };
        let mut problems = Vec::new();
        let mut values = read_file(&path, &text, &mut problems);
        values.extend(read_environment(environment, &mut problems));
        problems.extend(misspelt(environment, &values));
        found_nothing_wrong(problems).map(|()| Self { values })
    }

    /// The settings of the variables alone, whatever file lies about: for a process that makes its own environment.
    pub fn of_variables(environment: &Environment) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let values = read_environment(environment, &mut problems);
        problems.extend(misspelt(environment, &values));
        found_nothing_wrong(problems).map(|()| Self { values })
    }

    /// Everything that is missing for what a command is about to do.
    pub fn missing(&self, needs: &[Need]) -> Vec<Problem> {
        let keys = needs.iter().flat_map(|need| need.keys()).filter(|key| self.value(key).is_none());
        let missing = |key: &&'static Key| {
            let advice =
                format!("set it, or `{}` in vesper.toml; for example {}='{}'", key.path, key.variable, key.example);
            Problem::of_file(key.variable, format!("{} is not set", key.what)).with_hint(advice)
        };
        keys.map(missing).collect()
    }

    /// The operational database, read only.
    pub fn source(&self) -> Result<Database, ConfigError> {
        self.database(SOURCE_URL)
    }

    /// The analytics database.
    pub fn warehouse(&self) -> Result<Database, ConfigError> {
        self.database(WAREHOUSE_URL)
    }

    /// The analytics database under the login of the deployment's own queries, if there is one.
    pub fn kpi(&self) -> Result<Option<Database>, ConfigError> {
        self.values.contains_key(KPI_URL.path).then(|| self.database(KPI_URL)).transpose()
    }

    /// How mail goes out: `smtps://…`, `smtp://…` or `file:DIR`. Holds a secret.
    pub fn mail_url(&self) -> Result<&str, ConfigError> {
        self.required(MAIL_URL)
    }

    /// The sender of every mail.
    pub fn mail_from(&self) -> Result<&str, ConfigError> {
        self.required(MAIL_FROM)
    }

    /// Who is told of trouble with a job that names no owner, if anybody is.
    pub fn alerts_to(&self) -> Option<&str> {
        self.value(ALERTS_TO)
    }

    /// The name said to mail servers, if somebody chose one.
    pub fn mail_helo(&self) -> Option<&str> {
        self.value(MAIL_HELO)
    }

    /// The file of further certificates that mail servers may show, if there is one.
    pub fn mail_ca_file(&self) -> Option<PathBuf> {
        self.values.get(MAIL_CA_FILE.path).map(|given| given.base_dir.join(&given.value))
    }

    /// The domains mail may go to, as written; empty means all.
    pub fn mail_domains(&self) -> &str {
        self.value(MAIL_DOMAINS).unwrap_or_default()
    }

    /// The key that signs links, if somebody chose one. A secret.
    pub fn link_key(&self) -> Option<&str> {
        self.value(LINK_KEY)
    }

    /// The address HTTP listens on.
    pub fn http_bind(&self) -> SocketAddr {
        self.value(HTTP_BIND).and_then(|bind| bind.parse().ok()).expect("checked when read, and the default is valid")
    }

    /// Where that address was given, for messages.
    pub fn http_bind_origin(&self) -> &str {
        self.values.get(HTTP_BIND.path).map_or("VESPER_HTTP_BIND (its default)", |given| &given.origin)
    }

    /// The sites whose pages may read the API, parted by spaces; empty means none.
    pub fn http_cors(&self) -> &str {
        self.value(HTTP_CORS).unwrap_or_default()
    }

    /// The files of the certificate and of its key, if HTTP is answered with TLS; one without the other is a problem.
    pub fn http_tls(&self) -> Result<Option<(PathBuf, PathBuf)>, ConfigError> {
        let file = |key: &Key| self.values.get(key.path).map(|given| given.base_dir.join(&given.value));
        match (file(HTTP_TLS_CERT), file(HTTP_TLS_KEY)) {
            (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
            (None, None) => Ok(None),
            (Some(_), None) => self.required(HTTP_TLS_KEY).map(|_| None),
            (None, Some(_)) => self.required(HTTP_TLS_CERT).map(|_| None),
        }
    }

    /// The job files: the folder that was named, else `jobs` here, else those compiled into the binary.
    pub fn jobs(&self) -> Result<Folder, ConfigError> {
        self.folder(JOBS_DIR, &BUILT_IN_JOBS)
    }

    /// The report templates: the folder that was named, else `templates` here, else those compiled into the binary.
    pub fn templates(&self) -> Result<Folder, ConfigError> {
        self.folder(TEMPLATES_DIR, &BUILT_IN_TEMPLATES)
    }

    /// Where a new report template is written: the folder that was named, else `templates` here.
    pub fn templates_dir(&self) -> PathBuf {
        match self.values.get(TEMPLATES_DIR.path) {
            Some(given) => given.base_dir.join(&given.value),
            None => PathBuf::from(TEMPLATES_DIR.default.expect("folders have a default")),
        }
    }

    /// The reference data: the folder that was named, if any.
    pub fn reference(&self) -> Result<Option<Folder>, ConfigError> {
        let Some(given) = self.values.get(REFERENCE_DIR.path) else { return Ok(None) };
        let opened = Folder::open(&given.base_dir.join(&given.value)).map(Some);
        opened.map_err(|source| ConfigError::Folder { setting: given.origin.clone(), source })
    }

    /// The reporting currency (ISO 4217).
    pub fn currency(&self) -> &str {
        self.value(CURRENCY).expect("has a default")
    }

    /// The name that stands on reports.
    pub fn organisation(&self) -> &str {
        self.value(ORGANISATION).expect("has a default")
    }

    /// The address people reach this server at, without a slash at its end; mails link to it when it is set.
    pub fn public_url(&self) -> Option<&str> {
        self.value(PUBLIC_URL).map(|url| url.trim_end_matches('/'))
    }

    /// Networks that webhooks may call beyond the public internet, parted by spaces.
    pub fn webhook_allow(&self) -> &str {
        self.value(WEBHOOK_ALLOW).unwrap_or_default()
    }

    /// Certificate authorities that webhooks trust beside the public ones: where that was said, and the file's bytes.
    pub fn webhook_ca(&self) -> Option<(&str, std::io::Result<Vec<u8>>)> {
        let given = self.values.get(WEBHOOK_CA_FILE.path)?;
        Some((&given.origin, std::fs::read(given.base_dir.join(&given.value))))
    }

    fn value(&self, key: &'static Key) -> Option<&str> {
        self.values.get(key.path).map(|given| given.value.as_str()).or(key.default)
    }

    fn required(&self, key: &'static Key) -> Result<&str, ConfigError> {
        self.value(key).ok_or(ConfigError::Missing { key })
    }

    fn database(&self, key: &'static Key) -> Result<Database, ConfigError> {
        let given = self.values.get(key.path).ok_or(ConfigError::Missing { key })?;
        Ok(Database::parse(&given.origin, &given.value).expect("checked when read"))
    }

    fn folder(&self, key: &'static Key, built_in: &'static Dir<'static>) -> Result<Folder, ConfigError> {
        let default = key.default.expect("folders have a default");
        match self.values.get(key.path) {
            None => Ok(Folder::open_or(Path::new(default), built_in, default)),
            Some(given) => Folder::open(&given.base_dir.join(&given.value))
                .map_err(|source| ConfigError::Folder { setting: given.origin.clone(), source }),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = KEYS.iter().map(|key| {
            let value = match self.values.get(key.path) {
                Some(_) if key.is_secret => "<secret>",
                Some(given) => &given.value,
                None => key.default.unwrap_or("<not set>"),
            };
            (key.path, value)
        });
        f.debug_map().entries(shown).finish()
    }
}

fn found_nothing_wrong(problems: Vec<Problem>) -> Result<(), ConfigError> {
    Problems(problems).into_result().map_err(|source| ConfigError::Settings { source })
}

type Values = BTreeMap<&'static str, Given>;

/// The values of the settings file; a missing file has been read as an empty one.
fn read_file(path: &Path, text: &str, problems: &mut Vec<Problem>) -> Values {
    let file = TomlFile::parse(path.display().to_string(), text);
    let top = file.top();
    let mut values = Values::new();
    let mut sections: Vec<&str> = KEYS.iter().map(|key| key.place().0).collect();
    sections.sort_unstable();
    sections.dedup();
    for section in sections.into_iter().filter(|section| !section.is_empty()) {
        if let Some(table) = top.table(section) {
            read_section(path, section, &table, &mut values);
            table.finish();
        }
    }
    read_section(path, "", &top, &mut values);
    top.finish();
    problems.extend(file.finish().err().unwrap_or_default().0);
    values
}

fn read_section(path: &Path, section: &str, table: &Table<'_, '_>, values: &mut Values) {
    let base_dir = path.parent().unwrap_or(Path::new("")).to_owned();
    for key in KEYS.iter().filter(|key| key.place().0 == section) {
        let name = key.place().1;
        let direct = table.text_opt(name);
        let from_file = if key.is_secret { table.text_opt(&format!("{name}_file")) } else { None };
        let found = match (direct, from_file) {
            (Some(_), Some(file)) => {
                table.file().problem(
                    &file.span,
                    format!("both `{name}` and `{name}_file` are given"),
                    Some("keep one".into()),
                );
                continue;
            }
            (Some(direct), None) => direct,
            (None, Some(file)) => match read_secret(&base_dir.join(&file.value)) {
                Ok(value) => Placed { value, span: file.span },
                Err(message) => {
                    table.file().problem(&file.span, message, None);
                    continue;
                }
            },
            (None, None) => continue,
        };
        if let Err(expected) = (key.check)(&found.value) {
            table.file().problem(&found.span, wrong(key, &found.value), Some(expected.to_owned()));
            continue;
        }
        let origin = format!("{} in {}", key.path, path.display());
        values.insert(key.path, Given { value: found.value, origin, base_dir: base_dir.clone() });
    }
}

/// The values of the variables.
fn read_environment(environment: &Environment, problems: &mut Vec<Problem>) -> Values {
    let mut values = Values::new();
    for key in &KEYS {
        let file_variable = key.file_variable();
        let from_file = if key.is_secret { environment.get(&file_variable) } else { None };
        let (origin, value) = match (environment.get(key.variable), from_file) {
            (Some(_), Some(_)) => {
                let message = format!("{} is set too", key.variable);
                problems.push(Problem::of_file(file_variable, message).with_hint("keep one"));
                continue;
            }
            (Some(direct), None) => (key.variable.to_owned(), Ok(direct.to_owned())),
            (None, Some(path)) => (file_variable, read_secret(Path::new(path))),
            (None, None) => continue,
        };
        match value {
            Err(message) => problems.push(Problem::of_file(origin, message)),
            Ok(value) => match (key.check)(&value) {
                Err(expected) => problems.push(Problem::of_file(origin, wrong(key, &value)).with_hint(expected)),
                Ok(()) => {
                    values.insert(key.path, Given { value, origin, base_dir: PathBuf::new() });
                }
            },
        }
    }
    values
}

/// Variables that are almost one of ours, whose own is not set. Others that begin with `VESPER_` are let be: a second
/// source may name its own (`VESPER_SOURCE2_URL`), webhooks name theirs (`VESPER_WEBHOOK_CRM_SECRET`), and a container platform makes some for a service called vesper
/// (`VESPER_SERVICE_HOST`).
fn misspelt<'e>(environment: &'e Environment, values: &'e Values) -> impl Iterator<Item = Problem> + use<'e> {
    let ours = |key: &Key| [Some(key.variable.to_owned()), key.is_secret.then(|| key.file_variable())];
    let all: BTreeSet<String> = KEYS.iter().flat_map(ours).flatten().chain(other_variables()).collect();
    let unset = KEYS.iter().filter(|key| !values.contains_key(key.path)).flat_map(ours).flatten();
    let unset: Vec<String> = unset.chain(other_variables()).collect();
    let is_ours = move |name: &&str| !all.contains(*name) && !is_of_a_webhook(name);
    environment.names().filter(is_ours).filter_map(move |name| {
        let stem = name.strip_prefix(PREFIX)?;
        let near = nearest(stem, unset.iter().filter_map(|ours| ours.strip_prefix(PREFIX)))?;
        Some(Problem::of_file(name, "unknown variable").with_hint(format!("did you mean {PREFIX}{near}?")))
    })
}

/// A name that job files give; whether it is one of theirs is checked there.
fn is_of_a_webhook(name: &str) -> bool {
    let rest = name.strip_prefix("VESPER_WEBHOOK_").map(|rest| rest.trim_end_matches("_FILE"));
    rest.is_some_and(|rest| rest.ends_with("_URL") || rest.ends_with("_SECRET"))
}

fn wrong(key: &Key, value: &str) -> String {
    if key.is_secret { "the value cannot be used".to_owned() } else { format!("{value:?} cannot be used") }
}

#[cfg(test)]
mod tests;
