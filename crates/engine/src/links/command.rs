//! What people want of links, and what the server answers.

use beseda_model::{AccountId, Action, ConversationId, Fingerprint, GroupLinkId, Role, Timestamp};
use beseda_wire::link::{GroupPreview, Link, LinkSecret, Target};
use beseda_wire::state::AskOutcome;
use beseda_wire::{Problem, Reply, Request};

use super::follow::{self, Followed};
use super::{make, own, person, waiting};
use crate::api::command::{Command, Outcome};
use crate::api::event::Effect;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::api::view::LinkView;
use crate::conversation::commands::wait;
use crate::session::Asked;
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::store::intents::{self, Intent};
use crate::store::me::Me;
use crate::{Step, desk};

/// What an answer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum About {
    /// Somebody looks at a link.
    Follow { link: Link, in_person: bool },
    /// Somebody asks to join: first the link is looked at.
    Ask { token: LinkSecret, key: LinkSecret },
    /// The request was made.
    Asked { conversation: ConversationId, preview: GroupPreview },
    /// A request was taken back.
    Withdrawn { conversation: ConversationId },
    /// A link was made.
    Made { link: GroupLinkId, automatic: bool, expires_at: Option<Timestamp>, uses: Option<u32> },
    /// The links of a group.
    List,
    /// A link was taken back.
    Revoked { link: GroupLinkId },
    /// A request was taken up by a person.
    Taken { conversation: ConversationId, account: AccountId, root: Fingerprint },
    /// A request was turned down.
    Declined,
    /// A link to this person was made, or taken back.
    Person { token: Option<LinkSecret> },
}

/// How a command goes on.
pub(super) enum Begun {
    /// It ends with the answer to this.
    Ask(Request, About),
    /// It is done.
    Done(Outcome),
}

pub(super) type Begin = Result<Result<Begun, Failure>, StoreError>;

/// Carries out a command about links; false if it is not one.
pub(crate) fn run(step: &mut Step<'_>, id: u64, command: &Command) -> Result<bool, StoreError> {
    if !matches!(
        command,
        Command::FollowLink { .. }
            | Command::AskToJoin { .. }
            | Command::WithdrawAsk { .. }
            | Command::AnswerAsk { .. }
            | Command::MakeGroupLink { .. }
            | Command::ListGroupLinks { .. }
            | Command::RevokeGroupLink { .. }
            | Command::MakePersonLink
            | Command::RevokePersonLink
    ) {
        return Ok(false);
    }
    let begun = match Me::find(step.tx)?.filter(|me| !me.signed_out) {
        Some(me) => begin(step, &me, command)?,
        None => welcome(command),
    };
    match begun {
        Ok(Begun::Ask(request, about)) => desk::request_about(step, id, request, Asked::Link { id, about }),
        Ok(Begun::Done(outcome)) => step.effect(Effect::Done { id, result: Ok(outcome) }),
        Err(failure) => step.effect(Effect::Done { id, result: Err(failure) }),
    }
    Ok(true)
}

/// What a link is worth to somebody who has no account here yet.
fn welcome(command: &Command) -> Result<Begun, Failure> {
    match command {
        Command::FollowLink { link, .. } => match link.parse() {
            Ok(Link { server, target: Target::Join { invite } }) => {
                Ok(Begun::Done(Outcome::Link { leads_to: LinkView::Join { server, invite } }))
            }
            _ => Err(Failure::NotSignedIn),
        },
        _ => Err(Failure::NotSignedIn),
    }
}

