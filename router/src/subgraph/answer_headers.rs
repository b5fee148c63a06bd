//! Which headers of subgraphs reach the client: the rules of `router.traffic.answer_headers`, in their order.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::settings::AnswerRule;
use crate::error::Error;

/// Names no rule may touch: they belong to one connection (RFC 9110 §7.6.1), to the body, to what browsers and caches may
/// do, or to the router's own word. Cookies too: a fetch is shared by all who ask the same, a cookie is one viewer's.
const FORBIDDEN: [&str; 30] = [
    "age",
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-range",
    "content-security-policy",
    "content-type",
    "date",
    "etag",
    "expires",
    "keep-alive",
    "last-modified",
    "location",
    "proxy-authenticate",
    "proxy-connection",
    "retry-after",
    "set-cookie",
    "set-cookie2",
    "strict-transport-security",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "www-authenticate",
    "x-request-id",
];
/// Beginnings of such names.
const FORBIDDEN_BEGINNINGS: [&str; 5] = ["access-control-", "grpc-", "ratelimit", "sec-", "proxy-"];
/// Longest value that is handed on, in bytes.
const VALUE_BYTES: usize = 1024;
/// Most headers that are handed on to a client, and their bytes.
const MOST: (usize, usize) = (32, 8 * 1024);
/// Fetches of one operation whose headers are looked at.
const FETCHES: usize = 64;

/// The rules.
#[derive(Debug, Default)]
pub(crate) struct AnswerRules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    /// Empty: of all.
    subgraph: String,
    action: Action,
}

#[derive(Debug)]
enum Action {
    Propagate { from: HeaderName, to: HeaderName },
    Append { from: HeaderName, to: HeaderName },
    Set(HeaderName, HeaderValue),
    Remove(HeaderName),
}

/// The headers that came with a fetch.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// Its id in the plan.
    pub(crate) fetch: i64,
    /// The subgraph.
    pub(crate) service: String,
    /// What it sent.
    pub(crate) headers: HeaderMap,
}

/// What came with the fetches of an operation, bounded.
#[derive(Debug, Default)]
pub(crate) struct Gathering(Vec<Gathered>);

impl Gathering {
    /// Takes in what came with one fetch.
    pub(crate) fn push(&mut self, fetch: i64, service: &str, headers: &HeaderMap) {
        if !headers.is_empty() && self.0.len() < FETCHES {
            self.0.push(Gathered {
                fetch,
                service: service.to_owned(),
                headers: headers.clone(),
            });
        }
    }
}

