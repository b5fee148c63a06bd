//! Where an upstream has the past: the address that M3U lists write as `catchup-source`, filled in.

use kernel::Instant;

/// Fills `{start}`, `{utc}`, `{end}`, `{utcend}` (seconds since 1970), `{duration}` (seconds), `{now}`, `{lutc}`, and
/// `{Y}`, `{m}`, `{d}`, `{H}`, `{M}`, `{S}` of the start in UTC; each also as `${start}`. Other braces stay.
pub fn fill(template: &str, (starts_at, ends_at): (Instant, Instant), now: Instant) -> String {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        let name = from.find('}').map(|close| &from[1..close]);
        match name.and_then(|name| Some((name, value(name, (starts_at, ends_at), now)?))) {
            Some((name, value)) => {
                filled.push_str(before.strip_suffix('$').unwrap_or(before));
                filled.push_str(&value);
                rest = &from[name.len() + 2..];
            }
            None => {
                filled.push_str(before);
                filled.push('{');
                rest = &from[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn value(name: &str, (starts_at, ends_at): (Instant, Instant), now: Instant) -> Option<String> {
    let seconds = |at: Instant| at.timestamp().to_string();
    Some(match name {
        "start" | "utc" => seconds(starts_at),
        "end" | "utcend" => seconds(ends_at),
        "duration" => (ends_at - starts_at).num_seconds().to_string(),
        "now" | "lutc" => seconds(now),
        "Y" | "m" | "d" | "H" | "M" | "S" => starts_at.format(&format!("%{name}")).to_string(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lists_write_is_filled_in_and_the_rest_stays() {
        let at = |time: &str| format!("2026-11-21T{time}:00Z").parse::<Instant>().expect("an instant");
        let fill = |template: &str| fill(template, (at("12:00"), at("13:30")), at("20:00"));
        for (template, url) in [
            (
                "https://a/x.m3u8?utc={utc}&lutc={lutc}",
                "https://a/x.m3u8?utc=1795262400&lutc=1795291200",
            ),
            (
                "https://a/${start}-{end}-{duration}",
                "https://a/1795262400-1795267800-5400",
            ),
            ("https://a/{Y}-{m}-{d}/{H}{M}{S}", "https://a/2026-11-21/120000"),
            (
                "https://a/{other}/{unclosed{start}",
                "https://a/{other}/{unclosed1795262400",
            ),
            ("https://a/{", "https://a/{"),
        ] {
            assert_eq!(fill(template), url);
        }
    }
}
