//! What lines are: code blocks, quotes, and the rest.

/// Consecutive lines of one sort. Between two parts stands one line break.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Plain(String),
    Quote(String),
    Block { language: String, code: String },
}

const FENCE: &str = "```";

/// Splits markup into its parts.
pub(super) fn parts(input: &str) -> Vec<Part> {
    let lines: Vec<&str> = input.split('\n').collect();
    let last_fence = lines.iter().rposition(|line| *line == FENCE);
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if let Some((part, next)) = block(&lines, at, last_fence) {
            parts.push(part);
            at = next;
            continue;
        }
        let quoted = unquoted(line);
        let text = quoted.unwrap_or(line);
        match (parts.last_mut(), quoted.is_some()) {
            (Some(Part::Plain(so_far)), false) | (Some(Part::Quote(so_far)), true) => {
                so_far.push('\n');
                so_far.push_str(text);
            }
            (_, false) => parts.push(Part::Plain(text.to_owned())),
            (_, true) => parts.push(Part::Quote(text.to_owned())),
        }
        at += 1;
    }
    // A quotation of nothing can't be formatted: it stays as it was typed.
    for part in &mut parts {
        if *part == Part::Quote(String::new()) {
            *part = Part::Plain(">".to_owned());
        }
    }
    parts
}

/// A line's quoted text. `>word` is no quotation (nor is a smiley such as `>:(`); `>` alone is an empty line of one.
fn unquoted(line: &str) -> Option<&str> {
    if line == ">" { Some("") } else { line.strip_prefix("> ") }
}

fn block(lines: &[&str], at: usize, last_fence: Option<usize>) -> Option<(Part, usize)> {
    let language = lines.get(at)?.strip_prefix(FENCE)?;
    let is_language = language.chars().all(|c| c.is_alphanumeric() || matches!(c, '+' | '-' | '#' | '_' | '.'));
    if !is_language || last_fence.is_none_or(|last| last <= at) {
        return None;
    }
    let end = at + 1 + lines.get(at + 1..)?.iter().position(|line| *line == FENCE)?;
    let code = lines.get(at + 1..end)?.join("\n");
    let block = Part::Block { language: language.to_owned(), code };
    if matches!(&block, Part::Block { code, .. } if code.is_empty()) { None } else { Some((block, end + 1)) }
}
