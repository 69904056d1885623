//! Outbound adapters: database, bus.
