//! Bursting: one edition a scope, each for the readers of that scope. The part of a job file that says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::strict_toml::{Placed, Table};
use crate::delivery::Recipient;
use crate::metric::catalog::CATALOG;
use crate::report::ReportTemplate;

/// `[burst]` of a job file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burst {
    /// The dimension whose members are the scopes, or `tenant`.
    pub by: String,
    /// Who reads which scope, as the file lists it.
    #[serde(default)]
    pub readers: BTreeMap<String, Vec<Recipient>>,
    /// A query on the warehouse that tells it: two columns of text, scope and address.
    #[serde(default)]
    pub query: Option<String>,
    /// Scopes that nobody reads; `*` is every scope without a reader.
    #[serde(default)]
    pub orphans: Vec<String>,
}

/// Why a job cannot send a report, with its burst or without one; `None` when it can. What is cut by its reader has no
/// edition for all: it would call everybody's numbers "yours".
pub fn misfit(burst: Option<&Burst>, template: &ReportTemplate) -> Option<String> {
    let name = &template.name;
    match (burst.map(|burst| burst.by.as_str()), template.scope) {
        (None, None) | (Some(TENANT), None) => None,
        (Some(by), Some(scope)) if scope == by => None,
        (Some(by), Some(scope)) => Some(format!("[burst] is by `{by}` and report `{name}` is cut by `{scope}`")),
        (Some(by), None) => Some(format!("[burst] is by `{by}`, and report `{name}` names no `scope`")),
        (None, Some(scope)) => Some(format!("report `{name}` is cut by `{scope}`: the job needs a [burst] by it")),
    }
}

/// The scope that is a whole tenant.
pub(super) const TENANT: &str = "tenant";
/// Every scope without a reader.
const ANY: &str = "*";

impl Burst {
    /// Whether nobody has to read a scope.
    pub fn is_orphan(&self, scope: &str) -> bool {
        self.orphans.iter().any(|orphan| orphan == scope || orphan == ANY)
    }
}

/// Reads `[burst]`; `read_address` reads one address and tells what is wrong with it.
pub(super) fn read_burst(
    top: &Table<'_, '_>,
    read_address: impl Fn(&Table<'_, '_>, &Placed<String>) -> Option<Recipient>,
) -> Option<Burst> {
    let table = top.table("burst")?;
    let file = table.file();
    let by = table.text("by");
    let query = table.text_opt("query").map(|q| q.value);
    let orphans = table.texts("orphans").into_iter().map(|o| o.value).collect();
    let mut readers: BTreeMap<String, Vec<Recipient>> = BTreeMap::new();
    for entry in table.tables("to") {
        let scope = entry.text("scope");
        if !entry.has("recipients") {
            file.problem(&entry.span(), "missing key `recipients` in `burst.to`", None);
        }
        for text in entry.texts("recipients") {
            let (Some(recipient), Some(scope)) = (read_address(&entry, &text), &scope) else { continue };
            let of_scope = readers.entry(scope.value.clone()).or_default();
            if of_scope.iter().any(|r| r.is_same_inbox(&recipient)) {
                file.problem(&text.span, "this address stands twice for the scope", None);
            }
            of_scope.push(recipient);
        }
        entry.finish();
    }
    if table.has("to") == query.is_some() {
        let hint = "`query` is a select of scope and address on the warehouse, `[[burst.to]]` a list".to_owned();
        file.problem(&table.span(), "`burst` needs either a `query` or `[[burst.to]]`", Some(hint));
    }
    if let Some(written) = top.span_of("recipients") {
        file.problem(&written, "`recipients` and `burst` exclude each other: a burst says itself who reads what", None);
    }
    table.finish();
    let by = by?;
    let dimensions = || CATALOG.iter().flat_map(|m| m.dimensions).copied().chain([TENANT]);
    if !dimensions().any(|d| d == by.value) {
        let mut valid: Vec<&str> = dimensions().collect();
        valid.sort_unstable();
        valid.dedup();
        file.unknown_name(&by.span, "dimension", &by.value, valid);
    }
    Some(Burst { by: by.value, readers, query, orphans })
}

#[cfg(test)]
mod tests {
    use crate::job::{Kind, read_job};

    fn problems(burst: &str) -> String {
        let text = format!("cron = \"0 7 * * *\"\nreport = \"r\"\n{burst}");
        read_job(Kind::Report, "r", "r.toml", &text).expect_err("problems").to_string()
    }

    #[test]
    fn a_burst_names_its_scopes_and_readers_and_every_slip_is_placed() {
        let text = "cron = \"0 7 * * *\"\nreport = \"r\"\n[burst]\nby = \"sales_rep\"\norphans = [\"unassigned\"]\n\
                    [[burst.to]]\nscope = \"17\"\nrecipients = [\"Ada <ada@example.com>\", \"b@example.com\"]";
        let burst = read_job(Kind::Report, "r", "r.toml", text).expect("a job").spec.burst.expect("a burst");
        assert_eq!((burst.by.as_str(), burst.readers["17"].len()), ("sales_rep", 2));
        assert!(burst.is_orphan("unassigned") && !burst.is_orphan("18"));
        let found = problems(
            "recipients = [\"a@example.com\"]\n[burst]\nby = \"sales_rap\"\nqury = \"select\"\n[[burst.to]]\nscope = \"1\"\n\
             recipients = [\"no address\", \"a@example.com\", \"A@example.com\"]",
        );
        for expected in [
            "r.toml:3:14: `recipients` and `burst` exclude each other",
            "r.toml:5:6: unknown dimension `sales_rap` (did you mean `sales_rep`?)",
            "r.toml:6:1: unknown key `qury` (did you mean `query`?)",
            "r.toml:9:15: this is no mail address",
            "r.toml:9:46: this address stands twice for the scope",
        ] {
            assert!(found.contains(expected), "{expected} in:\n{found}");
        }
        assert!(problems("[burst]\nby = \"sales_rep\"").contains("needs either a `query` or `[[burst.to]]`"));
    }
}
