use beseda_engine::api::failure::{Failure, Healing, Unreadable};
use beseda_engine::api::reason::Reason;
use beseda_engine::api::view::WarningKind;
use beseda_model::Code;

use super::reason::field;
use crate::host::Trouble;
use crate::safe;
use crate::text::{Lang, Named, Words, capital};

pub(in crate::text) fn failure(failure: &Failure) -> Words {
    match failure {
        Failure::Refused { code, detail, retry_after_ms } => refused(*code, detail, *retry_after_ms),
        Failure::Unreachable => {
            Words::new("The server can't be reached.", "Check the address and the network, then try again.")
        }
        Failure::WrongCode { tries_left: 0 } => {
            Words::new("This is not the code that was sent.", "It can't be tried any more: ask for a new one.")
        }
        Failure::WrongCode { tries_left } => Words::new(
            "This is not the code that was sent.",
            format!("Try again; {tries_left} more times are possible."),
        ),
        Failure::CodeExpired => {
            Words::new("The code is not valid any more, or none was asked for.", "Ask for a new one.")
        }
        Failure::NotSignedIn => {
            Words::new("Nobody is signed in on this profile.", "Sign up, recover or link it first.")
        }
        Failure::AlreadySignedIn => {
            Words::new("Somebody is signed in on this profile already.", "Choose another folder with --home.")
        }
        Failure::NotFound => {
            Words::new("There is no such thing here.", "Check what you named; a list shows what there is.")
        }
        Failure::NotAllowed { reason } => Words::new(
            format!("You are not allowed to do that: {}.", safe::line(&reason.to_string())),
            "Ask an owner or admin of the group.",
        ),
        Failure::Invalid { what, reason } => {
            Words::new(format!("{}: {}.", capital(field(*what)), safe::line(&reason.to_string())), "")
        }
        Failure::NotReady { reason: why @ (Reason::FileDamaged | Reason::FileGone) } => {
            Words::new(format!("{}.", capital(&why.to_string())), "Ask for it to be sent again.")
        }
        Failure::NotReady { reason } => {
            let why = safe::line(&reason.to_string());
            Words::new(format!("It can't be done now: {why}."), "Try again when it can.")
        }
        Failure::OtherServer { server } => Words::new(
            format!("The link belongs to another server: {}.", safe::line(server)),
            "Open it in a profile that is signed in there.",
        ),
        Failure::LinkEnded => Words::new(
            "The link does not work any more: it was taken back, used up, or it has expired.",
            "Ask for a new one.",
        ),
        Failure::Store => Words::new(
            "The local database failed; nothing was changed.",
            "Check that the disk is not full and the profile folder is writable.",
        ),
        _ => Words::new("It did not work, and this version has no words for why.", "Update this program."),
    }
}

