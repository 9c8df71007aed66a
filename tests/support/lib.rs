//! What several test binaries share.
