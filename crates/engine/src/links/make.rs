//! Making links to groups, and what they are made of.

use beseda_crypto::device_key::DeviceKey;
use beseda_crypto::link_key::{self, LinkKey};
use beseda_model::{ConversationId, GroupLinkId, Timestamp};
use beseda_wire::codec::{decode_cbor, decode_cbor_prefix, encode_cbor};
use beseda_wire::link::{GroupLinkBody, GroupLinkStatement, GroupPreview, Link, LinkSecret, Target};
use beseda_wire::request::MakeGroupLink;
use beseda_wire::state::GroupLinkState;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::api::view::GroupLinkView;
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::store::me::Me;
use crate::timeline::infos;
use crate::{Step, sealed};

/// What a preview is bound to.
fn bound(conversation: ConversationId) -> Vec<u8> {
    [b"beseda group preview".as_slice(), conversation.as_bytes()].concat()
}

/// Makes a link and keeps what it is made of.
pub(super) fn make(
    step: &mut Step<'_>,
    row: &Conversation,
    automatic: bool,
    expires_at: Option<Timestamp>,
    uses: Option<u32>,
) -> Result<MakeGroupLink, StoreError> {
    let me = Me::get(step.tx)?;
    let (mut token, mut secret) = ([0; 16], [0; 16]);
    step.rng.fill(&mut token);
    step.rng.fill(&mut secret);
    let key = LinkKey::from_secret(&secret);
    let link = GroupLinkId::new(step.now, step.rng);
    let statement = encode_cbor(&GroupLinkStatement {
        link,
        conversation: row.id,
        device: me.device,
        account: me.account,
        verifier: key.verifier().as_slice().into(),
        automatic,
        expires_at,
    });
    let info = infos::load(step.tx, row.id)?;
    let members = row.policy.as_ref().map_or(0, |policy| policy.roster.len());
    let preview = encode_cbor(&GroupPreview {
        title: info.title().to_owned(),
        description: info.description().to_owned(),
        members: u32::try_from(members).unwrap_or(u32::MAX),
    });
    let body = encode_cbor(&GroupLinkBody {
        signature: link_key::state(&DeviceKey::from_seed(&me.seed), &statement).as_slice().into(),
        statement: statement.into(),
        preview: sealed::seal(key.sealing(), &bound(row.id), &preview, step.rng).into(),
    });
    step.tx
        .prepare_cached("INSERT INTO group_links (link, conversation, token, key) VALUES (?1, ?2, ?3, ?4)")?
        .execute((link.as_bytes(), row.id.as_bytes(), token, secret))?;
    let token = Sha256::digest(token).as_slice().into();
    Ok(MakeGroupLink { link, conversation: row.id, token, body: body.into(), expires_at, uses })
}

/// The address of a link that was made here.
fn address(conn: &Connection, server: &str, link: GroupLinkId) -> Result<Option<String>, StoreError> {
    let made = conn
        .prepare_cached("SELECT token, key FROM group_links WHERE link = ?1")?
        .query_row([link.as_bytes()], |row| Ok((LinkSecret(row.get(0)?), LinkSecret(row.get(1)?))))
        .optional()?;
    Ok(made.map(|(token, key)| Link { server: server.to_owned(), target: Target::Group { token, key } }.to_string()))
}

/// A link as its group's members see it.
pub(super) fn show(conn: &Connection, server: &str, state: &GroupLinkState) -> Result<GroupLinkView, StoreError> {
    let body: Option<GroupLinkBody> = decode_cbor(&state.body).ok();
    let statement: Option<GroupLinkStatement> = body.and_then(|body| decode_cbor(&body.statement).ok());
    Ok(GroupLinkView {
        link: state.link,
        by: state.by,
        made_at: state.made_at,
        expires_at: state.expires_at,
        left: state.left,
        automatic: statement.is_some_and(|statement| statement.automatic),
        url: address(conn, server, state.link)?,
    })
}

/// Forgets what a link was made of.
pub(super) fn forget(conn: &Connection, link: GroupLinkId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM group_links WHERE link = ?1")?.execute([link.as_bytes()])?;
    Ok(())
}

/// What a link shows to those who have it, and what is to be signed to ask by it; none where the server shows something
/// else than the link's maker has left there.
pub(super) fn open(key: &LinkKey, body: &[u8]) -> Option<(GroupPreview, GroupLinkStatement, Vec<u8>)> {
    let body: GroupLinkBody = decode_cbor(body).ok()?;
    let statement: GroupLinkStatement = decode_cbor(&body.statement).ok()?;
    if statement.verifier.0 != key.verifier() {
        return None;
    }
    let plain = sealed::open(key.sealing(), &bound(statement.conversation), &body.preview)?;
    let preview: GroupPreview = decode_cbor_prefix(&mut plain.as_slice()).ok()?;
    Some((preview, statement, body.statement.0))
}

/// A link that was just made.
pub(super) fn made(
    step: &Step<'_>,
    me: &Me,
    link: GroupLinkId,
    automatic: bool,
    expires_at: Option<Timestamp>,
    left: Option<u32>,
) -> Result<GroupLinkView, StoreError> {
    let url = address(step.tx, &me.server, link)?;
    Ok(GroupLinkView { link, by: me.account, made_at: step.now, expires_at, left, automatic, url })
}
