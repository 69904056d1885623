//! What of files stays on this device, and what comes by itself.

use beseda_engine::Command;
use beseda_engine::api::file::{FetchLimits, FetchRules, NetworkChoice};

use super::session::Session;
use super::trip::Trip;
use crate::args::{DownloadsArgs, FetchKind, FetchLimit, Network, Room, StorageArgs};
use crate::text::{Label, Sentence, size};

impl Session {
    pub(super) async fn storage(&self, args: StorageArgs) -> Result<(), Trip> {
        if let Some(Room(bytes)) = args.limit {
            self.host.command(Command::LimitFiles { bytes }).await?;
        }
        if args.clear {
            self.host.command(Command::ClearFiles).await?;
        }
        let room = self.host.read(|core, now| core.file_use(now)).await?;
        self.say("storage", &room, || {
            let used = self.words(&Sentence::RoomUsed { bytes: room.used, files: room.count });
            let clearable = self.words(&Sentence::RoomClearable(room.clearable));
            let allowed = match room.allowed {
                Some(bytes) => self.words(&Sentence::RoomAllowed(bytes)),
                None => self.label(Label::RoomUnlimited),
            };
            format!("{used}\n{clearable}\n{allowed}")
        })
    }

    pub(super) async fn downloads(&self, args: DownloadsArgs) -> Result<(), Trip> {
        let old = self.host.read(|core, now| core.fetching(now)).await?.rules;
        let rules = FetchRules {
            unmetered: changed(old.unmetered, &args.unmetered),
            metered: changed(old.metered, &args.metered),
            network: args.network.map_or(old.network, NetworkChoice::from),
            saver: args.saver.unwrap_or(old.saver),
            ask: args.ask.unwrap_or(old.ask),
        };
        if rules != old {
            self.host.command(Command::SetFetchRules { rules }).await?;
        }
        let fetching = self.host.read(|core, now| core.fetching(now)).await?;
        let yes = |on: bool| self.label(if on { Label::Yes } else { Label::No });
        self.say("downloads", &fetching, || {
            format!(
                "unmetered: {}\nmetered: {}\nnetwork: {}\nsaver: {}\nask: {}",
                self.limits(&rules.unmetered),
                self.limits(&rules.metered),
                if fetching.metered { "metered" } else { "unmetered" },
                yes(rules.saver),
                yes(rules.ask),
            )
        })
    }

    /// `photo=16 MB voice=never …`.
    fn limits(&self, limits: &FetchLimits) -> String {
        let FetchLimits { photo, voice, video, audio, file } = *limits;
        let kinds = [("photo", photo), ("voice", voice), ("video", video), ("audio", audio), ("file", file)];
        let said = kinds.map(|(kind, most)| match most {
            0 => format!("{kind}=never"),
            FetchLimits::ANY_SIZE => format!("{kind}=any"),
            most => format!("{kind}={}", size(self.lang, most)),
        });
        said.join("  ")
    }
}

fn changed(mut limits: FetchLimits, changes: &[FetchLimit]) -> FetchLimits {
    for FetchLimit { kind, most } in changes {
        let limit = match kind {
            FetchKind::Photo => &mut limits.photo,
            FetchKind::Voice => &mut limits.voice,
            FetchKind::Video => &mut limits.video,
            FetchKind::Audio => &mut limits.audio,
            FetchKind::File => &mut limits.file,
        };
        *limit = *most;
    }
    limits
}

impl From<Network> for NetworkChoice {
    fn from(network: Network) -> Self {
        match network {
            Network::Automatic => Self::Automatic,
            Network::Metered => Self::Metered,
            Network::Unmetered => Self::Unmetered,
        }
    }
}
