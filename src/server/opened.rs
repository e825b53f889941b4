//! A connection whose client has begun to speak HTTP/2.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::tls::Tls;
use crate::access::Certificate;

/// The bytes with which an HTTP/2 connection begins (RFC 9113 section 3.4).
const PREFACE: usize = 24;

/// A stream of which the preface was read already: it is given out again first.
///
/// A client that says nothing would hold up a graceful stop for ever, because hyper cannot close a connection before its
/// preface; so that is waited for here, where it has a deadline.
#[derive(Debug)]
pub struct Opened<S> {
    preface: [u8; PREFACE],
    given: usize,
    stream: S,
}

/// A TLS stream, and whose it is.
pub type Secured = (Opened<TlsStream<TcpStream>>, Option<Arc<Certificate>>);

/// Waits for the preface.
pub async fn plain<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<Opened<S>> {
    let mut preface = [0; PREFACE];
    stream.read_exact(&mut preface).await?;
    Ok(Opened {
        preface,
        given: 0,
        stream,
    })
}

/// Makes the handshake with the identity that there is now, and waits for the preface.
pub async fn secured(stream: TcpStream, tls: &Tls) -> io::Result<Secured> {
    let config = Arc::clone(&tls.load().config);
    let stream = TlsAcceptor::from(config).accept(stream).await?;
    let (_, session) = stream.get_ref();
    let certificate = match session.peer_certificates().and_then(<[_]>::first) {
        Some(der) => {
            let read =
                Certificate::read(der).map_err(|wrong| io::Error::new(io::ErrorKind::InvalidData, wrong))?;
            Some(Arc::new(read))
        }
        None => None,
    };
    Ok((plain(stream).await?, certificate))
}

impl<S: AsyncRead + Unpin> AsyncRead for Opened<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let left = this.preface.get(this.given..).unwrap_or_default();
        if left.is_empty() {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        let given = left.len().min(buffer.remaining());
        buffer.put_slice(left.get(..given).unwrap_or_default());
        this.given += given;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Opened<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everything_is_read_as_it_was_sent() {
        let sent: Vec<u8> = (0..100).collect();
        let (mut client, server) = tokio::io::duplex(1024);
        tokio::io::AsyncWriteExt::write_all(&mut client, &sent)
            .await
            .unwrap();
        drop(client);
        let mut opened = plain(server).await.unwrap();
        let mut first = [0; 10];
        opened.read_exact(&mut first).await.unwrap();
        let mut rest = Vec::new();
        opened.read_to_end(&mut rest).await.unwrap();
        assert_eq!([first.as_slice(), &rest].concat(), sent);
        assert!(
            plain(sent.as_slice().get(..10).map(|_| tokio::io::duplex(1).1).unwrap())
                .await
                .is_err()
        );
    }
}
