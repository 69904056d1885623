//! Cloud drives of people: who may have how many requests carried out at once. What they bring is kept nowhere.

#[cfg(feature = "drives")]
use beseda_model::Limits;

#[cfg(feature = "drives")]
pub(crate) use here::Relay;
#[cfg(not(feature = "drives"))]
pub(crate) use nowhere::Relay;

/// How long a request to a drive may take.
#[cfg(feature = "drives")]
pub(crate) const fn patience(limits: &Limits) -> std::time::Duration {
    std::time::Duration::from_millis(limits.drive_millis)
}

#[cfg(feature = "drives")]
pub(crate) use here::provider_of;

#[cfg(feature = "drives")]
mod here {
    use beseda_infra::drive::{Drives, Provider};
    use beseda_model::AccountId;
    use beseda_wire::Problem;
    use beseda_wire::http::DriveProvider;

    use crate::compose::StartError;
    use crate::config::Config;
    use crate::shares::{Share, Shares};

    /// A provider of the wire's, as the way to drives knows it.
    pub(crate) const fn provider_of(provider: DriveProvider) -> Provider {
        match provider {
            DriveProvider::Dropbox => Provider::Dropbox,
            DriveProvider::Google => Provider::Google,
            DriveProvider::Onedrive => Provider::Onedrive,
        }
    }

    /// See the module's description.
    #[derive(Debug)]
    pub(crate) struct Relay {
        /// The way to them.
        pub(crate) drives: Drives,
        shares: Shares,
    }

    impl Relay {
        /// The way to drives, if the operator lets it be one.
        pub(crate) fn open(config: &Config) -> Result<Option<Self>, StartError> {
            if !config.drives.enabled {
                return Ok(None);
            }
            let clients = config.drives.clients(|name| std::env::var(name).ok());
            let clients = clients.map_err(|(name, error)| StartError::DriveClient(name, error))?;
            let drives = Drives::new(config.drives.reach(), clients).map_err(|_| StartError::Drives)?;
            let shares = Shares::new("drives_at_once", config.limits.drives_at_once);
            Ok(Some(Self { drives, shares }))
        }

        /// The providers with which this server has a client, by their words on the wire.
        pub(crate) fn providers(&self) -> Vec<String> {
            let has = |provider: &DriveProvider| self.drives.has(provider_of(*provider));
            DriveProvider::ALL.iter().filter(|one| has(one)).map(|one| one.as_str().to_owned()).collect()
        }

        /// Lets an account have one more request carried out.
        ///
        /// # Errors
        /// When as many are as may be at once.
        pub(crate) fn share(&self, account: AccountId) -> Result<Share, Problem> {
            self.shares.take(account, "as many requests to drives as may be are under way")
        }
    }
}

#[cfg(not(feature = "drives"))]
mod nowhere {
    use crate::compose::StartError;
    use crate::config::Config;

    /// There is no way to drives in this program.
    #[derive(Debug)]
    pub(crate) enum Relay {}

    impl Relay {
        /// None.
        #[expect(clippy::unnecessary_wraps, reason = "the other one can fail")]
        pub(crate) const fn open(_: &Config) -> Result<Option<Self>, StartError> {
            Ok(None)
        }

        /// None.
        pub(crate) const fn providers(&self) -> Vec<String> {
            match *self {}
        }
    }
}
