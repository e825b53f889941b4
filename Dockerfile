# syntax=docker/dockerfile:1
# The image for those who have a container engine. `image/build` makes one with the same files without an engine, and the same
# every time.
#
#   docker build -t ropa:0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" .

FROM rust:1.95-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends musl-tools python3 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
RUN rustup target add "$(uname -m)-unknown-linux-musl" \
    && cargo install --locked cargo-cyclonedx@0.5.9
COPY . .
ENV RUSTFLAGS="--remap-path-prefix=/usr/local/cargo=/cargo" \
    CFLAGS="-ffile-prefix-map=/usr/local/cargo=/cargo"
RUN target="$(uname -m)-unknown-linux-musl" \
    && cargo build --release --locked --target "$target" \
    && python3 image/sbom.py "$target" sbom.json \
    && install -D -m 0755 "target/$target/release/ropa" /image/ropa \
    && install -D -m 0644 sbom.json /image/usr/share/sbom/ropa.cdx.json \
    && install -D -m 0644 LICENSE /image/usr/share/doc/ropa/LICENSE \
    && install -D -m 0644 src/domain/vocabulary/NOTICE.md /image/usr/share/doc/ropa/NOTICE.md \
    && mkdir -p /image/etc /image/examples \
    && cp -r examples/registers /image/examples/ \
    && echo "ropa:x:65532:65532:ropa:/:/nologin" > /image/etc/passwd \
    && echo "ropa:x:65532:" > /image/etc/group \
    && chmod -R a+rX /image \
    && install -d -o 65532 -g 65532 /image/data

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ropa" \
    org.opencontainers.image.description="A GDPR Article 30 register that answers: may we process this?" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}"
COPY --from=build /image/ /
ENV ROPA_DATABASE_URL=sqlite:/data/ropa.db
USER 65532:65532
WORKDIR /
EXPOSE 50051 9090
STOPSIGNAL SIGTERM
ENTRYPOINT ["/ropa"]
CMD ["serve"]
