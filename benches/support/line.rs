//! One line of a bench: `name | ours | baseline | ratio | goal | ok or short`.

/// A measured figure against its goal; smaller is better.
pub struct Line {
    /// What was measured.
    pub name: &'static str,
    /// Ours.
    pub ours: f64,
    /// The least that could pass for the same work.
    pub baseline: Option<f64>,
    /// What the project promises.
    pub goal: Option<f64>,
    /// Seconds, megabytes.
    pub unit: &'static str,
}

impl Line {
    /// Prints the line and says whether the goal is met; a figure without a goal is only told.
    pub fn print(&self) -> bool {
        let is_ok = self.goal.is_none_or(|goal| self.ours <= goal);
        let measured = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.2} {}", self.unit));
        let ratio = self.baseline.map_or("–".to_owned(), |b| format!("{:.1}x", self.ours / b));
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
