//! What people want of stickers.

use beseda_model::{ConversationId, PackId};
use beseda_wire::content::{
    Attachment, FileRef, KeptSticker, Media, MessageRef, OwnSync, PackState, Sticker, StickerPack,
};
use beseda_wire::link::{Link, Target};

use super::table::{self, Row};
use super::{gifs, rules};
use crate::Step;
use crate::api::command::{Command, Outcome};
use crate::api::event::Effect;
use crate::api::failure::Failure;
use crate::api::file::FileNumber;
use crate::api::reason::{Field, Reason};
use crate::api::sticker::{PackDraft, PackKind, PackSource};
use crate::files::{self, File};
use crate::store::StoreError;
use crate::store::me::Me;
use crate::timeline::{self, own};

type Done = Result<Outcome, Failure>;

/// Carries out commands about stickers; false if it is not one.
pub(crate) fn run(step: &mut Step<'_>, id: u64, command: &Command) -> Result<bool, StoreError> {
    let Some(result) = begin(step, command) else { return Ok(false) };
    if matches!(result, Err(Failure::Store)) {
        return Err(StoreError::damaged("packs"));
    }
    step.effect(Effect::Done { id, result });
    Ok(true)
}

fn begin(step: &mut Step<'_>, command: &Command) -> Option<Done> {
    Some(match command {
        Command::SavePack { pack, draft } => save(step, *pack, draft),
        Command::PublishPack { pack, file, public } => publish(step, *pack, *file, *public),
        Command::OpenPack { source } => open(step, source),
        Command::ReadPack { file, content } => read(step, *file, content),
        Command::InstallPack { pack } => install(step, *pack),
        Command::RemovePack { pack } => remove(step, *pack),
        Command::MovePack { pack, to } => relocate(step, *pack, *to),
        Command::FavouriteSticker { file, on } => favourite(step, *file, *on),
        Command::KeepGif { file, on } => {
            signed_in(step).and_then(|_| gifs::keep(step, *file, *on)).map(|()| Outcome::Done)
        }
        Command::SendSticker { conversation, file, emoji, reply_to } => {
            send(step, *conversation, *file, emoji.as_deref(), *reply_to)
        }
        _ => return None,
    })
}

fn signed_in(step: &Step<'_>) -> Result<Me, Failure> {
    Me::find(step.tx)?.filter(|me| !me.signed_out).ok_or(Failure::NotSignedIn)
}

fn invalid(reason: Reason) -> Failure {
    Failure::invalid(Field::Stickers, reason)
}

fn room_for_one_more(step: &Step<'_>) -> Result<(), Failure> {
    if Row::present(step.tx)?.len() >= rules::MAX_PACKS { Err(invalid(Reason::TooMany)) } else { Ok(()) }
}

fn line(field: Field, text: &str, most: usize) -> Result<String, Failure> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(Failure::invalid(field, Reason::AtMost { most: most as u64 }));
    }
    Ok(text.to_owned())
}

