/// Writes MessagePack in its shortest form.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// A writer that goes on behind `bytes`, keeping their allocation.
    pub fn onto(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Everything written so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Everything written so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets what was written behind `len`.
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Appends bytes that are MessagePack already.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// `nil`
    pub fn nil(&mut self) {
        self.0.push(0xc0);
    }

    /// `true` or `false`
    pub fn bool(&mut self, value: bool) {
        self.0.push(if value { 0xc3 } else { 0xc2 });
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) {
        match value {
            0..=0x7f => self.0.push(value as u8),
            0x80..=0xff => self.0.extend_from_slice(&[0xcc, value as u8]),
            0x100..=0xffff => {
                let [a, b] = (value as u16).to_be_bytes();
                self.0.extend_from_slice(&[0xcd, a, b]);
            }
            0x1_0000..=0xffff_ffff => {
                let [a, b, c, d] = (value as u32).to_be_bytes();
                self.0.extend_from_slice(&[0xce, a, b, c, d]);
            }
            _ => {
                let [a, b, c, d, e, f, g, h] = value.to_be_bytes();
                self.0.extend_from_slice(&[0xcf, a, b, c, d, e, f, g, h]);
            }
        }
    }

    /// A signed integer.
    pub fn int(&mut self, value: i64) {
        match value {
            0.. => self.uint(value as u64),
            -32..=-1 => self.0.push(value as u8),
            -0x80..=-33 => self.0.extend_from_slice(&[0xd0, value as u8]),
            -0x8000..=-0x81 => self.tagged(0xd1, &(value as i16).to_be_bytes()),
            -0x8000_0000..=-0x8001 => self.tagged(0xd2, &(value as i32).to_be_bytes()),
            _ => self.tagged(0xd3, &value.to_be_bytes()),
        }
    }

    /// UTF-8 text.
    pub fn str(&mut self, value: &str) {
        match value.len() {
            len @ 0..=31 => self.0.push(0xa0 | len as u8),
            len @ 32..=0xff => self.0.extend_from_slice(&[0xd9, len as u8]),
            len @ 0x100..=0xffff => self.tagged(0xda, &(len as u16).to_be_bytes()),
            len => self.tagged(0xdb, &(len as u32).to_be_bytes()),
        }
        self.0.extend_from_slice(value.as_bytes());
    }

    /// A string of bytes.
    pub fn bin(&mut self, value: &[u8]) {
        match value.len() {
            len @ 0..=0xff => self.0.extend_from_slice(&[0xc4, len as u8]),
            len @ 0x100..=0xffff => self.tagged(0xc5, &(len as u16).to_be_bytes()),
            len => self.tagged(0xc6, &(len as u32).to_be_bytes()),
        }
        self.0.extend_from_slice(value);
    }

    /// The head of an array of `len` values, which follow.
    pub fn array(&mut self, len: usize) {
        match len {
            0..=15 => self.0.push(0x90 | len as u8),
            16..=0xffff => self.tagged(0xdc, &(len as u16).to_be_bytes()),
            _ => self.tagged(0xdd, &(len as u32).to_be_bytes()),
        }
    }

    /// The head of a map of `len` pairs, which follow.
    pub fn map(&mut self, len: usize) {
        match len {
            0..=15 => self.0.push(0x80 | len as u8),
            16..=0xffff => self.tagged(0xde, &(len as u16).to_be_bytes()),
            _ => self.tagged(0xdf, &(len as u32).to_be_bytes()),
        }
    }

    /// A floating point number of 64 bits.
    pub fn float(&mut self, value: f64) {
        self.tagged(0xcb, &value.to_be_bytes());
    }

    fn tagged(&mut self, tag: u8, bytes: &[u8]) {
        self.0.push(tag);
        self.0.extend_from_slice(bytes);
    }
}
