//! From a request to a use case and back.

mod account;
mod blob;
mod conversation;
mod device;
mod group_link;
mod log;

use std::sync::Arc;

use beseda_app::domain::{Actor, TokenHash};
use beseda_app::port::{Store, StoreError, UnitOfWork, View};
use beseda_model::Timestamp;
use beseda_wire::{Problem, Reply, Request};

use super::answer::Answer;
use super::hub::Seat;
use crate::context::Context;
use crate::problem;
use crate::reading;
use crate::refusal::Refusal;

/// One request on its way.
#[derive(Debug)]
pub(super) struct Call {
    context: Arc<Context>,
    seat: Arc<Seat>,
    actor: Actor,
    token: TokenHash,
    now: Timestamp,
    answer: Answer,
}

impl Call {
    /// A request of a seat.
    pub(super) fn new(context: &Arc<Context>, seat: &Arc<Seat>, token: TokenHash, answer: Answer) -> Self {
        let now = context.clock.now();
        Self { context: context.clone(), seat: seat.clone(), actor: seat.actor, token, now, answer }
    }

    fn refuse(self, why: Problem) {
        self.answer.err(why);
    }

    /// Reads and answers, on a reader's thread.
    fn read<T, E>(
        self,
        work: impl FnOnce(&dyn View) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(T) -> Reply + Send + 'static,
    ) where
        T: 'static,
        E: Refusal + From<StoreError> + 'static,
    {
        let Self { context, answer, .. } = self;
        context.store.read(work, move |result| answer.result(result, reply));
    }

    /// Writes and answers after the commit.
    fn write<T, E>(
        self,
        work: impl FnMut(&mut dyn UnitOfWork) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(T) -> Reply + Send + 'static,
    ) where
        T: Send + 'static,
        E: Refusal + From<StoreError> + Send + 'static,
    {
        let Self { context, answer, .. } = self;
        context.store.write(work, move |result| answer.result(result, reply));
    }

    /// Does work that takes milliseconds of cryptography, on a thread that may block, few at a time.
    fn judge<T, E>(
        self,
        work: impl FnOnce(&dyn Store, Actor, Timestamp) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(T) -> Reply + Send + 'static,
    ) where
        T: 'static,
        E: Refusal + 'static,
    {
        let Ok(waiting) = Arc::clone(&self.context.judges.waiting).try_acquire_owned() else {
            return self.refuse(problem::overloaded());
        };
        let tasks = self.context.tasks.clone();
        tasks.spawn("judge", async move {
            let Self { context, actor, now, answer, .. } = self;
            let Ok(judging) = Arc::clone(&context.judges.judging).acquire_owned().await else { return };
            let store = context.store.clone();
            // Were it to panic, the answer is dropped with it, which tells the other side and the log.
            let judged = tokio::task::spawn_blocking(move || answer.result(work(store.as_ref(), actor, now), reply));
            drop(judged.await);
            drop((judging, waiting));
        });
    }

    /// Writes and answers that it is done.
    fn write_done<T, E>(self, work: impl FnMut(&mut dyn UnitOfWork) -> Result<T, E> + Send + 'static)
    where
        T: Send + 'static,
        E: Refusal + From<StoreError> + Send + 'static,
    {
        self.write(work, |_| Reply::Done);
    }
}

/// Carries a request out. The answer may come later, and from another thread.
pub(super) fn dispatch(call: Call, request: Request) {
    match request {
        // The session has refused a second hello.
        Request::Hello(_) => {}
        Request::Ping => call.answer.ok(Reply::Done),

        request @ (Request::Log { .. }
        | Request::Sync { .. }
        | Request::Welcome { .. }
        | Request::DeviceLog { .. }
        | Request::Accounts { .. }
        | Request::Profiles { .. }) => {
            let actor = call.actor;
            call.read(move |view| reading::read(view, actor, request), |reply| reply);
        }

        Request::Append(append) => log::append(call, append),
        Request::Mark { conversation, delivered, read } => log::mark(call, conversation, delivered, read),
        Request::Whisper { conversation, body } => log::whisper(call, conversation, body),

        Request::Propose { message } => conversation::propose(call, message),
        Request::Commit(bundle) => conversation::commit(call, bundle),
        Request::Create(create) => conversation::create(call, create),
        Request::Succeed(succeed) => conversation::succeed(call, succeed),
        Request::GroupInfo { conversation } => conversation::group_info(call, conversation),
        Request::WelcomeDone { conversation, seq } => conversation::welcome_done(call, conversation, seq),
        Request::ReportCommit { conversation, seq } => conversation::report_commit(call, conversation, seq),
        Request::AnswerStranger { conversation, accept } => conversation::answer_stranger(call, conversation, accept),

        Request::PublishKeys { packages, last_resort } => device::publish_keys(call, packages, last_resort),
        Request::CountKeys => device::count_keys(call),
        Request::ClaimKeys { account, devices } => device::claim_keys(call, account, devices),
        Request::AppendDeviceLog { entry } => device::append_log(call, entry),
        Request::OpenLink { code, nonce } => device::open_link(call, code, &nonce),
        Request::ApproveLink { code, entry } => device::approve_link(call, code, entry),
        Request::RefuseLink { code } => device::refuse_link(call, code),
        Request::SignOut => device::sign_out(call),

        Request::FindAccounts { username } => account::find(call, username),
        Request::SetUsername { username } => account::set_username(call, username),
        Request::SetPassword { current, proof, new } => account::set_password(call, current, proof, new),
        Request::SetPhone { attempt } => account::set_phone(call, attempt),
        Request::SetProfile { body } => account::set_profile(call, body),
        Request::SetPrivacy { privacy } => account::set_privacy(call, privacy),
        Request::Block { account, blocked } => account::block(call, account, blocked),
        Request::WatchPresence { accounts } => account::watch_presence(call, accounts),
        Request::SetPushSubscription { subscription, muted } => {
            device::set_push_subscription(call, subscription, muted);
        }
        Request::DeleteAccount { entries } => account::delete(call, entries),
        Request::Report(report) => account::report(call, &report),
        Request::SetPersonLink { token } => account::set_link(call, token),
        Request::PersonByLink { token } => account::by_link(call, &token),
        Request::MakeGroupLink(link) => group_link::make(call, link),
        Request::GroupLinks { conversation } => group_link::list(call, conversation),
        Request::RevokeGroupLink { conversation, link } => group_link::revoke(call, conversation, link),
        Request::ShowGroupLink { token } => group_link::show(call, &token),
        Request::AskToJoin { token, proof } => group_link::ask(call, &token, proof),
        Request::WithdrawAsk { conversation } => group_link::withdraw(call, conversation),
        Request::Asks { conversation } => group_link::asks(call, conversation),
        Request::AnswerAsk { conversation, account, accept } => group_link::answer(call, conversation, account, accept),
        Request::KeepBlobs { blobs } => blob::keep(call, blobs),
        Request::LetBlobsGo { blobs } => blob::let_go(call, blobs),
        Request::BlobUse => blob::usage(call),
    }
}
