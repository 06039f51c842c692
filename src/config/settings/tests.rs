use super::*;
use crate::base::Remedied;

/// The settings of a file's text and some variables.
fn load(text: &str, variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("vesper.toml");
    std::fs::write(&path, text).expect("a file");
    let environment = variables.iter().fold(Environment::default(), |env, (name, value)| env.with(name, value));
    Settings::load(&environment, Some(&path))
}

fn problems(error: ConfigError) -> Vec<String> {
    match error {
        ConfigError::Settings { source } => source.0.iter().map(ToString::to_string).collect(),
        other => panic!("expected problems, got {other}"),
    }
}

#[test]
fn a_variable_overrides_the_file_and_the_rest_stays() {
    let text =
        "currency = \"EUR\"\n[source]\nurl = \"postgres://file@localhost/shop\"\n[http]\nbind = \"127.0.0.1:9000\"";
    let settings = load(text, &[("VESPER_SOURCE_URL", "postgres://variable@localhost:7777/other")]).expect("settings");
    let source = settings.source().expect("a database");
    assert_eq!((source.name(), source.database()), ("VESPER_SOURCE_URL", "other"));
    assert_eq!(settings.http_bind().port(), 9000);
    assert_eq!((settings.currency(), settings.organisation()), ("EUR", "Vesper"));
}

#[test]
fn every_problem_of_file_and_environment_comes_at_once_and_shows_no_secret() {
    let text = "curency = \"EUR\"\n[source]\nurl = \"mysql://u:hunter2@localhost/shop\"\n[mail]\nfrom = 3\n";
    let variables = [
        ("VESPER_HTTP_BIND", "8081"),
        ("VESPER_WAREHOUSE_URL", "host=localhost password=hunter2"),
        ("VESPER_SORCE_URL", "postgres://localhost/shop"),
        ("VESPER_SERVICE_HOST", "10.0.0.1"),
    ];
    let found = problems(load(text, &variables).expect_err("problems"));
    let has = |part: &str| assert!(found.iter().any(|p| p.contains(part)), "{part} in {found:#?}");
    has("vesper.toml:1:1: unknown key `curency` (did you mean `currency`?)");
    has("vesper.toml:3:7: the value cannot be used (expected postgres://");
    has("vesper.toml:5:8: `from` is an integer, expected a text");
    has("VESPER_HTTP_BIND: \"8081\" cannot be used (expected an IP address and a port");
    has("VESPER_WAREHOUSE_URL: the value cannot be used");
    has("VESPER_SORCE_URL: unknown variable (did you mean VESPER_SOURCE_URL?)");
    assert_eq!(found.len(), 6, "{found:#?}");
    assert!(!found.concat().contains("hunter2"), "{found:#?}");
}

#[test]
fn a_missing_setting_names_variable_key_and_example() {
    let error = load("", &[]).expect("settings").source().expect_err("nothing is set");
    let message = error.to_string();
    assert!(message.contains("VESPER_SOURCE_URL") && message.contains("`source.url` in vesper.toml"), "{message}");
    assert!(error.hint().expect("a hint").contains("VESPER_SOURCE_URL='postgres://"));
    let from_file = load("[source]\nurl = \"postgres://localhost/shop\"", &[]).expect("settings");
    assert!(from_file.source().expect("a database").name().starts_with("source.url in "));
}

#[test]
fn a_secret_comes_from_a_file_and_never_from_both() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let secret = dir.path().join("url");
    std::fs::write(&secret, "postgres://u:hunter2@localhost/analytics\n").expect("a file");
    let path = secret.to_str().expect("UTF-8");
    let settings = load("", &[("VESPER_WAREHOUSE_URL_FILE", path)]).expect("settings");
    assert_eq!(settings.warehouse().expect("a database").database(), "analytics");
    assert!(!format!("{settings:?}").contains("hunter2"), "{settings:?}");

    let both = [("VESPER_MAIL_URL_FILE", path), ("VESPER_MAIL_URL", "file:outbox")];
    assert_eq!(
        problems(load("", &both).expect_err("both")),
        ["VESPER_MAIL_URL_FILE: VESPER_MAIL_URL is set too (keep one)"]
    );
    let missing = problems(load("[mail]\nurl_file = \"nowhere\"", &[]).expect_err("no file"));
    assert!(missing[0].contains("vesper.toml:2:12: the file") && missing[0].contains("cannot be read"), "{missing:?}");
}

