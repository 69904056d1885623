//! Key packages: how ours are made, and how others' are checked, by the server when they are uploaded and by clients
//! before they add somebody.

use beseda_model::commit::LeafIdentity;
use openmls::key_packages::{KeyPackage, KeyPackageBundle, KeyPackageIn};
use openmls::prelude::{
    CredentialWithKey, KeyPackageNewError, KeyPackageVerifyError, LibraryError, ProtocolVersion,
    RequiredCapabilitiesExtension,
};
use openmls::storage::OpenMlsProvider;
use openmls_traits::crypto::OpenMlsCrypto;
use openmls_traits::signatures::Signer;
use tls_codec::Deserialize as _;

use crate::facts::{self, FactsError};
use crate::public_group::CRYPTO;
use crate::suite;

/// The key package cannot be used in our groups.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyPackageError {
    /// The bytes are not a key package.
    #[error("the key package is malformed")]
    Malformed,
    /// OpenMLS found it invalid.
    #[error("the key package is invalid: {0}")]
    Invalid(#[from] KeyPackageVerifyError),
    /// It is for another ciphersuite.
    #[error("the key package is for another ciphersuite")]
    Ciphersuite,
    /// Its leaf is not one of ours.
    #[error(transparent)]
    Leaf(#[from] FactsError),
    /// Its leaf does not promise what every member must be able to do.
    #[error("the key package lacks capabilities that every member must have")]
    Capabilities,
    /// Its lifetime ends.
    #[error("the key package has a lifetime that ends")]
    NotLasting,
    /// OpenMLS failed.
    #[error("OpenMLS failed: {0}")]
    Library(#[from] LibraryError),
}

/// A key package that is fit to be added.
#[derive(Debug, Clone)]
pub struct VerifiedKeyPackage {
    /// The key package.
    pub key_package: KeyPackage,
    /// Whose it is.
    pub identity: LeafIdentity,
    /// Its hash reference, by which a Welcome names it.
    pub reference: Vec<u8>,
    /// Whether it may be used again when no other is left.
    pub is_last_resort: bool,
}

/// Checks a key package: its signatures, and that our groups can take it. Whether the account's device log knows the
/// device under this key is left to the caller.
///
/// # Errors
/// Why it cannot be used.
pub fn verify(bytes: &[u8], crypto: &impl OpenMlsCrypto) -> Result<VerifiedKeyPackage, KeyPackageError> {
    let key_package = KeyPackageIn::tls_deserialize_exact(bytes).map_err(|_| KeyPackageError::Malformed)?;
    let key_package = key_package.validate(crypto, ProtocolVersion::Mls10)?;
    if key_package.ciphersuite() != suite::CIPHERSUITE {
        return Err(KeyPackageError::Ciphersuite);
    }
    let leaf = key_package.leaf_node();
    let identity = facts::identity(leaf)?;
    if !facts::is_lasting(leaf) {
        return Err(KeyPackageError::NotLasting);
    }
    if !meets(leaf.capabilities(), &suite::required_capabilities()) {
        return Err(KeyPackageError::Capabilities);
    }
    let reference = key_package.hash_ref(crypto)?.as_slice().to_vec();
    let is_last_resort = key_package.last_resort();
    Ok(VerifiedKeyPackage { key_package, identity, reference, is_last_resort })
}

/// Checks a key package that a device brings to the server, as [`verify`] does.
///
/// # Errors
/// Why it cannot be used.
pub fn verify_upload(bytes: &[u8]) -> Result<VerifiedKeyPackage, KeyPackageError> {
    verify(bytes, &*CRYPTO)
}

/// Makes a key package and leaves its private keys in the provider's store.
///
/// # Errors
/// When signing or storing fails.
pub fn build(
    provider: &impl OpenMlsProvider,
    signer: &impl Signer,
    credential: CredentialWithKey,
    is_last_resort: bool,
) -> Result<KeyPackageBundle, KeyPackageNewError> {
    let builder =
        KeyPackage::builder().key_package_lifetime(suite::lifetime()).leaf_node_capabilities(suite::capabilities());
    let builder = if is_last_resort { builder.mark_as_last_resort() } else { builder };
    builder.build(suite::CIPHERSUITE, provider, signer, credential)
}

pub(crate) fn meets(capabilities: &openmls::prelude::Capabilities, required: &RequiredCapabilitiesExtension) -> bool {
    capabilities.ciphersuites().contains(&suite::CIPHERSUITE.into())
        && required.extension_types().iter().all(|kind| capabilities.extensions().contains(kind))
        && required.proposal_types().iter().all(|kind| capabilities.proposals().contains(kind))
        && required.credential_types().iter().all(|kind| capabilities.credentials().contains(kind))
}
