//! A WebSocket client that costs as little as possible: frames are encoded once, masked with a key of zeros (which
//! leaves the bytes as they are; the server still unmasks them), and looked at where they lie.

use std::io;
use std::net::SocketAddr;
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Room that a read is given at least.
const CHUNK: usize = 4_096;

/// A connected socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
    start: usize,
    /// Bytes written since the handshake.
    pub(crate) written: u64,
    /// Bytes read since the handshake.
    pub(crate) read: u64,
}

impl Socket {
    /// Connects and shakes hands.
    pub(crate) async fn connect(addr: SocketAddr, path: &str, protocol: &str) -> Result<Self> {
        let stream = TcpStream::connect(addr).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        let mut socket = Self { stream, buffer: Vec::new(), start: 0, written: 0, read: 0 };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: {protocol}\r\n\r\n"
        );
        socket.stream.write_all(request.as_bytes()).await?;
        loop {
            socket.fill().await?;
            if let Some(end) = socket.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&socket.buffer[..end]).into_owned();
                ensure!(head.starts_with("HTTP/1.1 101"), "no WebSocket: {}", head.lines().next().unwrap_or_default());
                socket.start = end + 4;
                socket.written = 0;
                socket.read = 0;
                return Ok(socket);
            }
        }
    }

    /// Writes a frame made by [`frame`].
    pub(crate) async fn send(&mut self, frame: &[u8]) -> Result<()> {
        self.written += frame.len() as u64;
        self.stream.write_all(frame).await.context("the server closed the connection")
    }

    /// Waits for bytes and takes them; loses nothing when dropped while waiting.
    pub(crate) async fn fill(&mut self) -> Result<()> {
        loop {
            self.stream.readable().await?;
            self.buffer.drain(..self.start);
            self.start = 0;
            let len = self.buffer.len();
            self.buffer.resize(len + CHUNK, 0);
            let outcome = self.stream.try_read(&mut self.buffer[len..]);
            self.buffer.truncate(len + *outcome.as_ref().unwrap_or(&0));
            match outcome {
                Ok(0) => bail!("the server closed the connection"),
                Ok(count) => {
                    self.read += count as u64;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error).context("the connection broke"),
            }
        }
    }

    /// The next whole data frame that has arrived.
    pub(crate) fn take(&mut self) -> Result<Option<&[u8]>> {
        match self.next_range()? {
            Some(range) => Ok(Some(&self.buffer[range])),
            None => Ok(None),
        }
    }

    /// Waits for the next data frame.
    pub(crate) async fn next(&mut self) -> Result<&[u8]> {
        let range = loop {
            if let Some(range) = self.next_range()? {
                break range;
            }
            self.fill().await?;
        };
        Ok(&self.buffer[range])
    }

    /// Gives memory back while nothing is expected.
    pub(crate) fn rest(&mut self) {
        if self.start == self.buffer.len() {
            self.buffer = Vec::new();
            self.start = 0;
        }
    }

    fn next_range(&mut self) -> Result<Option<Range<usize>>> {
        loop {
            let bytes = &self.buffer[self.start..];
            let [first, second, ..] = bytes else { return Ok(None) };
            let (len, head) = match second & 0x7f {
                126 => match bytes.get(2..4) {
                    Some(len) => (usize::from(u16::from_be_bytes([len[0], len[1]])), 4),
                    None => return Ok(None),
                },
                127 => match bytes.get(2..10).and_then(|len| <[u8; 8]>::try_from(len).ok()) {
                    Some(len) => (usize::try_from(u64::from_be_bytes(len))?, 10),
                    None => return Ok(None),
                },
                len => (usize::from(len), 2),
            };
            if bytes.len() < head + len {
                return Ok(None);
            }
            let range = self.start + head..self.start + head + len;
            let opcode = first & 0x0f;
            self.start = range.end;
            match opcode {
                1 | 2 => return Ok(Some(range)),
                8 => bail!("the server closed the connection: {}", String::from_utf8_lossy(&self.buffer[range])),
                // A ping may stay unanswered for as long as a measurement takes.
                _ => {}
            }
        }
    }
}

/// Wraps a payload into one masked binary frame.
pub(crate) fn frame(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len() + 14);
    bytes.push(0x82);
    let len = payload.len();
    if len < 126 {
        bytes.push(0x80 | u8::try_from(len).expect("below 126"));
    } else if let Ok(len) = u16::try_from(len) {
        bytes.push(0x80 | 126);
        bytes.extend(len.to_be_bytes());
    } else {
        bytes.push(0x80 | 127);
        bytes.extend((len as u64).to_be_bytes());
    }
    bytes.extend([0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}
