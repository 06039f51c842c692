//! The jobs of a harness: their files, and their slots counted without the program's own calendar.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};

/// When a job runs, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cron {
    /// Once a day.
    Midnight,
    /// At every second that this divides; it divides 60.
    Seconds(i64),
}

impl Cron {
    fn text(self) -> String {
        match self {
            Cron::Midnight => "0 0 * * *".to_owned(),
            Cron::Seconds(step) => format!("*/{step} * * * * *"),
        }
    }

    /// Every slot in `(after, until]`.
    pub fn slots(self, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        match self {
            Cron::Midnight => {
                let first = after.date_naive() + Days::new(1);
                let midnights = first.iter_days().map(|date| date.and_time(NaiveTime::MIN).and_utc());
                midnights.take_while(|slot| *slot <= until).collect()
            }
            Cron::Seconds(step) => {
                let (first, last) = (after.timestamp().div_euclid(step) + 1, until.timestamp().div_euclid(step));
                let slot = |count| DateTime::from_timestamp(count * step, 0).expect("a second of this age");
                (first..=last).map(slot).collect()
            }
        }
    }
}

/// One job of a harness.
#[derive(Debug, Clone, Copy)]
pub struct JobPlan {
    /// Its name.
    pub name: &'static str,
    /// Whether it is a night; a report otherwise.
    pub is_night: bool,
    /// When it runs.
    pub cron: Cron,
    /// How far back its first slots are when the workers start.
    pub rewind: TimeDelta,
    /// Whether it waits for the night.
    pub has_needs: bool,
    /// Local parts of its recipients.
    pub recipients: &'static [&'static str],
    /// What happens when acceptance is unknown.
    pub on_uncertain: &'static str,
    /// What is attached.
    pub formats: &'static str,
    /// Silence after which a run is taken away; renewed after a third of it.
    pub lease: &'static str,
    /// Who is told of trouble.
    pub owner: Option<&'static str>,
}

/// The night of all harnesses.
pub const NIGHT: JobPlan = JobPlan {
    name: "nightly",
    is_night: true,
    cron: Cron::Midnight,
    rewind: TimeDelta::days(3),
    has_needs: false,
    recipients: &[],
    on_uncertain: "hold",
    formats: "",
    lease: "3s",
    owner: None,
};

impl JobPlan {
    /// Where its file lies in the job folder.
    pub fn path(&self) -> String {
        format!("{}/{}.toml", if self.is_night { "pipeline" } else { "report" }, self.name)
    }

    /// Its file. Attempts are many, because a harness kills more often than a year does.
    pub fn file(&self) -> String {
        let cron = self.cron.text();
        let owner = self.owner.map_or(String::new(), |name| format!("owner = \"{}\"\n", address(name)));
        let common = format!(
            "{owner}cron = \"{cron}\"\ncatchup = \"all\"\ncatchup_window = \"60d\"\nattempts = 100\nlease = \"{}\"\n",
            self.lease
        );
        if self.is_night {
            return common;
        }
        let recipients: Vec<String> = self.recipients.iter().map(|name| format!("\"{}\"", address(name))).collect();
        let needs = if self.has_needs { "needs = [\"nightly\"]\n" } else { "" };
        format!(
            "report = \"brief\"\n{common}{needs}deadline = \"366d\"\nrecipients = [{}]\nformats = [{}]\non_uncertain = \"{}\"\n",
            recipients.join(", "),
            self.formats,
            self.on_uncertain
        )
    }
}

/// The address behind a local part.
pub fn address(name: &str) -> String {
    format!("{name}@example.com")
}

/// The template of every report: as little as one may hold.
pub const TEMPLATE: &str = "\
title = \"Brief\"
window = \"week\"
compare = \"none\"
subject = \"{{ title }} of {{ business_date }}\"

[[section]]
kind = \"text\"
title = \"In short\"
body = \"Won {{ value('deals_won', 'week') }}.\"
";

#[test]
fn slots_are_counted_after_the_first_bound_and_up_to_the_second() {
    let at = |text: &str| -> DateTime<Utc> { text.parse().expect("an instant") };
    let midnights = Cron::Midnight.slots(at("2026-02-27T00:00:00Z"), at("2026-03-01T00:00:00Z"));
    assert_eq!(midnights, [at("2026-02-28T00:00:00Z"), at("2026-03-01T00:00:00Z")]);
    assert!(Cron::Midnight.slots(at("2026-02-27T00:00:01Z"), at("2026-02-27T23:59:59Z")).is_empty());
    let seconds = Cron::Seconds(2).slots(at("2026-02-27T00:00:58.5Z"), at("2026-02-27T00:01:02Z"));
    assert_eq!(seconds, [at("2026-02-27T00:01:00Z"), at("2026-02-27T00:01:02Z")]);
}
