//! A line of a bench: `name | ours | baseline | ratio | goal | ok or short`.

/// A measured figure against its goal; smaller is better.
pub struct Line {
    pub name: &'static str,
    pub ours: f64,
    pub baseline: Option<f64>,
    pub goal: Option<f64>,
    pub unit: &'static str,
}

impl Line {
    /// Prints the line and says whether the goal is met; a figure without a goal is only told.
    pub fn print(&self) -> bool {
        let is_ok = self.goal.is_none_or(|goal| self.ours <= goal);
        let measured = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.2} {}", self.unit));
        let told = |ratio: f64| if ratio < 0.05 { format!("1/{:.0}", 1.0 / ratio) } else { format!("{ratio:.1}x") };
        let ratio = self.baseline.map_or("–".to_owned(), |b| told(self.ours / b));
        let verdict = if is_ok { "ok" } else { "short" };
        println!(
            "{} | {} | {} | {ratio} | {} | {verdict}",
            self.name,
            measured(Some(self.ours)),
            measured(self.baseline),
            measured(self.goal)
        );
        is_ok
    }
}
