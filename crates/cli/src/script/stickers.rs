//! Stickers: packs, and what is sent from them.

use beseda_engine::api::command::{Command, Outcome};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::FileNumber;
use beseda_engine::api::sticker::{PackKind, PackSource, PackView, StickerView, Stickers};
use beseda_engine::stickers::rules::MAX_PACK;
use beseda_model::PackId;
use serde_json::json;

use super::address::{is_id, only};
use super::session::Session;
use super::trip::Trip;
use crate::args::StickerCommand;
use crate::host::AttachError;
use crate::safe;
use crate::text::{Label, Sentence};

impl Session {
    pub(super) async fn stickers(&self, command: StickerCommand) -> Result<(), Trip> {
        self.me().await?;
        match command {
            StickerCommand::Packs => {
                let packs = self.at_hand().await?.packs;
                if packs.is_empty() {
                    self.out.note(self.lang.label(Label::NoPacks))?;
                }
                packs.iter().try_for_each(|pack| self.say_pack(pack))
            }
            StickerCommand::Show { pack } => {
                let stickers = self.stickers_of(&pack).await?;
                (1_u32..).zip(&stickers).try_for_each(|(number, sticker)| self.say_sticker(number, sticker))
            }
            StickerCommand::Look { link } => {
                let pack = self.look_at_pack(link).await?;
                self.say_pack(&pack)?;
                (1_u32..).zip(&pack.stickers).try_for_each(|(number, sticker)| self.say_sticker(number, sticker))
            }
            StickerCommand::Install { link } => {
                let seen = self.look_at_pack(link).await?.pack;
                let outcome = self.change(None, Command::InstallPack { pack: seen }).await?;
                let Outcome::Pack { pack } = outcome else { return self.done() };
                self.settled(None).await?;
                self.say_pack(&self.known_pack(pack).await?)
            }
            StickerCommand::Remove { pack } => {
                let pack = self.pack(&pack).await?.pack;
                self.change(None, Command::RemovePack { pack }).await?;
                self.settled(None).await?;
                self.done()
            }
            StickerCommand::Send { conversation, pack, sticker, reply } => {
                self.send_sticker(&conversation, &pack, &sticker, reply.as_deref()).await
            }
        }
    }

    async fn at_hand(&self) -> Result<Stickers, Trip> {
        Ok(self.host.read(|core, _| core.stickers()).await?)
    }

    async fn known_pack(&self, pack: PackId) -> Result<PackView, Trip> {
        Ok(self.host.read(move |core, _| core.pack(pack)).await?.ok_or(Failure::NotFound)?)
    }

    /// A pack at hand: its title, its id, or the end of that.
    async fn pack(&self, typed: &str) -> Result<PackView, Trip> {
        let lower = typed.to_lowercase();
        let fits = |pack: &PackView| pack.title.to_lowercase() == lower || is_id(&pack.pack.to_string(), typed);
        only(
            self.at_hand().await?.packs.into_iter().filter(fits),
            || Trip::NotFound(self.words(&Sentence::NoSuchPack(&safe::line(typed)))),
            || Trip::Usage(self.words(&Sentence::Ambiguous(typed))),
        )
    }

    async fn stickers_of(&self, typed: &str) -> Result<Vec<StickerView>, Trip> {
        Ok(match typed {
            "favourites" => self.at_hand().await?.favourites,
            "recent" => self.at_hand().await?.recent,
            pack => self.pack(pack).await?.stickers,
        })
    }

    /// Finds the pack to which a link leads; fetches its file if it is not known yet.
    async fn look_at_pack(&self, link: String) -> Result<PackView, Trip> {
        let found = match self.ask(Command::OpenPack { source: PackSource::Link { link } }).await? {
            Outcome::File { file } => self.ask(self.read_pack(file).await?).await?,
            found => found,
        };
        let Outcome::Pack { pack } = found else { return Err(Failure::NotFound.into()) };
        self.known_pack(pack).await
    }

    async fn read_pack(&self, file: FileNumber) -> Result<Command, Trip> {
        self.fetched(file).await?;
        // What can't be opened, or is larger than any, is no pack: the engine says so.
        let content = match self.host.content(file, MAX_PACK).await {
            Ok(content) => content,
            Err(AttachError::Failure(failure)) => return Err(failure.into()),
            Err(AttachError::File(_)) => Vec::new(),
        };
        Ok(Command::ReadPack { file, content: content.into() })
    }

    async fn send_sticker(&self, at: &str, pack: &str, typed: &str, reply: Option<&str>) -> Result<(), Trip> {
        let row = self.conversation_or_begin(at).await?;
        let stickers = self.stickers_of(pack).await?;
        let by_number = typed.parse::<usize>().ok().and_then(|number| stickers.get(number.checked_sub(1)?));
        let by_emoji = || stickers.iter().find(|sticker| sticker.emojis.iter().any(|emoji| emoji == typed));
        let Some(sticker) = by_number.or_else(by_emoji) else {
            return Err(Trip::NotFound(self.words(&Sentence::NoSuchSticker(&safe::line(typed)))));
        };
        let reply_to = match reply {
            Some(typed) => Some(self.message(&row, typed).await?.message),
            None => None,
        };
        let (conversation, file) = (row.conversation, sticker.file);
        let emoji = sticker.emojis.iter().find(|emoji| *emoji == typed).cloned();
        let command = Command::SendSticker { conversation, file, emoji, reply_to };
        let outcome = self.host.command(command).await?;
        if let Outcome::Queued { message } = &outcome
            && self.waits()
        {
            self.sent_with(conversation, *message, &[file]).await?;
        }
        self.say_sent(conversation, &outcome).await
    }

    fn say_pack(&self, pack: &PackView) -> Result<(), Trip> {
        self.say("pack", pack, || {
            let by = safe::line(&pack.author);
            let by = if by.is_empty() { String::new() } else { format!(" · {by}") };
            let whose = match pack.kind {
                PackKind::Own => format!(" · {}", self.label(Label::OwnPack)),
                PackKind::Installed => String::new(),
                PackKind::Seen => format!(" · {}", self.label(Label::NotInstalled)),
            };
            let count = self.words(&Sentence::StickersInPack(pack.stickers.len()));
            let link = pack.link.as_deref().map(|link| format!("\n  {}", safe::line(link))).unwrap_or_default();
            format!("{} · {count}{by}{whose}{link}", safe::line(&pack.title))
        })
    }

    fn say_sticker(&self, number: u32, sticker: &StickerView) -> Result<(), Trip> {
        let StickerView { file, media_type, width, height, emojis } = sticker;
        let object = json!({
            "number": number, "file": file, "media_type": media_type, "width": width, "height": height, "emojis": emojis,
        });
        self.say("sticker", &object, || format!("{number:>3}  {}", safe::line(&emojis.join(" "))))
    }
}
