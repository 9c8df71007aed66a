//! What the tables of the model are worth: patches made with others in their place.

use std::collections::BTreeMap;

use host_agent::patch::tables::{BLANK, Tables};

use super::measure::MeasureError;
use super::pairs::Pair;
use crate::cli::bench::lessons::Lessons;
use crate::cli::patch::files::Image;
use crate::patch::{self, ApplyError, Options};

/// Bytes of the patch of one pair with other tables than those of the format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Knowledge {
    /// With tables made from the pairs that share no image with it.
    pub(super) others: u64,
    /// With tables that know nothing.
    pub(super) nothing: u64,
}

/// The tables that a pair may be measured with.
#[derive(Debug)]
pub(super) struct Library {
    lessons: Lessons,
    made: BTreeMap<usize, &'static Tables<'static>>,
}

impl Library {
    pub(super) const fn new(lessons: Lessons) -> Self {
        Self {
            lessons,
            made: BTreeMap::new(),
        }
    }

    /// Makes the patch of `pair` with tables that do not know it, and decodes each.
    pub(super) fn measure(
        &mut self,
        pair: &Pair,
        images: (&Image, &Image),
        options: &Options,
    ) -> Result<Knowledge, MeasureError> {
        let family = self.lessons.family(&pair.name);
        let family = family.ok_or(MeasureError::Lesson)?;
        let others = *self
            .made
            .entry(family)
            .or_insert_with(|| self.lessons.tables_of_others(family));
        Ok(Knowledge {
            others: patch_len(images, options, others)?,
            nothing: patch_len(images, options, &BLANK)?,
        })
    }
}

fn patch_len(
    (old, new): (&Image, &Image),
    options: &Options,
    tables: &'static Tables<'static>,
) -> Result<u64, MeasureError> {
    let (old, new) = (&old.bytes, &new.bytes);
    let made = patch::make_with(old, new, options, tables)?;
    let mut ram = vec![0; options.profile.decode_ram() as usize];
    let decoded = patch::decode_with(old, &made.file, "", &mut ram, tables, &mut ());
    if decoded.map_err(ApplyError::early)? != *new {
        return Err(MeasureError::Other);
    }
    Ok(made.file.len() as u64)
}