/// Makes a pack, or changes one: then it needs a new file.
fn save(step: &mut Step<'_>, pack: Option<PackId>, draft: &PackDraft) -> Done {
    let me = signed_in(step)?;
    let former = match pack {
        None => {
            room_for_one_more(step)?;
            None
        }
        Some(pack) => Some(own_pack(step, pack)?),
    };
    let title = line(Field::Title, &draft.title, rules::MAX_TITLE)?;
    if title.is_empty() {
        return Err(Failure::invalid(Field::Title, Reason::Empty));
    }
    if draft.stickers.is_empty() {
        return Err(invalid(Reason::Empty));
    }
    if draft.stickers.len() > rules::MAX_STICKERS {
        return Err(invalid(Reason::TooMany));
    }
    let mut stickers = Vec::with_capacity(draft.stickers.len());
    for draft in &draft.stickers {
        let file = File::find(step.tx, draft.file)?.filter(File::is_here).ok_or(Failure::NotFound)?.file;
        if file.size > rules::MAX_STICKER {
            return Err(invalid(Reason::AtMostBytes { most: rules::MAX_STICKER }));
        }
        let made = Sticker {
            file,
            media_type: draft.media_type.clone(),
            width: draft.width,
            height: draft.height,
            emojis: draft.emojis.clone(),
        };
        // What others would not be shown as it is here is not taken.
        let sound = rules::sticker(&made).ok_or_else(|| invalid(Reason::NoSticker))?;
        if sound.emojis != made.emojis || made.emojis.is_empty() {
            return Err(Failure::invalid(Field::Emoji, Reason::Between { least: 1, most: rules::MAX_EMOJIS as u64 }));
        }
        stickers.push(made);
    }
    let author = line(Field::Name, &draft.author, rules::MAX_TITLE)?;
    let id = former.as_ref().map_or_else(|| PackId::new(step.now, step.rng), |row| row.pack);
    let made = StickerPack {
        id,
        title,
        account: (!author.is_empty()).then_some(me.account),
        author,
        licence: line(Field::Licence, &draft.licence, rules::MAX_LICENCE)?,
        price: former.as_ref().and_then(|row| row.state.pack.price.clone()),
        cover: draft.cover,
        stickers,
    };
    let made = rules::pack(&made).ok_or_else(|| invalid(Reason::NoSticker))?;
    let same = former.as_ref().filter(|row| row.state.pack == made).and_then(|row| row.state.file.clone());
    let public = former.is_some_and(|row| row.state.public);
    say(step, id, Some(PackState { pack: made, own: true, file: same, public }))?;
    Ok(Outcome::Pack { pack: id })
}

fn own_pack(step: &Step<'_>, pack: PackId) -> Result<Row, Failure> {
    Row::find(step.tx, pack)?.filter(|row| row.kind == PackKind::Own).ok_or(Failure::NotFound)
}

/// A pack's file was sealed: it and all that it names are brought to where others can fetch them.
fn publish(step: &mut Step<'_>, pack: PackId, number: FileNumber, public: bool) -> Done {
    signed_in(step)?;
    let row = own_pack(step, pack)?;
    let file = File::find(step.tx, number)?.filter(File::is_here).ok_or(Failure::NotFound)?.file;
    if !rules::is_pack(&file) {
        return Err(invalid(Reason::TooLong));
    }
    say(step, pack, Some(PackState { file: Some(file.clone()), public, ..row.state.clone() }))?;
    for file in row.state.pack.stickers.iter().map(|sticker| &sticker.file).chain([&file]) {
        let number = File::know(step, file)?.number;
        files::command::send_file(step, number)?;
    }
    Ok(Outcome::Done)
}

/// Finds a pack: known already, or its file, which is on its way then.
fn open(step: &mut Step<'_>, source: &PackSource) -> Done {
    let me = signed_in(step)?;
    let file = match source {
        PackSource::File { file } => file.clone(),
        PackSource::Link { link } => {
            let link: Link = link.parse().map_err(|_| Failure::invalid(Field::Link, Reason::NoLink))?;
            let Target::Stickers { file, .. } = link.target else {
                return Err(Failure::invalid(Field::Link, Reason::NoLink));
            };
            if link.server != me.server {
                return Err(Failure::OtherServer { server: link.server });
            }
            file
        }
    };
    if let Some(row) = Row::of_file(step.tx, &file)? {
        return Ok(Outcome::Pack { pack: row.pack });
    }
    if !rules::is_pack(&file) {
        return Err(invalid(Reason::NoPack));
    }
    let file = File::know(step, &file)?;
    let number = file.number;
    files::keep::only_for_now(step, number)?;
    files::command::fetch(step, file)?;
    Ok(Outcome::File { file: number })
}

/// A pack's file is here and was opened.
fn read(step: &mut Step<'_>, number: FileNumber, content: &[u8]) -> Done {
    signed_in(step)?;
    let file = File::find(step.tx, number)?.filter(File::is_here).ok_or(Failure::NotFound)?.file;
    if let Some(row) = Row::of_file(step.tx, &file)? {
        return Ok(Outcome::Pack { pack: row.pack });
    }
    let Some(pack) = rules::read(content) else {
        return Err(invalid(Reason::NoPack));
    };
    Ok(Outcome::Pack { pack: table::look(step, pack, file)? })
}

