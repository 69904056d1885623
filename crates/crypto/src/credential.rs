//! What a leaf says about its owner: account, device and root fingerprint, in an MLS basic credential.
//!
//! A credential is a claim. It is worth something once the leaf's signature key was found in the account's device log.

use beseda_model::{AccountId, DeviceId, Fingerprint};
use openmls::credentials::BasicCredential;

use crate::tls::{Malformed, Reader};

/// The credential is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Not a basic credential, or not of our length.
    #[error("the credential is malformed")]
    Malformed,
    /// Written by a newer program.
    #[error("the credential has version {0}, which this program does not know")]
    Version(u8),
}

impl From<Malformed> for CredentialError {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

/// Who a leaf belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Credential {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// The account's root key.
    pub root: Fingerprint,
}

impl Credential {
    /// Length of the identity in bytes.
    pub const LEN: usize = 65;

    const VERSION: u8 = 1;

    /// The identity bytes of the basic credential.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LEN);
        bytes.push(Self::VERSION);
        bytes.extend_from_slice(self.account.as_bytes());
        bytes.extend_from_slice(self.device.as_bytes());
        bytes.extend_from_slice(self.root.as_bytes());
        bytes
    }

    /// Reads the identity bytes of a basic credential.
    ///
    /// # Errors
    /// When they are not ours.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CredentialError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8()?;
        if version != Self::VERSION {
            return Err(CredentialError::Version(version));
        }
        let credential = Self {
            account: AccountId::from_bytes(reader.array()?),
            device: DeviceId::from_bytes(reader.array()?),
            root: Fingerprint::from_bytes(reader.array()?),
        };
        reader.finish()?;
        Ok(credential)
    }

    /// The credential as OpenMLS wants it.
    pub fn to_mls(self) -> openmls::credentials::Credential {
        BasicCredential::new(self.to_bytes()).into()
    }
}

impl TryFrom<&openmls::credentials::Credential> for Credential {
    type Error = CredentialError;

    fn try_from(credential: &openmls::credentials::Credential) -> Result<Self, CredentialError> {
        if credential.credential_type() != openmls::credentials::CredentialType::Basic {
            return Err(CredentialError::Malformed);
        }
        Self::from_bytes(credential.serialized_content())
    }
}

#[cfg(test)]
mod tests {
    use openmls::credentials::CredentialType;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_credential_survives(account: [u8; 16], device: [u8; 16], root: [u8; 32]) {
            let credential = Credential {
                account: AccountId::from_bytes(account),
                device: DeviceId::from_bytes(device),
                root: Fingerprint::from_bytes(root),
            };
            prop_assert_eq!(credential.to_bytes().len(), Credential::LEN);
            prop_assert_eq!(Credential::from_bytes(&credential.to_bytes()), Ok(credential));
            prop_assert_eq!(Credential::try_from(&credential.to_mls()), Ok(credential));
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(credential) = Credential::from_bytes(&bytes) {
                prop_assert_eq!(credential.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn newer_and_foreign_credentials_are_refused() {
        assert_eq!(Credential::from_bytes(&[2; 65]), Err(CredentialError::Version(2)));
        assert_eq!(Credential::from_bytes(&[1; 64]), Err(CredentialError::Malformed));
        assert_eq!(Credential::from_bytes(&[1; 66]), Err(CredentialError::Malformed));
        let x509 = openmls::credentials::Credential::new(CredentialType::X509, vec![1; 65]);
        assert_eq!(Credential::try_from(&x509), Err(CredentialError::Malformed));
    }
}
