//! Answers to requests.

use beseda_model::Code;
use beseda_wire::{Problem, Reply};

use super::{Asked, Claim, connection, people};
use crate::Step;
use crate::api::command::Outcome;
use crate::api::event::Effect;
use crate::store::StoreError;
use crate::store::accounts::Account;
use crate::{conversation, desk, files, healing, links, log, notification, outbox};

/// A pause after an answer that makes no sense or an error of the server.
pub(crate) const AFTER_FAILURE: u64 = 5_000;

/// A request was carried out.
pub(crate) fn answered(step: &mut Step<'_>, asked: Asked, reply: Reply) -> Result<(), StoreError> {
    match (asked, reply) {
        (Asked::Hello, Reply::Hello { account, device, store_epoch, send_no, .. }) => {
            healing::restore::greeted(step, account, device, &store_epoch, send_no)
        }
        (Asked::Sync, Reply::Sync { changes, cursor, more }) => super::changes::page(step, changes, &cursor, more),
        (Asked::Log { conversation, from }, Reply::Log { entries, last_seq }) => {
            step.place(conversation).log = false;
            log::page(step, conversation, from, &entries, last_seq)
        }
        (Asked::Verify { conversation, from }, Reply::Log { entries, last_seq }) => {
            step.place(conversation).log = false;
            healing::restore::verify(step, conversation, from, &entries, last_seq)
        }
        (Asked::Append { conversation, row }, Reply::Appended { seq, at }) => {
            outbox::appended(step, conversation, row, seq, at)
        }
        (Asked::Group { conversation, message }, Reply::Appended { seq, .. }) => {
            step.place(conversation).group = false;
            conversation::change::accepted(step, conversation, message, seq)
        }
        (Asked::GroupInfo { conversation } | Asked::Welcome { conversation }, reply) => {
            step.place(conversation).join = false;
            log::join::offered(step, conversation, reply)
        }
        (Asked::ClaimKeys { conversation, account }, Reply::Keys { packages, count }) => {
            Account::want(step.tx, account, count)?;
            step.place(conversation).claims.insert(account, Claim::Got { packages, version: count });
            step.touch(conversation);
            Ok(())
        }
        (Asked::Profile, _) => {
            step.memory.session.publishing = false;
            desk::profile_taken(step)
        }
        (Asked::Identity(purpose), reply) => desk::identity_answered(step, purpose, Ok(reply)),
        (Asked::People { about, accounts: asked }, Reply::Profiles { profiles }) => {
            for profile in profiles {
                crate::timeline::apply_profile(step, profile.account, profile.version, &profile.body)?;
            }
            people::answered(step, about, &asked)
        }
        (Asked::People { about, accounts: asked }, Reply::Accounts { accounts }) => {
            accounts.iter().try_for_each(|card| desk::card(step, card))?;
            people::answered(step, about, &asked)
        }
        (Asked::Mark { conversation }, _) => conversation::advance::marked(step, conversation),
        (Asked::Asks { conversation }, Reply::Asks { asks }) => links::waiting::came(step, conversation, &asks),
        (Asked::TakeAsk { conversation, account, root }, Reply::Done) => {
            links::waiting::taken(step, conversation, account, root)
        }
        (Asked::Link { id, about }, reply) => links::answered(step, id, about, reply),
        (Asked::Command { id }, _) => {
            step.effect(Effect::Done { id, result: Ok(Outcome::Done) });
            Ok(())
        }
        (Asked::PushEnded, _) => notification::ended(step),
        (Asked::LetGo { blobs }, _) => files::let_go_told(step, &blobs),
        (Asked::KeepBlob { file }, Reply::BlobsKept { gone }) => files::keep_answered(step, file, gone.is_empty()),
        (Asked::Ping | Asked::Other, _) => Ok(()),
        // An answer of another kind than the question: a server that can't be worked with.
        (asked, _) => {
            step.effect(Effect::Disconnect);
            desk::lost(step, asked)?;
            connection::lose(step, None)
        }
    }
}

/// A request was refused.
pub(crate) fn refused(step: &mut Step<'_>, asked: Asked, why: &Problem) -> Result<(), StoreError> {
    let is_session = matches!(why.code, Code::Unauthorized | Code::DeviceRevoked);
    if is_session && !matches!(asked, Asked::Command { .. } | Asked::Identity(_) | Asked::Link { .. }) {
        return connection::signed_out(step);
    }
    if why.code == Code::ProfileCopied {
        return healing::restore::retire(step);
    }
    let pause = step.now.plus_millis(why.retry_after_ms.unwrap_or(AFTER_FAILURE));
    match asked {
        Asked::Hello => {
            step.effect(Effect::Disconnect);
            connection::lose(step, why.retry_after_ms)
        }
        Asked::Sync if why.code == Code::StoreEpochChanged => healing::restore::forget_cursor(step),
        // A cursor of which the server can make nothing is as good as none.
        Asked::Sync if !conversation::advance::is_passing(why.code) && super::changes::has_cursor(step)? => {
            healing::restore::forget_cursor(step)
        }
        Asked::Sync => {
            step.effect(Effect::Disconnect);
            connection::lose(step, why.retry_after_ms)
        }
        Asked::Log { conversation, .. } => {
            let place = step.place(conversation);
            place.log = false;
            place.hold_until = pause;
            step.memory.session.sync_wanted = true;
            Ok(())
        }
        Asked::Mark { conversation } => {
            step.place(conversation).hold_until = pause;
            step.memory.session.sync_wanted = true;
            conversation::advance::not_marked(step, conversation)
        }
        Asked::Verify { conversation, .. } => {
            step.place(conversation).log = false;
            healing::restore::not_there(step, conversation, why)
        }
        Asked::Append { conversation, row } => outbox::refused(step, conversation, row, why),
        Asked::Group { conversation, message } => {
            step.place(conversation).group = false;
            conversation::change::refused(step, conversation, message, why)
        }
        Asked::GroupInfo { conversation } => {
            step.place(conversation).join = false;
            log::join::put_off(step, conversation, why)
        }
        Asked::Welcome { conversation } => {
            step.place(conversation).join = false;
            log::join::no_welcome(step, conversation, why)
        }
        Asked::ClaimKeys { conversation, account } => {
            let place = step.place(conversation);
            if matches!(why.code, Code::RateLimited | Code::Overloaded | Code::Internal) {
                place.claims.remove(&account);
                place.hold_until = pause;
            } else {
                place.claims.insert(account, Claim::Refused(why.clone()));
            }
            step.touch(conversation);
            Ok(())
        }
        Asked::Profile => {
            step.memory.session.publishing = false;
            if conversation::advance::is_passing(why.code) { Ok(()) } else { desk::profile_taken(step) }
        }
        Asked::Identity(purpose) => desk::identity_answered(step, purpose, Err(why.clone())),
        Asked::Asks { conversation } => links::waiting::refused(step, conversation),
        Asked::TakeAsk { conversation, account, .. } => links::waiting::not_taken(step, conversation, account, why),
        Asked::Link { id, about } => links::refused(step, id, &about, why),
        Asked::LetGo { .. } => {
            step.memory.files.letting_go = false;
            Ok(())
        }
        Asked::KeepBlob { file } => files::keep_refused(step, file, why),
        Asked::People { .. } | Asked::Ping | Asked::PushEnded | Asked::Other => Ok(()),
        Asked::Command { id } => {
            step.effect(Effect::Done { id, result: Err(outbox::refusal(why)) });
            Ok(())
        }
    }
}