fn refused(code: Code, detail: &str, retry_after_ms: Option<u64>) -> Words {
    let later = |otherwise: &str| match retry_after_ms {
        Some(ms) => format!("Try again in {}.", Lang::En.duration(ms.div_ceil(1000).max(1))),
        None => otherwise.to_owned(),
    };
    match code {
        Code::BadRequest => {
            Words::new("The server did not understand the request.", "Update this program or ask the operator.")
        }
        Code::TooLarge => Words::new("That is larger than this server allows.", "Send less at once."),
        Code::RateLimited => Words::new("That was too often.", later("Wait a little.")),
        Code::Overloaded => Words::new("The server has too much to do.", later("Try again in a moment.")),
        Code::Unauthorized => {
            Words::new("The server does not know this device any more.", "Link or recover it again in a new profile.")
        }
        Code::DeviceRevoked => Words::new(
            "This device was removed from the account.",
            "If it was not you: remove unknown devices from another device, and make a new phrase.",
        ),
        Code::WrongCredentials => {
            Words::new("Username or password is wrong.", "Check both; which of them is wrong is not said.")
        }
        Code::Forbidden => Words::new("The server does not allow it to you.", "Ask an owner or admin."),
        Code::NotFound => Words::new("The server has no such thing, or does not show it to you.", ""),
        Code::Taken => Words::new("That name is taken.", "Choose another one."),
        Code::NotAMember => Words::new("You are not a member of this conversation.", "Somebody in it has to add you."),
        Code::StaleEpoch => Words::new("The conversation has moved on meanwhile.", "It is tried again by itself."),
        Code::CommitDue => Words::new(
            "Somebody has to be taken out of the group first.",
            "It happens by itself; then it is tried again.",
        ),
        Code::JoinLater => Words::new("Another device is joining just now.", later("It is tried again by itself.")),
        Code::InvalidCommit => Words::new(
            format!("The server found the change against the rules: {}.", safe::line(detail)),
            "Update this program; if it stays, tell the operator.",
        ),
        Code::InvalidDeviceLog => Words::new(
            "The list of devices has changed meanwhile, or does not fit.",
            "Try again; if it stays, tell the operator.",
        ),
        Code::KeyPackageUsed => {
            Words::new("The other's one-time keys are used up.", "Try again when they have been online.")
        }
        Code::AlreadyExists => Words::new("That exists already.", "Open it instead."),
        Code::NotAccepted => Words::new("This person does not take messages from you.", ""),
        Code::RequestPending => Words::new("Your request waits for an answer.", "You can go on when it is accepted."),
        Code::InvalidPhone => Words::new(
            "That is not a number that can get text messages.",
            "Check it; write it with its country's code, such as +7 912 345-67-89.",
        ),
        Code::PhoneNotServed => Words::new(
            "This server sends no codes to numbers of that country.",
            "Join in another way, or ask the operator.",
        ),
        Code::QuotaExceeded => Words::new(
            "There is no room left for your files on this server.",
            "Delete messages with files that you do not need any more.",
        ),
        Code::WrongOffset => Words::new("The upload goes on elsewhere.", "It is tried again by itself."),
        Code::WrongChecksum => Words::new("The file was damaged on its way.", "It is tried again by itself."),
        Code::StorageFull => Words::new("The server has no room left for files.", "Tell the operator; then try again."),
        Code::DriveUnreachable => Words::new("The server can't reach the drive.", "Check its address."),
        Code::DriveExpired => Words::new("The drive does not let this device in any more.", "Connect it anew."),
        Code::SignUpRefused => sign_up_refused(detail),
        Code::StoreEpochChanged => {
            Words::new("The server was restored from a backup.", "Your device repairs what is missing by itself.")
        }
        Code::OutOfOrder => Words::new("The exchange with the server got out of step.", "It is tried again by itself."),
        Code::ProfileCopied => Words::new(
            "This profile is a copy of one that went on elsewhere.",
            "Keep only one of them; link this one as a new device.",
        ),
        Code::UpdateRequired => Words::new("This program is too old for that.", "Update it."),
        Code::Internal => {
            Words::new("The server failed; nothing was changed.", "Try again; if it stays, tell the operator.")
        }
        _ => Words::new("The server refused for a reason that this version does not know.", "Update this program."),
    }
}

fn sign_up_refused(detail: &str) -> Words {
    let todo = match detail {
        d if d.contains("invit") => "An invitation is needed: ask the operator for one.",
        d if d.contains("phone") => "This server asks for a phone number: `join phone`.",
        d if d.contains("closed") => "This server takes no new accounts.",
        d if d.contains("proof") => "Try again.",
        d if d.contains("password") => "This server asks for a username and a password.",
        _ => "Ask the operator how to join.",
    };
    Words::new("The server did not make an account.", todo)
}

pub(in crate::text) const fn trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::NoSuchHost => "the server's name is not found: no network, or a wrong address",
        Trouble::NoAnswer => "the server does not answer",
        Trouble::TimedOut => "the server did not answer in time",
        Trouble::Certificate => "the server's certificate can't be trusted",
        Trouble::Busy => "the server asks to come later",
        Trouble::NotAServer => "what answers there is not a Beseda server",
        Trouble::Closed => "the connection was closed",
    }
}

