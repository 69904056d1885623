use std::path::PathBuf;

use clap::Args;

/// A message to be sent.
#[derive(Debug, Args)]
pub struct Draft {
    /// Where.
    pub conversation: String,
    /// The text, with markup: **bold** _italic_ ~~struck~~ `code` ||hidden|| > quote @mention.
    pub text: Vec<String>,
    /// Files that go with it; the text, if any, comes before this. Photos lose what the camera has written into them: where
    /// and when they were taken, and by what.
    #[arg(long = "file", value_name = "PATH", num_args = 1..)]
    pub files: Vec<PathBuf>,
    /// Send photos with all that is in their files.
    #[arg(long, requires = "files")]
    pub original: bool,
    /// A place that goes with it: degrees north and east, as `55.7558,37.6173`.
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    pub place: Option<String>,
    /// What the place is called.
    #[arg(long, value_name = "NAME", requires = "place")]
    pub place_name: Option<String>,
    /// A file with people's cards (vCard) that go with it.
    #[arg(long, value_name = "PATH")]
    pub vcf: Option<PathBuf>,
    /// The message that it answers.
    #[arg(long, value_name = "MESSAGE")]
    pub reply: Option<String>,
    /// Let it disappear after this time (`1h`, `1d`).
    #[arg(long, value_name = "TIME")]
    pub timer: Option<String>,
    /// Let the timer run from reading instead of from sending.
    #[arg(long, requires = "timer")]
    pub from_reading: bool,
    /// Notify nobody.
    #[arg(long)]
    pub silent: bool,
    /// Let the one photo, film or voice message be opened once. Nothing can keep somebody from taking a picture of it then.
    #[arg(long, requires = "files")]
    pub once: bool,
    /// Take the text as it is, without markup.
    #[arg(long)]
    pub plain: bool,
}

/// A part of a history.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Where.
    pub conversation: String,
    /// At most so many messages.
    #[arg(long, short = 'n', default_value_t = 50)]
    pub limit: u32,
    /// Those before this row.
    #[arg(long, value_name = "ROW", conflicts_with_all = ["after", "around"])]
    pub before: Option<i64>,
    /// Those after this row.
    #[arg(long, value_name = "ROW", conflicts_with = "around")]
    pub after: Option<i64>,
    /// Those around this row.
    #[arg(long, value_name = "ROW")]
    pub around: Option<i64>,
    /// Those from the first unread on.
    #[arg(long, conflicts_with_all = ["before", "after", "around"])]
    pub unread: bool,
}

/// What to look for.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// Words in any form; the last one may be a beginning.
    #[arg(required = true)]
    pub words: Vec<String>,
    /// Only there.
    #[arg(long = "in", value_name = "CONVERSATION")]
    pub conversation: Option<String>,
    /// Only by this person.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<String>,
    /// Not before this day (2026-11-23, or with a time: 2026-11-23T14:05).
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Not after this moment.
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// At most so many.
    #[arg(long, short = 'n', default_value_t = 20)]
    pub limit: u32,
    /// Only rows older than this one.
    #[arg(long, value_name = "ROW")]
    pub before: Option<i64>,
}

/// Which messages with links to list.
#[derive(Debug, Args)]
pub struct LinksArgs {
    /// Where.
    pub conversation: String,
    /// Only those with these words, in any form.
    pub words: Vec<String>,
    /// At most so many.
    #[arg(long, short = 'n', default_value_t = 50)]
    pub limit: u32,
}

/// When to stop watching.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// Only this conversation.
    pub conversation: Option<String>,
    /// End after so many new messages of others (then --timeout counts, too).
    #[arg(long = "for", value_name = "COUNT")]
    pub count: Option<u64>,
    /// Begin with what is unread.
    #[arg(long)]
    pub unread: bool,
    /// Mark what is printed as read.
    #[arg(long)]
    pub read: bool,
}
