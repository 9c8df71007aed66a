//! Status and error numbers, each space one table (ADR-0002).

mod host_err;
mod status;

pub use host_err::HostErr;
pub use status::Status;

/// Whether a number may be reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A code that one end may report to the other.
    Assigned,
    /// A state inside one end, in the same number space; never a result.
    Internal,
}

/// What is known of one code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// The number.
    pub number: u8,
    /// The name, upper case.
    pub name: &'static str,
    /// What it means, one sentence.
    pub sentence: &'static str,
    /// Whether it may be reported.
    pub kind: Kind,
    /// The group it belongs to.
    pub class: &'static str,
    /// Which part raises it.
    pub raised_by: &'static str,
    /// Whether the same order, repeated unchanged, may succeed.
    pub retryable: bool,
    /// What usually lies behind it.
    pub cause: &'static str,
    /// What to check or do next.
    pub remedy: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_what_it_is_and_what_to_do() {
        for row in Status::TABLE.iter().chain(HostErr::TABLE) {
            for text in [row.sentence, row.cause, row.remedy] {
                assert!(
                    text.len() > 8 && text.ends_with('.'),
                    "{}: {text:?}",
                    row.name
                );
                assert!(!text.contains("  "), "{}: {text:?}", row.name);
            }
            assert!(
                !row.class.is_empty() && !row.raised_by.is_empty(),
                "{}",
                row.name
            );
        }
    }

    #[test]
    fn numbers_ascend_and_names_differ() {
        for table in [Status::TABLE, HostErr::TABLE] {
            assert!(table.windows(2).all(|pair| pair[0].number < pair[1].number));
            for row in table {
                assert_eq!(
                    table.iter().filter(|other| other.name == row.name).count(),
                    1
                );
            }
        }
    }
}
