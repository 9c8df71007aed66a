//! Which frames are shown.

use bridge::event::Direction;

use super::index::{Entry, Kind};

/// Most bytes of a text to look for.
pub const TEXT_BYTES_MAX: usize = 200;

/// What a frame must be to be shown; the default shows all.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Of these types; none chosen means any.
    pub types: TypeSet,
    /// Going this way.
    pub direction: Option<Direction>,
    /// Only errors and what was sent again.
    pub errors: bool,
    /// Its words contain this, in any case.
    pub text: String,
}

impl Filter {
    /// Whether it shows everything.
    #[must_use]
    pub fn shows_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the words of a frame are needed to tell.
    #[must_use]
    pub fn needs_words(&self) -> bool {
        !self.text.is_empty()
    }

    /// Whether a frame passes, its words aside.
    #[must_use]
    pub fn passes(&self, entry: &Entry) -> bool {
        let way = self.direction.is_none_or(|direction| {
            direction == entry.direction() && !matches!(entry.kind, Kind::Note | Kind::Foreign)
        });
        let fault = !self.errors || entry.is_error() || entry.is_again();
        way && fault && (self.types.is_empty() || self.types.has(entry.name))
    }

    /// The text as it is looked for.
    #[must_use]
    pub fn needle(&self) -> String {
        let end = self.text.floor_char_boundary(TEXT_BYTES_MAX);
        self.text.get(..end).unwrap_or_default().to_lowercase()
    }
}

/// Whether `words` contain `needle`, which is in lower case.
#[must_use]
pub fn contains(words: &str, needle: &str) -> bool {
    words.to_lowercase().contains(needle)
}

/// A set of types.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TypeSet([u64; 4]);

impl TypeSet {
    /// Whether none is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Whether a type is in it.
    #[must_use]
    pub fn has(self, number: u8) -> bool {
        let word = self.0.get(usize::from(number / 64)).copied();
        (word.unwrap_or_default() >> (number % 64)) & 1 == 1
    }

    /// Puts a type in, or takes it out.
    pub fn toggle(&mut self, number: u8) {
        if let Some(word) = self.0.get_mut(usize::from(number / 64)) {
            *word ^= 1 << (number % 64);
        }
    }

    /// How many are in it.
    #[must_use]
    pub fn len(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

#[cfg(test)]
mod tests {
    use bridge::job::DialectKind;
    use protocol_spec::tick::Tick;

    use super::*;

    #[test]
    fn each_condition_holds_alone_and_together() {
        let entry = |direction, name, error| {
            let mut entry = Entry::new(Kind::Frame, direction, DialectKind::Rig, Tick::ZERO);
            entry.name = name;
            entry.set_error(error);
            entry
        };
        let entries = [
            entry(Direction::ToHost, 3, false),
            entry(Direction::ToModule, 3, true),
            entry(Direction::ToModule, 200, true),
        ];
        let passing = |filter: &Filter| entries.map(|entry| filter.passes(&entry));
        let mut filter = Filter::default();
        assert!(filter.shows_all());
        assert_eq!(passing(&filter), [true; 3]);
        filter.types.toggle(200);
        filter.types.toggle(5);
        assert_eq!(passing(&filter), [false, false, true]);
        filter.types = TypeSet::default();
        filter.errors = true;
        assert_eq!(passing(&filter), [false, true, true]);
        filter.types.toggle(3);
        filter.direction = Some(Direction::ToHost);
        assert_eq!(passing(&filter), [false; 3]);
        filter.errors = false;
        assert_eq!(passing(&filter), [true, false, false]);
    }

    #[test]
    fn text_is_found_in_any_case_and_its_length_has_a_limit() {
        let filter = Filter {
            text: format!("OFFSET{}", "é".repeat(TEXT_BYTES_MAX)),
            ..Filter::default()
        };
        assert!(filter.needle().len() <= TEXT_BYTES_MAX && filter.needs_words());
        assert!(contains("DATA Offset=4", "offset=4"));
        assert!(!contains("DATA Offset=4", "offset=5"));
    }
}
