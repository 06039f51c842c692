//! Tables of plain text for people.

/// Lines up columns: the first to the left, the others to the right.
pub(super) fn columns(header: &[&str], rows: &[Vec<String>]) -> String {
    lined_up(header, rows, 1)
}

/// Lines up columns of words: all to the left.
pub(super) fn left_columns(header: &[&str], rows: &[Vec<String>]) -> String {
    lined_up(header, rows, header.len())
}

fn lined_up(header: &[&str], rows: &[Vec<String>], left_count: usize) -> String {
    let mut widths: Vec<usize> = header.iter().map(|h| h.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).enumerate().map(|(i, (cell, width))| match i {
            i if i < left_count => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        format!("  {}", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    let mut lines = vec![line(&mut header.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

/// `1 mail`, `2 mails`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// 1234567 → `1,234,567`.
pub(super) fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if n < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_numbers_are_grouped() {
        let table = columns(
            &["entity", "read"],
            &[vec!["deal".into(), grouped(1_234_567)], vec!["order_line".into(), grouped(-5)]],
        );
        assert_eq!(table, "  entity           read\n  deal        1,234,567\n  order_line         -5");
    }
}
