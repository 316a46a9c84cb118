use super::KEY_BYTES_MIN;
use super::offer::{Choice, Offer};
use crate::codec::Codec;
use crate::compression::Compression;
use crate::envelope::{Encoding, Payload, Version};
use crate::error::{Code, ProtocolError, Result};
use crate::json;
use crate::limits::NAME_BYTES;
use crate::schema::{self, Field, Rule};
use crate::sealing::Algorithm;
use crate::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use polyphon_sorted::SortedMap;
use sha2::{Digest as _, Sha256};

/// What the connecting side says first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hello {
    /// What it can do.
    pub offer: Offer,
    /// Random bytes, so that no two hellos are equal.
    pub nonce: [u8; 16],
}

/// The answer to a [`Hello`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Welcome {
    /// What the answering side can do.
    pub offer: Offer,
    /// What it chose.
    pub choice: Choice,
    /// Random bytes.
    pub nonce: [u8; 16],
    /// SHA-256 of the hello as it arrived.
    pub hello: [u8; 32],
}

/// Most bytes of a hello or a welcome.
const DOCUMENT_BYTES: usize = 64 * 1024;
const NAMES: Rule = Rule::List(&Rule::Text(NAME_BYTES));
const OFFER: &[Field] = &[
    Field::required("versions", NAMES),
    Field::required("codecs", NAMES),
    Field::required("compressions", NAMES),
    Field::required("seals", NAMES),
    Field::required("extensions", Rule::Map(&[])),
];
const CHOICE: &[Field] = &[
    Field::required("version", Rule::Text(NAME_BYTES)),
    Field::required("codec", Rule::Text(NAME_BYTES)),
    Field::optional("compression", Rule::Text(NAME_BYTES)),
    Field::optional("seal", Rule::Text(NAME_BYTES)),
    Field::required("extensions", NAMES),
];
const HELLO: &[Field] = &[
    Field::required("hello", Rule::Map(OFFER)),
    Field::required("nonce", Rule::Text(NAME_BYTES)),
    Field::optional("proof", Rule::Text(NAME_BYTES)),
];
const WELCOME: &[Field] = &[
    Field::required("welcome", Rule::Map(OFFER)),
    Field::required("choice", Rule::Map(CHOICE)),
    Field::required("nonce", Rule::Text(NAME_BYTES)),
    Field::required("digest", Rule::Text(NAME_BYTES)),
    Field::optional("proof", Rule::Text(NAME_BYTES)),
];

impl Hello {
    /// The document, authenticated when there is a key.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_UNSUPPORTED` when the key has fewer than 16 bytes.
    pub fn write(&self, key: Option<&[u8]>) -> Result<Vec<u8>> {
        let document = Value::Map(vec![
            ("hello".into(), offer(&self.offer)),
            ("nonce".into(), STANDARD.encode(self.nonce).into()),
        ]);
        finish(&document, None, key)
    }

    /// Reads a document. Names it does not know are passed over.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        check(bytes, HELLO).map_err(|error| error.inside("hello"))?;
        let value = json::parse(bytes)?;
        Ok(Self {
            offer: read_offer(&value, "hello")?,
            nonce: fixed(&value, "nonce")?,
        })
    }
}

impl Welcome {
    pub(super) fn write(&self, hello: &[u8], key: Option<&[u8]>) -> Vec<u8> {
        let mut choice = vec![
            ("version".into(), self.choice.version.to_string().into()),
            ("codec".into(), self.choice.codec.as_str().into()),
        ];
        if let Some(compression) = self.choice.compression {
            choice.push(("compression".into(), compression.as_str().into()));
        }
        if let Some(seal) = self.choice.seal {
            choice.push(("seal".into(), seal.as_str().into()));
        }
        choice.push((
            "extensions".into(),
            list(self.choice.extensions.iter().map(String::as_str)),
        ));
        let document = Value::Map(vec![
            ("welcome".into(), offer(&self.offer)),
            ("choice".into(), Value::Map(choice)),
            ("nonce".into(), STANDARD.encode(self.nonce).into()),
            ("digest".into(), STANDARD.encode(self.hello).into()),
        ]);
        // The key was long enough for the hello it was checked with.
        finish(&document, Some(hello), key).unwrap_or_default()
    }

    /// Reads a document, without judging the choice.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        check(bytes, WELCOME).map_err(|error| error.inside("welcome"))?;
        let value = json::parse(bytes)?;
        let chosen = value.get("choice").unwrap_or(&Value::Null);
        let text = |name| chosen.get(name).and_then(Value::as_text);
        let choice = Choice {
            version: text("version")
                .unwrap_or_default()
                .parse()
                .map_err(|error: ProtocolError| error.inside("choice.version"))?,
            codec: text("codec")
                .and_then(Codec::from_text)
                .ok_or_else(|| strange("choice.codec"))?,
            compression: text("compression")
                .map(|text| Compression::from_text(text).ok_or_else(|| strange("choice.compression")))
                .transpose()?,
            seal: text("seal")
                .map(|text| Algorithm::from_text(text).ok_or_else(|| strange("choice.seal")))
                .transpose()?,
            extensions: texts(chosen.get("extensions")).map(str::to_owned).collect(),
        };
        Ok(Self {
            offer: read_offer(&value, "welcome")?,
            choice,
            nonce: fixed(&value, "nonce")?,
            hello: fixed(&value, "digest")?,
        })
    }
}

