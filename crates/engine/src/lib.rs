//! The client engine: MLS, sync, outbox, store, search.
