//! Markup for text that has formatting, for people who edit what was written.

use beseda_wire::content::{Entity, Style};

use super::{Formatted, Names, is_safe_link, parse};

/// Writes markup that [`parse`] reads as this text with this formatting.
///
/// Formatting that no markup can express (runs that overlap without nesting, code with line breaks, links that are not
/// followed) is left out or cut; the text itself is always kept.
pub fn render(text: &str, entities: &[Entity], names: &dyn Names) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut runs = nested(&chars, entities);
    loop {
        let wanted = Formatted { text: text.to_owned(), entities: runs.iter().map(|run| run.entity(&chars)).collect() };
        for escape in Escape::ALL {
            let written = write(&chars, &runs, escape, names);
            if parse(&written, names) == wanted {
                return written;
            }
        }
        // The innermost of the last runs is what could not be expressed.
        if runs.pop().is_none() {
            return write(&chars, &[], Escape::Mentions, names);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    /// As little as people would: enough nearly always.
    Nothing,
    /// Every mark that could mean something.
    Marks,
    /// Usernames as well: mentions are written out.
    Mentions,
}

impl Escape {
    const ALL: [Self; 3] = [Self::Nothing, Self::Marks, Self::Mentions];
}

struct Run {
    start: usize,
    end: usize,
    style: Style,
}

impl Run {
    fn entity(&self, chars: &[char]) -> Entity {
        let cut = |at: usize| u32::try_from(at.min(chars.len())).unwrap_or(u32::MAX);
        Entity { start: cut(self.start), len: cut(self.end - self.start), style: self.style.clone() }
    }
}

/// The runs that nest, outer before inner; what reaches out of its surroundings is left out.
fn nested(chars: &[char], entities: &[Entity]) -> Vec<Run> {
    let mut sorted: Vec<&Entity> = entities.iter().collect();
    sorted.sort_by_key(|entity| (entity.start, std::cmp::Reverse(entity.len)));
    let mut runs: Vec<Run> = Vec::new();
    for Entity { start, len, style } in sorted {
        let start = *start as usize;
        let end = start.saturating_add(*len as usize).min(chars.len());
        let around = runs.iter().filter(|run| run.end > start && run.start < end);
        let crosses = around.clone().any(|run| run.end < end);
        let inside_verbatim = around.clone().any(|run| matches!(run.style, Style::Code | Style::Block { .. }));
        if start < end && !crosses && !inside_verbatim && can_be_written(chars, start, end, style) {
            runs.push(Run { start, end, style: style.clone() });
        }
    }
    runs
}

fn can_be_written(chars: &[char], start: usize, end: usize, style: &Style) -> bool {
    let starts_line = start.checked_sub(1).and_then(|at| chars.get(at)).is_none_or(|c| *c == '\n');
    let ends_line = chars.get(end).is_none_or(|c| *c == '\n');
    match style {
        Style::Quote | Style::Block { .. } => starts_line && ends_line,
        Style::Link { url } => is_safe_link(url) && !url.contains(')'),
        Style::Unknown => false,
        Style::Bold | Style::Italic | Style::Strike | Style::Code | Style::Spoiler | Style::Mention { .. } => true,
    }
}

fn write(chars: &[char], runs: &[Run], escape: Escape, names: &dyn Names) -> String {
    let mut out = String::with_capacity(chars.len() + 16);
    let mut closers: Vec<(usize, String)> = Vec::new();
    let mut next = runs.iter().peekable();
    let mut quote_end = 0;
    let mut verbatim_end = 0;
    for at in 0..=chars.len() {
        while let Some((_, closer)) = closers.pop_if(|(end, _)| *end <= at) {
            out.push_str(&closer);
        }
        while let Some(run) = next.next_if(|run| run.start == at) {
            let content = chars.get(run.start..run.end).unwrap_or_default();
            let (opener, closer) = marks(run, content, escape, names);
            if run.style == Style::Quote {
                quote_end = run.end;
            }
            if matches!(run.style, Style::Code | Style::Block { .. }) || is_named(run, content, escape, names) {
                verbatim_end = run.end;
            }
            out.push_str(&opener);
            closers.push((run.end, closer));
        }
        let Some(c) = chars.get(at) else { break };
        let previous = at.checked_sub(1).and_then(|before| chars.get(before)).copied();
        let starts_line = previous.is_none_or(|c| c == '\n');
        if at >= verbatim_end && escape != Escape::Nothing && is_special(*c, starts_line) {
            out.push('\\');
        }
        out.push(*c);
        if *c == '\n' && at < quote_end {
            out.push_str("> ");
        }
    }
    out
}

fn is_special(c: char, starts_line: bool) -> bool {
    matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '@') || (c == '>' && starts_line)
}

/// Whether it is a mention whose text is the person's username.
fn is_named(run: &Run, content: &[char], escape: Escape, names: &dyn Names) -> bool {
    let Style::Mention { account } = run.style else { return false };
    let Some((&'@', name)) = content.split_first() else { return false };
    escape != Escape::Mentions && names.account(&name.iter().collect::<String>()) == Some(account)
}

fn marks(run: &Run, content: &[char], escape: Escape, names: &dyn Names) -> (String, String) {
    let alike = |mark: &str| (mark.to_owned(), mark.to_owned());
    match &run.style {
        Style::Bold => alike("**"),
        Style::Italic => alike("_"),
        Style::Strike => alike("~~"),
        Style::Spoiler => alike("||"),
        Style::Code => {
            let longest = content.split(|c| *c != '`').map(<[char]>::len).max().unwrap_or_default();
            alike(&"`".repeat(longest + 1))
        }
        Style::Block { language } => (format!("```{language}\n"), "\n```".to_owned()),
        Style::Quote => ("> ".to_owned(), String::new()),
        Style::Link { url } => ("[".to_owned(), format!("]({url})")),
        Style::Mention { .. } if is_named(run, content, escape, names) => (String::new(), String::new()),
        Style::Mention { account } => ("[".to_owned(), format!("](@{account})")),
        Style::Unknown => (String::new(), String::new()),
    }
}
