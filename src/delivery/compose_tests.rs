//! What was composed, read back by a second, independent parser.

use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

use super::*;

const LABEL: &str = "2026-11-22-executive-weekly";

fn body() -> MailBody {
    MailBody {
        subject: "Umsatz März – 週報 – отчёт".to_owned(),
        html: "<p>Grüße <img src=\"cid:chart-1\"></p>".to_owned(),
        text: "Grüße\n.\nfrom here".to_owned(),
        inline: vec![InlineImage {
            content_id: "chart-1".to_owned(),
            media_type: "image/png".to_owned(),
            bytes: vec![137, 80, 78, 71, 13, 10, 26, 10],
        }],
    }
}

fn pdf(name: &str, bytes: Vec<u8>) -> OutgoingArtifact {
    OutgoingArtifact { name: name.to_owned(), media_type: "application/pdf".to_owned(), bytes }
}

fn sender() -> Recipient {
    Recipient::parse("Vesper Berichte Ü <vesper@example.com>").expect("an address")
}

fn compose(body: &MailBody, attachments: &[OutgoingArtifact]) -> Result<ComposedMail, DeliveryError> {
    let sent_date = "2026-11-23T07:00:00Z".parse().expect("an instant");
    compose_mail(&MailDraft { label: LABEL, sender: &sender(), sent_date, body, attachments })
}

fn message(mail: &ComposedMail, recipient: &str) -> Vec<u8> {
    let recipient = Recipient::parse(recipient).expect("an address");
    let mut bytes = mail.head(&recipient, &mail.rfc_message_id("j|t|r")).expect("a head");
    bytes.extend_from_slice(&mail.body);
    bytes
}

fn refusal(body: &MailBody, attachments: &[OutgoingArtifact]) -> String {
    compose(body, attachments).map(|_| ()).expect_err("a refusal").to_string()
}

#[test]
fn a_second_parser_reads_back_headers_bodies_images_and_files() {
    let mail = compose(&body(), &[pdf("Bericht März 2026 – 週報.pdf", vec![0; 100])]).expect("a mail");
    let bytes = message(&mail, "Jürgen X Müller <jm@example.com>");
    let read = MessageParser::default().parse(&bytes).expect("a message");
    assert_eq!(read.subject(), Some("Umsatz März – 週報 – отчёт"));
    let to = read.to().and_then(|a| a.first()).expect("a recipient");
    assert_eq!((to.name(), to.address()), (Some("Jürgen X Müller"), Some("jm@example.com")));
    assert_eq!(read.date().expect("a date").to_rfc3339(), "2026-11-23T07:00:00Z");
    assert!(read.message_id().expect("an id").ends_with("@example.com"));
    assert_eq!(read.body_text(0).as_deref(), Some("Grüße\r\n.\r\nfrom here"));
    assert_eq!(read.body_html(0).as_deref(), Some("<p>Grüße <img src=\"cid:chart-1\"></p>"));
    let parts: Vec<_> = read.attachments().collect();
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[0].content_id(), Some("chart-1"));
    assert_eq!(parts[0].contents(), body().inline[0].bytes);
    assert_eq!(parts[1].attachment_name(), Some("Bericht März 2026 – 週報.pdf"));
    assert_eq!(parts[1].contents(), [0; 100]);
    let text = String::from_utf8(bytes).expect("seven bits");
    assert!(text.contains("Auto-Submitted: auto-generated\r\n"));
    assert!(text.replace("\r\n ", "").contains("<mailto:vesper@example.com?subject=unsubscribe%20"));
}

#[test]
fn the_structure_is_mixed_alternative_related() {
    let mail = compose(&body(), &[pdf("a.pdf", vec![1])]).expect("a mail");
    let text = String::from_utf8(message(&mail, "a@example.com")).expect("seven bits");
    let position = |kind: &str| text.find(kind).unwrap_or_else(|| panic!("{kind} in {text}"));
    assert!(position("multipart/mixed") < position("multipart/alternative"));
    assert!(position("text/plain") < position("multipart/related"));
    assert!(position("multipart/related") < position("text/html"));
    assert!(position("image/png") < position("application/pdf"));
    assert_eq!(text.matches("Content-Transfer-Encoding: base64").count(), 2, "{text}");
}

