//! What the README tells: commands in blocks, then who does what.

/// A word of a step: `code` is typed or pressed, **bold** is on the screen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// A text to type or a key to press.
    Type(String),
    /// A text to wait for.
    See(String),
}

/// What one person does.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) who: String,
    pub(crate) what: Word,
}

/// The first five minutes.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) commands: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

impl Story {
    pub(crate) fn of_the_readme() -> Self {
        let readme = include_str!("../../../../README.md");
        let (_, rest) = readme.split_once("\n## The first five minutes\n").expect("the README has the chapter");
        let chapter = rest.split("\n## ").next().unwrap_or(rest);
        let mut story = Self { commands: Vec::new(), steps: Vec::new() };
        let mut lines = chapter.lines();
        while let Some(line) = lines.next() {
            match line {
                "```sh" => story.commands.extend(lines.by_ref().take_while(|line| *line != "```").map(str::to_owned)),
                _ if line.starts_with("```") => lines.by_ref().take_while(|line| *line != "```").for_each(drop),
                _ => story.read(line),
            }
        }
        story
    }

    /// A line of an item such as "- Alice presses `Enter`", or of its continuation.
    fn read(&mut self, line: &str) {
        let who = match line.strip_prefix("- ") {
            Some(item) => item.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase(),
            None if line.starts_with("  ") => self.steps.last().expect("an item goes on").who.clone(),
            None => return,
        };
        let mut rest = line;
        while let Some(marked) = rest.find(['`', '*']).and_then(|at| rest.get(at..)) {
            let (mark, make): (_, fn(String) -> Word) =
                if marked.starts_with('`') { ("`", Word::Type) } else { ("**", Word::See) };
            let mut parts = marked.splitn(3, mark).skip(1);
            let word = parts.next().expect("a mark opens a word");
            rest = parts.next().expect("a mark is closed on its line");
            self.steps.push(Step { who: who.clone(), what: make(word.to_owned()) });
        }
    }
}
