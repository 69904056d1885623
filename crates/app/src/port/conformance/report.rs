//! [`ReportRepo`](crate::port::ReportRepo) and its view.

use beseda_model::ReportId;

use super::world::{NOW, account};
use crate::domain::Report;
use crate::port::{Store, StoreError};

/// Reports are kept until they were closed long enough.
pub fn are_kept_until_closed(store: &dyn Store) {
    let report = |number: u8| Report {
        id: ReportId::from_bytes([number; 16]),
        by: account(1),
        about: account(2),
        body: vec![number; 9],
        at: NOW.plus_millis(u64::from(number)),
        closed_at: None,
    };
    let (one, other) = (report(1), report(2));
    let both = [one.clone(), other.clone()];
    store
        .write_blocking(move |uow| both.iter().try_for_each(|report| uow.reports_mut().insert(report)))
        .expect("reports can be kept");
    let again = one.clone();
    let doubled = store.write_blocking(move |uow| uow.reports_mut().insert(&again));
    assert_eq!(doubled, Err(StoreError::Conflict));
    let id = one.id;
    assert_eq!(store.read_blocking(move |view| view.reports().find(id)), Ok(Some(one.clone())));
    let list = |closed| store.read_blocking(move |view| view.reports().list(closed, 9));
    assert_eq!(list(false), Ok(vec![other.clone(), one.clone()]), "newest first");
    let close = || store.write_blocking(move |uow| uow.reports_mut().close(id, NOW));
    assert_eq!((close(), close()), (Ok(true), Ok(false)));
    let closed = Report { closed_at: Some(NOW), ..one };
    assert_eq!((list(false), list(true)), (Ok(vec![other.clone()]), Ok(vec![other.clone(), closed])));
    let forget = |before| store.write_blocking(move |uow| uow.reports_mut().delete_closed(before));
    assert_eq!((forget(NOW), forget(NOW.plus_millis(1))), (Ok(0), Ok(1)));
    assert_eq!(list(true), Ok(vec![other]));
}