fn begin(step: &mut Step<'_>, me: &Me, command: &Command) -> Begin {
    match command {
        Command::FollowLink { link, in_person } => Ok(follow(me, link, *in_person)),
        Command::AskToJoin { link } => match read(me, link) {
            Ok(Link { target: Target::Group { token, key }, .. }) => Ok(Ok(Begun::Ask(
                Request::ShowGroupLink { token: token.0.as_slice().into() },
                About::Ask { token, key },
            ))),
            Ok(_) => Ok(Err(Failure::invalid(Field::Link, Reason::NoGroupLink))),
            Err(failure) => Ok(Err(failure)),
        },
        Command::WithdrawAsk { conversation } => {
            let conversation = *conversation;
            match own::outcome(step.tx, conversation)? {
                None => Ok(Err(Failure::NotFound)),
                Some(AskOutcome::Waiting) => {
                    Ok(Ok(Begun::Ask(Request::WithdrawAsk { conversation }, About::Withdrawn { conversation })))
                }
                Some(_) => {
                    own::forget(step, conversation)?;
                    Ok(Ok(Begun::Done(Outcome::Done)))
                }
            }
        }
        Command::AnswerAsk { conversation, account, accept } => answer(step, *conversation, *account, *accept),
        Command::MakeGroupLink { conversation, automatic, expires_at, uses } => {
            let row = match adder(step, *conversation)? {
                Ok(row) => row,
                Err(failure) => return Ok(Err(failure)),
            };
            if *uses == Some(0) || expires_at.is_some_and(|at| at <= step.now) {
                return Ok(Err(Failure::invalid(Field::Link, Reason::UselessLink)));
            }
            let request = make::make(step, &row, *automatic, *expires_at, *uses)?;
            let about = About::Made {
                link: request.link,
                automatic: *automatic,
                expires_at: request.expires_at,
                uses: request.uses,
            };
            Ok(Ok(Begun::Ask(Request::MakeGroupLink(request), about)))
        }
        Command::ListGroupLinks { conversation } => {
            Ok(Ok(Begun::Ask(Request::GroupLinks { conversation: *conversation }, About::List)))
        }
        Command::RevokeGroupLink { conversation, link } => {
            let request = Request::RevokeGroupLink { conversation: *conversation, link: *link };
            Ok(Ok(Begun::Ask(request, About::Revoked { link: *link })))
        }
        Command::MakePersonLink => person::make(step, me),
        Command::RevokePersonLink => {
            Ok(Ok(Begun::Ask(Request::SetPersonLink { token: None }, About::Person { token: None })))
        }
        _ => Ok(Err(Failure::NotFound)),
    }
}

/// A link of this person's server.
fn read(me: &Me, link: &str) -> Result<Link, Failure> {
    let link: Link = link.parse().map_err(|_| Failure::invalid(Field::Link, Reason::NoLink))?;
    // Where a request would go with an account that does not exist there.
    if link.server == me.server { Ok(link) } else { Err(Failure::OtherServer { server: link.server }) }
}

fn follow(me: &Me, link: &str, in_person: bool) -> Result<Begun, Failure> {
    let link = read(me, link)?;
    let request = match &link.target {
        Target::Group { token, .. } => Request::ShowGroupLink { token: token.0.as_slice().into() },
        Target::Username { username, .. } => Request::FindAccounts { username: username.as_str().to_owned() },
        Target::Person { token, .. } => Request::PersonByLink { token: token.0.as_slice().into() },
        Target::Stickers { .. } => return Ok(Begun::Done(Outcome::Link { leads_to: LinkView::Stickers })),
        Target::Join { invite } => {
            let leads_to = LinkView::Join { server: link.server.clone(), invite: invite.clone() };
            return Ok(Begun::Done(Outcome::Link { leads_to }));
        }
    };
    Ok(Begun::Ask(request, About::Follow { link, in_person }))
}

/// The group, if this person may add people there.
fn adder(step: &Step<'_>, id: ConversationId) -> Result<Result<Conversation, Failure>, StoreError> {
    let Some(row) = Conversation::find(step.tx, id)? else { return Ok(Err(Failure::NotFound)) };
    if !row.member {
        return Ok(Err(Failure::NotReady { reason: Reason::Left }));
    }
    if row.policy.is_none() {
        return Ok(Err(Failure::NotReady { reason: Reason::Joining }));
    }
    let me = Me::get(step.tx)?.account;
    Ok(row.check(me, Action::Add { role: Role::Member }).map(|()| row))
}

