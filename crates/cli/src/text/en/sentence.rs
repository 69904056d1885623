use super::plural;
use crate::text::{Lang, Sentence, enumerate, percent, size};

pub(in crate::text) fn sentence(sentence: &Sentence<'_>) -> String {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    match *sentence {
        Sentence::Unread(n) => format!("{n} unread"),
        Sentence::Members(n) => format!("{n} {}", plural(count(n), "member", "members")),
        Sentence::Devices(n) => format!("{n} {}", plural(u64::from(n), "device", "devices")),
        Sentence::Warnings(n) => format!("{n} {}", plural(count(n), "warning", "warnings")),
        Sentence::Found(n) => format!("{n} found"),
        Sentence::Typing(names) => {
            format!("{} {} typing…", enumerate(names, "and"), if names.len() == 1 { "is" } else { "are" })
        }
        Sentence::NextTry { seconds } => format!("next try in {}", Lang::En.duration(seconds)),
        Sentence::LastSeen(when) => format!("last seen {when}"),
        Sentence::DeletedBy(name) => format!("Message deleted by {name}"),
        Sentence::Unsupported(kind) => format!("A message of a newer kind ({kind}): update this program to see it"),
        Sentence::ForwardedFrom(name) => format!("Forwarded from {name}"),
        Sentence::DisappearsAt(when) => format!("disappears {when}"),
        Sentence::TimerFromSending(time) => format!("{time} after sending"),
        Sentence::TimerFromReading(time) => format!("{time} after reading"),
        Sentence::NotSent(why) => format!("Not sent: {why}"),
        Sentence::NotSentTodo { what, todo } => format!("Not sent: {what} {todo}"),
        Sentence::ReplyTo(name) => format!("Reply to {name}"),
        Sentence::RequestFrom(name) => {
            format!("{name} wants to write to you. They see nothing of you until you accept.")
        }
        Sentence::Usage(usage) => format!("Write it like this: {usage}"),
        Sentence::NoSuchPerson(name) => format!("There is nobody called {name}."),
        Sentence::NoSuchConversation(name) => format!("There is no conversation {name}."),
        Sentence::NoSuchFolder(name) => format!("There is no folder {name}."),
        Sentence::Ambiguous(name) => format!("More than one fits {name}: write more of it."),
        Sentence::RemoveDeviceQuestion(name) => {
            format!("Remove the device {name}? It is signed out at once and reads nothing new.")
        }
        Sentence::SafetyWith(name) => format!("Safety number with {name}"),
        Sentence::ApproveDevice(name) => format!("New device: {name}"),
        Sentence::SignedInAs(name) => format!("Signed in as {name}"),
        Sentence::AccountMade(name) => format!("Your account is ready: {name}"),
        Sentence::Epoch { generation, epoch } => format!("generation {generation}, epoch {epoch}"),
        Sentence::AddedAt(when) => format!("added {when}"),
        Sentence::Status(text) => format!("status: {text}"),
        Sentence::NoSuchMessage(name) => format!("There is no message {name} there."),
        Sentence::NoSuchDevice(name) => format!("You have no device {name}."),
        Sentence::ProfileInUse { path, holder } => format!(
            "The profile {path} is in use by another beseda-cli (process {holder}). Close that one, or choose another folder with --home."
        ),
        Sentence::ProfileBroken { path, reason } => format!("The profile {path} can't be used: {reason}."),
        Sentence::Comparison(digits) => format!("Both devices must show: {digits}"),
        Sentence::LinkCode(code) => format!("On your other device: beseda-cli device approve {code}"),
        Sentence::CodeSent { phone, seconds } => {
            format!("A code is on its way to {phone}. Another one can be sent in {}.", Lang::En.duration(seconds))
        }
        Sentence::PhoneVerified(phone) => format!("The number {phone} is yours."),
        Sentence::DigitsDiffer { theirs, ours } => {
            format!("The digits differ ({theirs} there, {ours} here): the new device was refused.")
        }
        Sentence::UsesLeft(n) => format!("for {n} more"),
        Sentence::FilePrepared { name, done, total } => format!("Preparing {name}: {} %", percent(done, total)),
        Sentence::FileWritten { name, done, total } => format!("Writing {name}: {} %", percent(done, total)),
        Sentence::FilesSent { done, total } => {
            format!("Sending: {} of {}, {} %", size(Lang::En, done), size(Lang::En, total), percent(done, total))
        }
        Sentence::FilesFetched { done, total } => {
            format!("Fetching: {} of {}, {} %", size(Lang::En, done), size(Lang::En, total), percent(done, total))
        }
        Sentence::FileSending(percent) => format!("sending {percent} %"),
        Sentence::FileFetching(percent) => format!("fetching {percent} %"),
        Sentence::FilePaused(percent) => format!("rests at {percent} %"),
        Sentence::FileHeld(percent) => format!("waits at {percent} % for a network that costs nothing"),
        Sentence::FileFailed(why) => format!("failed: {why}"),
        Sentence::NoSuchFile(path) => format!("There is no file {path}."),
        Sentence::NotAFile(path) => format!("{path} is a folder or a device: only files can be sent."),
        Sentence::FileUnusable { path, reason } => format!("{path} can't be used: {reason}."),
        Sentence::NotBare(path) => format!(
            "{path} is damaged or too large: the place and time in it can’t be taken out. `--original` or `/original` sends it with them."
        ),
        Sentence::NotShown("") => "This can’t be shown as a picture.".to_owned(),
        Sentence::NotShown(name) => format!("{name} can’t be shown as a picture."),
        Sentence::NoSuchPack(name) => format!("There is no pack of stickers {name} here."),
        Sentence::NoSuchSticker(name) => format!("There is no sticker {name} in it."),
        Sentence::StickersInPack(n) => format!("{n} {}", plural(count(n), "sticker", "stickers")),
        Sentence::FileChanged(path) => format!("{path} changed while it was read; try again."),
        Sentence::NoFileThere(message) => format!("No such file goes with message {message}."),
        Sentence::SavedAs(path) => format!("Saved as {path}"),
        Sentence::PictureTooLarge(path) => format!("{path} is too large for a picture: it may have 1 MiB."),
        Sentence::NotAPicture(path) => format!("{path} is no picture in PNG, JPEG or WebP."),
        Sentence::RoomUsed { bytes, files } => {
            let word = plural(u64::from(files), "file", "files");
            format!("{} in {files} {word} on this device.", size(Lang::En, bytes))
        }
        Sentence::RoomClearable(bytes) => format!("{} of it can be fetched again (--clear).", size(Lang::En, bytes)),
        Sentence::RoomAllowed(bytes) => format!("At most {} stay.", size(Lang::En, bytes)),
        Sentence::PictureThere(bytes) => format!("A picture of {}.", size(Lang::En, bytes)),
        Sentence::OpenFirst(name) => format!("There is no conversation with {name} yet: beseda-cli open {name}"),
    }
}
