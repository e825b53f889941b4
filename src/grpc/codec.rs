//! A codec that takes no message it does not understand completely.
//!
//! Protobuf decoders skip unknown fields: a restriction that a newer client adds to a question would silently vanish.
//! So a message whose bytes are not what it would be written as is searched for such a field, and refused. Requests that
//! cannot be decoded get the same error shape as everything else.

use std::{collections::HashMap, marker::PhantomData};

use bytes::{Buf as _, Bytes};
use prost::{
    Message, Name,
    encoding::{DecodeContext, decode_key, decode_varint, skip_field},
};
use prost_reflect::{Kind, MessageDescriptor};
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder},
};
use tonic_prost::ProstEncoder;

use super::error;
use crate::document::json;

/// The codec of all our services.
#[derive(Debug)]
pub struct StrictCodec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for StrictCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for StrictCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Name + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = StrictDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::default()
    }

    fn decoder(&mut self) -> Self::Decoder {
        StrictDecoder(PhantomData)
    }
}

/// Decodes messages and refuses what it does not know.
#[derive(Debug)]
pub struct StrictDecoder<U>(PhantomData<U>);

impl<U: Message + Name + Default> Decoder for StrictDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        let message = U::decode(bytes.clone()).map_err(|error| error::undecodable(U::NAME, &error))?;
        // Canonical bytes have nothing in them that the message has not. Others may differ for good reasons, such as a
        // default that was written out, so only now the field is looked for.
        // Answers may grow: only what is asked has to be understood completely.
        if U::NAME.ends_with("Request")
            && message.encode_to_vec() != bytes
            && let Some(field) = unknown_field(U::NAME, bytes)
        {
            return Err(error::unknown_field(U::NAME, &field));
        }
        Ok(Some(message))
    }
}

/// The path and number of the first field that the contract does not know.
fn unknown_field(name: &str, bytes: Bytes) -> Option<String> {
    search(&json::descriptor(name).ok()?, bytes, "")
}

/// Walks the bytes along the descriptor: a decoded map has forgotten what was not known of its entries.
fn search(message: &MessageDescriptor, mut bytes: Bytes, path: &str) -> Option<String> {
    let mut entries = HashMap::new();
    while bytes.has_remaining() {
        let (number, wire_type) = decode_key(&mut bytes).ok()?;
        let dot = if path.is_empty() { "" } else { "." };
        let Some(field) = message.get_field(number) else {
            return Some(format!("{path}{dot}#{number}"));
        };
        let Kind::Message(inner) = field.kind() else {
            skip_field(wire_type, number, &mut bytes, DecodeContext::default()).ok()?;
            continue;
        };
        let length = usize::try_from(decode_varint(&mut bytes).ok()?).ok()?;
        let content = bytes.split_to(length.min(bytes.len()));
        let index = entries.entry(number).or_insert(0);
        let path = match field.is_list() || field.is_map() {
            true => format!("{path}{dot}{}[{index}]", field.name()),
            false => format!("{path}{dot}{}", field.name()),
        };
        *index += 1;
        if let Some(found) = search(&inner, content, &path) {
            return Some(found);
        }
    }
    None
}
