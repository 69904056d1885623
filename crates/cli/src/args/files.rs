use std::path::PathBuf;

use beseda_engine::api::file::SharedKind;
use clap::Args;

/// Which files to save, and where.
#[derive(Debug, Args)]
pub struct SaveArgs {
    /// Where.
    pub conversation: String,
    /// The message with which they came.
    pub message: String,
    /// An existing folder, or a path; otherwise they go into the current folder. Nothing is overwritten.
    #[arg(long, value_name = "DIR|PATH")]
    pub to: Option<PathBuf>,
    /// Only the one with this number, from 1 on.
    #[arg(long, value_name = "N")]
    pub number: Option<usize>,
}

/// Which files to list.
#[derive(Debug, Args)]
pub struct FilesArgs {
    /// Where.
    pub conversation: String,
    /// Photos and videos.
    #[arg(long)]
    pub photos: bool,
    /// Files of other kinds, and music.
    #[arg(long)]
    pub files: bool,
    /// Spoken messages.
    #[arg(long)]
    pub voice: bool,
    /// At most so many.
    #[arg(long, short = 'n', default_value_t = 50)]
    pub limit: u32,
}

impl FilesArgs {
    /// The kinds that are wanted: all, if none is named.
    pub fn kinds(&self) -> impl Iterator<Item = SharedKind> {
        let all = !self.photos && !self.files && !self.voice;
        let kinds =
            [(self.photos, SharedKind::Visual), (self.files, SharedKind::File), (self.voice, SharedKind::Voice)];
        kinds.into_iter().filter(move |(wanted, _)| all || *wanted).map(|(_, kind)| kind)
    }
}

/// Whose picture, and what is to become of it.
#[derive(Debug, Args)]
pub struct PictureArgs {
    /// Show this one: PNG, JPEG or WebP, at most 1 MiB.
    #[arg(long, value_name = "PATH", conflicts_with = "remove")]
    pub set: Option<PathBuf>,
    /// Show none any more.
    #[arg(long)]
    pub remove: bool,
    /// The picture of this group instead of your own.
    #[arg(long, value_name = "CONVERSATION")]
    pub group: Option<String>,
}
