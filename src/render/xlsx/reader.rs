//! Reads a workbook back, for the tests that compare its cells with the document.

use std::collections::BTreeMap;
use std::io::Read;

/// A sheet's cells by row and column, from zero.
#[derive(Debug, Default)]
pub(in crate::render) struct SheetRead {
    pub name: String,
    pub cells: BTreeMap<(u32, u32), CellRead>,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::render) enum CellRead {
    Number(f64),
    Words(String),
}

impl SheetRead {
    pub(in crate::render) fn number(&self, row: u32, column: u32) -> Option<f64> {
        match self.cells.get(&(row, column)) {
            Some(CellRead::Number(value)) => Some(*value),
            _ => None,
        }
    }

    pub(in crate::render) fn words(&self, row: u32, column: u32) -> Option<&str> {
        match self.cells.get(&(row, column)) {
            Some(CellRead::Words(words)) => Some(words),
            _ => None,
        }
    }
}

/// Every sheet in its order.
pub(in crate::render) fn read_workbook(bytes: &[u8]) -> Vec<SheetRead> {
    let parts = unzip(bytes);
    let part = |name: &str| parts.get(name).map(String::as_str).unwrap_or_default();
    let strings: Vec<String> = elements(part("xl/sharedStrings.xml"), "si").map(|(_, inner)| plain(inner)).collect();
    let names = elements(part("xl/workbook.xml"), "sheet").map(|(head, _)| unescape(attribute(head, "name")));
    names
        .enumerate()
        .map(|(at, name)| {
            let sheet = part(&format!("xl/worksheets/sheet{}.xml", at + 1));
            let cells = elements(sheet, "c").filter_map(|(head, inner)| {
                let value = elements(inner, "v").next().map(|(_, text)| unescape(text));
                let cell = match attribute(head, "t") {
                    "s" => CellRead::Words(strings[value?.parse::<usize>().expect("an index")].clone()),
                    "inlineStr" => CellRead::Words(plain(inner)),
                    "str" => CellRead::Words(value?),
                    _ => CellRead::Number(value?.parse().expect("a number")),
                };
                Some((place(attribute(head, "r")), cell))
            });
            SheetRead { name, cells: cells.collect() }
        })
        .collect()
}

/// `B3` as row 2 and column 1.
fn place(reference: &str) -> (u32, u32) {
    let digits = reference.find(|c: char| c.is_ascii_digit()).expect("a row");
    let column = reference[..digits].bytes().fold(0, |sum, letter| sum * 26 + u32::from(letter - b'A') + 1);
    (reference[digits..].parse::<u32>().expect("a row") - 1, column - 1)
}

/// Every `<name …>…</name>` or `<name …/>`: its head and what stands inside.
fn elements<'a>(xml: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find(&format!("<{name}"))? + 1 + name.len()..];
            if rest.starts_with([' ', '>', '/']) {
                break;
            }
        }
        let end = rest.find('>')?;
        let head = &rest[..end];
        rest = &rest[end + 1..];
        if head.ends_with('/') {
            return Some((head, ""));
        }
        let (inner, after) = rest.split_once(&format!("</{name}>"))?;
        rest = after;
        Some((head, inner))
    })
}

fn attribute<'a>(head: &'a str, name: &str) -> &'a str {
    head.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"')).map_or("", |(value, _)| value)
}

/// The text of every `<t>`.
fn plain(xml: &str) -> String {
    elements(xml, "t").map(|(_, text)| unescape(text)).collect()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

/// The parts of a zip file by their names.
pub(in crate::render) fn unzip(bytes: &[u8]) -> BTreeMap<String, String> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let u32_at = |at: usize| u16_at(at) | u16_at(at + 2) << 16;
    let end = bytes.windows(4).rposition(|w| w == b"PK\x05\x06").expect("a zip file");
    let mut parts = BTreeMap::new();
    let mut entry = u32_at(end + 16);
    for _ in 0..u16_at(end + 10) {
        let (method, packed, local) = (u16_at(entry + 10), u32_at(entry + 20), u32_at(entry + 42));
        let name = &bytes[entry + 46..][..u16_at(entry + 28)];
        let begin = local + 30 + u16_at(local + 26) + u16_at(local + 28);
        let packed = &bytes[begin..][..packed];
        let mut text = Vec::new();
        match method {
            0 => text.extend_from_slice(packed),
            _ => drop(flate2::read::DeflateDecoder::new(packed).read_to_end(&mut text).expect("a packed part")),
        }
        parts.insert(String::from_utf8_lossy(name).into_owned(), String::from_utf8_lossy(&text).into_owned());
        entry += 46 + u16_at(entry + 28) + u16_at(entry + 30) + u16_at(entry + 32);
    }
    parts
}
