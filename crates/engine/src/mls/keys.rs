//! What this device's leaves say, and by which key.

use beseda_crypto::credential::Credential;
use beseda_crypto::device_key::DeviceKey;
use openmls::credentials::CredentialWithKey;

use crate::store::me::Me;

/// The key by which this device signs.
pub(crate) fn key(me: &Me) -> DeviceKey {
    DeviceKey::from_seed(&me.seed)
}

/// What this device's leaves say, with the key that proves it.
pub(crate) fn credential(me: &Me, key: &DeviceKey) -> CredentialWithKey {
    let credential = Credential { account: me.account, device: me.device, root: me.root };
    CredentialWithKey { credential: credential.to_mls(), signature_key: key.public().as_slice().into() }
}
