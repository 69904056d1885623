use clap::Subcommand;

/// What to do with stickers. PACK is a title, an id or its end.
#[derive(Debug, Subcommand)]
pub enum StickerCommand {
    /// The packs that you have.
    Packs,
    /// The stickers of a pack, with their numbers.
    Show {
        /// Which, or `favourites`, or `recent`.
        pack: String,
    },
    /// Look at the pack to which a link leads.
    Look {
        /// The link.
        link: String,
    },
    /// Install the pack to which a link leads, on all of your devices.
    Install {
        /// The link.
        link: String,
    },
    /// Remove a pack from all of your devices. One of your own making is deleted.
    Remove {
        /// Which.
        pack: String,
    },
    /// Send a sticker.
    Send {
        /// Where.
        conversation: String,
        /// From which pack, or `favourites`, or `recent`.
        pack: String,
        /// Which: its number there, from 1 on, or an emoji that it stands for.
        sticker: String,
        /// The message that it answers.
        #[arg(long, value_name = "MESSAGE")]
        reply: Option<String>,
    },
}
