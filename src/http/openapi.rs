//! The interface described for programs (OpenAPI 3.1), made of the tables that the handlers run on.

use std::sync::LazyLock;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::http::body::Body;
use crate::http::format::Format;
use crate::http::parameter::{Expected, ID_LENGTH_MAX, Parameter};
use crate::http::route::{BASE_PATH, BEYOND, Content, ROUTES, Route};
use crate::metric::all_tables;
use crate::metric::catalog::CATALOG;

/// The shapes of the answers.
const SCHEMAS: &str = include_str!("schema.json");

/// Every status a route of numbers answers with.
pub(super) const STATUSES: [(StatusCode, &str); 10] = [
    (StatusCode::NOT_MODIFIED, "The client holds this answer already"),
    (StatusCode::BAD_REQUEST, "A parameter cannot be used"),
    (StatusCode::UNAUTHORIZED, "No token, or one that opens nothing"),
    (StatusCode::FORBIDDEN, "A token without the scope"),
    (StatusCode::NOT_FOUND, "No such thing"),
    (StatusCode::NOT_ACCEPTABLE, "Accept leaves out every form there is"),
    (StatusCode::PAYLOAD_TOO_LARGE, "A request with a body"),
    (StatusCode::URI_TOO_LONG, "An address that is too long"),
    (StatusCode::TOO_MANY_REQUESTS, "The token asks too often"),
    (StatusCode::SERVICE_UNAVAILABLE, "Nothing to show yet, or more requests at once than are answered"),
];

/// `/openapi.json`.
pub(super) fn body() -> &'static Body {
    static BODY: LazyLock<Body> = LazyLock::new(|| of_text("application/json", description().to_string()));
    &BODY
}

/// A text that is the same for as long as the process lives.
pub(super) fn of_text(media_type: &'static str, text: String) -> Body {
    let etag = hex::encode(&Sha256::digest(&text)[..8]);
    Body::new(media_type, text.into(), etag, None)
}

fn description() -> Value {
    let mut paths: Map<String, Value> = ROUTES.iter().chain(&BEYOND).map(path).collect();
    paths.insert(format!("{BASE_PATH}/{}", crate::http::file::EDITION_PATH), edition_file());
    paths.extend(others());
    let mut schemas: Value = serde_json::from_str(SCHEMAS).expect("the file in the tree is JSON");
    let shapes = schemas.as_object_mut().expect("the file in the tree holds an object");
    for route in ROUTES.iter().chain(&BEYOND) {
        shapes.insert(format!("{}_answer", schema_name(route)), answer_schema(route));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Vesper", "version": env!("CARGO_PKG_VERSION"),
            "description": "The published numbers, read only. GET and HEAD; anything else answers 405.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{}, { "token": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": {
                "type": "http", "scheme": "bearer",
                "description": "`id.secret`, as `vesper token create` printed it. Without any token in use this machine alone may ask.",
            } },
        },
    })
}

/// `customers/overview` → `customers_overview`.
pub(super) fn schema_name(route: &Route) -> String {
    route.path.replace("/{name}", "").replace(['/', '-'], "_")
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The envelope around a route's data: the contract's own, and where there is a window the figures of one.
fn answer_schema(route: &Route) -> Value {
    let own = reference(&schema_name(route));
    let data = match route.content {
        Content::Document | Content::Lifecycle => json!({ "anyOf": [own, reference("windowed")] }),
        Content::Reps => json!({ "anyOf": [own, reference("windowed_reps")] }),
        _ => own,
    };
    json!({
        "type": "object", "required": ["status", "data", "meta"], "additionalProperties": false,
        "properties": { "status": { "const": "success" }, "data": data, "meta": reference("meta") },
    })
}

fn path(route: &Route) -> (String, Value) {
    let in_path = (route.content == Content::Metric).then(|| {
        json!({
            "name": "name", "in": "path", "required": true,
            "description": "The name in /catalog, of a metric or of a table; what a deployment defines itself comes on top",
            "schema": { "type": "string", "minLength": 1, "examples": metric_names().collect::<Vec<_>>() },
        })
    });
    let parameters: Value = in_path.into_iter().chain(route.parameters().map(parameter)).collect();
    let answer = reference(&format!("{}_answer", schema_name(route)));
    let content: Map<String, Value> = Format::ALL
        .into_iter()
        .map(|format| {
            let schema = if format == Format::Json { answer.clone() } else { json!({}) };
            (format.media_type().split(';').next().unwrap_or_default().to_owned(), json!({ "schema": schema }))
        })
        .collect();
    let mut responses =
        Map::from_iter([("200".to_owned(), json!({ "description": "The answer", "content": content }))]);
    responses.extend(STATUSES.map(refusal));
    let scope = if route.content == Content::Editions { "editions" } else { "metrics" };
    let operation = json!({
        "operationId": schema_name(route), "summary": route.summary, "tags": [scope],
        "description": format!("Needs the scope `{scope}` where tokens are in use."),
        "parameters": parameters, "responses": responses,
    });
    (route.url(), json!({ "get": operation }))
}

/// What every deployment knows: metrics, then tables.
fn metric_names() -> impl Iterator<Item = &'static str> {
    CATALOG.iter().map(|metric| metric.name).chain(all_tables().map(|table| table.name))
}

