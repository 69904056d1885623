//! What OpenMLS needs from outside.

use std::cell::RefCell;
use std::convert::Infallible;

use beseda_model::Rng;
use openmls_rust_crypto::RustCrypto;
use openmls_traits::OpenMlsProvider;
use openmls_traits::random::OpenMlsRand;

use super::storage::MlsStore;

/// RustCrypto, the step's chance and the step's store.
pub(crate) struct Provider<'s, 'a> {
    crypto: &'s RustCrypto,
    rand: Chance<'s>,
    storage: &'s MlsStore<'a>,
}

/// The injected generator behind OpenMLS's trait.
pub(crate) struct Chance<'s>(RefCell<&'s mut dyn Rng>);

impl<'s, 'a> Provider<'s, 'a> {
    pub(crate) fn new(crypto: &'s RustCrypto, rng: &'s mut dyn Rng, storage: &'s MlsStore<'a>) -> Self {
        Self { crypto, rand: Chance(RefCell::new(rng)), storage }
    }
}

impl std::fmt::Debug for Provider<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").finish_non_exhaustive()
    }
}

impl<'s, 'a> OpenMlsProvider for Provider<'s, 'a> {
    type CryptoProvider = RustCrypto;
    type RandProvider = Chance<'s>;
    type StorageProvider = MlsStore<'a>;

    fn storage(&self) -> &MlsStore<'a> {
        self.storage
    }

    fn crypto(&self) -> &RustCrypto {
        self.crypto
    }

    fn rand(&self) -> &Chance<'s> {
        &self.rand
    }
}

impl OpenMlsRand for Chance<'_> {
    type Error = Infallible;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], Infallible> {
        let mut bytes = [0; N];
        self.0.borrow_mut().fill(&mut bytes);
        Ok(bytes)
    }

    fn random_vec(&self, len: usize) -> Result<Vec<u8>, Infallible> {
        let mut bytes = vec![0; len];
        self.0.borrow_mut().fill(&mut bytes);
        Ok(bytes)
    }
}