impl AnswerRules {
    /// Reads the rules.
    ///
    /// # Errors
    /// [`Error::AnswerRule`]: a rule that does nothing or two things, a name that is none or may not pass.
    pub(crate) fn new(rules: &[AnswerRule]) -> Result<Self, Error> {
        let read = |(i, rule)| read(rule).map_err(|reason| Error::AnswerRule(i + 1, reason));
        rules.iter().enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of what a subgraph sent that which a rule asks for.
    pub(super) fn pick(&self, subgraph: &str, sent: &HeaderMap) -> HeaderMap {
        let mut picked = HeaderMap::new();
        for rule in self.0.iter().filter(|rule| rule.is_of(subgraph)) {
            let (Action::Propagate { from, .. } | Action::Append { from, .. }) = &rule.action else {
                continue;
            };
            if !picked.contains_key(from) {
                for value in sent.get_all(from).iter().filter(|value| value.len() <= VALUE_BYTES) {
                    picked.append(from.clone(), value.clone());
                }
            }
        }
        picked
    }

    /// The headers of an answer. Fetches count in the order of the plan, whichever came first.
    pub(crate) fn apply(&self, gathering: Gathering) -> Vec<(HeaderName, HeaderValue)> {
        let mut all = gathering.0;
        all.sort_by_key(|gathered| gathered.fetch);
        let mut out = HeaderMap::new();
        for rule in &self.0 {
            let mut of = all.iter().filter(|gathered| rule.is_of(&gathered.service));
            match &rule.action {
                Action::Propagate { from, to } => {
                    if let Some(value) = of.find_map(|gathered| gathered.headers.get(from)) {
                        out.insert(to.clone(), value.clone());
                    }
                }
                Action::Append { from, to } => {
                    for value in of.flat_map(|gathered| gathered.headers.get_all(from)) {
                        if !out.get_all(to).iter().any(|known| known == value) {
                            out.append(to.clone(), value.clone());
                        }
                    }
                }
                Action::Set(name, value) => {
                    out.insert(name.clone(), value.clone());
                }
                Action::Remove(name) => {
                    out.remove(name);
                }
            }
        }
        bounded(&out)
    }
}

impl Rule {
    fn is_of(&self, subgraph: &str) -> bool {
        self.subgraph.is_empty() || self.subgraph == subgraph
    }
}

fn bounded(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let mut bytes = 0;
    let fits = |(name, value): &(&HeaderName, &HeaderValue)| {
        bytes += name.as_str().len() + value.len();
        bytes <= MOST.1
    };
    let taken = headers.iter().take(MOST.0).take_while(fits);
    taken.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn read(rule: &AnswerRule) -> Result<Rule, String> {
    let from_one = |from: &str| Ok::<_, String>((name(from)?, name(rule.rename.as_deref().unwrap_or(from))?));
    let action = match (&rule.propagate, &rule.append, &rule.set, &rule.remove) {
        (Some(from), None, None, None) if rule.value.is_none() => {
            from_one(from).map(|(from, to)| Action::Propagate { from, to })?
        }
        (None, Some(from), None, None) if rule.value.is_none() => {
            from_one(from).map(|(from, to)| Action::Append { from, to })?
        }
        (None, None, Some(to), None) if rule.rename.is_none() && rule.subgraph.is_empty() => {
            let text = rule.value.as_deref().ok_or("`set` needs a `value`")?;
            let value = HeaderValue::from_str(text)
                .ok()
                .filter(|value| value.len() <= VALUE_BYTES);
            let value =
                value.ok_or_else(|| format!("{text:?} is not the value of a header of at most {VALUE_BYTES} bytes"))?;
            Action::Set(name(to)?, value)
        }
        (None, None, None, Some(gone)) if rule.rename.is_none() && rule.value.is_none() && rule.subgraph.is_empty() => {
            Action::Remove(name(gone)?)
        }
        _ => {
            return Err(
                "a rule has one of `propagate` and `append` (with `rename`, `subgraph`), `set` (with `value`), \
                 `remove`"
                    .to_owned(),
            );
        }
    };
    Ok(Rule {
        subgraph: rule.subgraph.clone(),
        action,
    })
}

fn name(text: &str) -> Result<HeaderName, String> {
    let name = HeaderName::try_from(text).map_err(|_| format!("{text:?} is not the name of a header"))?;
    let is_forbidden = FORBIDDEN.contains(&name.as_str())
        || FORBIDDEN_BEGINNINGS
            .iter()
            .any(|beginning| name.as_str().starts_with(beginning));
    if is_forbidden {
        return Err(format!(
            "{text:?} is not for rules: it belongs to the connection, the body, a cache, one viewer or the router"
        ));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rules(rules: Value) -> Result<AnswerRules, Error> {
        let rules: Vec<AnswerRule> = serde_json::from_value(rules).unwrap();
        AnswerRules::new(&rules)
    }

    fn sent(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let all = headers.iter();
        all.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn given(rules: &AnswerRules, fetches: &[(i64, &str, HeaderMap)]) -> Vec<(String, String)> {
        let mut gathering = Gathering::default();
        for (fetch, service, headers) in fetches {
            gathering.push(*fetch, service, &rules.pick(service, headers));
        }
        let mut given: Vec<(String, String)> = rules
            .apply(gathering)
            .into_iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        given.sort();
        given
    }

    #[test]
    fn only_what_a_rule_names_is_handed_on_in_the_order_of_the_plan() {
        let rules = rules(json!([
            {"propagate": "x-version"},
            {"subgraph": "rights", "propagate": "x-region", "rename": "x-rights-region"},
            {"append": "x-trail"},
            {"set": "x-served-by", "value": "matinee"},
            {"propagate": "x-secret"},
            {"remove": "x-secret"},
        ]))
        .unwrap();
        let later = sent(&[
            ("x-version", "2"),
            ("x-trail", "b"),
            ("x-region", "eu"),
            ("x-other", "1"),
        ]);
        let first = sent(&[
            ("x-version", "1"),
            ("x-trail", "a"),
            ("x-region", "us"),
            ("x-secret", "1"),
        ]);
        // What the second fetch of the plan sent came first.
        let given = given(&rules, &[(2, "rights", later), (1, "catalogue", first)]);
        let expected = [
            ("x-rights-region", "eu"),
            ("x-served-by", "matinee"),
            ("x-trail", "a"),
            ("x-trail", "b"),
            ("x-version", "1"),
        ];
        assert_eq!(given, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_handed_on_is_bounded() {
        let rules = rules(json!([{"append": "x-a"}])).unwrap();
        let mut many = HeaderMap::new();
        for i in 0..100 {
            many.append("x-a", HeaderValue::from_str(&format!("{i:01000}")).unwrap());
        }
        many.append("x-a", HeaderValue::from_str(&"x".repeat(VALUE_BYTES + 1)).unwrap());
        assert_eq!(given(&rules, &[(1, "a", many)]).len(), 8);
    }

    #[test]
    fn headers_of_others_are_refused_by_name() {
        for rule in [
            json!({"propagate": "Set-Cookie"}),
            json!({"append": "x-a", "rename": "cache-control"}),
            json!({"set": "Access-Control-Allow-Origin", "value": "*"}),
            json!({"propagate": "x-a", "append": "x-b"}),
            json!({"set": "x-a"}),
            json!({"set": "x-a", "value": "a\r\nb: c"}),
            json!({"subgraph": "a", "remove": "x-a"}),
            json!({}),
        ] {
            let error = rules(json!([{"remove": "x-b"}, rule.clone()])).unwrap_err().to_string();
            assert!(error.contains("answer_headers, rule 2"), "{rule}: {error}");
        }
    }
}
