//! The tokio runtime of a command, and its signals.

use std::future::Future;
use std::io;

use tokio::signal::unix::{SignalKind, signal};

use crate::drive::{StopSignal, Stopper, stop_pair};
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// The runtime could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the event loop cannot be started: {0}")]
pub(super) struct RuntimeError(#[from] io::Error);

/// Runs a future on this thread.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, RuntimeError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(future);
    // A patch may still be in the making, and nobody wants it any more.
    runtime.shutdown_background();
    Ok(result)
}

/// A wish to stop that Ctrl-C and SIGTERM raise; the second one ends the process at once.
///
/// Call it inside the runtime.
pub(super) fn stop_on_signals() -> Result<(Stopper, StopSignal), RuntimeError> {
    let (stopper, stop) = stop_pair();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let asks = stopper.clone();
    tokio::spawn(async move {
        let mut first = true;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if !first {
                std::process::exit(Class::Aborted.exit_code().into());
            }
            first = false;
            asks.stop();
        }
    });
    Ok((stopper, stop))
}

impl Describe for RuntimeError {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "The program cannot run here",
            self.to_string(),
            "the system has no file descriptors or signals left to give",
            "raise the limits of this session (ulimit -n), then repeat",
        )
    }
}
