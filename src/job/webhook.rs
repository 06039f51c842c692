//! Files of `jobs/webhook`: every key is known, every value is checked, all problems come at once.

use std::collections::BTreeSet;
use std::time::Duration;

use url::Url;

use crate::base::strict_toml::{Placed, Table, TomlFile};
use crate::base::{Folder, Problem, Problems};
use crate::delivery::webhook::{Allowed, CallFormat, EventKind, SigningKey, Webhook};
use crate::delivery::{OnUncertain, Recipient};
use crate::job::Job;
use crate::job::file::is_job_name;
use crate::job::span::parse_span;

/// Beside the kinds: who is told what happened.
pub(super) const WEBHOOK_FOLDER: &str = "webhook";

/// What the files lean on.
pub struct WebhookContext<'c> {
    /// The jobs they may name.
    pub jobs: &'c [Job],
    /// Networks that may be called beyond the public internet.
    pub allowed: &'c Allowed,
    /// The value of a variable or of the file it names; the error is why there is none.
    pub variable: &'c dyn Fn(&str) -> Result<String, String>,
}

/// Reads every webhook of the folder that is switched on. All problems come at once, those of files that are switched
/// off too, except for variables that these do not need yet.
pub fn read_webhooks(folder: &Folder, context: &WebhookContext<'_>) -> Result<Vec<Webhook>, Problems> {
    let (mut hooks, mut problems) = (Vec::new(), Vec::new());
    let paths = folder.list(WEBHOOK_FOLDER, "toml");
    let paths = paths.map_err(|e| Problems(vec![Problem::of_file(folder.root(), e.to_string())]))?;
    for path in paths {
        let shown = folder.name(&path);
        let parts: Vec<&str> = path.split('/').collect();
        let [_, file] = parts[..] else {
            let problem = Problem::of_file(&shown, "lies in a folder within webhook, nobody reads it");
            problems.push(problem.with_hint(format!("move it to {}", folder.name(WEBHOOK_FOLDER))));
            continue;
        };
        let text = folder.read(&path).map_err(|e| Problems(vec![Problem::of_file(&shown, e.to_string())]));
        match text.and_then(|text| read_webhook(file.trim_end_matches(".toml"), &shown, &text, context)) {
            Ok(hook) => hooks.extend(hook),
            Err(mut found) => problems.append(&mut found.0),
        }
    }
    Problems(problems).into_result().map(|()| hooks)
}

/// Reads one file's text; `None` when it is switched off.
pub fn read_webhook(
    name: &str,
    file: &str,
    text: &str,
    context: &WebhookContext<'_>,
) -> Result<Option<Webhook>, Problems> {
    let toml = TomlFile::parse(file, text);
    let top = toml.top();
    if !is_job_name(name) {
        toml.problem(&(0..0), "the file's name is the webhook's name", Some("use a-z, 0-9, `.`, `_`, `-`".to_owned()));
    }
    let is_enabled = top.flag_or("enabled", true);
    let reader = Reader { top: &top, context, is_enabled };
    let allow_loopback = top.flag_or("allow_loopback", false);
    let url = reader.url(allow_loopback);
    let format = top.choice("format", &CallFormat::NAMES, CallFormat::Json);
    let keys = reader.keys(format);
    let (events, jobs) = (reader.events(), reader.jobs());
    let expires_after = reader.expires_after();
    // A mail server is asked again for as long; here nothing is lost by many tries.
    let attempt_max = top.integer_or("attempts", 24, 1..=100) as i32;
    let on_uncertain = top.choice("on_uncertain", &OnUncertain::NAMES, OnUncertain::Resend);
    let owner = reader.owner();
    top.finish();
    toml.finish()?;
    let name = name.to_owned();
    Ok(url.filter(|_| is_enabled).map(|url| Webhook {
        name,
        url,
        events,
        jobs,
        keys,
        format,
        attempt_max,
        expires_after,
        on_uncertain,
        allow_loopback,
        owner,
    }))
}

/// The file's table, and what its values are held against.
struct Reader<'r, 'f, 't> {
    top: &'r Table<'f, 't>,
    context: &'r WebhookContext<'r>,
    is_enabled: bool,
}

