//! Drives of providers, through the server: what it sends to them, byte for byte, and what it makes of their answers.

mod dropbox;
mod google;
mod oauth;
mod onedrive;
mod provider;

use beseda_model::Code;
use beseda_wire::Problem;
use beseda_wire::http::{DriveAccess, DriveProvider};

use crate::people::Person;
use crate::world::{Answer, Server};
use provider::{Provider, says};

/// A person, their server and a provider that has registered it.
struct Stage {
    provider: Provider,
    server: Server,
    alice: Person,
    which: DriveProvider,
}

impl Stage {
    async fn of(which: DriveProvider) -> Self {
        Self::with(which, |_| ()).await
    }

    async fn with(which: DriveProvider, change: impl FnOnce(&mut beseda_server::Config)) -> Self {
        let provider = Provider::start().await;
        let at = provider.at.clone();
        let server = Server::start_with(|config| {
            config.drives.allow = vec!["127.0.0.1/32".to_owned()];
            let client = match which {
                DriveProvider::Dropbox => &mut config.drives.dropbox,
                DriveProvider::Google => &mut config.drives.google,
                DriveProvider::Onedrive => &mut config.drives.onedrive,
            };
            client.client_id = "the-client".to_owned().into();
            client.client_secret = "the secret".to_owned().into();
            client.at = at;
            change(config);
        })
        .await;
        let alice = server.join(1).await;
        Self { provider, server, alice, which }
    }

    fn drive(&self) -> DriveAccess {
        DriveAccess::Cloud { provider: self.which, token: "the-token".to_owned() }
    }

    async fn post(&self, door: &str, body: &impl serde::Serialize) -> Answer {
        crate::drives::post(&self.server, &self.alice, door, body).await
    }

    async fn list(&self, path: &str, skip: u64) -> Result<Vec<String>, Problem> {
        let page = crate::drives::list(&self.server, &self.alice, self.drive(), path, skip).await?;
        let more = page.more.then(|| "…".to_owned());
        let entries = page.entries.into_iter().map(|entry| {
            let modified = entry.modified.map_or(0, beseda_model::Timestamp::as_millis);
            if entry.folder { format!("{}/", entry.name) } else { format!("{} {} {modified}", entry.name, entry.size) }
        });
        Ok(entries.chain(more).collect())
    }

    async fn read(&self, path: &str, at: u64) -> Answer {
        crate::drives::read(&self.server, &self.alice, self.drive(), path, at).await
    }

    async fn write(&self, path: &str, replace: bool, bytes: &[u8]) -> Option<Code> {
        let told = crate::drives::header(self.drive(), path, replace);
        crate::drives::write(&self.server, &self.alice, &told, bytes).await
    }

    /// What somebody is told who lists the root when a provider answers so.
    async fn refusal(&self, status: u16, json: &str) -> Problem {
        self.provider.asked();
        self.provider.will_say([says(status, json)]);
        let told = self.list("", 0).await.unwrap_err();
        assert_eq!(self.provider.asked().len(), 1);
        told
    }

    /// Patience that a provider asks for is had if it is short, and told if it is not.
    async fn patience(&self, status: u16, json: &str, good: &str) {
        self.provider.asked();
        self.provider.will_say([says(status, json).with("retry-after", "0"), says(200, good)]);
        assert!(self.list("", 0).await.is_ok());
        let asked = self.provider.asked();
        assert!(asked.len() == 2 && asked[0] == asked[1]);
        self.provider.will_say([says(status, json).with("retry-after", "600")]);
        let told = self.list("", 0).await.unwrap_err();
        assert_eq!((told.code, told.retry_after_ms), (Code::Overloaded, Some(600_000)));
        self.provider.will_say((0..4).map(|_| says(status, json).with("retry-after", "0")));
        assert_eq!(self.list("", 0).await.unwrap_err().code, Code::Overloaded);
        assert_eq!(self.provider.asked().len(), 5);
    }
}

fn code(answer: &Answer) -> Code {
    answer.json::<()>().unwrap_err().code
}

/// More than two parts of what is sent at once.
const TWO_PARTS: usize = 10 * 1024 * 1024 + 5;

/// As many bytes, of which each part begins with another.
fn long() -> Vec<u8> {
    let mut bytes = vec![7; TWO_PARTS];
    bytes[10 * 1024 * 1024..].fill(9);
    bytes
}
