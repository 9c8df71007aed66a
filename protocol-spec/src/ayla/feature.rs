//! What a host can do, as it says in its answer to the feature request.

use core::fmt;

code_space! {
    /// One feature of a host: one bit.
    pub struct Feature: FeatureRow, named;
    gaps [];
    /// Takes part in sessions on the local network.
    0x01 LAN {}
    /// Takes firmware updates.
    0x02 HOST_OTA {}
    /// Wants time and time-zone updates.
    0x04 TIME {}
    /// Waits for a CONFIRM after each post.
    0x08 CONFIRM {}
}

/// What is known of a feature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FeatureRow {
    /// The number.
    pub number: u8,
    /// The name, upper case.
    pub name: &'static str,
    /// What it is for, one sentence.
    pub sentence: &'static str,
}

/// A set of features: the value of a FEATURES TLV, unknown bits included.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Features(pub u8);

impl Features {
    /// The set with `feature` added.
    #[must_use]
    pub const fn with(self, feature: Feature) -> Self {
        Self(self.0 | feature.0)
    }

    /// The set without `feature`.
    #[must_use]
    pub const fn without(self, feature: Feature) -> Self {
        Self(self.0 & !feature.0)
    }

    /// Whether `feature` is in the set.
    #[must_use]
    pub const fn has(self, feature: Feature) -> bool {
        self.0 & feature.0 == feature.0
    }
}

impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let mut gap = "";
        for bit in (0..u8::BITS)
            .map(|n| Feature(1 << n))
            .filter(|bit| self.has(*bit))
        {
            write!(f, "{gap}{bit}")?;
            rest &= !bit.0;
            gap = "+";
        }
        debug_assert!(rest == 0, "every bit is printed");
        if gap.is_empty() {
            f.write_str("none")
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
