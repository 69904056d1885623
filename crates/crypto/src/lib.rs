//! What both sides prove: device logs, commits, proofs of work.
