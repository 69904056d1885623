//! Why the database could not be opened, in the words of `FailedBecause` in `port.ts`.

use beseda_engine::OpenError;
use beseda_engine::rusqlite::{Error as SqlError, ErrorCode};
use beseda_engine::store::StoreError;
use js_sys::Reflect;
use sqlite_wasm_vfs::sahpool::OpfsSAHError;
use wasm_bindgen::JsValue;

/// A reason and, for developers, what exactly happened.
#[derive(Debug)]
pub(super) struct OpenFailure {
    reason: &'static str,
    detail: String,
}

impl From<OpenFailure> for JsValue {
    fn from(failure: OpenFailure) -> Self {
        let error = js_sys::Error::new(&failure.detail);
        error.set_name(failure.reason);
        error.into()
    }
}

impl From<OpfsSAHError> for OpenFailure {
    fn from(error: OpfsSAHError) -> Self {
        Self { reason: of_pool(&error), detail: error.to_string() }
    }
}

impl From<SqlError> for OpenFailure {
    fn from(error: SqlError) -> Self {
        Self { reason: of_sqlite(&error), detail: "the local database failed".to_owned() }
    }
}

pub(super) fn of_engine(error: OpenError) -> JsValue {
    let reason = match &error {
        OpenError::Store(StoreError::Newer { .. }) => "newer_version",
        OpenError::Store(StoreError::Damaged { .. }) => "damaged",
        OpenError::Store(StoreError::Sqlite(error)) => of_sqlite(error),
        _ => "no_storage",
    };
    OpenFailure { reason, detail: error.to_string() }.into()
}

fn of_pool(error: &OpfsSAHError) -> &'static str {
    match error {
        OpfsSAHError::NotSupported => "unsupported",
        OpfsSAHError::InvalidHeader { .. } | OpfsSAHError::DuplicateFilename(_) => "damaged",
        OpfsSAHError::Opfs { value, operation, .. } => {
            let name = Reflect::get(value, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
            match name.as_str() {
                "QuotaExceededError" => "quota",
                // Another worker has the files still: it is on its way out, or does not know of us.
                "NoModificationAllowedError" => "busy",
                // Browsers refuse the whole file system in a private window, each with another error.
                _ if *operation == "get OPFS root" => "private_mode",
                _ => "no_storage",
            }
        }
        OpfsSAHError::Cleanup { error, .. } => of_pool(error),
        _ => "no_storage",
    }
}

fn of_sqlite(error: &SqlError) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "damaged",
        Some(ErrorCode::DiskFull) => "quota",
        _ => "no_storage",
    }
}
