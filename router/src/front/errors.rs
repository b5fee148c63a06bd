//! What `type` of a problem leads to: `/errors/{slug}` tells one code, `/errors` all, to people as a page and to programs
//! as JSON.

use std::fmt::Write;

use axum::{
    Json,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use graphql::{ErrorClass, error_classes};
use serde_json::{Value, json};

use super::assets::html;

/// `GET /errors`.
pub(crate) async fn list(headers: HeaderMap) -> Response {
    let classes: Vec<ErrorClass> = error_classes().collect();
    if wants_page(&headers) {
        return page("Errors", &classes);
    }
    Json(json!({ "errors": classes.iter().map(as_json).collect::<Vec<_>>() })).into_response()
}

/// `GET /errors/{slug}`.
pub(crate) async fn one(Path(slug): Path<String>, headers: HeaderMap) -> Response {
    let wanted = format!("/errors/{slug}");
    let Some(class) = error_classes().find(|class| class.problem_type() == wanted) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if wants_page(&headers) {
        return page(class.title, &[class]);
    }
    Json(as_json(&class)).into_response()
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn as_json(class: &ErrorClass) -> Value {
    json!({
        "type": class.problem_type(),
        "code": class.name,
        "status": class.status,
        "title": class.title,
        "meaning": class.meaning,
    })
}

fn page(title: &str, classes: &[ErrorClass]) -> Response {
    let mut rows = String::new();
    for class in classes {
        write!(
            rows,
            "<h2 id=\"{0}\"><a href=\"{1}\">{0}</a></h2><p><b>{2}</b> · HTTP {3}</p><p>{4}</p>",
            class.name,
            class.problem_type(),
            class.title,
            class.status,
            class.meaning,
        )
        .expect("a string takes all");
    }
    html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font:16px/1.5 system-ui;margin:2rem auto;max-width:44rem;padding:0 1rem}}</style><h1>{title}</h1>\
         <p>Every error of an answer has <code>extensions.code</code>, and <code>extensions.problem</code> as RFC 9457 \
         has it. <a href=\"/errors\">All codes</a>.</p>{rows}</html>"
    ))
}
