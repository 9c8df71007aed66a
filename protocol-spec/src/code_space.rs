//! The one macro behind every table of numbers (ADR-0002).

/// Defines a space of one-byte numbers: a newtype that keeps unknown numbers, a constant per row,
/// the table, look-ups and texts.
///
/// `style` is `decimal` or `hex` (number and name, for codes that people quote) or `named` (the
/// name alone, for protocol words). `gaps` are numbers known to be unassigned.
macro_rules! code_space {
    (
        $(#[doc = $about:literal])+
        pub struct $space:ident: $row:ident, $style:ident;
        gaps [$($from:literal..=$to:literal),*];
        $(
            $(#[doc = $sentence:literal])+
            $number:literal $name:ident { $($field:ident: $value:expr),* $(,)? }
        )+
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $space(pub u8);

        impl $space {
            $(
                $(#[doc = $sentence])+
                pub const $name: Self = Self($number);
            )+

            /// Every row, numbers ascending.
            pub const TABLE: &'static [$row] = &[$($row {
                number: $number,
                name: stringify!($name),
                sentence: concat!($($sentence),+).trim_ascii(),
                $($field: $value),*
            }),+];

            /// The row of this number; `None` when it is not in the table.
            #[must_use]
            pub fn row(self) -> Option<&'static $row> {
                Self::TABLE.iter().find(|row| row.number == self.0)
            }

            /// The number with this name, in any case; `None` when no row has it.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                let row = Self::TABLE.iter().find(|row| row.name.eq_ignore_ascii_case(name))?;
                Some(Self(row.number))
            }

            /// Whether the number lies in the space but has no meaning in it.
            #[must_use]
            pub fn is_unassigned(self) -> bool {
                let gaps: &[core::ops::RangeInclusive<u8>] = &[$($from..=$to),*];
                gaps.iter().any(|gap| gap.contains(&self.0))
            }
        }

        code_space!(@display $space, $style);

        impl core::fmt::Debug for $space {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    };
    (@display $space:ident, decimal) => {
        code_space!(@numbered $space, "{} {}", "{} unassigned", "unknown {}");
    };
    (@display $space:ident, hex) => {
        code_space!(@numbered $space, "{:02x} {}", "{:02x} unassigned", "unknown {:02x}");
    };
    (@display $space:ident, named) => {
        impl core::fmt::Display for $space {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.row() {
                    Some(row) => f.pad(row.name),
                    None => write!(f, "0x{:02x}", self.0),
                }
            }
        }
    };
    (@numbered $space:ident, $known:literal, $gap:literal, $unknown:literal) => {
        impl core::fmt::Display for $space {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.row() {
                    Some(row) => write!(f, $known, self.0, row.name),
                    None if self.is_unassigned() => write!(f, $gap, self.0),
                    None => write!(f, $unknown, self.0),
                }
            }
        }
    };
}
