//! An HTTP client that costs as little as possible: one connection, bodies written from and compared with one block of
//! memory, however long they are.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use beseda_model::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::clock::Chance;

/// Bytes after which content repeats itself.
const BLOCK: usize = 1_048_576;
/// Bytes that are read at a time.
const PART: usize = 262_144;

/// What looks like ciphertext, of any length.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    block: Arc<Vec<u8>>,
    shift: u64,
}

impl Content {
    /// The first one.
    pub(crate) fn new() -> Self {
        let mut block = vec![0; BLOCK];
        Chance::new(7).fill(&mut block);
        Self { block: Arc::new(block), shift: 0 }
    }

    /// Another one: no two of the first few thousand are the same.
    pub(crate) fn numbered(&self, number: u32) -> Self {
        Self { block: Arc::clone(&self.block), shift: u64::from(number) * 64 }
    }

    /// Some of its bytes from `at` on: at most `most`, but at least one.
    fn from(&self, at: u64, most: u64) -> &[u8] {
        let place = usize::try_from((at + self.shift) % BLOCK as u64).unwrap_or_default();
        let rest = &self.block[place..];
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        rest.get(..most).unwrap_or(rest)
    }
}

/// A connection that is kept.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    authorization: String,
    part: Vec<u8>,
}

/// An answer's head.
#[derive(Debug)]
pub(crate) struct Head {
    text: String,
    /// The beginning of its body, which came with it.
    rest: Vec<u8>,
}

impl Head {
    /// A header's value.
    pub(crate) fn value(&self, name: &str) -> Result<&str> {
        let lines = self.text.lines().filter_map(|line| line.split_once(": "));
        let found = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next();
        found.with_context(|| format!("no {name} in {}", self.text))
    }
}

impl Client {
    /// Connects; a token may be empty.
    pub(crate) async fn connect(addr: SocketAddr, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(addr).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        Ok(Self { stream, authorization, part: vec![0; PART] })
    }

    /// Asks with bytes `from..to` of the content as the body; the answer's head.
    pub(crate) async fn send(
        &mut self,
        line: &str,
        headers: &str,
        content: &Content,
        (from, to): (u64, u64),
    ) -> Result<Head> {
        let authorization = &self.authorization;
        let length = to - from;
        let head = format!("{line} HTTP/1.1\r\nHost: load\r\n{authorization}{headers}Content-Length: {length}\r\n\r\n");
        self.stream.write_all(head.as_bytes()).await?;
        let mut at = from;
        while at < to {
            let bytes = content.from(at, to - at);
            self.stream.write_all(bytes).await?;
            at += bytes.len() as u64;
        }
        self.head().await
    }

    /// Fetches, and compares what comes with the content.
    pub(crate) async fn fetch(&mut self, path: &str, content: &Content, length: u64) -> Result<()> {
        let head = self.send(&format!("GET {path}"), "", content, (0, 0)).await?;
        ensure!(head.value("content-length")?.parse::<u64>()? == length, "another length: {}", head.text);
        let mut at = compare(content, 0, &head.rest)?;
        while at < length {
            let read = self.stream.read(&mut self.part).await?;
            ensure!(read > 0, "the body ended at byte {at}");
            at = compare(content, at, &self.part[..read])?;
        }
        Ok(())
    }

    async fn head(&mut self) -> Result<Head> {
        let mut bytes = Vec::new();
        loop {
            let read = self.stream.read(&mut self.part).await?;
            ensure!(read > 0, "the connection ended");
            bytes.extend_from_slice(&self.part[..read]);
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                let rest = bytes.split_off(end + 4);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if !text.starts_with("HTTP/1.1 20") {
                    bail!("refused: {text}{}", String::from_utf8_lossy(&rest));
                }
                return Ok(Head { text, rest });
            }
        }
    }
}

/// Compares bytes with those of the content from `at` on; where they end.
fn compare(content: &Content, at: u64, mut bytes: &[u8]) -> Result<u64> {
    let mut at = at;
    while !bytes.is_empty() {
        let expected = content.from(at, bytes.len() as u64);
        let (these, rest) = bytes.split_at(expected.len());
        ensure!(these == expected, "other bytes came back near {at}");
        at += these.len() as u64;
        bytes = rest;
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_the_same_however_it_is_cut_and_never_the_same_twice() {
        let content = Content::new();
        let beyond = BLOCK as u64 * 3 - 5;
        assert_eq!(content.from(beyond, 100).len(), 5, "up to the block's end");
        assert_eq!(content.from(beyond + 5, 3), content.from(0, 3));
        let whole = content.from(0, 1_000).to_vec();
        assert_eq!(compare(&content, 0, &whole).expect("the same"), 1_000);
        assert!(compare(&content, 1, &whole).is_err());
        assert!(compare(&content.numbered(1), 0, &whole).is_err());
    }
}
