//! People who wait to be let into a group, where this person may add people.

use beseda_model::{AccountId, Action, ConversationId, GroupLinkId, Role, Timestamp, decide};
use beseda_wire::state::Ask;
use beseda_wire::{Problem, Request};
use rusqlite::{Connection, OptionalExtension};

use super::judge::{Claim, Judged, judge, maker};
use crate::Step;
use crate::api::event::Notice;
use crate::api::view::AskDoubt;
use crate::session::Asked;
use crate::session::people::{self, About};
use crate::store::accounts::{self, Account};
use crate::store::conversations::{Conversation, Standing};
use crate::store::intents::{self, Intent};
use crate::store::me::Me;
use crate::store::{StoreError, members};
use crate::timeline::column;

const TABLE: &str = "join_asks";

/// A request as it is kept.
pub(crate) struct Waiting {
    pub(crate) account: AccountId,
    pub(crate) link: GroupLinkId,
    pub(crate) at: Timestamp,
    pub(crate) taken_until: Timestamp,
    proof: Vec<u8>,
    body: Vec<u8>,
}

impl Waiting {
    /// Whether it holds, by what is pinned here.
    pub(crate) fn judge(
        &self,
        conn: &Connection,
        row: &Conversation,
        now: Timestamp,
    ) -> Result<Result<Judged, AskDoubt>, StoreError> {
        let Some(policy) = &row.policy else { return Ok(Err(AskDoubt::Unknown)) };
        let claim = Claim {
            conversation: row.id,
            link: self.link,
            account: self.account,
            body: &self.body,
            proof: &self.proof,
        };
        let maker = maker(&self.body).map(|maker| accounts::device_log(conn, maker)).transpose()?.flatten();
        Ok(judge(claim, policy, maker.as_ref(), now))
    }
}

const COLUMNS: &str = "SELECT account, link, at, taken_until, proof, body FROM join_asks WHERE conversation = ?1";

type Raw = (Vec<u8>, [u8; 16], i64, i64, Vec<u8>, Vec<u8>);

fn raw(row: &rusqlite::Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn read((account, link, at, taken_until, proof, body): Raw) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        account: column::account(&account, TABLE)?,
        link: GroupLinkId::from_bytes(link),
        at: column::moment(at),
        taken_until: column::moment(taken_until),
        proof,
        body,
    })
}

/// Those who wait, oldest first.
pub(crate) fn list(conn: &Connection, conversation: ConversationId) -> Result<Vec<Waiting>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{COLUMNS} ORDER BY at, account"))?;
    let rows = statement.query_map([conversation.as_bytes()], raw)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(read).collect()
}

/// How many wait that nobody is adding.
pub(crate) fn count(conn: &Connection, conversation: ConversationId, now: Timestamp) -> Result<u32, StoreError> {
    let sql = "SELECT count(*) FROM join_asks WHERE conversation = ?1 AND taken_until <= ?2";
    let count =
        conn.prepare_cached(sql)?.query_row((conversation.as_bytes(), column::millis(now)), |row| row.get(0))?;
    Ok(count)
}

pub(super) fn find(
    conn: &Connection,
    conversation: ConversationId,
    account: AccountId,
) -> Result<Option<Waiting>, StoreError> {
    let found = conn
        .prepare_cached(&format!("{COLUMNS} AND account = ?2"))?
        .query_row((conversation.as_bytes(), account.as_bytes()), raw)
        .optional()?;
    found.map(read).transpose()
}

/// The server says how many ask to join; who they are is asked for.
pub(crate) fn told(step: &mut Step<'_>, conversation: ConversationId, count: u32) -> Result<(), StoreError> {
    if count > 0 {
        step.tx
            .prepare_cached("INSERT OR REPLACE INTO asking (conversation, wanted) VALUES (?1, 1)")?
            .execute([conversation.as_bytes()])?;
        return Ok(());
    }
    step.tx.prepare_cached("DELETE FROM asking WHERE conversation = ?1")?.execute([conversation.as_bytes()])?;
    let gone =
        step.tx.prepare_cached("DELETE FROM join_asks WHERE conversation = ?1")?.execute([conversation.as_bytes()])?;
    if gone > 0 {
        step.notice(Notice::Conversation(conversation));
    }
    Ok(())
}

