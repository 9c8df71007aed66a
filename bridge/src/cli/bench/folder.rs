//! Images that live as long as the bench runs.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

use super::error::{BenchError, io_error};

/// A folder of images that goes away at the end.
pub(super) struct Folder(PathBuf);

impl Folder {
    #[expect(clippy::disallowed_methods, reason = "the bench writes its own images")]
    pub(super) fn make() -> Result<Self, BenchError> {
        let path = std::env::temp_dir().join(format!("otarig-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(io_error("folder"))?;
        Ok(Self(path))
    }

    #[expect(clippy::disallowed_methods, reason = "the bench writes its own images")]
    pub(super) fn image(&self, bytes: u64) -> Result<PathBuf, BenchError> {
        let path = self.0.join(format!("{bytes}.bin"));
        let mut file = File::create(&path).map_err(io_error("image"))?;
        // Its content plays no part; a file of holes would be filled in at its first reading.
        let mut content = io::repeat(0x5a).take(bytes);
        io::copy(&mut content, &mut file).map_err(io_error("image"))?;
        Ok(path)
    }
}

impl Drop for Folder {
    #[expect(
        clippy::disallowed_methods,
        reason = "the bench removes its own images"
    )]
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
