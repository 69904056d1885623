//! How a push service knows who sends (RFC 8292): a token that the server's key signs for the service's origin.

use beseda_model::Timestamp;
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey};

/// Bytes of a public key, uncompressed.
pub(super) const POINT_BYTES: usize = 65;
/// Bytes of the server's secret key.
pub const SERVER_KEY_BYTES: usize = 32;

/// How long a token is valid: a service may refuse more than 24 hours, and clocks differ.
const TOKEN_SECONDS: u64 = 12 * 3_600;
/// The header of every token: `{"typ":"JWT","alg":"ES256"}`.
const HEADER: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9";

/// The bytes are no key of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not a secret key of P-256")]
pub struct BadKey;

/// The key by which push services know this server. Subscriptions are bound to it.
#[derive(Clone)]
pub struct ServerKey {
    signing: SigningKey,
    public: [u8; POINT_BYTES],
}

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

impl ServerKey {
    /// The key with this secret: any 32 bytes but one in 2³².
    ///
    /// # Errors
    /// When they are that one.
    pub fn from_bytes(secret: &[u8; SERVER_KEY_BYTES]) -> Result<Self, BadKey> {
        let secret = secret_of(secret).ok_or(BadKey)?;
        let public = public_point(&secret.public_key());
        Ok(Self { signing: SigningKey::from(&secret), public })
    }

    /// What clients subscribe with: `applicationServerKey`.
    pub const fn public(&self) -> &[u8; POINT_BYTES] {
        &self.public
    }

    /// The `Authorization` of a message to a service at `origin`.
    pub(super) fn authorization(&self, origin: &str, contact: &str, now: Timestamp) -> String {
        let claims = serde_json::json!({
            "aud": origin,
            "exp": now.as_millis() / 1_000 + TOKEN_SECONDS,
            "sub": contact,
        });
        let claims = BASE64URL_NOPAD.encode(claims.to_string().as_bytes());
        let signed = format!("{HEADER}.{claims}");
        let signature: Signature = self.signing.sign(signed.as_bytes());
        let signature = BASE64URL_NOPAD.encode(&signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", BASE64URL_NOPAD.encode(&self.public))
    }
}

pub(super) fn secret_of(bytes: &[u8; 32]) -> Option<SecretKey> {
    SecretKey::from_slice(bytes).ok()
}

pub(super) fn public_point(key: &PublicKey) -> [u8; POINT_BYTES] {
    let mut point = [0; POINT_BYTES];
    point.copy_from_slice(key.to_encoded_point(false).as_bytes());
    point
}
