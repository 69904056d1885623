//! A body of a known length, in parts of one size.

use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};

use super::DriveError;

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its first byte's place in the body.
    pub(super) at: u64,
    /// What is in it; nothing only where the body is empty.
    pub(super) bytes: Bytes,
    /// Whether it ends the body, which then has been found to have its whole length and no more.
    pub(super) is_last: bool,
}

/// Parts as they come; a part is held in memory, and at most one piece of the body beside it.
pub(super) struct Parts<S> {
    body: Pin<Box<S>>,
    kept: BytesMut,
    at: u64,
    pub(super) size: u64,
    part: usize,
}

impl<S, E> Parts<S>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    pub(super) fn new(body: S, size: u64, part: usize) -> Self {
        Self { body: Box::pin(body), kept: BytesMut::new(), at: 0, size, part }
    }

    /// The next part; there is always a first one, and none is asked for after the last.
    ///
    /// # Errors
    /// When the body is shorter or longer than was said, or breaks off.
    pub(super) async fn next(&mut self) -> Result<Part, DriveError> {
        let left = self.size.checked_sub(self.at).ok_or(DriveError::Cut)?;
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(self.part);
        let is_last = length as u64 == left;
        while self.kept.len() < length || (is_last && self.kept.len() == length) {
            match self.body.next().await {
                Some(Ok(bytes)) => self.kept.extend_from_slice(&bytes),
                Some(Err(_)) => return Err(DriveError::Cut),
                None => break,
            }
        }
        let is_whole = if is_last { self.kept.len() == length } else { self.kept.len() >= length };
        if !is_whole {
            return Err(DriveError::Cut);
        }
        let part = Part { at: self.at, bytes: self.kept.split_to(length).freeze(), is_last };
        self.at = self.at.saturating_add(length as u64);
        Ok(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn parts(pieces: &[&'static str], size: u64) -> Result<Vec<(u64, String)>, DriveError> {
        let body = pieces.iter().map(|piece| Ok::<_, DriveError>(Bytes::from_static(piece.as_bytes())));
        let mut parts = Parts::new(futures_util::stream::iter(body), size, 4);
        let mut all = Vec::new();
        loop {
            let part = parts.next().await?;
            all.push((part.at, String::from_utf8(part.bytes.to_vec()).expect("text")));
            if part.is_last {
                return Ok(all);
            }
        }
    }

    #[tokio::test]
    async fn a_body_comes_in_parts_of_one_size() {
        let texts = |all: &[(u64, &str)]| Ok(all.iter().map(|(at, text)| (*at, (*text).to_owned())).collect());
        assert_eq!(parts(&[], 0).await, texts(&[(0, "")]));
        assert_eq!(parts(&["ab"], 2).await, texts(&[(0, "ab")]));
        assert_eq!(parts(&["abcd"], 4).await, texts(&[(0, "abcd")]));
        assert_eq!(parts(&["a", "", "bcdefghij"], 10).await, texts(&[(0, "abcd"), (4, "efgh"), (8, "ij")]));
    }

    #[tokio::test]
    async fn a_body_of_another_length_has_no_last_part() {
        for (pieces, size) in [(&["a"][..], 0), (&["abc"], 4), (&["abcde"], 4), (&["abcd", "e"], 4), (&[], 1)] {
            assert_eq!(parts(pieces, size).await, Err(DriveError::Cut), "{pieces:?}");
        }
    }
}
