//! What the owner of a job reads when it is in trouble, and when that is over. Pure.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::delivery::MailBody;

/// A state of trouble, as the mail tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The job.
    pub job: String,
    /// Its kind: `pipeline`, `report`, `upkeep`.
    pub job_kind: String,
    /// `failed`, `late`, `clock` or `mail`.
    pub kind: String,
    /// The run that shows it.
    pub run_id: Option<i64>,
    /// The date that run works for.
    pub business_date: Option<NaiveDate>,
    /// What is wrong, in plain words.
    pub reason: String,
    /// When it was found.
    pub opened_at: DateTime<Utc>,
    /// When it was over; `None` while it lasts.
    pub closed_at: Option<DateTime<Utc>>,
    /// The job's next slot.
    pub next_at: Option<DateTime<Utc>>,
    /// The zone the job is planned in.
    pub zone: Tz,
}

/// The parts of a notice; text and HTML say the same.
pub(super) struct Words {
    /// The tag of their language.
    pub language: &'static str,
    pub headline: String,
    pub paragraphs: Vec<String>,
    /// Commands to type, each with what it does.
    pub commands: Vec<(String, &'static str)>,
}

/// Owners read the words of the logs and of the command line.
const LANGUAGE: &str = "en";
/// Longer reasons are in the ledger.
const REASON_LENGTH_MAX: usize = 1_000;

impl Trouble {
    /// The mail about it.
    pub fn mail(&self) -> MailBody {
        let words = if self.closed_at.is_some() { self.over() } else { self.found() };
        MailBody {
            subject: format!("Vesper: {}", words.headline),
            html: html(&words),
            text: text(&words),
            inline: Vec::new(),
        }
    }

    /// What it is about: ` for 2026-11-22`, or nothing.
    fn date(&self) -> String {
        self.business_date.map_or(String::new(), |date| format!(" for {date}"))
    }

    fn next(&self) -> String {
        match self.next_at {
            Some(at) => format!("The next slot of {} is {}.", self.job, moment(at, self.zone)),
            None => format!("{} has no further slot.", self.job),
        }
    }

    fn found(&self) -> Words {
        let (job, date, reason) = (&self.job, self.date(), one_line(&self.reason));
        let once = "No further mail follows about this until it is over; then you are told once.";
        let consequence = match self.job_kind.as_str() {
            "pipeline" => {
                "Numbers stay those of the last night that succeeded, and reports that need this night wait for it."
            }
            "report" => "Nobody has been sent this edition.",
            _ => "",
        };
        let (headline, paragraphs) = match self.kind.as_str() {
            "late" => (format!("{job} is late{date}"), vec![format!("{}.", sentence(&reason)), consequence.to_owned()]),
            "clock" => (
                format!("{job} waits for the clock"),
                vec![
                    format!("{}.", sentence(&reason)),
                    "No slot of this job runs before that instant has passed. The clock of the machine or of the \
                     database server was wrong when the slots were planned."
                        .to_owned(),
                ],
            ),
            "mail" => (
                format!("mail of {job} does not go out"),
                vec![format!("{}.", sentence(&reason)), "Nothing is lost: the messages are in the outbox.".to_owned()],
            ),
            _ => (
                format!("{job} failed{date}"),
                vec![
                    format!("Why: {reason}."),
                    consequence.to_owned(),
                    "This run is not tried again by itself.".to_owned(),
                ],
            ),
        };
        let paragraphs = paragraphs.into_iter().chain([self.next(), once.to_owned()]);
        let paragraphs = paragraphs.filter(|paragraph| !paragraph.is_empty()).collect();
        Words { language: LANGUAGE, headline, paragraphs, commands: self.commands() }
    }

    fn over(&self) -> Words {
        let (job, date) = (&self.job, self.date());
        let headline = match self.kind.as_str() {
            "late" => format!("{job} has recovered, it was late{date}"),
            "clock" => format!("{job} has recovered, its slots run again"),
            "mail" => format!("mail of {job} goes out again"),
            _ => format!("{job} has recovered, it had failed{date}"),
        };
        let since = moment(self.opened_at, self.zone);
        let what = format!("What was told on {since} is over: {}.", one_line(&self.reason));
        Words { language: LANGUAGE, headline, paragraphs: vec![what, self.next()], commands: Vec::new() }
    }

