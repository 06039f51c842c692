//! What a rehearsal found out: how much higher each row of pictures may be, and where the notes stand.

/// A row of pictures as the rehearsal placed it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PictureRow {
    /// Its page.
    pub page: usize,
    /// Its height, 0 where it cannot be stretched.
    pub height: f64,
}

/// What a page has to give.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slack {
    /// The height below its content.
    pub room: f64,
    /// Whether a section was to begin a new page, so that the blank is meant.
    pub is_meant: bool,
}

/// What the second pass knows of the first.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    /// The part of their natural height that pictures and rows take.
    pub pace: f64,
    /// What each row of pictures is stretched by.
    pub stretches: Vec<f64>,
    /// The page on which the notes on the data stand.
    pub notes_page: Option<usize>,
}

impl Plan {
    /// A rehearsal at `pace`: nothing is known yet.
    pub(super) fn rehearsal(pace: f64) -> Plan {
        Plan { pace, ..Plan::default() }
    }

    /// Shares the blank at the foot of each page among its rows of pictures, so that the page breaks stay where they are.
    pub(super) fn stretched(pace: f64, rows: &[PictureRow], slacks: &[Slack], notes_page: Option<usize>) -> Plan {
        /// A picture stretched further looks blown up.
        const STRETCH_MAX: f64 = 0.32;
        let share = |row: &PictureRow| {
            let Some(slack) = slacks.get(row.page).filter(|s| !s.is_meant) else { return 0.0 };
            let count = rows.iter().filter(|r| r.page == row.page && r.height > 0.0).count();
            ((slack.room - 1.0).max(0.0) / count.max(1) as f64).min(row.height * STRETCH_MAX)
        };
        Plan { pace, stretches: rows.iter().map(share).collect(), notes_page }
    }
}
