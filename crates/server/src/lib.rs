//! Inbound adapters, composition root and the beseda binary.
