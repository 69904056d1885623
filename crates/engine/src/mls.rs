//! MLS: groups over our own storage, one signature key per device, all chance from the injected generator.

pub(crate) mod group;
pub(crate) mod keys;
pub(crate) mod provider;
pub(crate) mod storage;
