//! What `docs/cli.md` promises of the JSON objects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

/// The fields of each type: those that are always there, and those that may be absent.
static TYPES: LazyLock<BTreeMap<String, Fields>> = LazyLock::new(read);

#[derive(Debug, Default)]
struct Fields {
    always: BTreeSet<String>,
    sometimes: BTreeSet<String>,
}

/// Fails if the object has a field that is not documented, or misses one that is.
pub(crate) fn check(object: &Value) {
    let kind = object["type"].as_str().expect("each object has a type");
    let fields = TYPES.get(kind).unwrap_or_else(|| panic!("docs/cli.md does not know the type {kind}"));
    let mut found: BTreeSet<String> = object.as_object().expect("each line is an object").keys().cloned().collect();
    found.remove("type");
    let missing: Vec<_> = fields.always.difference(&found).collect();
    let unknown: Vec<_> =
        found.iter().filter(|f| !fields.always.contains(*f) && !fields.sometimes.contains(*f)).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "{kind}: missing {missing:?}, not documented {unknown:?}");
}

fn read() -> BTreeMap<String, Fields> {
    let page = include_str!("../../../../docs/cli.md");
    let (_, table) = page.split_once("| `type` | Fields |").expect("docs/cli.md has the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut types = BTreeMap::new();
    for row in rows {
        let mut cells = row.trim_matches('|').split(" | ");
        let (names, fields) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        for (name, _) in marked(names) {
            let mut described = Fields::default();
            for (field, note) in marked(fields) {
                let place = if note.contains("absent") { &mut described.sometimes } else { &mut described.always };
                place.insert(field);
            }
            types.insert(name, described);
        }
    }
    types
}

/// The words in backticks outside of parentheses, each with the parenthesis behind it.
fn marked(cell: &str) -> Vec<(String, String)> {
    let mut words: Vec<(String, String)> = Vec::new();
    let mut depth = 0;
    for (at, part) in cell.split('`').enumerate() {
        match (at % 2 == 1, depth) {
            (true, 0) => words.push((part.to_owned(), String::new())),
            _ => {
                for c in part.chars() {
                    depth = match c {
                        '(' => depth + 1,
                        ')' => depth - 1,
                        _ => depth,
                    };
                    if let Some((_, note)) = words.last_mut().filter(|_| depth > 0) {
                        note.push(c);
                    }
                }
            }
        }
    }
    words
}
