//! The choices that all groups share: ciphersuite, what each leaf must be able to do, and how groups are configured.

use openmls::extensions::{Extension, ExtensionType, Extensions, RequiredCapabilitiesExtension};
use openmls::group::{GroupContext, MlsGroupCreateConfig, MlsGroupJoinConfig, PURE_PLAINTEXT_WIRE_FORMAT_POLICY};
use openmls::prelude::{
    Capabilities, CredentialType, LeafNodeParameters, Lifetime, ProposalType, ProtocolVersion,
    SenderRatchetConfiguration,
};
use openmls_rust_crypto::RustCrypto;
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};
use openmls_traits::types::Ciphersuite;

use crate::policy_ext::{self, POLICY_EXTENSION};

/// X25519, AES-128-GCM, SHA-256, Ed25519: the suite that RFC 9420 makes mandatory.
pub const CIPHERSUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// How many messages of a sender may arrive after one that was sent later.
const OUT_OF_ORDER: u32 = 20;

/// How many messages of a sender may be missing before one that arrives.
const FORWARD: u32 = 1_000;

/// What OpenMLS needs from outside: RustCrypto, the operating system's chance, and the caller's store.
#[derive(Debug, Default)]
pub struct Provider<S> {
    crypto: RustCrypto,
    storage: S,
}

impl<S> Provider<S> {
    /// A provider over a store.
    pub fn new(storage: S) -> Self {
        Self { crypto: RustCrypto::default(), storage }
    }

    /// The store, to change it.
    pub const fn storage_mut(&mut self) -> &mut S {
        &mut self.storage
    }
}

impl<S: StorageProvider<CURRENT_VERSION>> openmls_traits::OpenMlsProvider for Provider<S> {
    type CryptoProvider = RustCrypto;
    type RandProvider = RustCrypto;
    type StorageProvider = S;

    fn storage(&self) -> &S {
        &self.storage
    }

    fn crypto(&self) -> &RustCrypto {
        &self.crypto
    }

    fn rand(&self) -> &RustCrypto {
        &self.crypto
    }
}

/// What every leaf says that it can do. Last-resort key packages need their extension listed too, as OpenMLS checks.
pub fn capabilities() -> Capabilities {
    Capabilities::builder()
        .versions(vec![ProtocolVersion::Mls10])
        .ciphersuites(vec![CIPHERSUITE])
        .extensions(vec![ExtensionType::Unknown(POLICY_EXTENSION), ExtensionType::LastResort])
        .proposals(vec![ProposalType::SelfRemove])
        .credentials(vec![CredentialType::Basic])
        .build()
}

/// What every member must be able to do, as the group context says it.
pub fn required_capabilities() -> RequiredCapabilitiesExtension {
    RequiredCapabilitiesExtension::new(
        &[ExtensionType::Unknown(POLICY_EXTENSION)],
        &[ProposalType::SelfRemove],
        &[CredentialType::Basic],
    )
}

/// The group context's extensions for a policy: the whole list, as a change of policy replaces the whole list.
pub fn context_extensions(policy: &beseda_model::Policy) -> Extensions<GroupContext> {
    Extensions::from_vec(vec![
        Extension::RequiredCapabilities(required_capabilities()),
        policy_ext::to_extension(policy),
    ])
    .expect("both extensions are allowed in a group context and differ")
}

/// The lifetime of every key package and leaf: for good. OpenMLS refuses leaves whose lifetime is over, also when old
/// commits are replayed or a tree is loaded, so that anything shorter would lock out devices that were away. The age of
/// key packages is policy of the server, which knows when they were uploaded.
pub fn lifetime() -> Lifetime {
    Lifetime::init(0, u64::MAX)
}

/// The configuration of a new group.
pub fn create_config(policy: &beseda_model::Policy) -> MlsGroupCreateConfig {
    MlsGroupCreateConfig::builder()
        .ciphersuite(CIPHERSUITE)
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .max_past_epochs(0)
        .sender_ratchet_configuration(SenderRatchetConfiguration::new(OUT_OF_ORDER, FORWARD))
        .number_of_resumption_psks(0)
        .padding_size(0)
        .use_ratchet_tree_extension(false)
        .lifetime(lifetime())
        .capabilities(capabilities())
        .with_group_context_extensions(context_extensions(policy))
        .build()
}

/// The configuration of a group that one joins.
pub fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .max_past_epochs(0)
        .sender_ratchet_configuration(SenderRatchetConfiguration::new(OUT_OF_ORDER, FORWARD))
        .number_of_resumption_psks(0)
        .padding_size(0)
        .use_ratchet_tree_extension(false)
        .build()
}

/// The parameters of the leaf that an external commit brings; without them OpenMLS would give it capabilities that the
/// group refuses.
pub fn leaf_parameters() -> LeafNodeParameters {
    LeafNodeParameters::builder().with_capabilities(capabilities()).build()
}
