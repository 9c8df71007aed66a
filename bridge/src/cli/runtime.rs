//! The tokio runtime of a command, and its signals.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::thread;

use fixtures::cores::Stop;
use tokio::signal::unix::{Signal, SignalKind, signal};

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
    let signals = Signals::listen()?;
    let asks = stopper.clone();
    tokio::spawn(signals.heed(move || asks.stop()));
    Ok((stopper, stop))
}

/// The same for work on threads, from now on: outside of a runtime.
pub(super) fn stop_work_on_signals() -> Result<Arc<Stop>, RuntimeError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let signals = {
        let _inside = runtime.enter();
        Signals::listen()?
    };
    let stop = Arc::new(Stop::default());
    let asks = Arc::clone(&stop);
    let wait = move || runtime.block_on(signals.heed(move || asks.set()));
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(wait)?;
    Ok(stop)
}

/// What asks a process to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Calls `ask` at the first of them, and ends the process at the second.
    async fn heed(mut self, ask: impl Fn()) {
        self.next().await;
        ask();
        self.next().await;
        std::process::exit(Class::Aborted.exit_code().into());
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
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
