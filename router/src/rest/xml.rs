//! Answers as XML, for clients that ask for it. The mapping is in docs/REST.md.

use std::fmt::Write;

use axum::http::{HeaderMap, header};
use serde_json::Value;

/// Whether the client would rather have XML than JSON. A browser that opens a link takes both and is shown JSON.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter();
    let parts = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let (mut xml, mut json) = (0.0_f32, 0.0_f32);
    for part in parts {
        let mut parameters = part.split(';').map(str::trim);
        let media = parameters.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parameters.find_map(|parameter| parameter.strip_prefix("q=")?.parse().ok());
        let quality: f32 = quality.unwrap_or(1.0);
        match media.as_str() {
            "text/html" => return false,
            "application/xml" | "text/xml" | "application/problem+xml" => xml = xml.max(quality),
            "application/json" | "application/problem+json" => json = json.max(quality),
            _ => {}
        }
    }
    xml > json
}

/// A document with `root` around `value`; `namespace` is its default namespace, if any.
pub(super) fn document(root: &str, namespace: Option<&str>, value: &Value) -> String {
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let attributes = namespace.map_or_else(String::new, |namespace| format!(" xmlns=\"{namespace}\""));
    element(&mut out, root, &attributes, value);
    out.push('\n');
    out
}

fn element(out: &mut String, name: &str, attributes: &str, value: &Value) {
    let is_name = is_name(name);
    let tag = if is_name { name } else { "member" };
    out.push('<');
    out.push_str(tag);
    out.push_str(attributes);
    if !is_name {
        out.push_str(" name=\"");
        text(out, name);
        out.push('"');
    }
    match value {
        Value::Null => {
            out.push_str(" nil=\"true\"/>");
            return;
        }
        Value::Array(items) => {
            // Else a list without items could not be told from an empty text.
            out.push_str(" list=\"true\">");
            for item in items {
                element(out, "item", "", item);
            }
        }
        Value::Object(members) => {
            out.push('>');
            for (name, member) in members {
                element(out, name, "", member);
            }
        }
        Value::String(content) => {
            out.push('>');
            text(out, content);
        }
        other => {
            out.push('>');
            // Writing to a string cannot fail.
            write!(out, "{other}").unwrap_or_default();
        }
    }
    out.push_str("</");
    out.push_str(tag);
    out.push('>');
}

/// A name of XML 1.0, without colons and of ASCII only.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let first = bytes.next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Content that means nothing else; what XML 1.0 cannot hold becomes U+FFFD.
fn text(out: &mut String, content: &str) {
    for letter in content.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(letter),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_elements_and_nothing_in_them_becomes_markup() {
        let value = json!({"id": 7, "name": "<Tom & \"Jerry\">\u{1}", "tags": ["a", null], "none": [], "on air": true});
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<answer><id>7</id>\
            <name>&lt;Tom &amp; &quot;Jerry&quot;&gt;\u{fffd}</name><none list=\"true\"></none>\
            <member name=\"on air\">true</member>\
            <tags list=\"true\"><item>a</item><item nil=\"true\"/></tags></answer>\n";
        let written = document("answer", None, &value);
        let sorted = |text: &str| {
            let mut parts: Vec<String> = text.split('<').map(str::to_owned).collect();
            parts.sort();
            parts
        };
        // The order of members is JSON's own.
        assert_eq!(sorted(&written), sorted(expected), "{written}");
    }

    #[test]
    fn xml_is_for_those_who_prefer_it() {
        for (accept, expected) in [
            ("application/xml", true),
            ("text/xml, application/json;q=0.5", true),
            ("application/xml;q=0.5, application/json", false),
            ("application/xml, application/json", false),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
            ("application/xml;q=0", false),
            ("*/*", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(is_wanted(&headers), expected, "{accept}");
        }
        assert!(!is_wanted(&HeaderMap::new()));
    }
}
