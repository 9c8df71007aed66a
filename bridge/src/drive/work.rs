//! Making a patch beside the line, which goes on meanwhile.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::JoinHandle;

use crate::engine::PatchRequest;
use crate::patch::Made;

/// A patch that is being made on a thread of its own, or nothing.
#[derive(Debug, Default)]
pub(super) struct Work(Option<JoinHandle<Result<Made, String>>>);

impl Work {
    pub(super) fn start(request: PatchRequest) -> Self {
        Self(Some(tokio::task::spawn_blocking(move || request.make())))
    }

    /// The patch, once.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Made, String>> {
        let Some(handle) = &mut self.0 else {
            return Poll::Pending;
        };
        let done = Pin::new(handle).poll(cx);
        done.map(|joined| {
            self.0 = None;
            // A maker that has panicked: the image can still be sent.
            joined.unwrap_or_else(|error| Err(error.to_string()))
        })
    }
}
