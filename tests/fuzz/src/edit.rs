//! Scripts of changes to real messages.

/// The most changes in one script.
const MOST: usize = 24;

/// What is left of a script. Reading past its end gives zeros, so that every script means something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(crate) fn number(&mut self) -> usize {
        usize::from(self.byte()) << 8 | usize::from(self.byte())
    }

    pub(crate) fn take(&mut self, length: usize) -> &'a [u8] {
        let (head, tail) = self.0.split_at(length.min(self.0.len()));
        self.0 = tail;
        head
    }

    /// One of these.
    ///
    /// # Panics
    /// If there are none.
    pub(crate) fn pick<'b, T>(&mut self, items: &'b [T]) -> &'b T {
        &items[usize::from(self.byte()) % items.len()]
    }

    /// Changes `bytes` as the script says, until it says stop or ends. `donor` is where pieces may be taken from.
    pub(crate) fn edit(&mut self, bytes: &mut Vec<u8>, donor: &[u8]) {
        for _ in 0..MOST {
            if self.is_empty() {
                return;
            }
            let kind = self.byte() % 7;
            if kind == 0 {
                return;
            }
            let at = self.number() % (bytes.len() + 1);
            match kind {
                1 => {
                    let mask = self.byte();
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= mask;
                    }
                }
                2 => {
                    let value = self.byte();
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = value;
                    }
                }
                3 => {
                    let length = usize::from(self.byte());
                    let piece = self.take(length);
                    bytes.splice(at..at, piece.iter().copied());
                }
                4 => {
                    let end = bytes.len().min(at + usize::from(self.byte()));
                    bytes.drain(at..end);
                }
                5 => {
                    let from = self.number() % (donor.len() + 1);
                    let end = donor.len().min(from + self.number() % 1024);
                    bytes.splice(at..at, donor[from..end].iter().copied());
                }
                _ => bytes.truncate(at),
            }
        }
    }
}
