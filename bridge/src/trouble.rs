//! What went wrong on this side of the line, in the words of a report.

/// A failure that is told to people: what failed and where, what it means, what to do next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// One line: what could not be done.
    pub headline: String,
    /// What failed, and where: a path, a line, an offset.
    pub what: String,
    /// What that means.
    pub cause: String,
    /// What to do next.
    pub next_step: String,
}

impl Trouble {
    /// A failure in four sentences.
    #[must_use]
    pub fn new(headline: &str, what: String, cause: &str, next_step: &str) -> Self {
        Self {
            headline: headline.to_owned(),
            what,
            cause: cause.to_owned(),
            next_step: next_step.to_owned(),
        }
    }
}

/// An error that can be told to people.
pub trait Describe {
    /// The error in the words of a report.
    fn trouble(&self) -> Trouble;
}

impl<E: Describe> From<E> for Trouble {
    fn from(error: E) -> Self {
        error.trouble()
    }
}
