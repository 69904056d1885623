//! Files, up and down, beside a bare server that copies them to its disk.

use anyhow::Result;
use tokio::runtime::Runtime;

use super::Options;
use crate::clock::{instant, micros};
use crate::http::{Client, Content};
use crate::meter::Meter;
use crate::procfs;
use crate::report::{Budget, Row, progress};
use crate::seed::Seed;
use crate::target::Target;

const MIB: u64 = 1_048_576;
/// Sizes in MiB, and how many files of each are sent one after the other.
const SIZES: [(u64, u32); 3] = [(1, 64), (64, 4), (1_024, 1)];
/// Bytes of one request, where a file is sent in pieces.
const PIECE: u64 = 8 * MIB;
/// The middle one counts.
const ROUNDS: usize = 3;
/// The least share of the floor.
const SHARE: f64 = 0.7;

/// How files are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// To the floor.
    Plain,
    /// To the server, each in one request.
    Whole,
    /// To the server, in requests of [`PIECE`] bytes.
    Pieces,
}

/// Of one direction.
#[derive(Debug, Clone, Copy)]
struct Figures {
    /// MiB a second.
    rate: f64,
    /// Processor time of the server in microseconds a MiB.
    cpu: f64,
    others: f64,
}

pub(crate) fn run(options: &Options) -> Result<Vec<Row>> {
    let runtime = options.runtime()?;
    let (data, plain) = (options.data()?, options.data()?);
    let token = Seed::open(data.path())?.people(1)?.remove(0).token;
    let mut server = Target::server(&options.binary()?, data.path())?;
    server.wait()?;
    let floor = Target::floor("floor-files", plain.path())?;
    let mut files = Files { content: Content::new(), next: 0, token, runtime };
    let (ours, theirs) = (Memory::start(&server)?, Memory::start(&floor)?);
    let mut rows = Vec::new();
    for (mib, count) in SIZES {
        progress(&format!("files of {mib} MiB against the floor and the server"));
        let bytes = mib * MIB;
        let (mut plain, mut whole, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
        // In turn, because the machine may be busier at one time than at the other.
        for _ in 0..ROUNDS {
            plain.push(files.measure(&floor, Way::Plain, bytes, count)?);
            whole.push(files.measure(&server, Way::Whole, bytes, count)?);
            if bytes > PIECE {
                pieces.push(files.measure(&server, Way::Pieces, bytes, count)?);
            }
        }
        let name = format!("files of {mib} MiB");
        let floor = |direction: usize| middle(&plain, direction);
        for (direction, what) in ["up", "down"].into_iter().enumerate() {
            rows.extend(told(&format!("{name} {what}"), middle(&whole, direction), floor(direction)));
        }
        if !pieces.is_empty() {
            rows.extend(told(&format!("{name} up in pieces of 8"), middle(&pieces, 0), floor(0)));
        }
    }
    let name = "files: memory that the server took besides, at most";
    rows.push(Row::new(name, ours.grown_mib(&server)?, "MiB").floor(theirs.grown_mib(&floor)?));
    Ok(rows)
}

/// The measured figures of the round whose rate is in the middle.
fn middle(rounds: &[[Figures; 2]], direction: usize) -> Figures {
    let mut figures: Vec<Figures> = rounds.iter().filter_map(|round| round.get(direction).copied()).collect();
    figures.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    figures[figures.len() / 2]
}

fn told(name: &str, ours: Figures, floor: Figures) -> [Row; 2] {
    [
        Row::new(name, ours.rate, "MiB/s")
            .budget(Budget::AtLeast(SHARE * floor.rate))
            .floor(floor.rate)
            .others(ours.others),
        Row::new(format!("{name}: server CPU a MiB"), ours.cpu, "µs").floor(floor.cpu),
    ]
}

/// What a process holds before it is measured.
struct Memory {
    kib: f64,
}

impl Memory {
    fn start(target: &Target) -> Result<Self> {
        procfs::forget_peak(target.pid())?;
        Ok(Self { kib: procfs::peak_kib(target.pid())? })
    }

    fn grown_mib(&self, target: &Target) -> Result<f64> {
        Ok((procfs::peak_kib(target.pid())? - self.kib) / 1_024.0)
    }
}

/// Sends and fetches.
struct Files {
    content: Content,
    /// The number of the next one.
    next: u32,
    token: String,
    runtime: Runtime,
}

impl Files {
    /// Sends so many files and fetches them: figures of up and of down.
    fn measure(&mut self, target: &Target, way: Way, bytes: u64, count: u32) -> Result<[Figures; 2]> {
        let first = self.next;
        self.next += count;
        let token = if way == Way::Plain { "" } else { &self.token };
        let content = &self.content;
        self.runtime.block_on(async {
            let mut client = Client::connect(target.addr, token).await?;
            let mut paths = Vec::new();
            let up = watch(target, bytes * u64::from(count), async {
                for number in first..first + count {
                    paths.push(send(&mut client, way, number, &content.numbered(number), bytes).await?);
                }
                Ok(())
            });
            let up = up.await?;
            let down = watch(target, bytes * u64::from(count), async {
                for (number, path) in (first..).zip(&paths) {
                    client.fetch(path, &content.numbered(number), bytes).await?;
                }
                Ok(())
            });
            Ok([up, down.await?])
        })
    }
}

/// Figures of work on so many bytes.
async fn watch(target: &Target, bytes: u64, work: impl Future<Output = Result<()>>) -> Result<Figures> {
    let (meter, begin) = (Meter::start(target.pid())?, instant());
    work.await?;
    let took = micros(begin, instant()) as f64;
    let passed = meter.read()?;
    let mib = bytes as f64 / MIB as f64;
    Ok(Figures { rate: mib * 1e6 / took, cpu: passed.server * 1e6 / mib, others: passed.others })
}

/// Sends a file; the path where it is then.
async fn send(client: &mut Client, way: Way, number: u32, content: &Content, bytes: u64) -> Result<String> {
    const TUS: &str = "Tus-Resumable: 1.0.0\r\n";
    const KIND: &str = "Content-Type: application/offset+octet-stream\r\n";
    if way == Way::Plain {
        let path = format!("/files/{number}");
        client.send(&format!("PUT {path}"), "", content, (0, bytes)).await?;
        return Ok(path);
    }
    let first = if way == Way::Whole { bytes } else { 0 };
    let kind = if first > 0 { KIND } else { "" };
    let headers = format!("{TUS}{kind}Upload-Length: {bytes}\r\n");
    let mut head = client.send("POST /api/v1/uploads", &headers, content, (0, first)).await?;
    let upload = head.value("location")?.to_owned();
    let mut at = first;
    while at < bytes {
        let end = bytes.min(at + PIECE);
        let headers = format!("{TUS}{KIND}Upload-Offset: {at}\r\n");
        head = client.send(&format!("PATCH {upload}"), &headers, content, (at, end)).await?;
        at = end;
    }
    Ok(format!("/api/v1/blobs/{}", head.value("upload-blob")?))
}
