//! Worlds, fakes of the outside, network simulator; the tests that need a real store.
