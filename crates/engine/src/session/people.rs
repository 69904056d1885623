//! What is to be learnt of people: their cards and their profiles. A wish is kept until the server has answered, as nobody
//! would ask again for a name that was asked for on a connection that ended.

use beseda_model::AccountId;
use beseda_wire::Request;

use super::Asked;
use crate::Step;
use crate::store::accounts::Account;
use crate::store::{StoreError, members};

/// So many are asked for at once.
const AT_ONCE: usize = 100;

/// What there is to learn of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    Card,
    Profile,
}

impl About {
    const ALL: [Self; 2] = [Self::Card, Self::Profile];

    const fn column(self) -> u8 {
        match self {
            Self::Card => 0,
            Self::Profile => 1,
        }
    }
}

/// The server is to be asked about somebody, as there may be something new.
pub(crate) fn want(step: &mut Step<'_>, account: AccountId, about: About) -> Result<(), StoreError> {
    step.tx
        .prepare_cached("INSERT OR IGNORE INTO wanted_people (account, about) VALUES (?1, ?2)")?
        .execute((account.as_bytes(), about.column()))?;
    step.memory.session.people.insert((about, account));
    Ok(())
}

/// Somebody became known: their device log and their name are wanted.
pub(crate) fn meet(step: &mut Step<'_>, account: AccountId) -> Result<(), StoreError> {
    let known = Account::load(step.tx, account)?;
    if known.root_key.is_none() {
        Account::want(step.tx, account, 1)?;
    }
    if known.username.is_none() && !members::knows(step.tx, account)? {
        want(step, account, About::Card)?;
        want(step, account, About::Profile)?;
    }
    Ok(())
}

/// There is a new connection: whatever the last one left without an answer is asked for again.
pub(crate) fn resume(step: &mut Step<'_>) -> Result<(), StoreError> {
    let mut wanted = std::mem::take(&mut step.memory.session.people);
    let mut statement = step.tx.prepare_cached("SELECT account FROM wanted_people WHERE about = ?1")?;
    for about in About::ALL {
        let mut rows = statement.query([about.column()])?;
        while let Some(row) = rows.next()? {
            let account: Vec<u8> = row.get(0)?;
            let account = AccountId::try_from(account.as_slice()).map_err(|_| StoreError::damaged("wanted_people"))?;
            wanted.insert((about, account));
        }
    }
    step.memory.session.people = wanted;
    Ok(())
}

/// Asks for what is wanted. Only one request of each kind is on its way, so that its answer is for whatever was wanted
/// before it.
pub(crate) fn ask(step: &mut Step<'_>) {
    for about in About::ALL {
        let session = &mut step.memory.session;
        let is_asked = |(asked, _): &(Asked, _)| matches!(asked, Asked::People { about: other, .. } if *other == about);
        if session.asked.values().any(is_asked) {
            continue;
        }
        let wanted = session.people.iter().filter(|(other, _)| *other == about);
        let accounts: Vec<AccountId> = wanted.map(|(_, account)| *account).take(AT_ONCE).collect();
        if accounts.is_empty() {
            continue;
        }
        for account in &accounts {
            session.people.remove(&(about, *account));
        }
        let request = match about {
            About::Card => Request::Accounts { accounts: accounts.clone() },
            About::Profile => Request::Profiles { accounts: accounts.clone() },
        };
        step.ask(request, Asked::People { about, accounts });
    }
}

/// The server has said what it knows of them.
pub(crate) fn answered(step: &mut Step<'_>, about: About, accounts: &[AccountId]) -> Result<(), StoreError> {
    let mut forget = step.tx.prepare_cached("DELETE FROM wanted_people WHERE account = ?1 AND about = ?2")?;
    for account in accounts {
        if !step.memory.session.people.contains(&(about, *account)) {
            forget.execute((account.as_bytes(), about.column()))?;
        }
    }
    Ok(())
}
