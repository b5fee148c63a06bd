//! From method and path to a route.

use std::collections::{BTreeMap, HashMap};

use axum::http::Method;
use percent_encoding::percent_decode_str;

/// Most segments of a path; a longer one is nowhere.
const MAX_SEGMENTS: usize = 12;

/// A route as it is written: `GET /videos/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pub method: Method,
    /// Without the prefix.
    pub path: String,
    pub segments: Vec<Segment>,
}

/// A part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    /// Letter by letter.
    Fixed(String),
    /// Anything, called by this name.
    Placeholder(String),
}

impl Pattern {
    /// Reads `GET /videos/{id}`.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (method, path) = text.split_once(' ').ok_or("a route is a method and a path")?;
        let method = match method {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => {
                return Err(format!(
                    "the method {method:?} is none of GET, POST, PUT, PATCH, DELETE"
                ));
            }
        };
        let rest = path.strip_prefix('/').ok_or("a path begins with /")?;
        let segments: Vec<Segment> = rest.split('/').map(Segment::parse).collect::<Result<_, _>>()?;
        if segments.len() > MAX_SEGMENTS {
            return Err(format!(
                "the path has {} parts, at most {MAX_SEGMENTS} are allowed",
                segments.len()
            ));
        }
        let pattern = Self {
            method,
            path: path.to_owned(),
            segments,
        };
        let mut names: Vec<&str> = pattern.placeholders().collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("the path has a placeholder twice".to_owned());
        }
        Ok(pattern)
    }

    /// Names of the placeholders, in order.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Placeholder(name) => Some(name.as_str()),
            Segment::Fixed(_) => None,
        })
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        let is_plain = |text: &str| {
            let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
            !text.is_empty() && text.chars().all(allowed)
        };
        if let Some(name) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            return if is_plain(name) {
                Ok(Self::Placeholder(name.to_owned()))
            } else {
                Err(format!("{text:?} is no placeholder"))
            };
        }
        if is_plain(text) {
            Ok(Self::Fixed(text.to_owned()))
        } else {
            Err(format!("{text:?} is no part of a path"))
        }
    }
}

/// All routes; `R` is what a route leads to.
#[derive(Debug)]
pub(super) struct Table<R>(Node<R>);

#[derive(Debug)]
struct Node<R> {
    fixed: HashMap<String, Node<R>>,
    any: Option<Box<Node<R>>>,
    routes: BTreeMap<String, R>,
}

/// What a method and a path lead to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'t, R> {
    /// The route, and what stands in the places of its placeholders.
    Route(&'t R, Vec<String>),
    /// The path is served, but by other methods: these.
    OtherMethods(Vec<&'t str>),
    /// Nothing is served there.
    Nothing,
}

impl<R> Default for Node<R> {
    fn default() -> Self {
        Self {
            fixed: HashMap::new(),
            any: None,
            routes: BTreeMap::new(),
        }
    }
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self(Node::default())
    }
}

impl<R> Table<R> {
    /// Adds a route.
    ///
    /// # Errors
    /// Another has the same method and path.
    pub(super) fn add(&mut self, pattern: &Pattern, route: R) -> Result<(), String> {
        let mut node = &mut self.0;
        for segment in &pattern.segments {
            node = match segment {
                Segment::Fixed(text) => node.fixed.entry(text.clone()).or_default(),
                Segment::Placeholder(_) => node.any.get_or_insert_with(Box::default),
            };
        }
        if node.routes.contains_key(pattern.method.as_str()) {
            return Err("another route has this method and path".to_owned());
        }
        node.routes.insert(pattern.method.as_str().to_owned(), route);
        Ok(())
    }

    /// Looks up a path without the prefix. What is written letter by letter goes before placeholders; `HEAD` is `GET`.
    pub(super) fn find(&self, method: &Method, path: &str) -> Found<'_, R> {
        let mut parts = Vec::new();
        for part in path.trim_start_matches('/').split('/') {
            let Ok(part) = percent_decode_str(part).decode_utf8() else {
                return Found::Nothing;
            };
            if parts.len() == MAX_SEGMENTS {
                return Found::Nothing;
            }
            parts.push(part.into_owned());
        }
        let mut filled = Vec::new();
        let Some(node) = self.0.walk(&parts, &mut filled) else {
            return Found::Nothing;
        };
        let wanted = if *method == Method::HEAD {
            "GET"
        } else {
            method.as_str()
        };
        match node.routes.get(wanted) {
            Some(route) => Found::Route(route, filled),
            None => Found::OtherMethods(node.methods()),
        }
    }
}

impl<R> Node<R> {
    fn walk<'t>(&'t self, parts: &[String], filled: &mut Vec<String>) -> Option<&'t Self> {
        let Some((part, rest)) = parts.split_first() else {
            return (!self.routes.is_empty()).then_some(self);
        };
        if let Some(found) = self.fixed.get(part).and_then(|next| next.walk(rest, filled)) {
            return Some(found);
        }
        let next = self.any.as_ref().filter(|_| !part.is_empty())?;
        filled.push(part.clone());
        let found = next.walk(rest, filled);
        if found.is_none() {
            filled.pop();
        }
        found
    }

    fn methods(&self) -> Vec<&str> {
        let mut methods: Vec<&str> = self.routes.keys().map(String::as_str).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        methods
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(routes: &[&str]) -> Table<String> {
        let mut table = Table::default();
        for route in routes {
            table.add(&Pattern::parse(route).unwrap(), (*route).to_owned()).unwrap();
        }
        table
    }

    #[test]
    fn fixed_parts_go_before_placeholders_and_dead_ends_are_left_again() {
        let table = table(&[
            "GET /videos/latest",
            "GET /videos/{id}",
            "GET /{kind}/latest/all",
            "PUT /videos/{id}",
        ]);
        let found = |method: Method, path: &str| match table.find(&method, path) {
            Found::Route(route, filled) => format!("{route} {filled:?}"),
            Found::OtherMethods(methods) => format!("405 {methods:?}"),
            Found::Nothing => "404".to_owned(),
        };
        assert_eq!(found(Method::GET, "/videos/latest"), "GET /videos/latest []");
        assert_eq!(found(Method::HEAD, "/videos/7%2F8"), "GET /videos/{id} [\"7/8\"]");
        assert_eq!(
            found(Method::GET, "/videos/latest/all"),
            "GET /{kind}/latest/all [\"videos\"]"
        );
        assert_eq!(
            found(Method::DELETE, "/videos/7"),
            "405 [\"GET\", \"PUT\", \"HEAD\", \"OPTIONS\"]"
        );
        for nothing in [
            "/videos",
            "/videos/",
            "/videos/7/",
            "/",
            "",
            "/videos/%ff",
            "/a/b/c/d/e/f/g/h/i/j/k/l/m/n",
        ] {
            assert_eq!(found(Method::GET, nothing), "404", "{nothing}");
        }
    }

    #[test]
    fn a_route_that_cannot_be_is_refused() {
        for route in [
            "GET",
            "FETCH /a",
            "GET a",
            "GET /a b",
            "GET /{}",
            "GET /{a}/{a}",
            "GET /a//b",
            "GET /{a",
        ] {
            assert!(Pattern::parse(route).is_err(), "{route}");
        }
        let mut table = table(&["GET /a/{id}"]);
        assert!(
            table
                .add(&Pattern::parse("GET /a/{other}").unwrap(), String::new())
                .is_err()
        );
    }
}
