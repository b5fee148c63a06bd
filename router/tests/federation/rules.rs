//! How a field is answered where it is not simply a member: small expressions in `data.yaml`.
//!
//! `^name` is a thing, `.a.b` a member of the object (`.a?.b` null when it was not sent, `.a!` even if it is another
//! subgraph's), `$a.b` an argument; a mapping with one of the functions below is worked out; all else stands for itself.

use serde_json::{Map, Number, Value};

use crate::object::{Object, World};

/// What an expression is worked out over.
pub struct Scope<'a> {
    pub world: &'a World<'a>,
    /// The object whose field it is; none at the root.
    pub object: Option<&'a Object<'a>>,
    pub arguments: &'a Value,
}

impl Scope<'_> {
    /// The value of an expression.
    pub fn value(&self, expression: &Value) -> Result<Value, String> {
        match expression {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => match members.keys().next() {
                Some(key) if key.starts_with('=') => self.call(&key[1..], members),
                _ => {
                    let members = members.iter();
                    let members: Result<Map<String, Value>, String> = members
                        .map(|(key, value)| Ok((key.clone(), self.value(value)?)))
                        .collect();
                    members.map(Value::Object)
                }
            },
            value => Ok(value.clone()),
        }
    }

    fn text(&self, text: &str) -> Result<Value, String> {
        if let Some(path) = text.strip_prefix('.') {
            return self.member(path);
        }
        if let Some(path) = text.strip_prefix('$') {
            let store = self.world.store();
            return Ok(store.follow(self.arguments.clone(), path).unwrap_or(Value::Null));
        }
        Ok(Value::String(text.to_owned()))
    }

    fn member(&self, path: &str) -> Result<Value, String> {
        let object = self.object.ok_or("there are no members at the root")?;
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        if let Some(first) = first.strip_suffix('?') {
            let found = object
                .sent(first)
                .and_then(|value| self.world.store().follow(value, rest));
            return Ok(found.unwrap_or(Value::Null));
        }
        let value = match first.strip_suffix('!') {
            Some(first) => object.own(first)?,
            None => object.known(first)?,
        };
        let found = self.world.store().follow(value, rest);
        found.ok_or_else(|| format!("{}.{path} was not given", object.name()))
    }

    fn call(&self, function: &str, members: &Map<String, Value>) -> Result<Value, String> {
        let of = &members[&format!("={function}")];
        match function {
            "the" => Ok(self.find(of, members)?.into_iter().next().unwrap_or(Value::Null)),
            "all" => Ok(Value::Array(self.find(of, members)?)),
            "count" => Ok(Value::from(self.list(of)?.len())),
            "times" => self.fold(of, 1.0, |a, b| a * b),
            "plus" => self.fold(of, 0.0, |a, b| a + b),
            "over" => {
                let pair = self.list(of)?;
                Ok(Value::Bool(number(&pair[0])? > number(&pair[1])?))
            }
            "not" => Ok(Value::Bool(self.value(of)? != Value::Bool(true))),
            "in" => {
                let pair = self.list(of)?;
                Ok(Value::Bool(
                    pair[1].as_array().is_some_and(|items| items.contains(&pair[0])),
                ))
            }
            "filled" => Ok(Value::Bool(filled(&self.value(of)?))),
            "text" => self.join(of),
            "case" => match self.value(of)?.as_str().and_then(|case| members.get(case)) {
                Some(chosen) => self.value(chosen),
                None => Err(format!("no case for {of}")),
            },
            "own" => match self.object.and_then(|object| object.member(of.as_str()?)) {
                Some(value) => Ok(value),
                None => self.value(&members["else"]),
            },
            "never" => Err(self.world.fault(of.as_str().unwrap_or_default())),
            "typeof" => {
                let id = self.value(of)?;
                Ok(self.world.store().type_of(&id))
            }
            "make" => {
                let Value::Object(thing) = self.value(of)? else {
                    return Err("only objects are made".to_owned());
                };
                Ok(Value::String(self.world.store().add(thing)))
            }
            "keep" => {
                let pair = self.list(of)?;
                let name = pair[0].as_str().unwrap_or_default().to_owned();
                self.world.store().kept.insert(name, pair[1].clone());
                Ok(pair[1].clone())
            }
            "kept" => {
                let name = self.name(of)?;
                Ok(self.world.store().kept.get(&name).cloned().unwrap_or(Value::from(0)))
            }
            "drop" => {
                let name = self.name(of)?;
                Ok(self.world.store().kept.remove(&name).unwrap_or(Value::Null))
            }
            _ => Err(format!("there is no function {function}")),
        }
    }

    fn name(&self, of: &Value) -> Result<String, String> {
        Ok(self.value(of)?.as_str().unwrap_or_default().to_owned())
    }

    fn list(&self, of: &Value) -> Result<Vec<Value>, String> {
        match self.value(of)? {
            Value::Array(items) => Ok(items),
            other => Err(format!("{other} is not a list")),
        }
    }

    /// Things by type; `where` must match, `but` must not, `limit` ends the list, `pick` takes a member of each.
    fn find(&self, of: &Value, members: &Map<String, Value>) -> Result<Vec<Value>, String> {
        let names = match of {
            Value::Array(names) => names.clone(),
            name => vec![name.clone()],
        };
        let types: Vec<String> = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let matching = |key: &str| -> Result<Option<Map<String, Value>>, String> {
            match members.get(key).map(|value| self.value(value)).transpose()? {
                Some(Value::Object(wanted)) => Ok(Some(wanted)),
                _ => Ok(None),
            }
        };
        let (wanted, unwanted) = (matching("where")?, matching("but")?);
        let limit = members.get("limit").map(|limit| self.value(limit)).transpose()?;
        let limit = limit.and_then(|limit| limit.as_u64()).unwrap_or(u64::MAX);
        let store = self.world.store();
        let fits = |reference: &str, members: &Map<String, Value>| {
            members.iter().all(|(path, value)| {
                let known = store.follow(Value::String(reference.to_owned()), path);
                known.as_ref() == Some(&store.resolved(value.clone()))
            })
        };
        let mut found = store.of_types(&types);
        found.retain(|reference| {
            wanted.as_ref().is_none_or(|wanted| fits(reference, wanted))
                && unwanted.as_ref().is_none_or(|unwanted| !fits(reference, unwanted))
        });
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let found = found.into_iter().map(Value::String);
        match members.get("pick").and_then(Value::as_str) {
            Some(member) => Ok(found
                .filter_map(|thing| store.resolved(thing).get(member).cloned())
                .collect()),
            None => Ok(found.collect()),
        }
    }

    fn fold(&self, of: &Value, start: f64, with: impl Fn(f64, f64) -> f64) -> Result<Value, String> {
        let mut total = start;
        for item in self.list(of)? {
            total = with(total, number(&item)?);
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole")]
        let whole = (total.fract() == 0.0).then_some(total as i64);
        Ok(whole.map_or_else(
            || Number::from_f64(total).map_or(Value::Null, Value::Number),
            Value::from,
        ))
    }

    fn join(&self, of: &Value) -> Result<Value, String> {
        let mut text = String::new();
        for part in self.list(of)? {
            match part {
                Value::String(part) => text.push_str(&part),
                part => text.push_str(&part.to_string()),
            }
        }
        Ok(Value::String(text))
    }
}

fn number(value: &Value) -> Result<f64, String> {
    value.as_f64().ok_or_else(|| format!("{value} is not a number"))
}

/// Whether there is something in it, and nothing in it is missing.
fn filled(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty() && items.iter().all(filled),
        Value::Object(members) => members.keys().any(|key| key != "__typename") && members.values().all(filled),
        Value::Null => false,
        _ => true,
    }
}
