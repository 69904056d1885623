use clap::Subcommand;

/// What to do with folders for the list of conversations.
#[derive(Debug, Subcommand)]
pub enum FolderCommand {
    /// All of them, in their order.
    List,
    /// Make one.
    Make {
        /// What it is called.
        name: String,
        /// What lies in it.
        conversations: Vec<String>,
    },
    /// Give one another name.
    Rename {
        /// Which: its name, its id, or the end of that.
        folder: String,
        /// What it is called from now on.
        name: String,
    },
    /// Put one elsewhere among the others.
    Move {
        /// Which.
        folder: String,
        /// The first is 1.
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        place: u32,
    },
    /// Delete one; what lies in it stays in the list.
    Delete {
        /// Which.
        folder: String,
    },
    /// Put conversations into one.
    Put {
        /// Which.
        folder: String,
        /// Them.
        #[arg(required = true)]
        conversations: Vec<String>,
    },
    /// Take conversations out of one.
    Take {
        /// Which.
        folder: String,
        /// Them.
        #[arg(required = true)]
        conversations: Vec<String>,
    },
}