    fn commands(&self) -> Vec<(String, &'static str)> {
        let show = self.run_id.map(|run_id| (format!("vesper runs show {run_id}"), "tells everything about the run"));
        let again = self
            .business_date
            .map(|date| (format!("vesper run {} --for {date}", self.job), "runs it again, once the cause is mended"));
        let commands = match self.kind.as_str() {
            "late" => vec![Some(("vesper status".to_owned(), "tells what it waits for")), show],
            "clock" => vec![
                Some(("vesper status".to_owned(), "tells the next slots")),
                Some(("timedatectl status".to_owned(), "tells whether the machine's clock is set by the network")),
            ],
            "mail" => vec![Some(("vesper outbox".to_owned(), "lists the messages, with the server's words"))],
            _ => vec![show, again],
        };
        commands.into_iter().flatten().collect()
    }
}

/// Begins with a capital, as a sentence does.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone).format("%A, %-d %B %Y, %H:%M");
    format!("{local} ({zone})")
}

/// A reason is one line of a mail, however many a server wrote.
pub(super) fn one_line(reason: &str) -> String {
    let flat: Vec<&str> =
        reason.split(|c: char| c.is_control() || c.is_whitespace()).filter(|w| !w.is_empty()).collect();
    let flat = flat.join(" ");
    match flat.char_indices().nth(REASON_LENGTH_MAX) {
        Some((at, _)) => format!("{} …", &flat[..at]),
        None => flat.trim_end_matches('.').to_owned(),
    }
}

pub(super) fn text(words: &Words) -> String {
    let mut text = format!("{}\n", words.headline);
    for paragraph in &words.paragraphs {
        write!(text, "\n{paragraph}\n").expect("a String takes every text");
    }
    if !words.commands.is_empty() {
        text += "\nWhat to type:\n";
    }
    for (command, what) in &words.commands {
        write!(text, "  {command}\n      {what}\n").expect("a String takes every text");
    }
    text
}

pub(super) fn html(words: &Words) -> String {
    let mut html = format!(
        "<!doctype html><html lang=\"{1}\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{0}</title></head>\n\
         <body style=\"margin:0 auto;padding:20px 16px;max-width:600px;font:15px/22px 'Segoe UI',Roboto,Helvetica,Arial,sans-serif;\
         overflow-wrap:anywhere\">\n\
         <h1 style=\"margin:0 0 16px 0;border-left:4px solid #b45309;padding-left:12px;font-size:20px;line-height:27px\">{0}</h1>\n",
        escaped(&words.headline),
        words.language
    );
    for paragraph in &words.paragraphs {
        writeln!(html, "<p style=\"margin:0 0 12px 0\">{}</p>", escaped(paragraph)).expect("a String takes every text");
    }
    if !words.commands.is_empty() {
        html += "<p style=\"margin:0 0 8px 0\">What to type:</p>\n<dl style=\"margin:0\">\n";
        for (command, what) in &words.commands {
            writeln!(html, "<dt><code>{}</code></dt><dd style=\"margin:0 0 10px 16px\">{what}</dd>", escaped(command))
                .expect("a String takes every text");
        }
        html += "</dl>\n";
    }
    html + "</body></html>"
}

/// A server's words are text, never markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(kind: &str) -> Trouble {
        Trouble {
            job: "nightly".to_owned(),
            job_kind: "pipeline".to_owned(),
            kind: kind.to_owned(),
            run_id: Some(4711),
            business_date: "2026-11-22".parse().ok(),
            reason: "the server said <no>\r\nBcc: x@y.z & left.".to_owned(),
            opened_at: "2026-11-23T02:15:00Z".parse().expect("an instant"),
            closed_at: None,
            next_at: "2026-11-24T01:00:00Z".parse().ok(),
            zone: Tz::Europe__Berlin,
        }
    }

    #[test]
    fn the_mail_says_what_failed_for_which_date_why_what_is_next_and_what_to_type() {
        let mail = trouble("failed").mail();
        assert_eq!(mail.subject, "Vesper: nightly failed for 2026-11-22");
        for part in [
            "Why: the server said <no> Bcc: x@y.z & left.\n",
            "The next slot of nightly is Tuesday, 24 November 2026, 02:00 (Europe/Berlin).",
            "  vesper runs show 4711\n",
            "  vesper run nightly --for 2026-11-22\n",
            "reports that need this night wait for it",
        ] {
            assert!(mail.text.contains(part), "{part:?} not in\n{}", mail.text);
        }
        assert!(mail.html.contains("the server said &lt;no&gt; Bcc: x@y.z &amp; left."), "{}", mail.html);
    }

    #[test]
    fn every_kind_has_its_words_and_its_end() {
        for kind in ["failed", "late", "clock", "mail"] {
            let (open, over) = (
                trouble(kind).mail(),
                Trouble { closed_at: "2026-11-24T02:15:00Z".parse().ok(), ..trouble(kind) }.mail(),
            );
            assert_ne!(open.subject, over.subject);
            assert!(over.subject.contains("again") || over.subject.contains("recovered"), "{}", over.subject);
            assert!(open.text.contains("What to type") && !over.text.contains("What to type"));
            assert!(!open.subject.chars().any(char::is_control));
        }
    }
}
