//! A certificate authority of our own, for where there is no public name. Its key stays in the data directory; the
//! server's certificate and its key live in memory alone, made anew whenever they are needed.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use beseda_model::Timestamp;
use bytes::Bytes;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};
use x509_cert::der::Decode as _;

use super::names::{self, Name, Scope};
use super::{Machine, TlsError, Trust, provider};
use crate::config::Config;

const DAY_MS: u64 = 86_400_000;
/// Devices are told by hand to trust the authority: that should not be needed twice.
const AUTHORITY_DAYS: u64 = 3_650;
/// Short, as it costs nothing; some platforms take no more than 825.
const CERTIFICATE_DAYS: u64 = 90;
/// A certificate that ends sooner than this is replaced.
const RENEW_DAYS: u64 = 30;
/// Clocks differ.
const BACKDATED_DAYS: u64 = 1;

/// The authority, and the certificate that it last made for this server.
pub(super) struct Local {
    authority: Authority,
    machine: Arc<dyn Machine>,
    listen: SocketAddr,
    /// What the operator wants it to be called besides.
    asked: BTreeSet<Name>,
    issued: Option<Issued>,
}

struct Issued {
    names: BTreeSet<Name>,
    from: Timestamp,
    until: Timestamp,
}

impl Local {
    /// Opens the authority in the data directory, or makes one.
    pub(super) fn open(config: &Config, machine: Arc<dyn Machine>, now: Timestamp) -> Result<Self, TlsError> {
        let asked: BTreeSet<Name> = config.tls_names.iter().filter_map(|name| name.parse().ok()).collect();
        let mut names = names::of_machine(machine.as_ref(), config.listen);
        names.extend(asked.iter().cloned());
        let folder = config.data_dir.join("tls");
        let authority = match Authority::open(&folder)? {
            Some(authority) => authority,
            None => {
                Authority::make(&folder, machine.name().as_deref(), &names, now)?;
                Authority::open(&folder)?.ok_or(TlsError::NotOurs { path: folder.join(CERTIFICATE) })?
            }
        };
        if let Some(name) = asked.iter().find(|name| !authority.scope.permits(name)) {
            let name = match name {
                Name::Dns(name) => name.clone(),
                Name::Address(address) => address.to_string(),
            };
            return Err(TlsError::OutOfScope { name, folder });
        }
        Ok(Self { authority, machine, listen: config.listen, asked, issued: None })
    }

    /// What devices have to be told to trust.
    pub(super) fn trust(&self) -> Trust {
        let digest = Sha256::digest(&self.authority.certificate);
        let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        let name = self.authority.name.clone();
        Trust { name, certificate: Bytes::copy_from_slice(&self.authority.certificate), fingerprint: pairs.join(":") }
    }

    /// A new certificate, if the last one is about to end or is for other names than the machine has now.
    pub(super) fn renew(&mut self, now: Timestamp) -> Result<Option<CertifiedKey>, TlsError> {
        let all = names::of_machine(self.machine.as_ref(), self.listen);
        let (mut names, outside): (BTreeSet<_>, BTreeSet<_>) =
            all.into_iter().partition(|name| self.authority.scope.permits(name));
        names.extend(self.asked.iter().cloned());
        let fits = |issued: &Issued| {
            // What ends with the authority can't be made to last longer.
            let wanted = self.authority.until.min(now.plus_millis(RENEW_DAYS * DAY_MS));
            issued.names == names && issued.from <= now && issued.until >= wanted && issued.until > now
        };
        if self.issued.as_ref().is_some_and(fits) {
            return Ok(None);
        }
        if !outside.is_empty() {
            tracing::warn!(
                items = outside.len(),
                "The machine has addresses that the certificate authority was not made for; browsers will not open them."
            );
        }
        let from = back(now, BACKDATED_DAYS);
        let until = self.authority.until.min(now.plus_millis(CERTIFICATE_DAYS * DAY_MS));
        let certified = self.authority.issue(&names, from, until, now)?;
        self.issued = Some(Issued { names, from, until });
        Ok(Some(certified))
    }
}

const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca-key.pem";

struct Authority {
    name: String,
    folder: PathBuf,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    scope: Scope,
    until: Timestamp,
}

