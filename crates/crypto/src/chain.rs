//! The hash chain over a conversation's log: two devices that agree on one value agree on everything before it.

use beseda_model::ConversationId;
use sha2::{Digest, Sha256};

/// `h(0)`: where the chain of a conversation starts.
pub fn start(conversation: ConversationId) -> [u8; 32] {
    Sha256::new().chain_update(b"beseda log").chain_update(conversation.as_bytes()).finalize().into()
}

/// `h(n) = SHA-256(h(n−1) ‖ n ‖ body_hash)`, `n` in eight bytes, big end first.
pub fn next(previous: &[u8; 32], n: u64, body_hash: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(previous).chain_update(n.to_be_bytes()).chain_update(body_hash).finalize().into()
}

/// The hash of an entry's body; it outlives the body when that is blanked.
pub fn body_hash(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// The part of a chain value that messages carry.
pub fn short(hash: &[u8; 32]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(hash.split_at(16).0);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_counts() {
        let one = ConversationId::from_bytes([1; 16]);
        let h0 = start(one);
        let body = body_hash(b"hello");
        let h1 = next(&h0, 1, &body);
        assert_ne!(h0, start(ConversationId::from_bytes([2; 16])));
        assert_ne!(h1, next(&h0, 2, &body));
        assert_ne!(h1, next(&h0, 1, &body_hash(b"hullo")));
        assert_ne!(h1, next(&h1, 1, &body));
        assert_eq!(short(&h1).as_slice(), &h1[..16]);
    }

    #[test]
    fn the_values_are_fixed_for_ever() {
        let h0 = start(ConversationId::from_bytes([7; 16]));
        let h1 = next(&h0, 1, &body_hash(b"body"));
        assert_eq!(
            h1.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
            "f1fced8ae3759f1e80b172c1961e39d2827a8a0abcfcc8c0bd701e0c2ce966ea"
        );
    }
}
