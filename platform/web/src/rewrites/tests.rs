use axum::http::HeaderName;
use proptest::prelude::*;

use super::*;

fn rule(from: &str, to: &str, status: u16, hosts: &[&str]) -> Rewrite {
    Rewrite {
        from: from.to_owned(),
        to: to.to_owned(),
        status,
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
    }
}

fn read(rules: &[Rewrite]) -> Rewrites {
    Rewrites::read(rules, "https://tv.example").expect("good rules")
}

/// What becomes of a request: the other path, or status and location.
fn outcome(rules: &Rewrites, host: &str, path: &str) -> String {
    let headers: HeaderMap = [(
        HeaderName::from_static("host"),
        HeaderValue::from_str(host).expect("a host"),
    )]
    .into_iter()
    .collect();
    match rules.apply(&path.parse().expect("a path"), &headers) {
        None => "as it is".to_owned(),
        Some(Outcome::Path(path)) => path.as_str().to_owned(),
        Some(Outcome::Elsewhere(status, location)) => {
            format!("{} {}", status.as_u16(), location.to_str().expect("text"))
        }
    }
}

#[test]
fn the_first_rule_that_fits_says_where_it_goes() {
    let rules = read(&[
        rule("/v1/videos/{id}", "/api/v1/videos/{id}", 0, &[]),
        rule("/old/{a}/{b}", "/new/{b}/{a}?from=old", 301, &[]),
        rule("/{*rest}", "https://tv.example/{*rest}", 308, &["www.tv.example"]),
        rule("/watch/{*rest}", "https://cdn.example:8443/x/{*rest}", 307, &[]),
        rule("/start", "/", 302, &[]),
    ]);
    for (host, path, expected) in [
        ("a", "/v1/videos/7", "/api/v1/videos/7"),
        ("a", "/v1/videos/7?fields=a%20b&x", "/api/v1/videos/7?fields=a%20b&x"),
        (
            "a",
            "/v1/videos/a%2Fb%0d%0aset-cookie:x",
            "/api/v1/videos/a%2Fb%0d%0aset-cookie:x",
        ),
        ("a", "/old/1/2", "301 /new/2/1?from=old"),
        ("a", "/old/1/2?x=1", "301 /new/2/1?from=old&x=1"),
        ("WWW.TV.example:443", "/a/b?c", "308 https://tv.example/a/b?c"),
        ("tv.example", "/a/b?c", "as it is"),
        ("a", "/watch/a/b/", "307 https://cdn.example:8443/x/a/b/"),
        ("a", "/start", "302 /"),
        ("a", "/v1/videos", "as it is"),
        ("a", "/watch//evil.example", "as it is"),
        ("a", "/watch/..%2f..%2fadmin", "as it is"),
        ("www.tv.example", "//evil.example", "as it is"),
        ("www.tv.example", "/%2f%2fevil.example", "as it is"),
    ] {
        assert_eq!(outcome(&rules, host, path), expected, "{host} {path}");
    }
}

#[test]
fn a_redirect_that_would_lead_to_itself_is_not_followed() {
    let rules = read(&[rule("/a/{x}", "/{x}/a", 302, &[])]);
    assert_eq!(outcome(&rules, "a", "/a/b"), "302 /b/a");
    assert_eq!(outcome(&rules, "a", "/a/a"), "as it is");
}