fn refusal((status, description): (StatusCode, &str)) -> (String, Value) {
    let mut response = json!({ "description": description });
    if status != StatusCode::NOT_MODIFIED {
        response["content"] = json!({
            "application/json": { "schema": reference("refusal") },
            "application/problem+json": { "schema": reference("problem") },
        });
    }
    (status.as_str().to_owned(), response)
}

fn parameter(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name, "in": "query", "required": parameter.is_required, "description": parameter.about,
        "schema": schema(&parameter.expected),
    })
}

fn schema(expected: &Expected) -> Value {
    match expected {
        Expected::OneOf(names) => json!({ "type": "string", "enum": names }),
        Expected::Number { from, to } => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Expected::Date => json!({ "type": "string", "format": "date" }),
        Expected::Id => json!({ "type": "string", "minLength": 1, "maxLength": ID_LENGTH_MAX }),
        Expected::Member => json!({ "type": "string", "pattern": "^[^:]+:.+$", "maxLength": 2 * ID_LENGTH_MAX }),
        Expected::Cursor => json!({ "type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$" }),
    }
}

fn edition_file() -> Value {
    let in_path = |name: &str, about: &str| json!({ "name": name, "in": "path", "required": true, "description": about, "schema": { "type": "string", "minLength": 1 } });
    let mut responses = Map::from_iter([(
        "200".to_owned(),
        json!({ "description": "The file, as it was mailed", "content": { "*/*": {} } }),
    )]);
    responses.extend(STATUSES.map(refusal));
    json!({ "get": {
        "operationId": "edition_file", "summary": "a file of a sealed report", "tags": ["editions"],
        "description": "Needs the scope `editions` where tokens are in use.",
        "parameters": [in_path("edition", "The edition's number in /editions"), in_path("name", "The file's name there")],
        "responses": responses,
    } })
}

/// What lies beside the numbers.
fn others() -> impl Iterator<Item = (String, Value)> {
    let probe = |id: &str, summary: &str| {
        let ready =
            json!({ "description": "Yes", "content": { "application/json": { "schema": reference("probe") } } });
        let mut responses = Map::from_iter([("200".to_owned(), ready)]);
        responses.extend(STATUSES.into_iter().filter(|(status, _)| PROBE_STATUSES.contains(status)).map(refusal));
        json!({ "get": { "operationId": id, "summary": summary, "tags": ["process"], "security": [], "responses": responses } })
    };
    let probes = [("healthz", "whether the process lives"), ("readyz", "whether the numbers are fresh")];
    probes.into_iter().map(move |(id, summary)| (format!("/{id}"), probe(id, summary)))
}

/// What a probe answers beside yes.
const PROBE_STATUSES: [StatusCode; 3] =
    [StatusCode::PAYLOAD_TOO_LARGE, StatusCode::URI_TOO_LONG, StatusCode::SERVICE_UNAVAILABLE];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_and_parameter_is_described_and_every_reference_leads_somewhere() {
        let description = description();
        for route in ROUTES.iter().chain(&BEYOND) {
            let operation = &description["paths"][route.url()]["get"];
            let described: Vec<&str> = operation["parameters"]
                .as_array()
                .expect("a list")
                .iter()
                .filter(|p| p["in"] == "query")
                .map(|p| p["name"].as_str().expect("a name"))
                .collect();
            assert_eq!(described, route.parameters().map(|p| p.name).collect::<Vec<_>>(), "{}", route.path);
        }
        let text = description.to_string();
        let references = text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap_or(""));
        let mut count = 0;
        for name in references {
            assert!(description["components"]["schemas"][name].is_object(), "{name}");
            count += 1;
        }
        assert!(count > 50);
    }
}