/// Asks for the list where it is wanted, and lets those in who need no person's word.
pub(crate) fn look(step: &mut Step<'_>, row: &Conversation) -> Result<(), StoreError> {
    let wanted: Option<bool> = step
        .tx
        .prepare_cached("SELECT wanted FROM asking WHERE conversation = ?1")?
        .query_row([row.id.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(wanted) = wanted else { return Ok(()) };
    if row.standing != Standing::Ready || !may_answer(step, row)? {
        return Ok(());
    }
    if wanted {
        let place = step.place(row.id);
        if !place.asks {
            place.asks = true;
            step.ask(Request::Asks { conversation: row.id }, Asked::Asks { conversation: row.id });
        }
        return Ok(());
    }
    for waiting in list(step.tx, row.id)? {
        take(step, row, &waiting)?;
    }
    Ok(())
}

pub(super) fn may_answer(step: &Step<'_>, row: &Conversation) -> Result<bool, StoreError> {
    let me = Me::get(step.tx)?.account;
    let Some(policy) = &row.policy else { return Ok(false) };
    let action = Action::Add { role: Role::Member };
    Ok(policy.role(me).is_some_and(|role| decide(policy.kind, &policy.permissions, role, action).is_ok()))
}

/// Takes up a request that needs no person's word. Somebody who was put out needs one.
fn take(step: &mut Step<'_>, row: &Conversation, waiting: &Waiting) -> Result<(), StoreError> {
    let account = waiting.account;
    if waiting.taken_until > step.now || step.place(row.id).taking.contains(&account) {
        return Ok(());
    }
    match waiting.judge(step.tx, row, step.now)? {
        Ok(judged) if judged.automatic && !was_put_out(step.tx, row.id, account)? => {
            step.place(row.id).taking.insert(account);
            let request = Request::AnswerAsk { conversation: row.id, account, accept: true };
            step.ask(request, Asked::TakeAsk { conversation: row.id, account, root: judged.root });
        }
        Err(AskDoubt::Unknown) => {
            // It will be looked at again when the maker's device log is here.
            if let Some(maker) = maker(&waiting.body) {
                Account::want(step.tx, maker, 1)?;
            }
        }
        Ok(_) | Err(_) => {}
    }
    Ok(())
}

/// The list has come.
pub(crate) fn came(step: &mut Step<'_>, conversation: ConversationId, asks: &[Ask]) -> Result<(), StoreError> {
    step.place(conversation).asks = false;
    step.place(conversation).taking.clear();
    step.tx.prepare_cached("DELETE FROM join_asks WHERE conversation = ?1")?.execute([conversation.as_bytes()])?;
    for ask in asks {
        step.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO join_asks (conversation, account, link, at, taken_until, proof, body) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                conversation.as_bytes(),
                ask.account.as_bytes(),
                ask.link.as_bytes(),
                column::millis(ask.at),
                ask.taken_until.map_or(0, column::millis),
                &ask.proof.0,
                &ask.body.0,
            ))?;
        if !members::knows(step.tx, ask.account)? {
            people::want(step, ask.account, About::Card)?;
        }
    }
    step.tx
        .prepare_cached("UPDATE asking SET wanted = 0 WHERE conversation = ?1")?
        .execute([conversation.as_bytes()])?;
    step.touch(conversation);
    step.notice(Notice::Conversation(conversation));
    step.notice(Notice::Asks);
    Ok(())
}

/// This device may not have the list, or not now.
pub(crate) fn refused(step: &mut Step<'_>, conversation: ConversationId) -> Result<(), StoreError> {
    step.place(conversation).asks = false;
    step.tx
        .prepare_cached("UPDATE asking SET wanted = 0 WHERE conversation = ?1")?
        .execute([conversation.as_bytes()])?;
    Ok(())
}

/// The server lets this device add somebody.
pub(crate) fn taken(
    step: &mut Step<'_>,
    conversation: ConversationId,
    account: AccountId,
    root: beseda_model::Fingerprint,
) -> Result<(), StoreError> {
    intents::insert(step.tx, conversation, &Intent::Admit { account, root })?;
    step.touch(conversation);
    Ok(())
}

/// Another device was faster, or the link has ended: the server says how it goes on.
pub(crate) fn not_taken(
    step: &mut Step<'_>,
    conversation: ConversationId,
    account: AccountId,
    why: &Problem,
) -> Result<(), StoreError> {
    let until = step.now.plus_millis(why.retry_after_ms.unwrap_or(60_000));
    step.tx
        .prepare_cached("UPDATE join_asks SET taken_until = ?3 WHERE conversation = ?1 AND account = ?2")?
        .execute((conversation.as_bytes(), account.as_bytes(), column::millis(until)))?;
    step.place(conversation).taking.remove(&account);
    Ok(())
}

fn was_put_out(conn: &Connection, conversation: ConversationId, account: AccountId) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM put_out WHERE conversation = ?1 AND account = ?2")?
        .exists((conversation.as_bytes(), account.as_bytes()))?)
}

/// Somebody was removed by somebody else, or let in again.
pub(crate) fn put_out(
    conn: &Connection,
    conversation: ConversationId,
    account: AccountId,
    is_out: bool,
) -> Result<(), StoreError> {
    let sql = if is_out {
        "INSERT OR IGNORE INTO put_out (conversation, account) VALUES (?1, ?2)"
    } else {
        "DELETE FROM put_out WHERE conversation = ?1 AND account = ?2"
    };
    conn.prepare_cached(sql)?.execute((conversation.as_bytes(), account.as_bytes()))?;
    Ok(())
}
