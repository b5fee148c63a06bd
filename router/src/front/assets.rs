//! Files in the binary, compressed when it was built: GraphiQL and what the landing page needs.

use std::borrow::Cow;

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

/// What `scripts/build-web.sh` put into `router/assets`, some of it as `.br` or `.gz` only.
#[derive(RustEmbed)]
#[folder = "assets"]
struct Assets;

/// Everything comes from us. GraphiQL's editor sets styles and starts workers from blobs; nothing else may.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
     font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; \
     frame-ancestors 'none'; form-action 'self'";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>GraphiQL is not built</title>\
     <h1>GraphiQL is not built</h1><p>Its files are made from npm packages and are not in this binary. Install Node.js \
     with npm, then run <code>scripts/build-web.sh</code> and build again (<code>make run</code> does both).</p>\
     <p>The graph answers all the same: <code>POST /graphql</code>; its schema is at \
     <a href=\"/schema.graphql\">/schema.graphql</a>.</p></html>";

const NO_SWAGGER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Swagger UI is not built</title>\
     <h1>Swagger UI is not built</h1><p>Its files are made from npm packages and are not in this binary. Install Node.js \
     with npm, then run <code>scripts/build-web.sh</code> and build again (<code>make run</code> does both).</p>\
     <p>REST answers all the same; it is described at <a href=\"/openapi.json\">/openapi.json</a>.</p></html>";

/// `GET /graphiql`.
pub(crate) async fn graphiql(headers: HeaderMap) -> Response {
    file("graphiql/index.html", &headers).unwrap_or_else(|| html(NOT_BUILT.to_owned()))
}

/// `GET /api/docs`.
pub(crate) async fn swagger(headers: HeaderMap) -> Response {
    file("swagger/index.html", &headers).unwrap_or_else(|| html(NO_SWAGGER.to_owned()))
}

/// `GET /assets/…`.
pub(crate) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    let found = if hidden { None } else { file(&path, &headers) };
    found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// A page that is not compressed, to be filled in.
pub(crate) fn template(path: &str) -> Option<String> {
    Assets::get(path).map(|file| String::from_utf8_lossy(&file.data).into_owned())
}

/// A page made here.
pub(crate) fn html(page: String) -> Response {
    let mut response = page.into_response();
    decorate(response.headers_mut(), "text/html; charset=utf-8", "no-cache");
    response
}

/// The file in the best encoding the client takes; one that exists only compressed goes to everybody, all browsers
/// read gzip and brotli.
fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let takes = |coding: &str| {
        accepted
            .split(',')
            .any(|part| part.split(';').next().is_some_and(|name| name.trim() == coding))
    };
    let brotli = || Assets::get(&format!("{path}.br")).map(|file| (file, Some("br")));
    let gzip = || Assets::get(&format!("{path}.gz")).map(|file| (file, Some("gzip")));
    let plain = || Assets::get(path).map(|file| (file, None));
    let found = takes("br").then(brotli).flatten();
    let found = found
        .or_else(|| takes("gzip").then(gzip).flatten())
        .or_else(plain)
        .or_else(gzip)
        .or_else(brotli);
    let (file, encoding) = found?;
    let tag = format!("\"{:x}\"", Hex(&file.metadata.sha256_hash()[..12]));
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes())
    {
        return Some(StatusCode::NOT_MODIFIED.into_response());
    }
    let body = match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response = Response::new(body);
    // Built files carry a hash in their names; pages do not.
    let cache = if is_page(path) {
        "no-cache"
    } else {
        "public, max-age=31536000, immutable"
    };
    decorate(response.headers_mut(), content_type(path), cache);
    if let Some(encoding) = encoding {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Some(response)
}

struct Hex<'b>(&'b [u8]);

impl std::fmt::LowerHex for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn is_page(path: &str) -> bool {
    extension(path) == "html"
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn decorate(headers: &mut HeaderMap, content_type: &'static str, cache: &'static str) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

fn content_type(path: &str) -> &'static str {
    match extension(path) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
