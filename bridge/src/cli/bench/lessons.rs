//! What the pairs of a folder teach the tables of the model, and which of them are related.

use std::collections::BTreeSet;

use host_agent::patch::tables::{TABLE_BYTES, Tables};
use protocol_spec::digest::Digest;
use sha2::{Digest as _, Sha256};

use super::patch::pairs::{Pair, PairsError};
use crate::patch::{Counts, TrainError, train};

/// A pair that cannot be learned from.
#[derive(Debug, thiserror::Error)]
pub(super) enum LessonError {
    #[error(transparent)]
    Pairs(#[from] PairsError),
    #[error("{pair}: {error}")]
    Train { pair: String, error: TrainError },
}

/// What every pair of a folder teaches.
#[derive(Debug)]
pub(super) struct Lessons {
    known: Vec<Lesson>,
    failed: Vec<(String, LessonError)>,
}

#[derive(Debug)]
struct Lesson {
    name: String,
    /// The old and the new image.
    images: [Digest; 2],
    /// Pairs of one family share images, directly or through other pairs.
    family: usize,
    /// `None` where no load address is found: such a pair teaches nothing.
    taught: Option<Taught>,
}

#[derive(Debug)]
struct Taught {
    patch: Counts,
    new_image: Counts,
}

impl Lessons {
    /// Makes the patch of each pair and counts; a pair that cannot be learned from is kept apart.
    pub(super) fn of(pairs: &[Pair]) -> Self {
        let (mut known, mut failed) = (Vec::new(), Vec::new());
        for pair in pairs {
            match Lesson::of(pair) {
                Ok(lesson) => known.push(lesson),
                Err(error) => failed.push((pair.name.clone(), error)),
            }
        }
        let mut lessons = Self { known, failed };
        lessons.find_families();
        lessons
    }

    /// Names of the pairs that cannot be learned from, and why.
    pub(super) fn failed(&self) -> &[(String, LessonError)] {
        &self.failed
    }

    /// The family of a pair.
    pub(super) fn family(&self, name: &str) -> Option<usize> {
        let lesson = self.known.iter().find(|lesson| lesson.name == name)?;
        Some(lesson.family)
    }

    /// Names of the pairs that teach where these families are left out.
    pub(super) fn teachers(&self, left_out: &[usize]) -> Vec<&str> {
        let teachers = self.known.iter().filter(|lesson| lesson.taught.is_some());
        let teachers = teachers.filter(|lesson| !left_out.contains(&lesson.family));
        teachers.map(|lesson| lesson.name.as_str()).collect()
    }

    /// Names of the pairs that teach nothing.
    pub(super) fn passed_over(&self) -> Vec<&str> {
        let passed_over = self.known.iter().filter(|lesson| lesson.taught.is_none());
        passed_over.map(|lesson| lesson.name.as_str()).collect()
    }

    /// The tables that all pairs make, but those of some families. An image that is the new one of
    /// several pairs counts once.
    pub(super) fn tables(&self, left_out: &[usize]) -> Box<[u8; TABLE_BYTES]> {
        let (mut counts, mut seen) = (Counts::default(), BTreeSet::new());
        for lesson in &self.known {
            let Some(taught) = &lesson.taught else {
                continue;
            };
            if left_out.contains(&lesson.family) {
                continue;
            }
            counts.add(&taught.patch);
            let [_, new] = lesson.images;
            if seen.insert(new.0) {
                counts.add(&taught.new_image);
            }
        }
        counts.tables()
    }

    /// The tables of all families but `family`; they stay in memory, for appliers borrow them for
    /// good.
    pub(super) fn tables_of_others(&self, family: usize) -> &'static Tables<'static> {
        let bytes = Box::leak(self.tables(&[family]));
        Box::leak(Box::new(Tables::new(bytes)))
    }

    fn find_families(&mut self) {
        for index in 0..self.known.len() {
            let (before, rest) = self.known.split_at_mut(index);
            let Some(lesson) = rest.first_mut() else {
                return;
            };
            lesson.family = index;
            let shares = |other: &&Lesson| other.images.iter().any(|at| lesson.images.contains(at));
            let joined: BTreeSet<usize> =
                before.iter().filter(shares).map(|at| at.family).collect();
            for other in before {
                if joined.contains(&other.family) {
                    other.family = index;
                }
            }
        }
    }
}

impl Lesson {
    fn of(pair: &Pair) -> Result<Self, LessonError> {
        let (old, new) = pair.images()?;
        let failed = |error| LessonError::Train {
            pair: pair.name.clone(),
            error,
        };
        let patch = train(&old.bytes, &new.bytes).map_err(failed)?;
        Ok(Self {
            name: pair.name.clone(),
            images: [&old, &new].map(|image| Digest(Sha256::digest(&image.bytes).into())),
            family: 0,
            taught: patch.map(|patch| Taught {
                patch,
                new_image: Counts::of_image(&new.bytes),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(name: &str, old: u8, new: u8) -> Lesson {
        Lesson {
            name: name.to_owned(),
            images: [old, new].map(|fill| Digest([fill; 32])),
            family: 0,
            taught: Some(Taught {
                patch: Counts::default(),
                new_image: Counts::of_image(&[new, 0x21].repeat(50)),
            }),
        }
    }

    fn lessons(of: &[(&str, u8, u8)]) -> Lessons {
        let lessons = of.iter().map(|(name, old, new)| lesson(name, *old, *new));
        let mut lessons = Lessons {
            known: lessons.collect(),
            failed: Vec::new(),
        };
        lessons.find_families();
        lessons
    }

    #[test]
    fn pairs_that_share_an_image_are_one_family_even_through_a_later_one() {
        let all = lessons(&[("a", 1, 2), ("b", 3, 4), ("c", 5, 6), ("d", 4, 1)]);
        let family = |name| all.family(name).unwrap();
        assert_eq!(family("a"), family("b"));
        assert_eq!(family("a"), family("d"));
        assert_ne!(family("a"), family("c"));
        assert_eq!(all.teachers(&[family("a")]), ["c"]);
        assert_eq!(all.family("e"), None);
    }

    #[test]
    fn an_image_counts_once_and_not_for_its_own_family() {
        let once = lessons(&[("a", 1, 2)]);
        let twice = lessons(&[("a", 1, 2), ("b", 3, 2)]);
        assert!(once.tables(&[]) == twice.tables(&[]));
        let family = twice.family("b").unwrap();
        assert!(twice.tables(&[family]) == Counts::default().tables());
        assert!(once.tables(&[]) != Counts::default().tables());
    }
}
