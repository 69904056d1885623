//! Formatting as people type it, and back: `**bold**`, `_italic_` or `*italic*`, `~~struck~~`, `` `code` ``, code blocks
//! between lines of three backticks, `> quote`, `||spoiler||`, `[words](https://…)`, `@username`. A backslash before a
//! punctuation mark takes its meaning away.
//!
//! Whatever does not fit is text. [`parse`] and [`render`] belong together: what `render` writes is read back as the same
//! text and the same formatting.

mod inline;
mod lines;
mod render;

use beseda_model::AccountId;
use beseda_wire::content::{Entity, Style};

pub use render::render;

/// Who is who, for mentions.
pub trait Names {
    /// The account with this username, if it may be mentioned here; or the only one without a username that is called so.
    fn account(&self, name: &str) -> Option<AccountId>;

    /// An account's username.
    fn username(&self, account: AccountId) -> Option<String>;
}

/// Whether names with this character can be told from the markup around them.
pub(crate) fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, ' ' | '-' | '’' | '.')
}

/// Nobody is known: no `@word` is a mention.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;

impl Names for Nobody {
    fn account(&self, _username: &str) -> Option<AccountId> {
        None
    }

    fn username(&self, _account: AccountId) -> Option<String> {
        None
    }
}

/// Text and its formatting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Formatted {
    /// Without markup.
    pub text: String,
    /// Formatting, ascending by start, the longer first.
    pub entities: Vec<Entity>,
}

/// Reads markup. Never fails: what is not markup is text.
pub fn parse(input: &str, names: &dyn Names) -> Formatted {
    let mut out = Builder::default();
    for (number, part) in lines::parts(input).into_iter().enumerate() {
        if number > 0 {
            out.chars.push('\n');
        }
        match part {
            lines::Part::Plain(text) => inline::parse(&text, names, &mut out),
            lines::Part::Quote(text) => {
                let start = out.chars.len();
                inline::parse(&text, names, &mut out);
                out.style(start, Style::Quote);
            }
            lines::Part::Block { language, code } => {
                let start = out.chars.len();
                out.chars.extend(code.chars());
                out.style(start, Style::Block { language });
            }
        }
    }
    out.finish()
}

/// Text for a preview: what is hidden until asked for is covered, character by character.
pub fn covered(text: &str, entities: &[Entity]) -> String {
    let mut hidden = entities.iter().filter(|entity| entity.style == Style::Spoiler).peekable();
    if hidden.peek().is_none() {
        return text.to_owned();
    }
    let runs: Vec<(u32, u32)> = hidden.map(|run| (run.start, run.start.saturating_add(run.len))).collect();
    let is_hidden = |at: u32| runs.iter().any(|(start, end)| (*start..*end).contains(&at));
    (0..).zip(text.chars()).map(|(at, c)| if is_hidden(at) && !c.is_whitespace() { '░' } else { c }).collect()
}

