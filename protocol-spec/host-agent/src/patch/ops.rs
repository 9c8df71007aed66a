//! Reading operations, and blocks through them.

use super::block::Feed;
use super::coder::{BitCoder, Input, Probability, Reader, Stream};
use super::op::{Op, OpCoder, OpState};
use super::words::Words;
use super::{PatchFault, View};
use crate::fault::Fault;

/// The stream of operations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ops {
    pub(super) stream: Stream,
    state: OpState,
    /// The bytes of the section are stored as they are.
    pub(super) stored: bool,
    /// Bytes of the section whose operations were read.
    pub(super) covered: u32,
}

impl Ops {
    pub(super) const fn new(stream: Stream) -> Self {
        Self {
            stream,
            state: OpState::new(),
            stored: false,
            covered: 0,
        }
    }

    pub(super) fn coder<'a, 'v, V>(
        &'a mut self,
        input: &'a mut Input<'v, V>,
    ) -> (Reader<'a, 'v, V>, &'a mut OpState) {
        let reader = Reader {
            stream: &mut self.stream,
            input,
        };
        (reader, &mut self.state)
    }

    pub(super) fn next<V: View>(
        &mut self,
        input: &mut Input<'_, V>,
        words: &mut Words<'_>,
        at: u32,
        rest: u32,
    ) -> Result<Op, Fault> {
        let (mut coder, state) = self.coder(input);
        let mut ops = OpCoder::new(&mut coder, words);
        let op = ops.op(state, &Op::default(), at, rest);
        input.outcome()?;
        if self.stream.is_spent() {
            return Err(PatchFault::Stream.into());
        }
        let op = op?;
        self.covered += op.len;
        Ok(op)
    }
}

/// Reads a block.
pub(super) struct Reading<'a, 'v, V> {
    pub(super) input: Input<'v, V>,
    pub(super) ops: &'a mut Ops,
    pub(super) data: &'a mut Stream,
}

impl<V: View> BitCoder for Reading<'_, '_, V> {
    #[inline]
    fn code(&mut self, bit: bool, one: Probability) -> bool {
        let mut reader = Reader {
            stream: &mut *self.data,
            input: &mut self.input,
        };
        reader.code(bit, one)
    }
}

impl<V: View> Feed for Reading<'_, '_, V> {
    fn op(&mut self, words: &mut Words<'_>, at: u32, rest: u32) -> Result<Op, Fault> {
        self.ops.next(&mut self.input, words, at, rest)
    }

    fn slot(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        self.input.view.slot(offset, out)
    }

    fn scratch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        self.input.view.scratch(offset, out)
    }

    #[inline]
    fn saw_flag(&mut self, counters: &[usize; 3], hit: bool) {
        self.input.view.saw_flag(counters, hit);
    }

    #[inline]
    fn saw_miss(&mut self, field: usize, difference: u8) {
        self.input.view.saw_miss(field, difference);
    }
}