/// Installs a pack that was looked at; it takes the place of another version of it.
fn install(step: &mut Step<'_>, pack: PackId) -> Done {
    signed_in(step)?;
    let row = Row::find(step.tx, pack)?.ok_or(Failure::NotFound)?;
    if row.kind != PackKind::Seen {
        return Ok(Outcome::Pack { pack });
    }
    let id = row.state.pack.id;
    match Row::find(step.tx, id)? {
        // Nobody else's version replaces what this person has made.
        Some(former) if former.kind == PackKind::Own => return Err(invalid(Reason::OwnPack)),
        Some(_) => {}
        None => room_for_one_more(step)?,
    }
    say(step, id, Some(row.state))?;
    table::forget(step, pack)?;
    Ok(Outcome::Pack { pack: id })
}

fn remove(step: &mut Step<'_>, pack: PackId) -> Done {
    let row = Row::find(step.tx, pack)?.ok_or(Failure::NotFound)?;
    if row.kind == PackKind::Seen {
        table::forget(step, pack)?
    } else {
        say(step, pack, None)?
    }
    Ok(Outcome::Done)
}

/// Puts a pack so that `to` others stand before it.
fn relocate(step: &mut Step<'_>, pack: PackId, to: u32) -> Done {
    let mut order: Vec<PackId> = Row::present(step.tx)?.into_iter().map(|row| row.pack).collect();
    if !order.contains(&pack) {
        return Err(Failure::NotFound);
    }
    order.retain(|other| *other != pack);
    let to = usize::try_from(to).unwrap_or(usize::MAX).min(order.len());
    order.insert(to, pack);
    own::say(step, OwnSync::PackOrder { packs: order })?;
    Ok(Outcome::Done)
}

fn favourite(step: &mut Step<'_>, number: FileNumber, on: bool) -> Done {
    signed_in(step)?;
    let kept = table::find(step.tx, number)?.ok_or(Failure::NotFound)?;
    let mut stickers = table::favourites(step.tx)?;
    stickers.retain(|other| other.sticker.file.blob != kept.sticker.file.blob);
    if on {
        if stickers.len() >= rules::MAX_FAVOURITES {
            return Err(invalid(Reason::TooMany));
        }
        stickers.insert(0, kept);
    }
    own::say(step, OwnSync::FavouriteStickers { stickers })?;
    Ok(Outcome::Done)
}

/// Sends a sticker by its file. What the server has no more is brought there again from this device.
fn send(
    step: &mut Step<'_>,
    conversation: ConversationId,
    number: FileNumber,
    emoji: Option<&str>,
    reply_to: Option<MessageRef>,
) -> Done {
    let KeptSticker { sticker, pack } = table::find(step.tx, number)?.ok_or(Failure::NotFound)?;
    let Sticker { file, media_type, width, height, emojis } = sticker;
    // The one by which it was found says best what is meant.
    let meant = emojis.iter().find(|known| Some(known.as_str()) == emoji).or(emojis.first()).cloned();
    let attachment = Attachment {
        file,
        name: String::new(),
        media_type,
        media: Media::Sticker { width, height, emoji: meant.unwrap_or_default(), pack: pack.clone() },
        preview: None,
        cover: None,
        excerpt: String::new(),
    };
    keep_pack(step, pack.as_ref())?;
    timeline::send_sticker(step, conversation, attachment, reply_to)
}

/// Who gets the sticker may want its pack: where the author has taken that away, it is brought back.
fn keep_pack(step: &mut Step<'_>, pack: Option<&FileRef>) -> Result<(), StoreError> {
    let Some(pack) = pack else { return Ok(()) };
    match File::of(step.tx, pack)? {
        Some(file) if file.is_here() => files::command::send_file(step, file.number),
        _ => Ok(()),
    }
}

fn say(step: &mut Step<'_>, pack: PackId, state: Option<PackState>) -> Result<(), StoreError> {
    own::say(step, OwnSync::Pack { pack, state: state.map(Box::new) })
}