/// Whether a link may be followed: `http`, `https`, `mailto` and `tel` only, so that no link runs a program.
pub fn is_safe_link(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let known = ["http", "https", "mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    known && !rest.is_empty() && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}

#[derive(Default)]
struct Builder {
    chars: Vec<char>,
    entities: Vec<Entity>,
}

impl Builder {
    /// Gives `style` to everything from `start` to here.
    fn style(&mut self, start: usize, style: Style) {
        let len = self.chars.len().saturating_sub(start);
        if let (Ok(start), Ok(len @ 1..)) = (u32::try_from(start), u32::try_from(len)) {
            self.entities.push(Entity { start, len, style });
        }
    }

    fn finish(mut self) -> Formatted {
        // Stable: of two that cover the same text, the one closed last encloses the other and comes first.
        self.entities.reverse();
        self.entities.sort_by_key(|entity| (entity.start, std::cmp::Reverse(entity.len)));
        // What is italic twice is italic.
        let mut covered = [0; 4];
        self.entities.retain(|entity| {
            let simple = [Style::Bold, Style::Italic, Style::Strike, Style::Spoiler];
            let Some(kind) = simple.iter().position(|style| *style == entity.style) else { return true };
            let end = entity.start + entity.len;
            let adds = end > covered[kind];
            covered[kind] = covered[kind].max(end);
            adds
        });
        Formatted { text: self.chars.into_iter().collect(), entities: self.entities }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct People;

    const ALICE: AccountId = AccountId::from_bytes([1; 16]);
    const MARIA: AccountId = AccountId::from_bytes([2; 16]);
    const TEACHER: AccountId = AccountId::from_bytes([3; 16]);

    impl Names for People {
        fn account(&self, username: &str) -> Option<AccountId> {
            match username.to_lowercase().as_str() {
                "alice" => Some(ALICE),
                "мария" => Some(MARIA),
                "мария сергеевна" => Some(TEACHER),
                _ => None,
            }
        }

        fn username(&self, account: AccountId) -> Option<String> {
            (account == ALICE).then(|| "alice".to_owned())
        }
    }

    /// Text and formatting in one line: `text | style start+len, …`.
    fn read(input: &str) -> String {
        let Formatted { text, entities } = parse(input, &People);
        let styles: Vec<_> = entities
            .iter()
            .map(|Entity { start, len, style }| {
                let name = match style {
                    Style::Bold => "bold",
                    Style::Italic => "italic",
                    Style::Strike => "strike",
                    Style::Code => "code",
                    Style::Block { language } => &format!("block({language})"),
                    Style::Quote => "quote",
                    Style::Spoiler => "spoiler",
                    Style::Link { url } => &format!("link({url})"),
                    Style::Mention { account } if *account == ALICE => "alice",
                    Style::Mention { account } if *account == MARIA => "maria",
                    Style::Mention { account } if *account == TEACHER => "teacher",
                    Style::Mention { .. } => "mention",
                    Style::Unknown => "unknown",
                };
                format!("{name} {start}+{len}")
            })
            .collect();
        format!("{text} | {}", styles.join(", "))
    }

    #[test]
    fn each_style_is_read() {
        for (input, expected) in [
            ("a **b c** d", "a b c d | bold 2+3"),
            ("_курсив_ и *курсив*", "курсив и курсив | italic 0+6, italic 9+6"),
            ("~~no~~ yes", "no yes | strike 0+2"),
            ("run `a * b` now", "run a * b now | code 4+5"),
            ("``a ` b``", "a ` b | code 0+5"),
            ("the ||butler|| did it", "the butler did it | spoiler 4+6"),
            ("[words](https://b.example/x_y)", "words | link(https://b.example/x_y) 0+5"),
            ("hello @alice!", "hello @alice! | alice 6+6"),
            ("@Мария Сергеевна, привет", "@Мария Сергеевна, привет | teacher 0+16"),
            ("@мария Сергеева", "@мария Сергеева | maria 0+6"),
            ("**@Мария.**", "@Мария. | bold 0+7, maria 0+6"),
            ("@Марияна", "@Марияна | "),
            ("> one\n> **two**\nthree", "one\ntwo\nthree | quote 0+7, bold 4+3"),
            ("```rust\nlet a = 1;\n```\nend", "let a = 1;\nend | block(rust) 0+10"),
            ("**_both_**", "both | bold 0+4, italic 0+4"),
            ("_**both**_", "both | italic 0+4, bold 0+4"),
            ("**a\nb**", "a\nb | bold 0+3"),
            ("👋🏽 **ё**", "👋🏽 ё | bold 3+1"),
        ] {
            assert_eq!(read(input), expected);
        }
    }

    #[test]
    fn what_only_looks_like_markup_is_text() {
        for text in [
            "2 * 3 * 4",
            "2*3*4",
            "snake_case_name",
            "** a **",
            "**open",
            "close**",
            "a ~ b",
            "|| ",
            "****",
            "``",
            "`open",
            "[no](link)",
            "[no](javascript:alert(1))",
            "[no](data:text/html,x)",
            "[no] (https://x)",
            "a@alice",
            "@nobody",
            "@al",
            ">",
            "```\nopen",
            "```\n```",
            "https://x.example/_a_b_",
            "5 > 3",
            "a | b || c",
            "",
        ] {
            assert_eq!(read(text), format!("{text} | "));
        }
    }

    #[test]
    fn a_backslash_takes_the_meaning_away() {
        assert_eq!(read(r"\*\*a\*\* \@alice \> \`b\`"), "**a** @alice > `b` | ");
        assert_eq!(read(r"C:\dir\n \\"), "C:\\dir\\n \\ | ");
        assert_eq!(read("\\> no quote"), "> no quote | ");
    }

    #[test]
    fn only_four_schemes_are_links() {
        for url in ["https://a.example", "HTTP://a", "mailto:a@b.example", "tel:+70000000000"] {
            assert!(is_safe_link(url), "{url}");
        }
        for url in ["javascript:x", "file:///etc/passwd", "data:,x", "https", "https:", "https://a b", "https://a\u{0}"]
        {
            assert!(!is_safe_link(url), "{url}");
        }
    }

    #[test]
    fn formatting_of_others_is_written_so_that_it_can_be_edited() {
        let entity = |start, len, style| Entity { start, len, style };
        let bob = AccountId::from_bytes([2; 16]);
        for (text, entities, expected) in [
            ("a b c", vec![entity(2, 1, Style::Bold)], "a **b** c".to_owned()),
            ("abcd", vec![entity(0, 3, Style::Bold), entity(2, 2, Style::Italic)], "**abc**d".to_owned()),
            ("hi Bob", vec![entity(3, 3, Style::Mention { account: bob })], format!("hi [Bob](@{bob})")),
            ("hi @alice", vec![entity(3, 6, Style::Mention { account: ALICE })], "hi @alice".to_owned()),
            ("hi @alice", vec![], r"hi \@alice".to_owned()),
            ("hi @Мария", vec![entity(3, 6, Style::Mention { account: MARIA })], "hi @Мария".to_owned()),
            ("hi @Мария", vec![], r"hi \@Мария".to_owned()),
            ("**", vec![], "**".to_owned()),
            ("**a**", vec![], r"\*\*a\*\*".to_owned()),
            ("x", vec![entity(0, 9, Style::Bold), entity(7, 2, Style::Italic)], "**x**".to_owned()),
            ("x", vec![entity(0, 1, Style::Link { url: "javascript:1".to_owned() })], "x".to_owned()),
            ("a\nb", vec![entity(0, 1, Style::Quote)], "> a\nb".to_owned()),
            ("a\nb", vec![entity(2, 1, Style::Block { language: String::new() })], "a\n```\nb\n```".to_owned()),
        ] {
            assert_eq!(render(text, &entities, &People), expected);
        }
    }

    fn markup() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("**"),
            Just("*"),
            Just("_"),
            Just("~~"),
            Just("~"),
            Just("`"),
            Just("``"),
            Just("```"),
            Just("||"),
            Just("|"),
            Just("["),
            Just("]"),
            Just("](https://x.example)"),
            Just("](@01010101-0101-0101-0101-010101010101)"),
            Just("("),
            Just(")"),
            Just("\\"),
            Just("@alice"),
            Just("@Мария"),
            Just("@bob"),
            Just("\n"),
            Just("\n> "),
            Just("> "),
            Just(">"),
            Just("\n```\n"),
            Just("```rust\n"),
            Just(" "),
            Just("a"),
            Just("ё"),
            Just("👍🏽"),
            Just("https://y.example/_a_"),
            Just("\r"),
            Just("\u{301}"),
            Just("1"),
            Just("\t"),
        ];
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_is_written_is_read_back_alike(input in markup()) {
            let once = parse(&input, &People);
            let written = render(&once.text, &once.entities, &People);
            let twice = parse(&written, &People);
            prop_assert_eq!(&once, &twice, "{:?} -> {:?}", input, written);
            prop_assert_eq!(render(&twice.text, &twice.entities, &People), written);
        }

        #[test]
        fn any_text_goes_through_unharmed(text in "(?s).{0,80}") {
            let written = render(&text, &[], &People);
            prop_assert_eq!(parse(&written, &People), Formatted { text, entities: Vec::new() });
        }

        #[test]
        fn any_formatting_keeps_the_text(
            text in "(?s)[a-z \n>`*_|]{0,12}",
            runs in proptest::collection::vec((0_u32..14, 0_u32..14, 0_usize..9), 0..5),
        ) {
            let styles = [
                Style::Bold, Style::Italic, Style::Strike, Style::Code, Style::Quote, Style::Spoiler,
                Style::Block { language: String::new() }, Style::Link { url: "https://x".to_owned() },
                Style::Mention { account: ALICE },
            ];
            let entities: Vec<_> =
                runs.into_iter().map(|(start, len, style)| Entity { start, len, style: styles[style].clone() }).collect();
            let written = render(&text, &entities, &People);
            prop_assert_eq!(parse(&written, &People).text, text, "{:?}", written);
        }

        #[test]
        fn positions_are_inside_the_text(input in markup()) {
            let Formatted { text, entities } = parse(&input, &People);
            let len = text.chars().count();
            for entity in entities {
                prop_assert!(entity.len > 0 && (entity.start + entity.len) as usize <= len);
            }
        }
    }

    #[test]
    fn long_hostile_markup_takes_linear_time() {
        for piece in ["**", "[", "_a", "`", "> ", "```\n", "\\", "||", "[a](", "@a", "**_~~||"] {
            let input = piece.repeat(16_384);
            let formatted = parse(&input, &Nobody);
            assert!(formatted.text.len() <= input.len());
        }
    }
}
