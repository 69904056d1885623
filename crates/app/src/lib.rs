//! The server's core: domain, use cases, ports.
