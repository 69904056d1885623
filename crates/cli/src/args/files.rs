use std::path::PathBuf;

use beseda_engine::api::file::{FetchLimits, SharedKind};
use clap::{Args, ValueEnum};

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
    /// Open what can be opened once: it is written to `--to`, its sender is told, and it is erased here and on your other
    /// devices. The file that was written stays.
    #[arg(long, requires = "to")]
    pub once: bool,
}

/// Which pictures to show.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Where.
    pub conversation: String,
    /// The message with which they came.
    pub message: String,
    /// Only the one with this number, from 1 on.
    #[arg(long, value_name = "N")]
    pub number: Option<usize>,
    /// Rows that one may take.
    #[arg(long, value_name = "ROWS")]
    pub rows: Option<u16>,
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
    /// Only those that are called so, in any form of the words.
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true)]
    pub name: String,
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

/// How much room files may take.
#[derive(Debug, Args)]
pub struct StorageArgs {
    /// Keep so much at most (`500MB`, `2GB`, `none`): what was not used for longest goes first.
    #[arg(long, value_name = "SIZE", value_parser = room)]
    pub limit: Option<Room>,
    /// Erase what can be fetched again.
    #[arg(long)]
    pub clear: bool,
}

/// What comes without anybody asking for it.
#[derive(Debug, Args)]
pub struct DownloadsArgs {
    /// The largest files on networks that cost nothing by the byte: `photo`, `voice`, `video`, `audio` or `file`, and a
    /// size such as `10MB`, `never` or `any`.
    #[arg(long, value_name = "KIND=SIZE", value_parser = fetch_limit, num_args = 1..)]
    pub unmetered: Vec<FetchLimit>,
    /// The same on networks that do, as mobile ones.
    #[arg(long, value_name = "KIND=SIZE", value_parser = fetch_limit, num_args = 1..)]
    pub metered: Vec<FetchLimit>,
    /// Which of the two this network is.
    #[arg(long, value_enum)]
    pub network: Option<Network>,
    /// Fetch as if every network cost by the byte.
    #[arg(long)]
    pub saver: Option<bool>,
    /// Let more than 10 MB that are on their way rest while the network costs by the byte.
    #[arg(long)]
    pub ask: Option<bool>,
}

/// Which kind of network to take the present one for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Network {
    /// As far as this program can tell: one that costs nothing.
    Automatic,
    /// One that costs by the byte.
    Metered,
    /// One that does not.
    Unmetered,
}

/// Bytes that files may take; none: as many as there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room(pub Option<u64>);

/// The largest file of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchLimit {
    /// The kind.
    pub kind: FetchKind,
    /// Bytes.
    pub most: u64,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "each says what it is")]
pub enum FetchKind {
    Photo,
    Voice,
    Video,
    Audio,
    File,
}

fn room(typed: &str) -> Result<Room, String> {
    if typed == "none" { Ok(Room(None)) } else { bytes(typed).map(|bytes| Room(Some(bytes))) }
}

fn fetch_limit(typed: &str) -> Result<FetchLimit, String> {
    let (kind, most) = typed.split_once('=').ok_or("write it like this: video=10MB")?;
    let most = match most {
        "never" => 0,
        "any" => FetchLimits::ANY_SIZE,
        size => bytes(size)?,
    };
    Ok(FetchLimit { kind: FetchKind::from_str(kind, true)?, most })
}

/// `500MB`, `2 GB`, `1000000`.
fn bytes(typed: &str) -> Result<u64, String> {
    let digits = typed.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit: u64 = match typed.strip_prefix(digits).unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return Err("sizes end in kB, MB or GB".to_owned()),
    };
    let number: Option<u64> = digits.parse().ok();
    let bytes = number.and_then(|number| number.checked_mul(unit)).filter(|bytes| *bytes <= FetchLimits::ANY_SIZE);
    bytes.ok_or_else(|| "not a size".to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(
            ["0", "1000", "10MB", "2 gb", "16kB", "7b"].map(bytes).map(Result::unwrap),
            [0, 1_000, 10_000_000, 2_000_000_000, 16_000, 7]
        );
        for wrong in ["", "MB", "-1", "1.5MB", "10 TB", "99999999999GB", "1MB2"] {
            assert!(bytes(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(room("none"), Ok(Room(None)));
        assert_eq!(room("0"), Ok(Room(Some(0))));
    }

    #[test]
    fn a_limit_names_a_kind_and_a_size() {
        assert_eq!(fetch_limit("video=10MB"), Ok(FetchLimit { kind: FetchKind::Video, most: 10_000_000 }));
        assert_eq!(fetch_limit("file=never").unwrap().most, 0);
        assert_eq!(fetch_limit("photo=any").unwrap().most, FetchLimits::ANY_SIZE);
        for wrong in ["video", "video=", "films=1MB", "=1MB"] {
            assert!(fetch_limit(wrong).is_err(), "{wrong:?}");
        }
    }
}
