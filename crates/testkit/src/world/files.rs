//! What devices do with files, as a host does it.

use beseda_engine::api::command::Outcome;
use beseda_engine::api::event::{FileDeed, HEARD, Part, Transfer, TransferAnswer};
use beseda_engine::api::file::FileNumber;
use beseda_engine::files;
use beseda_engine::files::chunks::{CHUNK, Opener, Sealer};
use beseda_engine::{Command, Event};
use beseda_model::BlobId;
use beseda_server::local::Answered;
use sha2::{Digest as _, Sha256};

use super::{DeviceKey, Happening, World};
use crate::backend::Backend;

impl<B: Backend> World<B> {
    /// A person chooses a file: it is sealed and kept on the device.
    pub fn seal(&mut self, key: DeviceKey, plain: &[u8]) -> FileNumber {
        let mut sealer = Sealer::new(plain.len() as u64, &mut self.rng).expect("it is small");
        let Ok(Outcome::File { file: number }) = self.ask(key, Command::BeginFile) else { panic!("the store writes") };
        let portion = usize::try_from(CHUNK).expect("it is small");
        let mut bytes = Vec::new();
        for chunk in plain.chunks(portion).chain(plain.is_empty().then_some(&[][..])) {
            bytes.extend(sealer.push(chunk).expect("it has the size that was said"));
        }
        let sealed = sealer.finish().expect("it has the size that was said");
        self.at_mut(key).files.insert(number, bytes);
        match self.ask(key, Command::FinishFile { file: number, sealed }) {
            Ok(Outcome::File { file }) => file,
            other => panic!("a file could not be sealed: {other:?}"),
        }
    }

    /// A file as a person sees it on this device; none if it is not there, or not what it should be.
    pub fn open(&self, key: DeviceKey, number: FileNumber) -> Option<Vec<u8>> {
        let device = self.at(key);
        let file = files::reference(device.engine().reader(), number).expect("the store reads")?;
        let opener = Opener::new(&file).expect("a file that is here has a size");
        opener.open(0, device.files.get(&number)?).ok()
    }

    /// A device comes to another network, which costs by the byte or does not.
    pub fn come_to_network(&mut self, key: DeviceKey, metered: bool) {
        self.feed(key, Event::Network { metered });
    }

    pub(super) fn transfer(&mut self, key: DeviceKey, life: u64, id: u64, transfer: &Transfer) {
        let now = self.now();
        let is_cut = self.network.once_in(self.conditions.lose_http_one_in);
        let mut answer = None;
        // A host that was told to stop in time sends nothing.
        if self.at(key).online && self.at(key).life == life && self.at(key).transfers.contains(&id) {
            let mut body = self.read(key, transfer.part);
            if is_cut {
                // Of what a connection that breaks was to carry, the server gets a part.
                body.truncate(body.len() / 2);
            }
            let answered = self.server.transfer(now, transfer, &body);
            answer = Some(answered).filter(|_| !is_cut && !self.network.once_in(self.conditions.lose_http_one_in));
        }
        let at = now.plus_millis(self.delay());
        self.agenda.plan(at, Happening::Moved { device: key, life, id, part: transfer.part, answer });
    }

    fn read(&self, key: DeviceKey, part: Part) -> Vec<u8> {
        let Part::Send { file, at, len } = part else { return Vec::new() };
        let bytes = self.at(key).files.get(&file).map(Vec::as_slice).unwrap_or_default();
        let start = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        let end = start.saturating_add(usize::try_from(len).unwrap_or(usize::MAX)).min(bytes.len());
        bytes[start..end].to_vec()
    }

    pub(super) fn moved(&mut self, key: DeviceKey, life: u64, id: u64, part: Part, answer: Option<Answered>) {
        if self.at(key).life != life || !self.at_mut(key).transfers.remove(&id) {
            return;
        }
        let answer = answer.map(|Answered { status, headers, body }| {
            let headers = headers.into_iter().filter(|(name, _)| HEARD.contains(&name.as_str())).collect();
            match part {
                Part::Receive { file, at, .. } if (200..300).contains(&status) => {
                    let stored = Some(self.store(key, file, at, &body));
                    TransferAnswer { status, headers, body: Vec::new(), stored }
                }
                _ => TransferAnswer { status, headers, body, stored: None },
            }
        });
        self.feed(key, Event::Transferred { id, answer });
    }

    fn store(&mut self, key: DeviceKey, file: FileNumber, at: u64, body: &[u8]) -> u64 {
        let bytes = self.at_mut(key).files.entry(file).or_default();
        if let Ok(at) = usize::try_from(at)
            && at <= bytes.len()
        {
            bytes.truncate(at);
            bytes.extend(body);
        }
        bytes.len() as u64
    }

    pub(super) fn file_deed(&mut self, key: DeviceKey, deed: FileDeed) {
        match deed {
            FileDeed::Erase { file } => {
                self.at_mut(key).files.remove(&file);
            }
            FileDeed::KeepOnly { files } => self.at_mut(key).files.retain(|file, _| files.contains(file)),
            FileDeed::Check { file } => {
                let digest =
                    self.at(key).files.get(&file).map(|bytes| BlobId::from_bytes(Sha256::digest(bytes).into()));
                self.feed(key, Event::FileChecked { file, digest });
            }
        }
    }
}
