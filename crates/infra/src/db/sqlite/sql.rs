//! Small helpers around rusqlite: cached statements, checked integers, errors.

use beseda_app::port::StoreError;
use beseda_model::Timestamp;
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, ErrorCode, Params, Row};

/// Turns the driver's errors into ours.
pub(super) trait Db<T> {
    fn db(self) -> Result<T, StoreError>;
}

impl<T> Db<T> for rusqlite::Result<T> {
    fn db(self) -> Result<T, StoreError> {
        self.map_err(|error| translate(&error))
    }
}

pub(super) fn translate(error: &rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::ConstraintViolation => StoreError::Conflict,
            ErrorCode::DiskFull => StoreError::DiskFull,
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreError::ReadOnly,
            ErrorCode::CannotOpen => StoreError::CannotOpen,
            ErrorCode::DatabaseCorrupt => StoreError::Damaged,
            ErrorCode::NotADatabase => StoreError::NotOurs,
            ErrorCode::SystemIoFailure => StoreError::Io,
            code => StoreError::Backend(format!("{code:?}, extended code {}", failure.extended_code)),
        },
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..) => StoreError::Corrupt { table: "a row", column: "value" },
        // Without the text: it may quote values.
        rusqlite::Error::QueryReturnedNoRows => StoreError::Backend("no rows".to_owned()),
        _ => StoreError::Backend("unexpected driver error".to_owned()),
    }
}

/// Runs a statement and tells how many rows it changed.
pub(super) fn exec(conn: &Connection, sql: &str, params: impl Params) -> Result<usize, StoreError> {
    conn.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).db()
}

/// At most one row.
pub(super) fn one<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    let mut statement = conn.prepare_cached(sql).db()?;
    let mut rows = statement.query(params).db()?;
    match rows.next().db()? {
        Some(row) => read(row).map(Some).db(),
        None => Ok(None),
    }
}

/// All rows.
pub(super) fn all<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = conn.prepare_cached(sql).db()?;
    let mut rows = statement.query(params).db()?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().db()? {
        found.push(read(row).db()?);
    }
    Ok(found)
}

/// SQLite's integers are signed. Counters never get near the end of them; what comes from outside is checked before.
pub(super) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn time(at: Timestamp) -> i64 {
    int(at.as_millis())
}

pub(super) fn get_uint(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

pub(super) fn get_opt_uint(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    let value: Option<i64> = row.get(column)?;
    value
        .map(|value| u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value)))
        .transpose()
}

pub(super) fn get_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    get_uint(row, column).map(Timestamp::from_millis)
}

/// A column that holds what this program would never write.
pub(super) fn bad(column: usize, kind: Type) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, kind, Box::new(FromSqlError::InvalidType))
}