fn answer(step: &mut Step<'_>, conversation: ConversationId, account: AccountId, accept: bool) -> Begin {
    let row = match adder(step, conversation)? {
        Ok(row) => row,
        Err(failure) => return Ok(Err(failure)),
    };
    let Some(found) = waiting::find(step.tx, conversation, account)? else { return Ok(Err(Failure::NotFound)) };
    let about = if accept {
        match found.judge(step.tx, &row, step.now)? {
            Ok(judged) => About::Taken { conversation, account, root: judged.root },
            Err(doubt) => return Ok(Err(Failure::NotAllowed { reason: doubt.into() })),
        }
    } else {
        About::Declined
    };
    Ok(Ok(Begun::Ask(Request::AnswerAsk { conversation, account, accept }, about)))
}

/// The server has done it.
pub(crate) fn answered(step: &mut Step<'_>, id: u64, about: About, reply: Reply) -> Result<(), StoreError> {
    let ended = match (about, reply) {
        (About::Follow { link, in_person }, reply) => follow::shown(step, &link, in_person, reply)?,
        (About::Ask { token, key }, Reply::GroupLink { conversation, body }) => {
            match follow::group(step, conversation, key, &body)? {
                Followed::Ask { preview, proof } => {
                    let request = Request::AskToJoin { token: token.0.as_slice().into(), proof };
                    desk::request_about(
                        step,
                        id,
                        request,
                        Asked::Link { id, about: About::Asked { conversation, preview } },
                    );
                    return Ok(());
                }
                Followed::Forged => Err(Failure::NotAllowed { reason: Reason::OtherGroup }),
                Followed::Member => Ok(Outcome::Conversation { conversation }),
            }
        }
        (About::Asked { conversation, preview }, Reply::Asked { conversation: told }) if told == conversation => {
            own::keep(step, conversation, &preview)?;
            Ok(Outcome::Done)
        }
        (About::Withdrawn { conversation }, Reply::Done) => {
            own::forget(step, conversation)?;
            Ok(Outcome::Done)
        }
        (About::Made { link, automatic, expires_at, uses }, Reply::Done) => {
            let me = Me::get(step.tx)?;
            Ok(Outcome::GroupLink { link: make::made(step, &me, link, automatic, expires_at, uses)? })
        }
        (About::List, Reply::GroupLinks { links }) => {
            let me = Me::get(step.tx)?;
            let links: Result<Vec<_>, _> = links.iter().map(|link| make::show(step.tx, &me.server, link)).collect();
            Ok(Outcome::GroupLinks { links: links? })
        }
        (About::Revoked { link }, Reply::Done) => {
            make::forget(step.tx, link)?;
            Ok(Outcome::Done)
        }
        (About::Taken { conversation, account, root }, Reply::Done) => {
            intents::insert(step.tx, conversation, &Intent::Admit { account, root })?;
            step.touch(conversation);
            return wait(step, conversation, id);
        }
        (About::Declined, Reply::Done) => Ok(Outcome::Done),
        (About::Person { token }, Reply::Done) => Ok(person::set(step, token)?),
        _ => Err(Failure::NotFound),
    };
    step.effect(Effect::Done { id, result: ended });
    Ok(())
}

/// The server has refused it.
pub(crate) fn refused(step: &mut Step<'_>, id: u64, about: &About, why: &Problem) -> Result<(), StoreError> {
    if let About::Made { link, .. } = about {
        make::forget(step.tx, *link)?;
    }
    let gone = matches!(about, About::Follow { .. } | About::Ask { .. } | About::Asked { .. })
        && why.code == beseda_model::Code::NotFound;
    let failure = if gone { Failure::LinkEnded } else { crate::outbox::refusal(why) };
    step.effect(Effect::Done { id, result: Err(failure) });
    Ok(())
}
