//! The screens of the window.

/// What the window shows below its bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Screen {
    /// One update: setup, progress, verdict, block map.
    #[default]
    Update,
    /// Frames, their fields and bytes, and what answers what.
    Wire,
    /// Faults to be injected.
    Faults,
    /// One update again and again, each time with another fault.
    Sweep,
    /// Rate, latency, repetitions, flash time.
    Plots,
    /// Several hosts side by side.
    Wall,
}

impl Screen {
    /// All screens, in the order of their tabs.
    pub const ALL: [Self; 6] = [
        Self::Update,
        Self::Wire,
        Self::Faults,
        Self::Sweep,
        Self::Plots,
        Self::Wall,
    ];

    /// The name, as the tab and the command line have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Wire => "wire",
            Self::Faults => "faults",
            Self::Sweep => "sweep",
            Self::Plots => "plots",
            Self::Wall => "wall",
        }
    }

    /// The title of the tab.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Update => "Update",
            Self::Wire => "Wire",
            Self::Faults => "Faults",
            Self::Sweep => "Sweep",
            Self::Plots => "Plots",
            Self::Wall => "Wall",
        }
    }

    /// The screen of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|screen| screen.name() == name)
    }
}
