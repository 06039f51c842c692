//! What goes along with a mail: attached, or behind a link when it is too large for many servers. Pure; the date is an
//! argument.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::delivery::edition::{FileLink, LinkKey};
use crate::delivery::{DeliveryError, MailBody, OutgoingArtifact};

/// Makes links to sealed files.
#[derive(Debug, Clone)]
pub struct Linker {
    /// Where people reach this server, without a slash at its end.
    pub public_url: String,
    /// Signs the links.
    pub key: LinkKey,
}

/// Attachments of a mail, raw: in base64 they are a third more, and providers begin to refuse at 10 MB.
pub const ATTACHED_SIZE_MAX: usize = 7_000_000;
/// How long a link is followed.
pub const LINK_LIFE: TimeDelta = TimeDelta::days(7);

/// Takes the largest files out until the rest may be attached, and says in the body where they are. A mail within the
/// limit stays as it is; one beyond it without a linker is an error that names the setting.
pub fn enclose(
    label: &str,
    mut body: MailBody,
    mut files: Vec<OutgoingArtifact>,
    linker: Option<&Linker>,
    now: DateTime<Utc>,
) -> Result<(MailBody, Vec<OutgoingArtifact>), DeliveryError> {
    let size = |files: &[OutgoingArtifact]| files.iter().map(|file| file.bytes.len()).sum::<usize>();
    let mut linked = Vec::new();
    while size(&files) > ATTACHED_SIZE_MAX {
        let sizes = files.iter().enumerate().map(|(at, file)| (file.bytes.len(), at));
        let (_, largest) = sizes.max().expect("no files are no bytes");
        linked.push((largest, files.remove(largest)));
    }
    if linked.is_empty() {
        return Ok((body, files));
    }
    let Some(linker) = linker else {
        let size = size(&files) + linked.iter().map(|(_, file)| file.bytes.len()).sum::<usize>();
        return Err(DeliveryError::NoPublicUrl { label: label.to_owned(), size, size_max: ATTACHED_SIZE_MAX });
    };
    let expires_at = now + LINK_LIFE;
    let until = expires_at.format("%Y-%m-%d %H:%M UTC");
    let intro = format!("Too large for a mail, to be fetched until {until}:");
    let (mut text, mut html) = (format!("\n{intro}\n"), escape_html(&intro));
    for (_, file) in &linked {
        let digest = hex::encode(Sha256::digest(&file.bytes));
        let link = FileLink { digest: &digest, name: &file.name, expires: expires_at.timestamp() };
        let url = format!("{}{}", linker.public_url, linker.key.path(&link));
        let size = format!("{:.1} MB", file.bytes.len() as f64 / 1e6);
        text += &format!("\n{} ({size})\n{url}\n", file.name);
        html += &format!("<br>\n<a href=\"{}\">{}</a> ({size})", escape_html(&url), escape_html(&file.name));
    }
    body.text += &text;
    let note = format!("<p style=\"font-family:Arial,sans-serif;font-size:14px;padding:0 24px\">{html}</p>\n");
    let at = body.html.rfind("</body>").unwrap_or(body.html.len());
    body.html.insert_str(at, &note);
    Ok((body, files))
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> MailBody {
        let html = "<html><body><p>numbers</p></body></html>".to_owned();
        MailBody { subject: "The week".to_owned(), html, text: "numbers\n".to_owned(), inline: Vec::new() }
    }

    fn file(name: &str, size: usize) -> OutgoingArtifact {
        let media_type = "application/pdf".to_owned();
        OutgoingArtifact { name: name.to_owned(), media_type, bytes: vec![7; size] }
    }

    fn names(files: &[OutgoingArtifact]) -> Vec<&str> {
        files.iter().map(|file| file.name.as_str()).collect()
    }

    fn linker() -> Linker {
        let key = LinkKey::of_setting("0123456789abcdef0123456789abcdef");
        Linker { public_url: "https://reports.example.org".to_owned(), key }
    }

    fn now() -> DateTime<Utc> {
        "2026-11-23T07:00:00Z".parse().expect("an instant")
    }

    #[test]
    fn seven_megabytes_are_attached_and_one_byte_more_is_not() {
        let files = vec![file("a.pdf", 3_000_000), file("b.xlsx", 4_000_000)];
        let (same, attached) = enclose("weekly", body(), files, None, now()).expect("within the limit");
        assert_eq!((same, names(&attached)), (body(), vec!["a.pdf", "b.xlsx"]));
        let files = vec![file("a.pdf", 3_000_001), file("b.xlsx", 4_000_000)];
        let (noted, attached) = enclose("weekly", body(), files, Some(&linker()), now()).expect("a linker");
        assert_eq!(names(&attached), ["a.pdf"], "the largest is taken out");
        for part in [&noted.text, &noted.html] {
            for told in ["b.xlsx", "(4.0 MB)", "until 2026-11-30 07:00 UTC", "https://reports.example.org/files/"] {
                assert!(part.contains(told), "{told} not in {part}");
            }
        }
        assert!(noted.html.ends_with("</p>\n</body></html>"), "{}", noted.html);
        assert!(noted.html.contains("&amp;signature=") && noted.text.contains("&signature="));
    }

    #[test]
    fn without_a_public_address_the_error_names_the_setting() {
        let files = vec![file("a.pdf", 7_000_001)];
        let refusal = enclose("weekly", body(), files, None, now()).expect_err("nowhere to link to");
        assert!(refusal.to_string().contains("7000001 bytes"), "{refusal}");
        let hint = crate::base::Remedied::hint(&refusal).expect("a hint");
        assert!(hint.contains("VESPER_PUBLIC_URL"), "{hint}");
    }

    #[test]
    fn a_name_with_markup_stays_a_name() {
        let files = vec![file("<b>&\"x\".pdf", 8_000_000)];
        let (noted, _) = enclose("weekly", body(), files, Some(&linker()), now()).expect("a linker");
        assert!(noted.html.contains(">&lt;b&gt;&amp;&quot;x&quot;.pdf</a>"), "{}", noted.html);
    }
}
