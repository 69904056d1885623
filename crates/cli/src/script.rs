//! The commands: each does one thing, prints it, and ends with an exit code.

mod address;
mod ask;
mod downloads;
mod enclosed;
mod files;
mod folders;
mod groups;
mod join;
mod links;
mod messages;
mod outlet;
mod people;
mod phone;
mod pictured;
mod progress;
mod session;
mod show;
mod stickers;
mod trip;
mod watch;

pub use outlet::Outlet;
pub use session::Session;
pub use trip::Trip;

pub use join::device_name;

use std::io::{Write, stderr};

use beseda_engine::api::failure::Failure;

use crate::args::{JoinCommand, Subject};
use crate::text::Lang;

impl Session {
    /// Carries a command out, after catching up with the server if that is wanted.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn run(&self, subject: Subject, sync_first: bool) -> Result<(), Trip> {
        match self.carry_out(subject, sync_first).await {
            Err(Trip::Failure(Failure::NotSignedIn)) if self.me().await.is_ok_and(|me| me.signed_out) => {
                Err(Trip::SignedOut)
            }
            result => result,
        }
    }

    async fn carry_out(&self, subject: Subject, sync_first: bool) -> Result<(), Trip> {
        if sync_first && !matches!(subject, Subject::Sync) {
            self.online().await?;
            self.settled(None).await?;
        }
        match subject {
            // These two are no commands to an engine: the program deals with them before.
            Subject::Ui { .. } | Subject::Screens { .. } => Ok(()),
            Subject::SignUp { joining, username, invite, no_password } => {
                self.sign_up(joining, username, invite, no_password).await
            }
            Subject::Join { command: JoinCommand::Phone(args) } => self.join_by_phone(args).await,
            Subject::Recover { joining } => self.recover(joining).await,
            Subject::Link { joining } => self.link(joining).await,
            Subject::ResetIdentity { joining, username } => self.reset_identity(joining, username).await,
            Subject::Phrase { confirm } => self.phrase(confirm).await,
            Subject::Device { command } => self.devices(command).await,
            Subject::SignOut => self.sign_out().await,
            Subject::DeleteAccount { confirm } => self.delete_account(confirm).await,
            Subject::Me => self.show_me().await,
            Subject::Profile(args) => self.profile(args).await,
            Subject::Privacy(args) => self.privacy(args).await,
            Subject::Username { name, off } => self.username(name, off).await,
            Subject::Phone(args) => self.phone(args).await,
            Subject::Password { forgotten } => self.password(forgotten).await,
            Subject::MyLink { off } => self.my_link(off).await,
            Subject::Follow { link, in_person } => self.follow(link, in_person).await,
            Subject::AskToJoin { link } => self.ask_to_join(link).await,
            Subject::Asks { forget } => self.own_asks(forget).await,
            Subject::Find { username } => self.find(username).await,
            Subject::People(who) => self.list_people(who.person).await,
            Subject::Block { person } => self.block(&person, true).await,
            Subject::Unblock { person } => self.block(&person, false).await,
            Subject::Report { person, reason, conversation, message, note } => {
                self.report(&person, reason, conversation.as_deref(), &message, note).await
            }
            Subject::Safety { person } => self.safety(&person).await,
            Subject::Verify { person, undo } => self.verify(&person, !undo).await,
            Subject::Nickname { person, name } => self.nickname(&person, name).await,
            Subject::Presence { people } => self.show_presence(people).await,
            Subject::Chats { archived, unread, folder } => self.chats(archived, unread, folder.as_deref()).await,
            Subject::Folder { command } => self.folders(command).await,
            Subject::Open { person } => self.open(&person).await,
            Subject::Group { command } => self.group(command).await,
            Subject::Members { conversation } => self.members(&conversation).await,
            Subject::Timer { conversation, timer, from_reading } => {
                self.set_timer(&conversation, &timer, from_reading).await
            }
            Subject::Accept { conversation } => self.answer(&conversation, true).await,
            Subject::Decline { conversation } => self.answer(&conversation, false).await,
            Subject::Mute { conversation, duration, off } => self.mute(&conversation, duration, off).await,
            Subject::Clear { conversation } => self.clear(&conversation, false).await,
            Subject::Remove { conversation } => self.clear(&conversation, true).await,
            Subject::Archive { conversation, off } => self.archive(&conversation, !off).await,
            Subject::Top { conversation, off } => self.top(&conversation, !off).await,
            Subject::Unread { conversation } => self.mark_unread(&conversation).await,
            Subject::Renew { conversation } => self.renew(&conversation).await,
            Subject::Send(draft) => self.send(draft).await,
            Subject::Vcf { conversation, message } => self.vcf(&conversation, &message).await,
            Subject::Save(args) => self.save(args).await,
            Subject::Show(args) => self.show(args).await,
            Subject::Files(args) => self.shared(args).await,
            Subject::Links(args) => self.linked(args).await,
            Subject::Sticker { command } => self.stickers(command).await,
            Subject::Storage(args) => self.storage(args).await,
            Subject::Downloads(args) => self.downloads(args).await,
            Subject::Picture(args) => self.picture(args).await,
            Subject::Edit { conversation, message, text } => self.edit(&conversation, &message, &text).await,
            Subject::Delete { conversation, messages, for_me } => self.delete(&conversation, &messages, !for_me).await,
            Subject::React { conversation, message, emoji, off } => {
                self.react(&conversation, &message, emoji, !off).await
            }
            Subject::Pin { conversation, message, off } => self.pin(&conversation, &message, !off).await,
            Subject::Forward { conversation, messages, to, anonymous } => {
                self.forward(&conversation, &messages, &to, !anonymous).await
            }
            Subject::Read { conversation, to } => self.read(&conversation, to).await,
            Subject::History(args) => self.history(args).await,
            Subject::Search(args) => self.search(args).await,
            Subject::Info { conversation, message } => self.details(&conversation, &message).await,
            Subject::Typing { conversation, off } => self.typing(&conversation, !off).await,
            Subject::Draft { conversation, text } => self.draft(&conversation, &text).await,
            Subject::Outbox => self.outbox().await,
            Subject::Retry { conversation, message } => self.retry(&conversation, &message).await,
            Subject::Discard { conversation, message } => self.discard(&conversation, &message).await,
            Subject::Watch(args) => self.watch(args).await,
            Subject::Sync => self.sync().await,
            Subject::Warnings { ack } => self.warnings(ack).await,
        }
    }
}

/// Says on standard error, or as an object on standard output, why something was not done.
pub fn report(trip: &Trip, json: bool, lang: Lang) {
    let words = trip.words(lang);
    // A closed output can't be complained about anywhere.
    if json {
        let object = serde_json::json!({
            "kind": trip.kind(),
            "code": trip.code(),
            "exit": trip.exit_code(),
            "retry_after_ms": trip.retry_after_ms(),
            "tries_left": trip.tries_left(),
            "what": words.what,
            "todo": words.todo,
        });
        drop(Outlet::new(true).say("error", &object, String::new));
    } else {
        drop(writeln!(stderr(), "{words}"));
    }
}
