use super::tag;
use crate::change::Operation;
use crate::error::{DocumentError, Result};
use crate::handles::Handle;
use crate::limits::Limits;
use crate::value::{Prop, Value};

/// Reads one value that takes all the bytes.
///
/// # Errors
/// `DOCUMENT_MALFORMED`.
pub fn read_value(bytes: &[u8]) -> Result<Value> {
    let mut reader = Reader { left: bytes };
    let value = reader.value(0)?;
    reader.end()?;
    Ok(value)
}

/// Reads one prop that takes all the bytes.
///
/// # Errors
/// `DOCUMENT_MALFORMED`.
pub fn read_prop(bytes: &[u8]) -> Result<Prop> {
    let mut reader = Reader { left: bytes };
    let prop = reader.prop()?;
    reader.end()?;
    Ok(prop)
}

/// Reads operations to the end of the bytes.
///
/// # Errors
/// `DOCUMENT_MALFORMED`.
pub fn read_operations(bytes: &[u8]) -> Result<Vec<Operation>> {
    let mut reader = Reader { left: bytes };
    let mut operations = Vec::new();
    while !reader.left.is_empty() {
        operations.push(reader.operation()?);
    }
    Ok(operations)
}

struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    fn operation(&mut self) -> Result<Operation> {
        let kind = self.byte()?;
        let object = Handle(u32::try_from(self.uint()?).map_err(malformed)?);
        Ok(match kind {
            tag::SET => Operation::Set(object, self.prop()?, self.value(0)?),
            tag::DELETE => Operation::Delete(object, self.prop()?),
            tag::SPLICE => Operation::Splice {
                list: object,
                index: self.uint()?,
                delete: self.uint()?,
                values: self.values(0)?,
            },
            tag::SPLICE_TEXT => Operation::SpliceText {
                text: object,
                index: self.uint()?,
                delete: self.uint()?,
                insert: self.text()?,
            },
            tag::INCREMENT => Operation::Increment(object, self.prop()?, self.int()?),
            other => return Err(malformed(format!("no operation {other}"))),
        })
    }

    fn prop(&mut self) -> Result<Prop> {
        Ok(match self.uint()? {
            0 => Prop::Key(self.text()?),
            place => Prop::Index(place - 1),
        })
    }

    fn value(&mut self, depth: usize) -> Result<Value> {
        if depth > Limits::DEPTH {
            return Err(malformed(format!("more than {} levels", Limits::DEPTH)));
        }
        Ok(match self.byte()? {
            tag::NULL => Value::Null,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::INT => Value::Int(self.int()?),
            tag::UINT => Value::Uint(self.uint()?),
            tag::F64 => Value::F64(f64::from_le_bytes(self.array()?)),
            tag::STR => Value::Str(self.text()?),
            tag::BYTES => Value::Bytes(self.sized()?.to_vec()),
            tag::TIMESTAMP => Value::Timestamp(self.int()?),
            tag::COUNTER => Value::Counter(self.int()?),
            tag::TEXT => Value::Text(self.text()?),
            tag::MAP => {
                let count = self.count()?;
                let mut entries = Vec::with_capacity(count);
                for _ in 0..count {
                    entries.push((self.text()?, self.value(depth + 1)?));
                }
                Value::Map(entries)
            }
            tag::LIST => Value::List(self.values(depth)?),
            tag::CONFLICTED => Value::Conflicted(Box::new(self.value(depth + 1)?)),
            tag::UNKNOWN => Value::Unknown(self.byte()?, self.sized()?.to_vec()),
            other => return Err(malformed(format!("no value {other}"))),
        })
    }

    fn values(&mut self, depth: usize) -> Result<Vec<Value>> {
        let count = self.count()?;
        (0..count).map(|_| self.value(depth + 1)).collect()
    }

    /// A count of things that take at least a byte each.
    fn count(&mut self) -> Result<usize> {
        let count = usize::try_from(self.uint()?).map_err(malformed)?;
        if count > self.left.len() {
            return Err(malformed("bytes break off"));
        }
        Ok(count)
    }

    fn text(&mut self) -> Result<String> {
        let bytes = self.sized()?;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(malformed)
    }

    fn sized(&mut self) -> Result<&'a [u8]> {
        let length = self.count()?;
        let (bytes, left) = self.left.split_at(length);
        self.left = left;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (bytes, left) = self
            .left
            .split_first_chunk()
            .ok_or_else(|| malformed("bytes break off"))?;
        self.left = left;
        Ok(*bytes)
    }

    fn int(&mut self) -> Result<i64> {
        let number = self.uint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn uint(&mut self) -> Result<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(malformed("a number above 2^64"))
    }

    fn byte(&mut self) -> Result<u8> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    fn end(&self) -> Result<()> {
        if self.left.is_empty() {
            Ok(())
        } else {
            Err(malformed("bytes behind the end"))
        }
    }
}

fn malformed(error: impl std::fmt::Display) -> DocumentError {
    DocumentError::Malformed(error.to_string())
}
