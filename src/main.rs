//! The program; everything it does is in the library.

use std::process::ExitCode;

/// Messages are many small strings; this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ropa::cli::run()
}