#[test]
fn a_named_file_or_folder_must_be_there_and_an_unnamed_one_need_not() {
    let nowhere = Settings::load(&Environment::default(), Some(Path::new("/nonexistent/vesper.toml")));
    assert!(matches!(nowhere, Err(ConfigError::File { .. })));
    let by_variable = Environment::default().with("VESPER_CONFIG", "/nonexistent/vesper.toml");
    assert!(matches!(Settings::load(&by_variable, None), Err(ConfigError::File { .. })));
    assert!(Settings::load(&Environment::default(), None).is_ok());
    let folder = load("[jobs]\ndir = \"elsewhere\"", &[]).expect("settings").jobs().expect_err("no such folder");
    assert!(folder.to_string().starts_with("jobs.dir in "), "{folder}");
}

#[test]
fn the_built_in_folders_are_in_the_binary() {
    let jobs = Folder::built_in(&BUILT_IN_JOBS, "jobs");
    assert_eq!(jobs.name("README.md"), "<built-in>/jobs/README.md");
    assert!(jobs.read("README.md").expect("a file").starts_with("# jobs"));
    assert!(Folder::built_in(&BUILT_IN_TEMPLATES, "templates").read("README.md").is_ok());
}

#[test]
fn an_empty_variable_counts_as_not_set_and_a_public_url_loses_its_slash() {
    let variables = [("VESPER_CURRENCY", ""), ("VESPER_PUBLIC_URL", "https://reports.example.org/")];
    let settings = load("", &variables).expect("settings");
    assert_eq!(settings.currency(), "USD");
    assert_eq!(settings.public_url(), Some("https://reports.example.org"));
}

#[test]
fn everything_a_command_lacks_is_told_at_once() {
    let settings = load("", &[("VESPER_SOURCE_URL", "postgres://localhost/shop")]).expect("settings");
    assert_eq!(settings.missing(&[Need::Source]), []);
    let missing: Vec<String> =
        settings.missing(&[Need::Source, Need::Warehouse, Need::Mail]).iter().map(ToString::to_string).collect();
    assert_eq!(missing.len(), 3, "{missing:#?}");
    for (problem, variable) in missing.iter().zip(["VESPER_WAREHOUSE_URL", "VESPER_MAIL_URL", "VESPER_MAIL_FROM"]) {
        assert!(problem.starts_with(variable) && problem.contains(&format!("for example {variable}='")), "{problem}");
    }
}

#[test]
fn settings_of_variables_read_no_file() {
    let environment =
        Environment::default().with("VESPER_CONFIG", "/nonexistent/vesper.toml").with("VESPER_CURRENCY", "CHF");
    assert_eq!(Settings::of_variables(&environment).expect("settings").currency(), "CHF");
    assert!(Settings::of_variables(&environment.with("VESPER_CURRENCY", "francs")).is_err());
}

#[test]
fn a_second_sources_variable_is_no_slip_beside_the_first() {
    let second = ("VESPER_SOURCE2_URL", "postgres://localhost/other");
    assert!(load("", &[("VESPER_SOURCE_URL", "postgres://localhost/shop"), second]).is_ok());
    assert!(load("[source]\nurl = \"postgres://localhost/shop\"", &[second]).is_ok());
    let alone = problems(load("", &[second]).expect_err("a slip"));
    assert_eq!(alone, ["VESPER_SOURCE2_URL: unknown variable (did you mean VESPER_SOURCE_URL?)"]);
}
