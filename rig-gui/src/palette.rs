//! The palette: type a few letters of what shall be done.

use crate::actions::Action;

/// Most characters of a search.
pub const SEARCH_CHARS_MAX: usize = 80;

/// The open palette.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Palette {
    /// What was typed.
    pub search: String,
    /// Which of the actions found is chosen, from 0.
    pub chosen: usize,
}

/// What the user wants of the palette.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PaletteCommand {
    /// Open it.
    Open,
    /// Search for this.
    Search(String),
    /// Choose another of those found.
    Choose(usize),
    /// Close it.
    Close,
}

impl Palette {
    /// The actions that the search finds: each word of it, in any order.
    pub fn found<'a>(&self, actions: &'a [Action]) -> impl Iterator<Item = &'a Action> {
        let search = self.search.to_lowercase();
        let words: Vec<String> = search.split_whitespace().map(str::to_owned).collect();
        actions.iter().filter(move |action| {
            let name = action.name.to_lowercase();
            words.iter().all(|word| name.contains(word))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::actions;
    use crate::model::Model;

    #[test]
    fn words_are_found_in_any_order() {
        let list = actions(&Model::default());
        let found = |search: &str| -> Vec<String> {
            let palette = Palette {
                search: search.to_owned(),
                chosen: 0,
            };
            palette.found(&list).map(|it| it.name.clone()).collect()
        };
        assert_eq!(found("theme DARK"), ["Theme: dark"]);
        assert_eq!(found("dark theme"), ["Theme: dark"]);
        assert_eq!(found("").len(), list.len());
        assert!(found("no such thing").is_empty());
    }
}
