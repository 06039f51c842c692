//! The import table of ARCHITECTURE.md, held: a room imports only the rooms its data comes from, never one it goes
//! to, and a heavy crate has one home.

use std::fs;
use std::path::Path;

/// What each room may import. `room::part` allows that part alone.
const ROOMS: [(&str, &[&str]); 14] = [
    ("base", &[]),
    ("config", &["base"]),
    ("source", &["base"]),
    ("load", &["base", "source"]),
    ("cube", &["base", "load"]),
    ("metric", &["base", "cube"]),
    ("report", &["base", "metric"]),
    ("render", &["base", "report", "metric::Figure", "metric::Unit"]),
    ("delivery", &["base", "render::artifact"]),
    ("job", &["base", "source", "load", "cube", "metric", "report", "render", "delivery"]),
    ("table", &["base"]),
    ("http", &["base", "metric", "table", "delivery::edition"]),
    ("export", &["base"]),
    ("demo", &["base", "config"]),
];

/// Rooms that put the others together and may import all of them.
const ASSEMBLERS: [&str; 4] = ["app", "cli", "lib", "main"];

/// Where each heavy crate may be used.
const HOMES: [(&str, &[&str]); 19] = [
    ("polars", &["load", "cube", "metric", "export", "table"]),
    ("printpdf", &["render"]),
    ("plotters", &["render"]),
    ("plotters_backend", &["render"]),
    ("resvg", &["render"]),
    ("rust_xlsxwriter", &["render", "table"]),
    ("lopdf", &["render"]),
    ("png", &["render"]),
    ("subsetter", &["render"]),
    ("lettre", &["delivery"]),
    ("hyper", &["delivery", "http"]),
    ("rustls", &["delivery", "http"]),
    ("tokio_rustls", &["delivery", "http"]),
    ("axum", &["http"]),
    ("clap", &["cli"]),
    ("tokio_cron_scheduler", &["job"]),
    ("minijinja", &["report", "render"]),
    ("prometheus_client", &["base"]),
    ("sd_notify", &["app"]),
];

#[test]
fn every_room_imports_only_what_the_table_allows() {
    let mut violations = Vec::new();
    let mut file_count = 0;
    visit(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut |path, text| {
        file_count += 1;
        violations.extend(violations_of(path, text));
    });
    assert!(file_count > 10, "only {file_count} files were read");
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn the_tables_in_architecture_md_are_the_ones_that_are_held() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/ARCHITECTURE.md")).expect("a map of the code");
    let table = |head: &str| -> Vec<String> {
        let rows = text.lines().skip_while(|line| *line != head).skip(2);
        rows.take_while(|line| line.starts_with('|')).map(str::to_owned).collect()
    };
    let row = |(name, places): &(&str, &[&str])| {
        let places = if places.is_empty() { "–".to_owned() } else { places.join(", ") };
        format!("| `{name}` | {places} |")
    };
    let all = ASSEMBLERS.map(|name| format!("`{name}`")).join(", ");
    let rooms: Vec<String> = ROOMS.iter().map(row).chain([format!("| {all} | everything |")]).collect();
    assert_eq!(table("| room | may import |"), rooms);
    assert_eq!(table("| crate | used in |"), HOMES.iter().map(row).collect::<Vec<_>>());
}

#[test]
fn a_forbidden_import_is_found_however_it_is_written() {
    let cases = [
        ("http/serve.rs", "use crate::source::Batch;", "src/http/serve.rs:1: http may not import source"),
        ("http/serve.rs", "\nuse crate::{base::Grain, job::Run};", "src/http/serve.rs:2: http may not import job"),
        (
            "http/a.rs",
            "use crate::delivery::{\n    edition::Edition,\n    outbox,\n};",
            "src/http/a.rs:1: http may not import delivery::outbox",
        ),
        ("http/a.rs", "fn f() { crate::delivery::send() }", "src/http/a.rs:1: http may not import delivery::send"),
        ("base/money.rs", "fn f() -> crate::metric::Unit {}", "src/base/money.rs:1: base may not import metric"),
        ("source/mod.rs", "use vesper::load::x;", "src/source/mod.rs:1: source may not import load"),
        (
            "http/a.rs",
            "use polars::prelude::DataFrame;",
            "src/http/a.rs:1: polars is at home in load, cube, metric, export, table",
        ),
        ("job/a.rs", "fn f() { axum::serve() }", "src/job/a.rs:1: axum is at home in http"),
        ("job/a.rs", "#[derive(clap::Args)]", "src/job/a.rs:1: clap is at home in cli"),
        ("attic/a.rs", "use crate::base::Grain;", "src/attic/a.rs:1: the room attic is not in the table"),
    ];
    for (path, text, expected) in cases {
        assert_eq!(violations_of(path, text), [expected], "{text}");
    }
}

#[test]
fn an_allowed_import_a_comment_and_a_text_are_no_violation() {
    let cases = [
        ("http/a.rs", "use crate::{base::{Grain, Period}, delivery::edition::Edition, http::route};"),
        ("http/a.rs", "use crate::delivery::edition;"),
        ("http/a.rs", "// crate::job::Run\n/* use crate::job; */ let _ = \"crate::job::Run, axum\";"),
        ("http/a.rs", "let _ = r#\"use crate::job::Run;\"#; let _ = '\"'; use crate::base::Grain;"),
        ("http/a.rs", "use my::polars::x; fn polars() {} struct S<'a>(&'a str);"),
        ("cli/run.rs", "use crate::{job, http};"),
        ("main.rs", "use vesper::cli::Cli;"),
        ("render/pdf.rs", "use printpdf::Op;"),
    ];
    for (path, text) in cases {
        assert_eq!(violations_of(path, text), Vec::<String>::new(), "{text}");
    }
}