#[test]
fn no_boundary_is_the_beginning_of_another() {
    let mail = compose(&body(), &[]).expect("a mail");
    let text = String::from_utf8(message(&mail, "a@example.com")).expect("seven bits");
    let boundaries: Vec<&str> = text.split("boundary=\"").skip(1).filter_map(|t| t.split('"').next()).collect();
    assert_eq!(boundaries.len(), 3);
    for a in &boundaries {
        assert_eq!(boundaries.iter().filter(|b| b.starts_with(a)).count(), 1, "{a}");
        assert!(a.len() <= 70);
    }
}

#[test]
fn recipients_share_the_body_and_differ_in_the_head() {
    let mail = compose(&body(), &[]).expect("a mail");
    let (a, b) = (message(&mail, "a@example.com"), message(&mail, "b@example.com"));
    assert!(a.ends_with(&mail.body) && b.ends_with(&mail.body));
    assert!(!String::from_utf8_lossy(&a).contains("b@example.com"));
    assert_eq!(compose(&body(), &[]).expect("a mail").body, mail.body, "the same input gives the same bytes");
}

#[test]
fn what_could_break_out_of_a_header_is_refused() {
    let subject = MailBody { subject: "Hi\r\nBcc: evil@example.com".to_owned(), ..body() };
    assert_eq!(refusal(&subject, &[]), format!("mail \"{LABEL}\": subject holds a control character"));
    assert!(refusal(&body(), &[pdf("a\r\nX: y.pdf", vec![])]).contains("attachment name holds a control character"));
    let mut image = body();
    image.inline[0].content_id = "a> evil".to_owned();
    assert!(refusal(&image, &[]).contains("content id"));
    let mail = compose(&body(), &[]).expect("a mail");
    assert!(Recipient::parse(&format!("{} <a@example.com>", "x".repeat(201))).is_err());
    let named = Recipient { name: Some("A\nBcc: x@y.z".to_owned()), address: "a@example.com".to_owned() };
    assert!(mail.head(&named, "<x@example.com>").is_err());
    let address = Recipient { name: None, address: "a@example.com\r\nRCPT TO:<x@y.z>".to_owned() };
    assert!(mail.head(&address, "<x@example.com>").is_err());
}

#[test]
fn no_line_is_longer_than_smtp_carries() {
    let long = MailBody { html: "<p>".to_owned() + &"x".repeat(5_000), text: "y".repeat(5_000), ..body() };
    let mail = compose(&long, &[pdf("z.pdf", vec![7; 9_000])]).expect("a mail");
    let bytes = message(&mail, "a@example.com");
    assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() <= 999));
    assert!(bytes.is_ascii());
}

#[test]
fn no_header_is_longer_than_smtp_carries_whatever_stands_in_it() {
    for long in ["x".repeat(3_000), "ü".repeat(1_500), "週報 ".repeat(400), "a b".repeat(1_000), "😀".repeat(700)]
    {
        let long = long.trim().to_owned();
        let subject = MailBody { subject: long.clone(), ..body() };
        let name: String = long.chars().take(190).collect::<String>().trim().to_owned();
        let mail = compose(&subject, &[pdf(&name, vec![1, 2, 3])]).expect("a mail");
        let recipient = Recipient { name: Some(name.clone()), address: "a@example.com".to_owned() };
        let mut bytes = mail.head(&recipient, "<x@example.com>").expect("a head");
        bytes.extend_from_slice(&mail.body);
        let longest = bytes.split(|b| *b == b'\n').map(<[u8]>::len).max();
        assert!(longest <= Some(999), "{longest:?} for {}", &long[..12]);
        assert!(bytes.is_ascii());
        let read = MessageParser::default().parse(&bytes).expect("a message");
        assert_eq!(read.subject(), Some(long.as_str()));
        assert_eq!(read.to().and_then(|a| a.first()).and_then(|a| a.name()), Some(name.as_str()));
        assert_eq!(read.attachments().last().and_then(|a| a.attachment_name()), Some(name.as_str()));
    }
}

