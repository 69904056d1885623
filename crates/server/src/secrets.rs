//! Secrets that the server hands out and later recognises by their hash.

use beseda_app::domain::TokenHash;

use crate::context::Context;

/// A new secret of 256 random bits, as text, and the hash that is stored instead of it.
pub(crate) fn new_secret(context: &Context) -> (String, TokenHash) {
    let secret = data_encoding::BASE64URL_NOPAD.encode(&context.chance::<32>());
    let hash = TokenHash::of(secret.as_bytes());
    (secret, hash)
}

/// Letters and digits that a person does not mix up.
const CODE_DIGITS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A code that a person types on another device: eight characters, 40 random bits, in two groups.
pub(crate) fn new_code(context: &Context) -> String {
    let mut code = String::with_capacity(9);
    for (at, byte) in context.chance::<8>().into_iter().enumerate() {
        if at == 4 {
            code.push('-');
        }
        code.push(char::from(CODE_DIGITS[usize::from(byte % 32)]));
    }
    code
}