fn check(bytes: &[u8], fields: &'static [Field]) -> Result<()> {
    if bytes.len() > DOCUMENT_BYTES {
        return Err(ProtocolError::limit(
            "value",
            "a hello or welcome has at most 64 KiB",
        ));
    }
    let document = Payload::new(Encoding::Json, bytes).map_err(|error| ProtocolError {
        field: String::new(),
        ..error
    })?;
    schema::check(document.view(), fields)
}

pub(super) fn digest(document: &[u8]) -> [u8; 32] {
    Sha256::digest(document).into()
}

/// HMAC-SHA-256 of a document without its proof, and of the one it answers.
pub(super) fn proof(key: &[u8], body: &[u8], before: Option<&[u8]>) -> Result<[u8; 32]> {
    let short = || {
        ProtocolError::new(
            Code::SealUnsupported,
            "key",
            "must have at least 16 bytes",
            "fewer bytes",
        )
    };
    if key.len() < KEY_BYTES_MIN {
        return Err(short());
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| short())?;
    mac.update(b"polyphon negotiation 1\0");
    mac.update(&before.map_or([0; 32], digest));
    mac.update(body);
    Ok(mac.finalize().into_bytes().into())
}

/// The part of a document that its proof covers, and the proof, which is its last field.
pub(super) fn split(document: &[u8]) -> Result<(&[u8], Option<Vec<u8>>)> {
    let text = std::str::from_utf8(document).unwrap_or_default();
    let Some((body, last)) = text.rsplit_once(PROOF) else {
        return Ok((document, None));
    };
    let proof = last
        .strip_suffix("\"}")
        .and_then(|proof| STANDARD.decode(proof).ok());
    let proof =
        proof.ok_or_else(|| ProtocolError::invalid("proof", "must be the last field, as base64", "text"))?;
    Ok((body.as_bytes(), Some(proof)))
}

const PROOF: &str = ",\"proof\":\"";

fn finish(document: &Value<'_>, before: Option<&[u8]>, key: Option<&[u8]>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    json::write_value(document, &mut out);
    if let Some(key) = key {
        out.pop();
        let proof = proof(key, &out, before)?;
        out.extend_from_slice(format!("{PROOF}{}\"}}", STANDARD.encode(proof)).as_bytes());
    }
    Ok(out)
}

fn offer(offer: &Offer) -> Value<'_> {
    let versions: Vec<String> = offer.versions.iter().map(Version::to_string).collect();
    let extensions = offer
        .extensions
        .iter()
        .map(|(name, critical)| (name.as_str().into(), (*critical).into()));
    Value::Map(vec![
        (
            "versions".into(),
            Value::List(versions.into_iter().map(Value::from).collect()),
        ),
        (
            "codecs".into(),
            list(offer.codecs.iter().map(|codec| codec.as_str())),
        ),
        (
            "compressions".into(),
            list(offer.compressions.iter().map(|compression| compression.as_str())),
        ),
        ("seals".into(), list(offer.seals.iter().map(|seal| seal.as_str()))),
        ("extensions".into(), Value::Map(extensions.collect())),
    ])
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> Value<'a> {
    Value::List(texts.map(Value::from).collect())
}

/// Reads a list; what is not known here is nothing to choose.
fn read_offer(value: &Value<'_>, field: &'static str) -> Result<Offer> {
    let offer = value.get(field).unwrap_or(&Value::Null);
    let extensions = offer
        .get("extensions")
        .and_then(Value::as_map)
        .unwrap_or_default();
    let mut known = SortedMap::new();
    for (name, critical) in extensions {
        let Value::Bool(critical) = critical else {
            return Err(ProtocolError::invalid(
                format!("{field}.extensions"),
                "must be true or false",
                critical.type_name(),
            ));
        };
        if known.insert(name.to_string(), *critical).is_some() {
            return Err(ProtocolError::new(
                Code::KeyDuplicate,
                field,
                "must have each extension once",
                "a second one",
            ));
        }
    }
    Ok(Offer {
        versions: texts(offer.get("versions"))
            .filter_map(|text| text.parse().ok())
            .collect(),
        codecs: texts(offer.get("codecs")).filter_map(Codec::from_text).collect(),
        compressions: texts(offer.get("compressions"))
            .filter_map(Compression::from_text)
            .collect(),
        seals: texts(offer.get("seals"))
            .filter_map(Algorithm::from_text)
            .collect(),
        extensions: known,
    })
}

fn texts<'v>(list: Option<&'v Value<'_>>) -> impl Iterator<Item = &'v str> {
    let items: &[Value<'_>] = match list {
        Some(Value::List(items)) => items,
        _ => &[],
    };
    items.iter().filter_map(Value::as_text)
}

fn fixed<const N: usize>(value: &Value<'_>, field: &'static str) -> Result<[u8; N]> {
    let text = value.get(field).and_then(Value::as_text).unwrap_or_default();
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| ProtocolError::invalid(field, format!("must be {N} bytes as base64"), "text"))
}

fn strange(field: &'static str) -> ProtocolError {
    ProtocolError::new(
        Code::NegotiationFailed,
        field,
        "must be one that was offered",
        "an unknown name",
    )
}
