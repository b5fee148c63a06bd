//! RFC 9110 §13 and §14, row by row: the table that decided against a ready-made file server.

use axum::{
    body::Body,
    http::{Method, Request},
};
use demo::film::ORIGINAL;

use crate::{Reply, Sidecar};

/// Who judges an answer.
type Judge = Box<dyn Fn(&Reply) -> bool>;

/// One row: what it is about, method, fields, what must come.
struct Row(&'static str, Method, Vec<(&'static str, String)>, Judge);

/// The film's tag and date, as the first answer says.
struct Facts {
    tag: String,
    date: String,
}

const N: usize = ORIGINAL.len();
const OLD: &str = "Mon, 01 Jan 2001 00:00:00 GMT";

fn one(first: usize, last: usize) -> Judge {
    Box::new(move |reply| {
        reply.status == 206
            && reply.body == ORIGINAL[first..=last]
            && reply.header("content-range") == format!("bytes {first}-{last}/{N}")
            && reply.header("content-length") == (last - first + 1).to_string()
    })
}

fn full() -> Judge {
    Box::new(|reply| reply.status == 200 && reply.body == ORIGINAL)
}

fn unsatisfiable() -> Judge {
    Box::new(|reply| {
        let problem = reply.problem();
        reply.status == 416 && reply.header("content-range") == format!("bytes */{N}") && problem["length"] == N
    })
}

fn status(code: u16) -> Judge {
    Box::new(move |reply| reply.status == code)
}

fn parts(spans: &'static [(usize, usize)]) -> Judge {
    Box::new(move |reply| {
        let Some(boundary) = reply
            .header("content-type")
            .strip_prefix("multipart/byteranges; boundary=")
        else {
            return false;
        };
        let mut wanted = Vec::new();
        for (first, last) in spans {
            let head = format!(
                "\r\n--{boundary}\r\nContent-Type: video/mp4\r\nContent-Range: bytes {first}-{last}/{N}\r\n\r\n"
            );
            wanted.extend_from_slice(head.as_bytes());
            wanted.extend_from_slice(&ORIGINAL[*first..=*last]);
        }
        wanted.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        reply.status == 206
            && reply.body == wanted
            && reply.header("content-length") == wanted.len().to_string()
            && reply.header("content-range").is_empty()
    })
}

fn range(about: &'static str, range: impl Into<String>, judge: Judge) -> Row {
    Row(about, Method::GET, vec![("range", range.into())], judge)
}

fn with(about: &'static str, range: &'static str, name: &'static str, value: impl Into<String>, judge: Judge) -> Row {
    Row(
        about,
        Method::GET,
        vec![("range", range.to_owned()), (name, value.into())],
        judge,
    )
}

fn rows_of_ranges() -> Vec<Row> {
    vec![
        range("first byte", "bytes=0-0", one(0, 0)),
        range("first 500", "bytes=0-499", one(0, 499)),
        range("open end", format!("bytes={}-", N - 10), one(N - 10, N - 1)),
        range("suffix", "bytes=-10", one(N - 10, N - 1)),
        range(
            "suffix longer than the film is the whole",
            format!("bytes=-{}", N + 5),
            one(0, N - 1),
        ),
        range("suffix of nothing", "bytes=-0", unsatisfiable()),
        range(
            "end past the end is cut",
            format!("bytes=10-{}", N + 100),
            one(10, N - 1),
        ),
        range("begin at the end", format!("bytes={N}-"), unsatisfiable()),
        range(
            "begin past the end",
            format!("bytes={}-{}", N + 5, N + 9),
            unsatisfiable(),
        ),
        range("last before first is ignored", "bytes=9-5", full()),
        range("garbage is ignored", "bytes=abc", full()),
        range("unknown unit is ignored", "items=0-5", full()),
        range("empty set is ignored", "bytes=", full()),
        range("unit in any case", "Bytes=0-4", one(0, 4)),
        range("huge number", "bytes=99999999999999999999999-", unsatisfiable()),
        range("two parts", "bytes=0-9,20-29", parts(&[(0, 9), (20, 29)])),
        range("two parts with a space", "bytes=0-9, 20-29", parts(&[(0, 9), (20, 29)])),
        range("one of two is there", format!("bytes=0-9,{N}-"), one(0, 9)),
        range(
            "a thousand parts cost no more than the whole",
            format!("bytes={}", ["0-"; 1000].join(",")),
            full(),
        ),
    ]
}

fn rows_of_conditions(facts: &Facts) -> Vec<Row> {
    let Facts { tag, date } = facts;
    let first = "bytes=0-9";
    vec![
        with("If-Range, same tag", first, "if-range", tag, one(0, 9)),
        with("If-Range, other tag", first, "if-range", "\"nope\"", full()),
        with("If-Range, weak tag", first, "if-range", format!("W/{tag}"), full()),
        with("If-Range, same date", first, "if-range", date, one(0, 9)),
        with("If-Range, old date", first, "if-range", OLD, full()),
        with(
            "If-None-Match comes before Range",
            first,
            "if-none-match",
            tag,
            status(304),
        ),
        with("If-Match, other tag", first, "if-match", "\"nope\"", status(412)),
        Row(
            "If-Modified-Since now",
            Method::GET,
            vec![("if-modified-since", date.clone())],
            status(304),
        ),
        Row(
            "If-Unmodified-Since then",
            Method::GET,
            vec![("if-unmodified-since", OLD.to_owned())],
            status(412),
        ),
        Row("HEAD", Method::HEAD, vec![], head()),
        Row(
            "HEAD ignores Range",
            Method::HEAD,
            vec![("range", first.to_owned())],
            head(),
        ),
        Row(
            "ranges are offered",
            Method::GET,
            vec![],
            Box::new(|reply| reply.header("accept-ranges") == "bytes"),
        ),
        Row(
            "there is a strong tag",
            Method::GET,
            vec![],
            Box::new(|reply| reply.header("etag").starts_with('"')),
        ),
        Row("POST", Method::POST, vec![], status(405)),
    ]
}

fn head() -> Judge {
    Box::new(|reply| reply.status == 200 && reply.body.is_empty() && reply.header("content-length") == N.to_string())
}

#[tokio::test]
async fn every_row_of_the_range_table_holds() {
    let sidecar = Sidecar::with_film().await;
    let path = format!("/api/v1/stream/{}", sidecar.token().await);
    let whole = sidecar.get(&path).await;
    let facts = Facts {
        tag: whole.header("etag").to_owned(),
        date: whole.header("last-modified").to_owned(),
    };
    let rows: Vec<Row> = rows_of_ranges().into_iter().chain(rows_of_conditions(&facts)).collect();
    assert_eq!(rows.len(), 33);
    for Row(about, method, fields, judge) in rows {
        let mut request = Request::builder().method(method).uri(&path);
        for (name, value) in fields {
            request = request.header(name, value);
        }
        let reply = sidecar.send(request.body(Body::empty()).unwrap()).await;
        let size = reply.body.len();
        assert!(
            judge(&reply),
            "{about}: {} {:?}, {size} bytes",
            reply.status,
            reply.headers
        );
    }
}
