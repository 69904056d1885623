//! Key packages as they are uploaded and claimed.

use beseda_crypto::key_package;
use beseda_wire::Bytes;
use ed25519_dalek::SigningKey;
use openmls_rust_crypto::RustCrypto;

use super::edit::Script;
use super::forge::{Cursor, key, sign, vector};
use super::scenes::SCENES;

/// Takes a real key package, changes some of its fields or all of its bytes, signs it again, and verifies it.
pub(crate) fn verify(input: &[u8]) {
    let mut script = Script::new(input);
    let real = script.pick::<Bytes>(&SCENES.key_packages);
    let how = script.byte();
    let donor: Vec<u8> = SCENES.key_packages.iter().flat_map(|other| other.iter().copied()).collect();
    let is_unchanged = script.is_empty() && how & 2 == 0;
    let mut bytes = real.to_vec();
    if how & 1 != 0 {
        let mut fields = Fields::split(real).expect("a real key package");
        for _ in 0..4 {
            let count = fields.0.len();
            let field = &mut fields.0[usize::from(script.byte()) % count];
            script.edit(&mut field.bytes, &donor);
        }
        bytes = fields.join(&key(if how & 2 != 0 { script.byte() } else { signer(real) }));
    } else {
        script.edit(&mut bytes, &donor);
    }
    if is_unchanged {
        assert_eq!(bytes, real.0, "signed as it was");
    }
    let crypto = RustCrypto::default();
    let verdict = key_package::verify(&bytes, &crypto);
    if bytes == real.0 {
        assert!(verdict.is_ok(), "a real key package: {verdict:?}");
    }
    if let Ok(verified) = verdict {
        assert_eq!(key_package::verify(&bytes, &crypto).map(|again| again.reference), Ok(verified.reference));
    }
}

/// The number of the device that made it: where its credential names the device.
fn signer(key_package: &[u8]) -> u8 {
    let fields = Fields::split(key_package).expect("a real key package");
    fields.0[IDENTITY].bytes[17]
}

const IDENTITY: usize = 5;
const LEAF: std::ops::Range<usize> = 2..14;

/// One field: bare, or in a vector.
struct Field {
    bytes: Vec<u8>,
    is_vector: bool,
}

/// Version and suite, init key, then the leaf: encryption key, signature key, credential type, identity, five lists of
/// capabilities, source, lifetime, extensions; then the package's extensions.
struct Fields(Vec<Field>);

impl Fields {
    fn split(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor { rest: bytes };
        let shape = [4, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, 16, 0];
        let mut fields = Vec::new();
        for length in shape {
            let is_vector = length == 0;
            let bytes = if is_vector { cursor.vector()? } else { cursor.take(length)? }.to_vec();
            fields.push(Field { bytes, is_vector });
        }
        let _leaf_signature = cursor.vector()?;
        fields.push(Field { bytes: cursor.vector()?.to_vec(), is_vector: true });
        Some(Self(fields))
    }

    fn join(&self, key: &SigningKey) -> Vec<u8> {
        let written = |fields: &[Field]| -> Vec<u8> {
            fields
                .iter()
                .flat_map(|field| if field.is_vector { vector(&field.bytes) } else { field.bytes.clone() })
                .collect()
        };
        let leaf = written(&self.0[LEAF]);
        let mut bytes = written(&self.0[..LEAF.start]);
        bytes.extend_from_slice(&leaf);
        bytes.extend(sign(key, "LeafNodeTBS", &leaf));
        bytes.extend(written(&self.0[LEAF.end..]));
        let signature = sign(key, "KeyPackageTBS", &bytes);
        bytes.extend(signature);
        bytes
    }
}
