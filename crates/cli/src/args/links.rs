use clap::Subcommand;

/// What to do with links by which people ask to join a group.
#[derive(Debug, Subcommand)]
pub enum GroupLinkCommand {
    /// Make one. It is shown here only: pass it on, or keep it.
    Make {
        /// To which group.
        group: String,
        /// Let people in without asking anybody, while a device of a member who may add people is there.
        #[arg(long)]
        automatic: bool,
        /// How long it is valid, such as `1d`; without end otherwise.
        #[arg(long = "for", value_name = "TIME")]
        duration: Option<String>,
        /// How many people may come in by it.
        #[arg(long)]
        uses: Option<u32>,
    },
    /// Those that are valid.
    List {
        /// To which group.
        group: String,
    },
    /// Take one back; people who wait by it are told.
    Revoke {
        /// To which group.
        group: String,
        /// Its id, or the end of it.
        link: String,
    },
}