impl Reader<'_, '_, '_> {
    fn problem(&self, at: &Placed<String>, message: impl Into<String>, hint: &str) {
        self.top.file().problem(&at.span, message, Some(hint.to_owned()));
    }

    /// The value of the variable that a text names; nothing when the file is switched off or there is a problem.
    fn variable(&self, named: &Placed<String>) -> Option<String> {
        if !self.is_enabled {
            return None;
        }
        let found = (self.context.variable)(&named.value);
        found.map_err(|reason| self.problem(named, reason, "set it, or write enabled = false")).ok()
    }

    /// A URL, or the name of a variable that holds one: those of chats are secrets.
    fn url(&self, allow_loopback: bool) -> Option<Url> {
        let written = self.top.text("url")?;
        let is_variable = is_variable_name(&written.value);
        let text = if is_variable { self.variable(&written)? } else { written.value.clone() };
        let Ok(url) = Url::parse(&text) else {
            let what = if is_variable { "the variable holds no URL" } else { "this is no URL" };
            self.problem(&written, what, "expected https://host/path, or a variable such as VESPER_WEBHOOK_CRM_URL");
            return None;
        };
        if let Some(reason) = Webhook::refusal(&url, allow_loopback, self.context.allowed) {
            let hint = "expected https://host/path; networks of your own are allowed by webhook.allow";
            self.problem(&written, format!("the URL cannot be called: {reason}"), hint);
        }
        Some(url)
    }

    fn keys(&self, format: CallFormat) -> Vec<SigningKey> {
        let named = if format == CallFormat::Json { self.top.text("secret") } else { self.top.text_opt("secret") };
        let keys = [named, self.top.text_opt("old_secret")].into_iter().flatten();
        keys.filter_map(|named| self.key(&named)).collect()
    }

    fn key(&self, named: &Placed<String>) -> Option<SigningKey> {
        if !is_variable_name(&named.value) {
            // Not repeated: it may be the secret itself.
            let hint = "expected a name such as VESPER_WEBHOOK_CRM_SECRET, with whsec_… in that variable";
            self.problem(named, "a secret does not stand in a file; name the variable that holds it", hint);
            return None;
        }
        let value = self.variable(named)?;
        let key = SigningKey::parse(&value);
        let wrong = |reason| {
            let hint = "expected whsec_ and base64 of at least 16 bytes; `openssl rand -base64 32` makes one";
            self.problem(named, format!("the secret in {} cannot be used: {reason}", named.value), hint);
        };
        key.map_err(wrong).ok()
    }

    fn events(&self) -> Vec<EventKind> {
        let names = EventKind::NAMES.map(|(name, _)| name);
        let mut events = Vec::new();
        let written = self.top.texts("events");
        if written.is_empty() {
            let hint = format!("expected a list of some of {}", names.join(", "));
            self.top.file().problem(&(0..0), "`events` names nothing to tell of", Some(hint));
        }
        for text in written {
            match EventKind::NAMES.iter().find(|(name, _)| *name == text.value) {
                Some((_, kind)) => events.push(*kind),
                None => self.top.file().unknown_name(&text.span, "event", &text.value, names),
            }
        }
        events
    }

    fn jobs(&self) -> Vec<String> {
        let known: BTreeSet<&str> = self.context.jobs.iter().map(|job| job.name.as_str()).collect();
        let written = self.top.texts("jobs");
        for text in written.iter().filter(|text| !known.contains(text.value.as_str())) {
            self.top.file().unknown_name(&text.span, "job", &text.value, known.iter().copied());
        }
        written.into_iter().map(|text| text.value).collect()
    }

    fn expires_after(&self) -> Duration {
        let default = Duration::from_secs(72 * 3_600);
        let Some(text) = self.top.text_opt("expires_after") else { return default };
        match parse_span(&text.value) {
            Ok(span) if span.as_secs() >= 60 => span,
            Ok(_) => {
                self.problem(&text, "`expires_after` is too short", "at least 1m");
                default
            }
            Err(form) => {
                self.problem(&text, format!("`expires_after` is `{}`", text.value), &format!("expected {form}"));
                default
            }
        }
    }

    fn owner(&self) -> Option<Recipient> {
        let text = self.top.text_opt("owner")?;
        let wrong = |reason| {
            let message = format!("`{}` is no mail address: {reason}", text.value);
            self.problem(&text, message, "expected name@host or Name <name@host>");
        };
        Recipient::parse(&text.value).map_err(wrong).ok()
    }
}

/// `VESPER_WEBHOOK_CRM_SECRET`: capitals, digits, underscores.
fn is_variable_name(text: &str) -> bool {
    let is_name_char = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.chars().all(is_name_char)
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