pub(in crate::text) fn unreadable(why: Unreadable, healing: Healing) -> Words {
    let what = match why {
        Unreadable::BeforeJoin => "It was sent before this device joined.",
        Unreadable::KeyGone => "Can't be read: its key was used before or is gone.",
        Unreadable::UnknownEpoch => "Can't be read: it belongs to a state of the group that this device never had.",
        Unreadable::Damaged => "Can't be read: it is damaged or forged.",
        Unreadable::Malformed => "Can't be read: no version of the program writes such a thing.",
        Unreadable::RemovedByServer => "Removed by the server, not by a person.",
        Unreadable::Forged => "Not shown: it is not what it claims to be.",
        _ => "Can't be read.",
    };
    let todo = match healing {
        Healing::Asked => "Its author is asked to send it again.",
        Healing::Unrecoverable => "It can't be had any more.",
        Healing::NotNeeded => "",
    };
    Words::new(what, todo)
}

pub(in crate::text) fn warning(kind: &WarningKind, named: Named<'_>) -> Words {
    match kind {
        WarningKind::LogForked { seq, account: Some(account) } => Words::new(
            format!(
                "{} saw another history here than you (at entry {seq}, at the latest): the server shows people \
                 different things, or that program lies.",
                named(*account).0
            ),
            "Compare what you both see by another way; if it differs, ask the operator.",
        ),
        WarningKind::LogForked { seq, account: None } => Words::new(
            format!("The server shows different histories to different people (at entry {seq}, at the latest)."),
            "Tell the others by another way, and ask the operator.",
        ),
        WarningKind::IdentityChanged { account } => Words::new(
            format!(
                "{} has a new identity: either they lost their phrase, or somebody pretends to be them.",
                named(*account).0
            ),
            "Compare the safety number by another way.",
        ),
        WarningKind::OwnDeviceAdded { .. } => Words::new(
            "A new device was added to your account.",
            "If it was not you: remove it at once (F9 or `device remove`).",
        ),
        WarningKind::LinkTampered { .. } => Words::new(
            "The server tried to put a device of its own in the place of the one that you were approving; nothing was \
             approved.",
            "Do not approve devices on this server before its operator has explained that.",
        ),
        WarningKind::ServerRestored => Words::new(
            "The server went back to an older state, most likely a backup.",
            "Your devices bring back what they have; nothing is to be done.",
        ),
        WarningKind::DeviceLogForked { account } => Words::new(
            format!("The server told two different stories about the devices of {}.", named(*account).0),
            "Say nothing secret to them here until you have spoken by another way.",
        ),
        WarningKind::DeviceLogWithheld { account } => Words::new(
            format!("The server keeps back the newest list of the devices of {}.", named(*account).0),
            "One of them may be removed without this device knowing: say nothing secret here until this is gone.",
        ),
        WarningKind::EntryWithheld { seq } => Words::new(
            format!("The server keeps back a part of this conversation (entry {seq}); it goes on once that has come."),
            "Ask the operator, if it lasts.",
        ),
        WarningKind::MembersDiffer { added, removed, roles } => Words::new(
            format!(
                "Who belongs here has changed in a way that this device could not follow (added: {}, removed: {}, with \
                 another role: {}).",
                added.len(),
                removed.len(),
                roles.len()
            ),
            "Look at the members, and ask them by another way if you know nothing of it.",
        ),
        WarningKind::InvalidCommit { seq, reason } => Words::new(
            format!(
                "The server let pass a change that breaks the rules (entry {seq}: {}); it was not followed.",
                safe::line(reason)
            ),
            "Tell the operator; /renew lets the group go on.",
        ),
        WarningKind::PhoneGone => Words::new(
            "Your account has no phone number any more: you removed it on another device, or somebody else gets the messages that are sent to it.",
            "If it was not you, ask your phone company whether your SIM card was replaced. Your account and its messages are safe.",
        ),
        WarningKind::ProfileCopied => Words::new(
            "This profile is a copy of one that went on elsewhere, so it can't send any more.",
            "Its history stays; link it as a new device in a new profile.",
        ),
        WarningKind::LocalDamage => {
            Words::new("A part of the local database was damaged.", "It was healed where it could be; check the disk.")
        }
        _ => Words::new("Something is wrong that this version has no words for.", "Update this program."),
    }
}
