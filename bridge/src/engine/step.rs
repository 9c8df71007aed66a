//! What the engine asks of a dialect, and what a dialect tells the engine.

use crate::event::{HostFacts, ReportFacts};

use super::failure::Failure;

/// A step of the update, engine to dialect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// Find the host. Answer: [`Signal::Ready`].
    Hello,
    /// Ask the host what it runs. Answer: [`Signal::Report`].
    Query,
    /// Offer the object. Answer: [`Signal::Accepted`] or [`Signal::Already`].
    Offer,
    /// Send the object from this offset on. Answer: [`Signal::AllAcked`].
    Stream {
        /// First byte to send.
        from: u32,
    },
    /// Have the host verify. Answer: [`Signal::Verified`].
    Finish,
    /// Have the host boot the object. Answer: [`Signal::Restarted`].
    Boot,
    /// Wait for what the restarted host says it runs. Answer: [`Signal::Report`].
    AwaitReport,
    /// The report is right: let the host confirm. Answer: [`Signal::Settled`], or a
    /// [`Signal::Report`] that says confirmed.
    Acknowledge,
    /// The run is over: only acknowledgements, and a word of abort, may still go out.
    Close {
        /// Whether the host is to forget the transfer.
        abort: bool,
    },
}

/// News of the update, dialect to engine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Signal {
    /// The host is there and talks.
    Ready(Box<HostFacts>),
    /// The host has the offer and makes room.
    Preparing,
    /// The host wants the object from this offset on.
    Accepted {
        /// Not 0 when the host keeps what it already has.
        offset: u32,
    },
    /// The host says that it runs this version already.
    Already,
    /// The host has every byte.
    AllAcked,
    /// The host found the object good.
    Verified,
    /// The host has restarted.
    Restarted,
    /// The host says what it runs.
    Report(ReportFacts),
    /// The host had time to write its confirmation.
    Settled,
    /// The run cannot go on.
    Failed(Failure),
}
