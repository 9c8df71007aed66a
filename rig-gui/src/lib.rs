//! rig-gui
