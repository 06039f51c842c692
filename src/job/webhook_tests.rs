use super::*;
use crate::job::{Kind, read_job};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn read(text: &str) -> Result<Option<Webhook>, Problems> {
    let job = |kind, name: &str, text: &str| read_job(kind, name, "jobs/x.toml", text).expect("a job");
    let jobs = [
        job(Kind::Pipeline, "nightly", "cron = \"0 2 * * *\""),
        job(Kind::Report, "executive-weekly", "cron = \"0 7 * * mon\"\nreport = \"executive-weekly\""),
    ];
    let variable = |name: &str| match name {
        "VESPER_WEBHOOK_CRM_SECRET" | "VESPER_WEBHOOK_OLD" => Ok(SECRET.to_owned()),
        "VESPER_WEBHOOK_SHORT" => Ok("hunter2".to_owned()),
        "VESPER_WEBHOOK_CHAT_URL" => Ok("https://hooks.example.com/T0/B0/x".to_owned()),
        _ => Err(format!("{name} is not set")),
    };
    let allowed = Allowed::default();
    let context = WebhookContext { jobs: &jobs, allowed: &allowed, variable: &variable };
    read_webhook("crm", "jobs/webhook/crm.toml", text, &context)
}

#[test]
fn every_problem_of_a_file_comes_at_once_with_its_place_and_shows_no_secret() {
    let text = "url = \"http://crm.example.com/\"\nevents = [\"snapshot.publishd\"]\nsecret = \"hunter2\"\n\
                old_secret = \"VESPER_WEBHOOK_SHORT\"\njobs = [\"nightli\"]\nformat = \"jsn\"\nattempts = 0\n\
                expires_after = \"soon\"\non_uncertain = \"hld\"\nowner = \"nobody\"\nenabeld = true\n";
    let found = read(text).expect_err("problems").to_string();
    for expected in [
        ":1:7: the URL cannot be called: http is readable on its way; write https",
        ":2:11: unknown event `snapshot.publishd` (did you mean `snapshot.published`?)",
        ":3:10: a secret does not stand in a file; name the variable that holds it",
        ":4:14: the secret in VESPER_WEBHOOK_SHORT cannot be used: it is shorter than 16 bytes",
        ":5:9: unknown job `nightli` (did you mean `nightly`?)",
        ":6:10: unknown format `jsn` (did you mean `json`?)",
        ":7:12: `attempts` is 0, expected 1 to 100",
        ":8:17: `expires_after` is `soon` (expected a number with its unit",
        ":9:16: unknown on_uncertain `hld` (did you mean `hold`?)",
        ":10:9: `nobody` is no mail address",
        ":11:1: unknown key `enabeld` (did you mean `enabled`?)",
    ] {
        assert!(found.contains(expected), "{expected} in:\n{found}");
    }
    assert_eq!(found.lines().count(), 11, "{found}");
    assert!(!found.contains("hunter2"), "{found}");
}

#[test]
fn a_hook_reads_with_its_defaults_and_shows_neither_url_nor_key() {
    let text = "url = \"VESPER_WEBHOOK_CHAT_URL\"\nevents = [\"run.dead\"]\nsecret = \"VESPER_WEBHOOK_CRM_SECRET\"\n\
                old_secret = \"VESPER_WEBHOOK_OLD\"";
    let hook = read(text).expect("no problems").expect("it is switched on");
    assert_eq!((hook.url.as_str(), hook.keys.len()), ("https://hooks.example.com/T0/B0/x", 2));
    assert_eq!((hook.attempt_max, hook.expires_after.as_secs()), (24, 72 * 3_600));
    assert_eq!((hook.on_uncertain, hook.format), (OnUncertain::Resend, CallFormat::Json));
    assert!(!hook.allow_loopback && hook.jobs.is_empty());
    let shown = format!("{hook:?}");
    assert!(!shown.contains("hooks.example.com") && !shown.contains("whsec"), "{shown}");
}

#[test]
fn a_missing_variable_is_placed_and_a_file_that_is_switched_off_needs_none() {
    let text = "url = \"https://crm.example.com/\"\nevents = [\"run.dead\"]\nsecret = \"VESPER_WEBHOOK_CMR_SECRET\"";
    let found = read(text).expect_err("problems").to_string();
    let expected = ":3:10: VESPER_WEBHOOK_CMR_SECRET is not set (set it, or write enabled = false)";
    assert!(found.contains(expected), "{found}");
    assert!(read(&format!("{text}\nenabled = false")).expect("no problems").is_none());
}

#[test]
fn a_program_must_be_able_to_verify_and_a_chat_need_not() {
    let text = "url = \"https://hooks.example.com/x\"\nevents = [\"edition.held\"]\n";
    assert!(read(text).expect_err("problems").to_string().contains("missing key `secret`"));
    let chat = read(&format!("{text}format = \"slack\"")).expect("no problems").expect("it is switched on");
    assert!(chat.keys.is_empty());
}

#[test]
fn a_hook_that_listens_to_nothing_is_a_slip() {
    let found = read("url = \"https://x.example.com/\"\nformat = \"slack\"").expect_err("problems").to_string();
    assert!(
        found.contains("`events` names nothing to tell of (expected a list of some of snapshot.published"),
        "{found}"
    );
}
