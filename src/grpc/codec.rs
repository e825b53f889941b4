//! A codec that takes no message it does not understand completely.
//!
//! Protobuf decoders skip unknown fields: a restriction that a newer client adds to a question would silently vanish.
//! So a message that decodes to less than the bytes received is searched for the field, and refused. Requests that
//! cannot be decoded get the same error shape as everything else.

use std::marker::PhantomData;

use bytes::{Buf as _, Bytes};
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, ReflectMessage as _, Value};
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
        // The bytes of an unknown field are missing from what the message would encode to. They may also differ
        // because a default was written out, so only now the field is looked for.
        // Answers may grow: only what is asked has to be understood completely.
        if U::NAME.ends_with("Request")
            && message.encoded_len() != bytes.len()
            && let Some(field) = unknown_field(U::NAME, bytes)
        {
            return Err(error::unknown_field(U::NAME, &field));
        }
        Ok(Some(message))
    }
}

/// The path and number of the first field that the contract does not know.
fn unknown_field(name: &str, bytes: Bytes) -> Option<String> {
    let descriptor = json::descriptor(name).ok()?;
    let message = DynamicMessage::decode(descriptor, bytes).ok()?;
    search(&message, "")
}

fn search(message: &DynamicMessage, path: &str) -> Option<String> {
    if let Some(field) = message.unknown_fields().next() {
        let number = field.number();
        return Some(if path.is_empty() {
            format!("#{number}")
        } else {
            format!("{path}.#{number}")
        });
    }
    message.fields().find_map(|(field, value)| {
        let path = if path.is_empty() {
            field.name().to_owned()
        } else {
            format!("{path}.{}", field.name())
        };
        in_value(value, &path)
    })
}

fn in_value(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Message(message) if message.descriptor().full_name().starts_with("ropa.") => {
            search(message, path)
        }
        Value::List(values) => values
            .iter()
            .enumerate()
            .find_map(|(index, value)| in_value(value, &format!("{path}[{index}]"))),
        _ => None,
    }
}
