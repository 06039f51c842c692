//! A client that knows nothing but `/openapi.json`: it asks every route with parameters of its own making, right and wrong,
//! and looks for answers that the description does not allow.

use std::collections::BTreeMap;

use jsonschema::Validator;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::asked::Asked;

/// Questions asked of each route.
const QUESTION_COUNT: usize = 60;

/// A question, as a client makes it from the description.
#[derive(Debug, Clone)]
struct Question {
    path: String,
    accept: Option<&'static str>,
    method: &'static str,
}

/// Asks every described route and tells what is not as described.
pub async fn answers_that_are_not_described(server: &Asked) -> Vec<String> {
    let description = server.get("/openapi.json").await.json();
    let mut judge = Judge { description: &description, validators: BTreeMap::new() };
    // The same questions each time: a finding that comes and goes helps nobody.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut problems, mut statuses) = (Vec::new(), BTreeMap::<u16, usize>::new());
    for (path, item) in description["paths"].as_object().expect("paths") {
        let questions = questions(path, &item["get"]);
        for _ in 0..QUESTION_COUNT {
            let question = questions.new_tree(&mut runner).expect("a question").current();
            let fields: Vec<(&str, &str)> = question.accept.iter().map(|accept| ("accept", *accept)).collect();
            let answer = server.ask(question.method, &question.path, &fields).await;
            *statuses.entry(answer.status).or_default() += 1;
            let told = judge.problem(item, question.method, answer.status, answer.header("content-type"), &answer.body);
            problems.extend(told.map(|problem| format!("{question:?}: {problem}")));
        }
    }
    let (good, bad) = (statuses.get(&200).copied().unwrap_or(0), statuses.get(&400).copied().unwrap_or(0));
    assert!(good > 100 && bad > 100, "right and wrong questions were asked: {statuses:?}");
    problems
}

fn questions(path: &str, operation: &Value) -> BoxedStrategy<Question> {
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    let (in_path, in_query): (Vec<_>, Vec<_>) = parameters.into_iter().partition(|p| p["in"] == "path");
    let mut paths = Just(path.to_owned()).boxed();
    for parameter in in_path {
        let place = format!("{{{}}}", parameter["name"].as_str().expect("a name"));
        let values = values(&parameter["schema"]).prop_map(|text| escape(&text));
        let values = prop_oneof![19 => values, 1 => prop_oneof![Just("%FF".to_owned()), Just("%zz".to_owned())]];
        paths = (paths, values).prop_map(move |(path, value)| path.replace(&place, &value)).boxed();
    }
    let pairs: Vec<_> = in_query
        .into_iter()
        .map(|parameter| {
            let name = parameter["name"].as_str().expect("a name").to_owned();
            // What is required is mostly there, and two of many parameters seldom get in each other's way.
            let share = if parameter["required"] == true { 0.95 } else { 0.2 };
            let pair =
                values(&parameter["schema"]).prop_map(move |text| format!("{}={}", escape(&name), escape(&text)));
            prop::option::weighted(share, pair)
        })
        .collect();
    let strange = prop_oneof![9 => Just(None), 1 => "[a-z%&=]{1,12}".prop_map(Some)];
    let accepts = prop_oneof![
        5 => Just(None),
        1 => Just(Some("application/problem+json, */*;q=0.5")),
        1 => Just(Some("text/csv")),
        1 => Just(Some("image/png")),
    ];
    let methods = prop_oneof![8 => Just("GET"), 1 => Just("HEAD"), 1 => Just("POST")];
    (paths, pairs, strange, accepts, methods)
        .prop_map(|(path, pairs, strange, accept, method)| {
            let query: Vec<String> = pairs.into_iter().flatten().chain(strange).collect();
            let path = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
            Question { path, accept, method }
        })
        .boxed()
}

