//! Compiles `proto/` into `OUT_DIR`, without `protoc`.

use std::{env, path::PathBuf};

use prost::Message as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // tonic-prost-build says nothing of what it read, so any change anywhere would rebuild.
    println!("cargo:rerun-if-changed=proto");

    let files = protox::compile(
        [
            "ropa/v1/access_service.proto",
            "ropa/v1/decision_service.proto",
            "ropa/v1/error.proto",
            "ropa/v1/history_service.proto",
            "ropa/v1/register_service.proto",
            "ropa/v1/report_service.proto",
        ],
        ["proto"],
    )?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    std::fs::write(out.join("ropa.binpb"), files.encode_to_vec())?;
    // Our codec needs the name of a message to find what it does not know.
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names();
    config.extern_path(".google.rpc", "::tonic_types::pb");
    tonic_prost_build::configure()
        .codec_path("crate::grpc::codec::StrictCodec")
        .compile_fds_with_config(files, config)?;
    Ok(())
}
