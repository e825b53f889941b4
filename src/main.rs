//! The program; everything it does is in the library.

use std::process::ExitCode;

/// Twenty percent more calls per core than the system allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ropa::cli::run()
}
