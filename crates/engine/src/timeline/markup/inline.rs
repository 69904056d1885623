//! Formatting within lines: one pass over the characters that makes tokens and pairs delimiters on a stack, and one over
//! the tokens that writes text and styles. Linear in the length of the input.

use beseda_model::AccountId;
use beseda_wire::content::Style;

use super::{Builder, Names, is_in_name, is_safe_link};

/// Characters of the longest name that is looked for.
const MAX_CALLED: usize = 64;

/// A delimiter that opens and closes alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Bold,
    Star,
    Underline,
    Strike,
    Spoiler,
}

impl Mark {
    const ALL: [(Self, &'static str); 5] =
        [(Self::Bold, "**"), (Self::Star, "*"), (Self::Underline, "_"), (Self::Strike, "~~"), (Self::Spoiler, "||")];

    fn text(self) -> &'static str {
        Self::ALL.iter().find(|(mark, _)| *mark == self).map_or("", |(_, text)| text)
    }

    fn style(self) -> Style {
        match self {
            Self::Bold => Style::Bold,
            Self::Star | Self::Underline => Style::Italic,
            Self::Strike => Style::Strike,
            Self::Spoiler => Style::Spoiler,
        }
    }

    /// Whether it must stand at the edges of words: stars and underlines are common inside of them.
    fn at_word_edges(self) -> bool {
        matches!(self, Self::Star | Self::Underline)
    }
}

#[derive(Debug)]
enum Token {
    Text(String),
    Code(String),
    Mention(String, AccountId),
    /// A delimiter, literal unless it was paired.
    Mark(Mark, Pairing),
    /// `[`, literal unless it was paired.
    Bracket(Pairing),
    /// `](…)` that closes a bracket.
    Target(Style),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pairing {
    Literal,
    Opens,
    Closes,
}

/// An opener that waits for its closer: the place of its token.
enum Open {
    Mark(usize),
    Bracket(usize),
}

struct Scanner<'a> {
    names: &'a dyn Names,
    chars: Vec<char>,
    at: usize,
    tokens: Vec<Token>,
    open: Vec<Open>,
    /// For each mark its place in `open`, if it is there: never twice.
    depths: [Option<usize>; Mark::ALL.len()],
    /// Behind the last escaped character.
    escaped: usize,
    /// The last place of a backtick, to look for a closing one only where there is one.
    last_backtick: usize,
}

/// Reads lines that belong together.
pub(super) fn parse(input: &str, names: &dyn Names, out: &mut Builder) {
    let chars: Vec<char> = input.chars().collect();
    let last_backtick = chars.iter().rposition(|c| *c == '`').unwrap_or_default();
    let mut scanner = Scanner {
        names,
        chars,
        at: 0,
        tokens: Vec::new(),
        open: Vec::new(),
        depths: Default::default(),
        escaped: usize::MAX,
        last_backtick,
    };
    while scanner.at < scanner.chars.len() {
        scanner.step();
    }
    write(scanner.tokens, out);
}

fn write(tokens: Vec<Token>, out: &mut Builder) {
    let mut starts = Vec::new();
    for token in tokens {
        match token {
            Token::Text(text) => out.chars.extend(text.chars()),
            Token::Code(code) => {
                let start = out.chars.len();
                out.chars.extend(code.chars());
                out.style(start, Style::Code);
            }
            Token::Mention(text, account) => {
                let start = out.chars.len();
                out.chars.extend(text.chars());
                out.style(start, Style::Mention { account });
            }
            Token::Mark(mark, Pairing::Literal) => out.chars.extend(mark.text().chars()),
            Token::Bracket(Pairing::Literal | Pairing::Closes) => out.chars.push('['),
            Token::Mark(_, Pairing::Opens) | Token::Bracket(Pairing::Opens) => starts.push(out.chars.len()),
            Token::Mark(mark, Pairing::Closes) => {
                let start = starts.pop().unwrap_or(out.chars.len());
                out.style(start, mark.style());
            }
            Token::Target(style) => {
                let start = starts.pop().unwrap_or(out.chars.len());
                out.style(start, style);
            }
        }
    }
}

impl Scanner<'_> {
    fn step(&mut self) {
        match self.chars.get(self.at).copied() {
            Some('\\') if self.peek(1).is_some_and(|c| c.is_ascii_punctuation()) => {
                let escaped = self.peek(1).unwrap_or('\\');
                self.at += 2;
                self.escaped = self.at;
                self.text(escaped);
            }
            Some('`') if self.code() => {}
            Some('@') if self.mention() => {}
            Some('[') => {
                self.open.push(Open::Bracket(self.tokens.len()));
                self.tokens.push(Token::Bracket(Pairing::Literal));
                self.at += 1;
            }
            Some(']') if self.target() => {}
            Some('h' | 'H') if self.bare_link() => {}
            Some('*' | '_' | '~' | '|') if self.mark() => {}
            Some(c) => {
                self.at += 1;
                self.text(c);
            }
            None => {}
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn before(&self) -> Option<char> {
        self.at.checked_sub(1).and_then(|at| self.chars.get(at)).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(ahead, c)| self.peek(ahead).is_some_and(|there| there.eq_ignore_ascii_case(&c)))
    }

    fn text(&mut self, c: char) {
        if let Some(Token::Text(text)) = self.tokens.last_mut() {
            text.push(c);
        } else {
            self.tokens.push(Token::Text(c.to_string()));
        }
    }

    /// `` `code` `` in one line, with as many backticks around it as are needed.
    fn code(&mut self) -> bool {
        let fence = self.chars.iter().skip(self.at).take_while(|c| **c == '`').count();
        let start = self.at + fence;
        let mut end = start;
        while end <= self.last_backtick && self.chars.get(end).is_some_and(|c| *c != '\n') {
            let run = self.chars.iter().skip(end).take_while(|c| **c == '`').count();
            if run == fence && end > start {
                let code: String = self.chars.get(start..end).unwrap_or_default().iter().collect();
                self.tokens.push(Token::Code(code));
                self.at = end + run;
                return true;
            }
            end += run.max(1);
        }
        // None of this length follows: the whole run is text, or each of its backticks would search again.
        for _ in 0..fence {
            self.text('`');
        }
        self.at = start;
        true
    }

    fn mention(&mut self) -> bool {
        // An underline before it may belong to a word, unless it opens something or was escaped.
        let opens = matches!(self.open.last(), Some(Open::Mark(token)) if token + 1 == self.tokens.len());
        let word = |c: char| match c {
            '_' => !opens && self.escaped != self.at,
            '@' | '.' | '/' => true,
            _ => c.is_alphanumeric(),
        };
        if self.before().is_some_and(word) {
            return false;
        }
        let name: String = self
            .chars
            .iter()
            .skip(self.at + 1)
            .take(64)
            .take_while(|c| c.is_ascii_alphanumeric() || **c == '_')
            .collect();
        // No username ends with an underline: it closes what was opened before.
        let name = name.trim_end_matches('_');
        let ends = |len: usize| len > 0 && !self.peek(1 + len).is_some_and(char::is_alphanumeric);
        let username = Some(name).filter(|name| ends(name.len())).and_then(|name| self.names.account(name));
        let found = match username {
            Some(account) => Some((name.to_owned(), account)),
            None => self.called(ends),
        };
        let Some((name, account)) = found else { return false };
        self.at += 1 + name.chars().count();
        self.tokens.push(Token::Mention(format!("@{name}"), account));
        true
    }

    /// Somebody without a username, by the longest name that stands here.
    fn called(&self, ends: impl Fn(usize) -> bool) -> Option<(String, AccountId)> {
        let rest: Vec<char> =
            self.chars.iter().skip(self.at + 1).take(MAX_CALLED).copied().take_while(|c| is_in_name(*c)).collect();
        (1..=rest.len()).rev().filter(|len| ends(*len)).find_map(|len| {
            let name: String = rest.iter().take(len).collect();
            self.names.account(&name).map(|account| (name, account))
        })
    }

    /// An address as it stands: what is in it is no markup.
    fn bare_link(&mut self) -> bool {
        if !(self.starts_with("https://") || self.starts_with("http://"))
            || self.before().is_some_and(char::is_alphanumeric)
        {
            return false;
        }
        let ends = |c: char| c.is_whitespace() || matches!(c, '*' | '~' | '|' | ')' | ']' | '[' | '`' | '\\' | '@');
        while let Some(c) = self.peek(0).filter(|c| !ends(*c)) {
            // An underline that ends the address closes what was opened before it.
            if c == '_' && self.peek(1).is_none_or(ends) {
                break;
            }
            self.text(c);
            self.at += 1;
        }
        true
    }

    /// `](target)` after an open bracket.
    fn target(&mut self) -> bool {
        // At most one of each mark lies above the last bracket: the search is short.
        let Some(depth) = self.open.iter().rposition(|open| matches!(open, Open::Bracket(_))) else { return false };
        let Some(Open::Bracket(bracket)) = self.open.get(depth) else { return false };
        let bracket = *bracket;
        if self.peek(1) != Some('(') || bracket + 1 == self.tokens.len() {
            return false;
        }
        let target: String =
            self.chars.iter().skip(self.at + 2).take(2_048).take_while(|c| !matches!(c, ')' | '\n')).collect();
        let len = target.chars().count();
        if self.peek(2 + len) != Some(')') {
            // This bracket can't be closed any more here; the next may.
            return false;
        }
        let style = match target.strip_prefix('@').and_then(|id| id.parse().ok()) {
            Some(account) => Style::Mention { account },
            None if is_safe_link(&target) => Style::Link { url: target },
            None => return false,
        };
        self.forget_from(depth);
        self.tokens[bracket] = Token::Bracket(Pairing::Opens);
        self.tokens.push(Token::Target(style));
        self.at += 3 + len;
        true
    }

    fn mark(&mut self) -> bool {
        let found = Mark::ALL.into_iter().enumerate().find(|(_, (_, text))| self.starts_with(text));
        let Some((index, (mark, text))) = found else { return false };
        let before = self.before();
        let after = self.peek(text.len());
        let inside = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let closes = inside(before) && !(mark.at_word_edges() && word(after));
        let opens = inside(after) && !(mark.at_word_edges() && word(before));
        let depth = self.depths.get(index).copied().flatten();
        self.at += text.len();
        let token = self.tokens.len();
        if let (true, Some(depth)) = (closes, depth)
            && let Some(Open::Mark(opener)) = self.open.get(depth)
            && opener + 1 < token
        {
            let opener = *opener;
            self.forget_from(depth);
            self.tokens[opener] = Token::Mark(mark, Pairing::Opens);
            self.tokens.push(Token::Mark(mark, Pairing::Closes));
            return true;
        }
        self.tokens.push(Token::Mark(mark, Pairing::Literal));
        if opens && depth.is_none() {
            self.depths[index] = Some(self.open.len());
            self.open.push(Open::Mark(token));
        }
        true
    }

    /// Something was closed: whatever was opened in it and not closed is text.
    fn forget_from(&mut self, depth: usize) {
        self.open.truncate(depth);
        for there in &mut self.depths {
            *there = there.filter(|there| *there < depth);
        }
    }
}