impl Authority {
    /// None if there is none yet.
    fn open(folder: &Path) -> Result<Option<Self>, TlsError> {
        let (path, key_path) = (folder.join(CERTIFICATE), folder.join(KEY));
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |reason: String| TlsError::Unreadable { path, reason }
        };
        let pem = match fs::read(&path) {
            Ok(pem) => pem,
            // Without the certificate nobody trusts the key: it is what is left of an attempt that was cut short.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(&path)(error.to_string())),
        };
        let key = match fs::read_to_string(&key_path) {
            Ok(key) => zeroize::Zeroizing::new(key),
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(TlsError::KeyMissing { path: key_path }),
            Err(error) => return Err(unreadable(&key_path)(error.to_string())),
        };
        // A backup may have brought it back with other permissions.
        fs::set_permissions(&key_path, Permissions::from_mode(0o600))
            .map_err(|source| TlsError::Unwritable { path: key_path.clone(), source })?;
        let key = KeyPair::from_pem(&key).map_err(|error| unreadable(&key_path)(error.to_string()))?;
        let certificate = CertificateDer::from_pem_slice(&pem)
            .map_err(|_| TlsError::Empty { what: "certificate", path: path.clone() })?;
        let not_ours = || TlsError::NotOurs { path: path.clone() };
        let parsed = x509_cert::Certificate::from_der(&certificate).map_err(|_| not_ours())?.tbs_certificate;
        let common_name = parsed.subject.to_string().strip_prefix("CN=").map(str::to_owned).ok_or_else(not_ours)?;
        let (_, constraints) = parsed.get().ok().flatten().ok_or_else(not_ours)?;
        let until = parsed.validity.not_after.to_unix_duration();
        Ok(Some(Self {
            name: common_name.clone(),
            folder: folder.to_owned(),
            certificate,
            issuer: Issuer::new(authority_params(&common_name), key),
            scope: Scope::read(&constraints),
            until: Timestamp::from_millis(u64::try_from(until.as_millis()).unwrap_or(u64::MAX)),
        }))
    }

    fn make(folder: &Path, machine: Option<&str>, names: &BTreeSet<Name>, now: Timestamp) -> Result<(), TlsError> {
        let key = KeyPair::generate()?;
        let digest = Sha256::digest(key.public_key_raw());
        // People meet this name in the settings of their phones: it says which machine, and tells two apart.
        let machine: String = machine.unwrap_or("server").chars().filter(|c| is_plain(*c)).take(40).collect();
        let [a, b, ..] = digest.0;
        let mut params = authority_params(&format!("Beseda {machine} {a:02X}{b:02X}"));
        params.name_constraints = Some(Scope::around(names).constraints());
        set_validity(&mut params, back(now, BACKDATED_DAYS), now.plus_millis(AUTHORITY_DAYS * DAY_MS));
        let certificate = params.self_signed(&key)?;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| TlsError::Unwritable { path: folder.to_owned(), source })?;
        let pem = zeroize::Zeroizing::new(key.serialize_pem());
        // The certificate comes last: where it is, the key is.
        for (name, mode, content) in [(KEY, 0o600, pem.as_str()), (CERTIFICATE, 0o644, certificate.pem().as_str())] {
            let path = folder.join(name);
            write(&path, mode, content).map_err(|source| TlsError::Unwritable { path, source })?;
        }
        tracing::info!("The server has made a certificate authority of its own in the data directory.");
        Ok(())
    }

    fn issue(
        &self,
        names: &BTreeSet<Name>,
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<CertifiedKey, TlsError> {
        if self.until <= now {
            return Err(TlsError::Expired { folder: self.folder.clone() });
        }
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = common_name("Beseda");
        set_validity(&mut params, from, until);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        for name in names {
            params.subject_alt_names.push(match name {
                Name::Dns(name) => SanType::DnsName(name.as_str().try_into()?),
                Name::Address(address) => SanType::IpAddress(*address),
            });
        }
        let certificate = params.signed_by(&key, &self.issuer)?;
        self.check(certificate.der(), now)?;
        let key =
            PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| rustls::Error::General(error.to_owned()))?;
        Ok(CertifiedKey::from_der(vec![certificate.into()], key, &provider())?)
    }

    /// What a client would do. An authority whose parts do not belong together is noticed here.
    fn check(&self, certificate: &CertificateDer<'_>, now: Timestamp) -> Result<(), TlsError> {
        let not_ours = || TlsError::NotOurs { path: self.folder.join(CERTIFICATE) };
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).map_err(|_| not_ours())?;
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().map_err(|_| not_ours())?;
        let name = ServerName::try_from("localhost").expect("localhost is a name");
        let now = UnixTime::since_unix_epoch(Duration::from_millis(now.as_millis()));
        verifier.verify_server_cert(certificate, &[], &name, &[], now).map_err(|_| not_ours())?;
        Ok(())
    }
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name(name);
    // It makes certificates of servers, and no further authorities.
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn common_name(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// What needs no escaping where a name is printed.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-.".contains(character)
}

fn back(now: Timestamp, days: u64) -> Timestamp {
    Timestamp::from_millis(now.as_millis().saturating_sub(days * DAY_MS))
}

fn set_validity(params: &mut CertificateParams, from: Timestamp, until: Timestamp) {
    let date = |at: Timestamp| date_time_ymd(1970, 1, 1) + Duration::from_millis(at.as_millis());
    (params.not_before, params.not_after) = (date(from), date(until));
}

/// All or nothing, and never readable to others in between.
fn write(path: &Path, mode: u32, content: &str) -> std::io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&unfinished)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.write_all(content.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