#[test]
fn rules_that_cannot_be_followed_are_refused_by_their_number() {
    let good = || rule("/a/{id}", "/b/{id}", 0, &[]);
    for (rules, said) in [
        (vec![rule("a", "/b", 0, &[])], "rule 1 (a): \"a\" is no path"),
        (
            vec![good(), rule("/c", "/b/{id}", 0, &[])],
            "rule 2 (/c): \"/b/{id}\" has {id}, which is no placeholder of /c",
        ),
        (vec![rule("/c/{*id}", "/b/{id}", 0, &[])], "no placeholder"),
        (vec![rule("/c", "/b", 303, &[])], "303 is none of 301"),
        (vec![rule("/c", "https://tv.example/", 0, &[])], "a URL needs a status"),
        (
            vec![rule("/c", "http://tv.example/", 301, &[])],
            "neither a path nor an https:// URL",
        ),
        (vec![rule("/c", "//evil.example", 301, &[])], "not empty"),
        (vec![rule("/{c}", "https://{c}/", 301, &[])], "does not name a host"),
        (vec![rule("/{c}", "https://a@{c}/", 301, &[])], "does not name a host"),
        (vec![rule("/c", "https:///x", 301, &[])], "does not name a host"),
        (vec![rule("/{c}", "/d?c={c}", 0, &[])], "placeholders stand in the path"),
        (
            vec![rule("/c", "/d#top", 301, &[])],
            "neither a {placeholder} nor a segment",
        ),
        (vec![rule("/c", "/d", 0, &["a b"])], "\"a b\" is not the name of a host"),
        (
            vec![rule("/c", "/d", 0, &["a:80"])],
            "\"a:80\" is not the name of a host",
        ),
        (
            vec![good(), rule("/a/{x}", "/c", 0, &[])],
            "rule 2 (/a/{x}): it is a duplicate of rule 1 (/a/{id})",
        ),
        (
            vec![good(), rule("/a/b", "/c", 0, &["x"])],
            "rule 2 (/a/b): it can never match after rule 1",
        ),
        (
            vec![rule("/a", "/a", 301, &[])],
            "rule 1 (/a): \"/a\" leads back to this rule: a loop",
        ),
        (vec![rule("/a/{*x}", "/a/b/{*x}", 301, &[])], "a loop"),
        (
            vec![
                rule("/a", "/b", 301, &[]),
                rule("/b", "/c", 302, &[]),
                rule("/c", "/a", 308, &[]),
            ],
            "rule 1 (/a): \"/b\" leads back to this rule",
        ),
        (vec![rule("/{*x}", "https://tv.example/{*x}", 301, &[])], "a loop"),
        (
            vec![
                rule("/{*x}", "https://b.example/{*x}", 301, &["a.example"]),
                rule("/{*x}", "https://a.example/{*x}", 301, &["b.example"]),
            ],
            "rule 1 (/{*x})",
        ),
    ] {
        let refused = Rewrites::read(&rules, "https://tv.example")
            .expect_err(said)
            .to_string();
        assert!(
            refused.starts_with("web.rewrites, rule ") && refused.contains(said),
            "{refused}, not {said}"
        );
    }
}

#[test]
fn what_only_looks_like_a_loop_is_none() {
    read(&[rule("/x/{*rest}", "/{*rest}", 301, &[])]);
    read(&[rule("/{*rest}", "https://elsewhere.example/{*rest}", 301, &[])]);
    read(&[rule("/{*rest}", "https://tv.example/{*rest}", 301, &["old.example"])]);
    read(&[rule("/a", "/b", 0, &[]), rule("/b", "/a", 301, &[])]);
    read(&[rule("/a", "/b", 0, &["x"]), rule("/a", "/c", 0, &[])]);
}

proptest! {
    #[test]
    fn a_redirect_stays_on_its_host_and_in_its_folder(path in "/[a-z./%\\\\;@:2fFeE5cC0dDaA]{0,20}") {
        let rules = read(&[rule("/{*rest}", "https://tv.example/x/{*rest}", 308, &["a"])]);
        if let Ok(uri) = path.parse::<Uri>() {
            let headers = [(header::HOST, HeaderValue::from_static("a"))].into_iter().collect();
            if let Some(Outcome::Elsewhere(_, location)) = rules.apply(&uri, &headers) {
                let location = location.to_str().expect("text");
                prop_assert_eq!(location, &format!("https://tv.example/x{}", uri.path()));
                prop_assert!(!location["https://".len()..].contains("//"), "{}", location);
            }
        }
    }
}