#[test]
fn a_label_or_a_sender_cannot_write_a_header_of_their_own() {
    let sent_date = "2026-11-23T07:00:00Z".parse().expect("an instant");
    for label in ["a\r\nBcc: x@y.z", "a>, <mailto:x@y.z", "a b", ""] {
        let draft = MailDraft { label, sender: &sender(), sent_date, body: &body(), attachments: &[] };
        let refusal = compose_mail(&draft).map(|_| ()).expect_err(label).to_string();
        assert!(refusal.contains("label"), "{refusal}");
    }
    let odd = Recipient::parse("a?bcc=x%40y.z&b@example.com").expect("an address, odd as it is");
    let draft = MailDraft { label: LABEL, sender: &odd, sent_date, body: &body(), attachments: &[] };
    let head = compose_mail(&draft).and_then(|mail| mail.head(&sender(), "<x@example.com>")).expect("a head");
    let head = String::from_utf8(head).expect("seven bits");
    assert!(head.contains("<mailto:a%3Fbcc%3Dx%2540y.z%26b@example.com?subject=unsubscribe%20"), "{head}");
}

#[test]
fn a_mail_beyond_what_servers_take_is_refused_with_its_size() {
    let huge = refusal(&body(), &[pdf("huge.pdf", vec![0; MAIL_SIZE_MAX])]);
    assert!(huge.contains("more than the 22500000 that servers take"), "{huge}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_and_names_come_back_as_they_went(bytes in proptest::collection::vec(any::<u8>(), 0..600), name in "[^\\p{C}/\\\\\"]{1,40}", subject in "[^\\p{C}]{1,120}") {
        let subject = subject.trim().to_owned();
        prop_assume!(!subject.is_empty() && !subject.contains("  ") && name.trim() == name);
        let mail = compose(&MailBody { subject: subject.clone(), ..body() }, &[pdf(&name, bytes.clone())]).expect("a mail");
        let message = message(&mail, "a@example.com");
        let read = MessageParser::default().parse(&message).expect("a message");
        let file = read.attachments().last().expect("the file");
        prop_assert_eq!(file.contents(), &bytes[..]);
        prop_assert_eq!(file.attachment_name(), Some(name.as_str()));
        prop_assert_eq!(read.subject(), Some(subject.as_str()));
    }

    #[test]
    fn names_and_words_of_every_script_come_back_and_nothing_breaks_out(name in "\\PC{1,60}", text in "[^\r\0]{0,400}", html in "[^\r\0]{0,400}") {
        let name = name.trim().to_owned();
        prop_assume!(!name.is_empty() && !name.contains("  "));
        let mail = compose(&MailBody { text: text.clone(), html: html.clone(), ..body() }, &[]).expect("a mail");
        let recipient = Recipient { name: Some(name.clone()), address: "a@example.com".to_owned() };
        let mut bytes = mail.head(&recipient, "<x@example.com>").expect("a head");
        bytes.extend_from_slice(&mail.body);
        prop_assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() <= 999) && bytes.is_ascii());
        let read = MessageParser::default().parse(&bytes).expect("a message");
        let to = read.to().and_then(|a| a.first()).expect("a recipient");
        prop_assert_eq!((to.name(), to.address()), (Some(name.as_str()), Some("a@example.com")));
        prop_assert_eq!(read.headers().iter().filter(|h| h.name().eq_ignore_ascii_case("to")).count(), 1);
        prop_assert_eq!(read.body_text(0).unwrap_or_default().replace("\r\n", "\n"), text);
        prop_assert_eq!(read.body_html(0).unwrap_or_default().replace("\r\n", "\n"), html);
    }
}