/// Everything in `text` that the tables forbid a file at `path` below `src`.
fn violations_of(path: &str, text: &str) -> Vec<String> {
    let room = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
    let code = without_comments_and_texts(text);
    let mut found = Vec::new();
    let allowed = ROOMS.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed);
    if allowed.is_none() && !ASSEMBLERS.contains(&room) {
        found.push((0, format!("the room {room} is not in the table")));
    }
    for root in ["crate", "vesper"] {
        for (at, import) in paths_from(&code, root) {
            if allowed.is_some_and(|allowed| !is_allowed(&import, room, allowed)) {
                found.push((at, format!("{room} may not import {}", named(&import, allowed.unwrap_or_default()))));
            }
        }
    }
    for (name, homes) in HOMES {
        if homes.contains(&room) {
            continue;
        }
        if let Some((at, _)) = paths_from(&code, name).into_iter().next() {
            found.push((at, format!("{name} is at home in {}", homes.join(", "))));
        }
    }
    let line = |at: usize| code[..at].matches('\n').count() + 1;
    found.into_iter().map(|(at, what)| format!("src/{path}:{}: {what}", line(at))).collect()
}

/// Whether a path below the crate (`delivery::edition::Edition`) is the room's own or in its row of the table.
fn is_allowed(import: &str, room: &str, allowed: &[&str]) -> bool {
    let is_room = |name: &str| ROOMS.iter().any(|(room, _)| *room == name) || ASSEMBLERS.contains(&name);
    let first = import.split("::").next().unwrap_or(import);
    // `crate::Something` is no room: the crate's root has no items of its own.
    first == room || !is_room(first) || allowed.iter().any(|a| import == *a || import.starts_with(&format!("{a}::")))
}

/// The import as the message names it: the room, and the part too where only a part is allowed.
fn named(import: &str, allowed: &[&str]) -> String {
    let mut segments = import.split("::");
    let room = segments.next().unwrap_or(import);
    let is_part = allowed.iter().any(|a| a.starts_with(&format!("{room}::")));
    if is_part { segments.next().map_or(room.to_owned(), |part| format!("{room}::{part}")) } else { room.to_owned() }
}

/// Every path that begins with `root::`, groups written out, with the byte offset of `root`.
fn paths_from(code: &str, root: &str) -> Vec<(usize, String)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut paths = Vec::new();
    for (at, _) in code.match_indices(root) {
        let (before, after) = (&code[..at], &code[at + root.len()..]);
        let starts = !before.ends_with(is_word) && !before.trim_end().ends_with("::");
        if let (true, Some(rest)) = (starts, after.trim_start().strip_prefix("::")) {
            let mut tree = Vec::new();
            expand("", rest, &mut tree);
            paths.extend(tree.into_iter().map(|path| (at, path)));
        }
    }
    paths
}

/// Writes out one use tree (`a::{b, c::d}` is `a::b` and `a::c::d`) and returns what follows it.
fn expand<'c>(prefix: &str, tree: &'c str, paths: &mut Vec<String>) -> &'c str {
    let tree = tree.trim_start();
    if let Some(group) = tree.strip_prefix('{') {
        let mut rest = group;
        loop {
            rest = expand(prefix, rest, paths).trim_start();
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => return rest.strip_prefix('}').unwrap_or(rest),
            }
        }
    }
    let end = tree.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(tree.len());
    let (name, rest) = tree.split_at(end);
    let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
    if let Some(below) = rest.trim_start().strip_prefix("::").filter(|_| !name.is_empty()) {
        return expand(&path, below, paths);
    }
    if !name.is_empty() {
        paths.push(path);
    }
    // `as other` ends at the next comma or brace.
    let rest = rest.trim_start();
    let after_alias =
        rest.strip_prefix("as ").map(|alias| alias.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
    after_alias.unwrap_or(rest)
}

/// The same text with comments and literals blanked out, every line where it was.
fn without_comments_and_texts(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = literal_length(rest).unwrap_or(0);
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    code
}

/// The length of the comment, text or character that `code` begins with, if it begins with one.
fn literal_length(code: &str) -> Option<usize> {
    let until = |start: usize, end: &str| code[start..].find(end).map_or(code.len(), |at| start + at + end.len());
    if code.starts_with("//") {
        return Some(code.find('\n').unwrap_or(code.len()));
    }
    if code.starts_with("/*") {
        return Some(until(2, "*/"));
    }
    if let Some(raw) = code.strip_prefix('r').filter(|raw| raw.starts_with(['"', '#'])) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            return Some(until(hashes + 2, &format!("\"{}", "#".repeat(hashes))));
        }
    }
    if code.starts_with('"') {
        let mut is_escaped = false;
        let end = code.char_indices().skip(1).find(|(_, c)| {
            let is_end = *c == '"' && !is_escaped;
            is_escaped = *c == '\\' && !is_escaped;
            is_end
        });
        return Some(end.map_or(code.len(), |(at, _)| at + 1));
    }
    // A character, and not a lifetime: 'x' or '\…'.
    let inside = code.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    if first == '\\' {
        return inside.get(2..)?.find('\'').map(|at| 1 + 2 + at + 1);
    }
    inside[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
}

pub(super) fn visit(dir: &Path, read: &mut impl FnMut(&str, &str)) {
    fn walk(root: &Path, dir: &Path, read: &mut impl FnMut(&str, &str)) {
        let mut entries: Vec<_> =
            fs::read_dir(dir).expect("src is readable").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(root, &path, read);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(root).expect("below src").to_string_lossy().replace('\\', "/");
                read(&below, &fs::read_to_string(&path).expect("a source file is UTF-8"));
            }
        }
    }
    walk(dir, dir, read);
}