/// Values of a parameter: mostly what its schema allows, and what lies just outside.
fn values(schema: &Value) -> BoxedStrategy<String> {
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let wild = "[^\\x00-\\x1f]{0,12}".boxed();
    let right = if schema["enum"].is_array() {
        prop::sample::select(texts(&schema["enum"])).boxed()
    } else if schema["examples"].is_array() {
        prop::sample::select(texts(&schema["examples"])).boxed()
    } else if schema["type"] == "integer" {
        let (from, to) = (schema["minimum"].as_i64().expect("a bound"), schema["maximum"].as_i64().expect("a bound"));
        (from - 1..=to + 1).prop_map(|number| number.to_string()).boxed()
    } else if schema["format"] == "date" {
        let far = (1985..2105i32, 0..14u32, 0..33u32);
        let near = (2025..=2026i32, 1..=12u32, 1..=28u32);
        let date = |(year, month, day): (i32, u32, u32)| format!("{year:04}-{month:02}-{day:02}");
        prop_oneof![1 => far.prop_map(date), 4 => near.prop_map(date)].boxed()
    } else if let Some(pattern) = schema["pattern"].as_str() {
        let known = prop_oneof![Just("tier:pro".to_owned()), Just("stage:lead".to_owned())];
        let made = proptest::string::string_regex(pattern.trim_start_matches('^').trim_end_matches('$'));
        let made = made.expect("a pattern of ours");
        prop_oneof![known, made].boxed()
    } else {
        let known = prop_oneof![Just("tier"), Just("stage"), Just("sales_rep")].prop_map(str::to_owned);
        prop_oneof![known, wild.clone()].boxed()
    };
    prop_oneof![8 => right, 1 => wild].boxed()
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// What the description allows.
struct Judge<'d> {
    description: &'d Value,
    validators: BTreeMap<String, Validator>,
}

impl Judge<'_> {
    /// What is wrong with an answer, if anything is.
    fn problem(&mut self, item: &Value, method: &str, status: u16, media_type: &str, body: &[u8]) -> Option<String> {
        if method == "POST" {
            return (status != 405).then(|| format!("{status} for a method that is not described"));
        }
        let response = &item["get"]["responses"][status.to_string()];
        if !response.is_object() {
            return Some(format!("{status} is not described: {}", String::from_utf8_lossy(body)));
        }
        if method == "HEAD" {
            return (!body.is_empty()).then(|| "an answer to HEAD has a body".to_owned());
        }
        let plain = media_type.split(';').next().unwrap_or_default();
        let content = &response["content"];
        let described = if content["*/*"].is_object() { &content["*/*"] } else { &content[plain] };
        if !described.is_object() {
            return Some(format!("{status} as {media_type:?} is not described"));
        }
        if !plain.ends_with("json") {
            return None;
        }
        let schema = &described["schema"];
        let validator = self.validators.entry(schema.to_string()).or_insert_with(|| {
            let mut whole = schema.clone();
            whole["components"] = self.description["components"].clone();
            jsonschema::validator_for(&whole).expect("a schema")
        });
        let told: Value = match serde_json::from_slice(body) {
            Ok(told) => told,
            Err(error) => return Some(format!("no JSON: {error}")),
        };
        let wrong: Vec<String> =
            validator.iter_errors(&told).take(3).map(|e| format!("{}: {e}", e.instance_path)).collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    }
}

#[test]
fn the_judge_sees_an_undescribed_status_a_wrong_shape_and_a_wrong_form() {
    let described = json!({ "description": "", "content": { "application/json": { "schema": { "type": "object", "required": ["a"] } } } });
    let item = json!({ "get": { "responses": { "200": described } } });
    let description = json!({ "components": {} });
    let mut judge = Judge { description: &description, validators: BTreeMap::new() };
    let mut problem = |method: &str, status, media_type: &str, body: &str| {
        judge.problem(&item, method, status, media_type, body.as_bytes())
    };
    assert_eq!(problem("GET", 200, "application/json", "{\"a\":1}"), None);
    assert_eq!(problem("POST", 405, "application/json", "{}"), None);
    for (method, status, media_type, body) in [
        ("GET", 200, "application/json", "{}"),
        ("GET", 200, "application/json", "a"),
        ("GET", 200, "text/csv", ""),
        ("GET", 500, "application/json", "{\"a\":1}"),
        ("HEAD", 200, "application/json", "{\"a\":1}"),
        ("POST", 200, "application/json", "{\"a\":1}"),
    ] {
        assert!(problem(method, status, media_type, body).is_some(), "{method} {status} {media_type} {body}");
    }
}
