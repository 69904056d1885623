//! A reader for the presentation language of TLS as MLS uses it (RFC 9420, section 2.1), over borrowed bytes.

/// The bytes ended early, or a length is not encoded in the shortest form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Succeeds only if everything was read.
    pub(crate) const fn finish(self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(Malformed)?;
        self.0 = tail;
        Ok(*head)
    }

    pub(crate) fn slice(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = tail;
        Ok(head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_be_bytes)
    }

    /// A variable-length vector: its length in one, two or four bytes, always the shortest, then its bytes.
    pub(crate) fn vector(&mut self) -> Result<&'a [u8], Malformed> {
        let first = self.u8()?;
        let low = u32::from(first & 0x3f);
        let (length, shortest) = match first >> 6 {
            0 => (low, 0),
            1 => (low << 8 | u32::from(self.u8()?), 0x40),
            2 => {
                let [a, b, c] = self.array()?;
                (low << 24 | u32::from_be_bytes([0, a, b, c]), 0x4000)
            }
            _ => return Err(Malformed),
        };
        if length < shortest {
            return Err(Malformed);
        }
        self.slice(usize::try_from(length).map_err(|_| Malformed)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_has_one_encoding() {
        assert_eq!(Reader::new(&[2, 7, 8]).vector(), Ok([7, 8].as_slice()));
        assert_eq!(Reader::new(&[0x40, 2, 7, 8]).vector(), Err(Malformed), "two bytes for a short length");
        assert_eq!(Reader::new(&[0x80, 0, 0, 2, 7, 8]).vector(), Err(Malformed), "four bytes for a short length");
        assert_eq!(Reader::new(&[0xc0, 2, 7, 8]).vector(), Err(Malformed), "reserved prefix");
        assert_eq!(Reader::new(&[3, 7, 8]).vector(), Err(Malformed), "too short");
        let mut long = vec![0x40, 0x40];
        long.extend([9; 64]);
        assert_eq!(Reader::new(&long).vector(), Ok([9; 64].as_slice()));
        let mut longer = vec![0x80, 0, 0x40, 0];
        longer.extend([9; 0x4000]);
        assert_eq!(Reader::new(&longer).vector().map(<[u8]>::len), Ok(0x4000));
    }
}
