//! Which representation a client takes (RFC 9110, 12.5.1).

use axum::http::{HeaderMap, header};

/// Whether the client names `application/problem+json`, and not with a lower quality than plain JSON.
pub(super) fn prefers_problem_json(request: &HeaderMap) -> bool {
    let named = ranges(request).any(|(range, q)| range == "application/problem+json" && q > 0.0);
    let named_json =
        ranges(request).filter(|(range, _)| range == "application/json").map(|(_, q)| q).fold(0.0, f64::max);
    named && quality(request, "application/problem+json") >= named_json
}

/// How much the client likes a media type: the quality of the most specific range that matches. A missing header takes
/// everything.
pub(super) fn quality(request: &HeaderMap, media_type: &str) -> f64 {
    if !request.contains_key(header::ACCEPT) {
        return 1.0;
    }
    let kind = media_type.split('/').next().unwrap_or_default();
    let names = [media_type.to_owned(), format!("{kind}/*"), "*/*".to_owned()];
    names.iter().find_map(|name| ranges(request).find(|(range, _)| range == name)).map_or(0.0, |(_, q)| q)
}

/// The media ranges of all `Accept` headers, lower case and without their parameters, each with its quality.
fn ranges(request: &HeaderMap) -> impl Iterator<Item = (String, f64)> {
    let headers = request.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    headers.flat_map(|text| text.split(',')).map(|range| {
        let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
        let name = parts.next().unwrap_or_default();
        let q = parts.find_map(|part| part.strip_prefix("q=").and_then(|q| q.parse().ok())).unwrap_or(1.0);
        (name, q)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT, value.parse().expect("a header value"))])
    }

    fn takes_json(request: &HeaderMap) -> bool {
        quality(request, "application/json") > 0.0
    }

    #[test]
    fn the_most_specific_range_decides() {
        assert!(takes_json(&HeaderMap::new()));
        for yes in ["*/*", "application/*", "text/html, application/json;q=0.1", "TEXT/HTML, */*;q=0.8"] {
            assert!(takes_json(&accept(yes)), "{yes}");
        }
        for no in ["text/html", "*/*, application/json;q=0", "application/problem+json", "application/xml"] {
            assert!(!takes_json(&accept(no)), "{no}");
        }
    }

    #[test]
    fn problem_details_are_for_those_who_name_them() {
        assert!(prefers_problem_json(&accept("application/json, application/problem+json")));
        assert!(prefers_problem_json(&accept("application/problem+json")));
        assert!(!prefers_problem_json(&accept("*/*")));
        assert!(!prefers_problem_json(&accept("application/json, application/problem+json;q=0.5")));
    }
}
