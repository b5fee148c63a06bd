//! `matinee`: the whole platform in one process, or one part of it.

use std::process::ExitCode;

use clap::Parser;
use server::{Cli, dispatch};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Deep GraphQL documents are parsed and planned by recursion: a worker gets more than the usual 2 MB of stack.
const STACK: usize = 8 * 1024 * 1024;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("matinee: cannot start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "the one task of the process that is not the supervisor's"
    )]
    // On a worker, not on the main thread: that one has the system's stack.
    let done = runtime.block_on(async { tokio::task::spawn(dispatch(cli)).await });
    match done {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            eprintln!("matinee: {}", error.chain());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("matinee: {error}");
            ExitCode::FAILURE
        }
    }
}
