//! The shared kernel: ids, time, roles, policies, limits, error codes.
