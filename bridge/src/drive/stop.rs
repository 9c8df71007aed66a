//! A wish to stop, from a signal handler or a panel to a driver.

use tokio::sync::watch;

/// The end that asks to stop.
#[derive(Clone, Debug)]
pub struct Stopper(watch::Sender<bool>);

/// The end that listens.
#[derive(Clone, Debug)]
pub struct StopSignal(watch::Receiver<bool>);

/// Two ends of a wish to stop.
#[must_use]
pub fn stop_pair() -> (Stopper, StopSignal) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), StopSignal(receiver))
}

impl Stopper {
    /// Asks to stop; once is enough.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl StopSignal {
    /// Whether somebody has asked to stop.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until somebody asks to stop; for ever when nobody can any more.
    pub async fn wait(&mut self) {
        if self.0.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
