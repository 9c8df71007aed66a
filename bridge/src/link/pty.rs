//! The master end of a pty: where an emulated host sits.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::unix::pipe::{Receiver, Sender};

use super::LinkError;

/// The master end of a pty whose other end is in raw mode.
///
/// The other end is kept open here too, so that the line lives on when a program on it goes away,
/// as a cable does, until [`PtyMaster::take_other_end`].
#[derive(Debug)]
pub struct PtyMaster {
    // tokio's pipes drive any file that can be polled; a pty is written and read like one.
    reader: Receiver,
    writer: Sender,
    other_end: Option<OwnedFd>,
    path: PathBuf,
}

impl PtyMaster {
    /// Makes a pty; call it inside a tokio runtime.
    ///
    /// # Errors
    /// [`LinkError::Pty`] when the system has none to give.
    pub fn open() -> Result<Self, LinkError> {
        Self::open_raw().map_err(|source| LinkError::Pty { source })
    }

    /// Path of the end that programs open.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What keeps the line alive. Once this is dropped, and the last program on the line has gone
    /// away, a read says that the line is closed; `None` when it was taken before.
    #[must_use]
    pub fn take_other_end(&mut self) -> Option<OwnedFd> {
        self.other_end.take()
    }

    fn open_raw() -> io::Result<Self> {
        let pty = nix::pty::openpty(None, None)?;
        let mut settings = tcgetattr(&pty.slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&pty.slave, SetArg::TCSANOW, &settings)?;
        let path = nix::unistd::ttyname(&pty.slave)?;
        let flags = OFlag::from_bits_truncate(fcntl(&pty.master, FcntlArg::F_GETFL)?);
        fcntl(&pty.master, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        let master = File::from(pty.master);
        let writer = Sender::from_file_unchecked(master.try_clone()?)?;
        let reader = Receiver::from_file_unchecked(master)?;
        Ok(Self {
            reader,
            writer,
            other_end: Some(pty.slave),
            path,
        })
    }
}

impl AsyncRead for PtyMaster {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.reader).poll_read(cx, buf)
    }
}

impl AsyncWrite for PtyMaster {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.writer).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A symbolic link to a pty, removed when dropped.
#[derive(Debug)]
pub struct DeviceLink {
    path: PathBuf,
    target: PathBuf,
}

impl DeviceLink {
    /// Makes the link; an older link to a pty is replaced, anything else is left alone.
    ///
    /// # Errors
    /// [`LinkError::DeviceLink`] when something else is there or the folder does not allow it.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver file that makes links to ptys"
    )]
    pub fn make(path: &Path, target: &Path) -> Result<Self, LinkError> {
        let refused = |detail: String| LinkError::DeviceLink {
            path: path.display().to_string(),
            detail,
        };
        match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(refused(error.to_string())),
            Ok(_) if leads_to_pty(path) => {
                std::fs::remove_file(path).map_err(|error| refused(error.to_string()))?;
            }
            Ok(found) if found.is_symlink() => {
                return Err(refused(
                    "a link to something else than a pty is there".to_owned(),
                ));
            }
            Ok(found) if found.is_dir() => return Err(refused("a folder is there".to_owned())),
            Ok(_) => return Err(refused("a file is there".to_owned())),
        }
        std::os::unix::fs::symlink(target, path).map_err(|error| refused(error.to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            target: target.to_owned(),
        })
    }
}

impl Drop for DeviceLink {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver file that makes links to ptys"
    )]
    fn drop(&mut self) {
        if self
            .path
            .read_link()
            .is_ok_and(|target| target == self.target)
        {
            // Nothing can be done about a link that will not go.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn leads_to_pty(path: &Path) -> bool {
    path.read_link()
        .is_ok_and(|target| target.starts_with("/dev/pts/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_replaces_its_own_kind_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dut");
        let old = DeviceLink::make(&path, Path::new("/dev/pts/901")).unwrap();
        let new = DeviceLink::make(&path, Path::new("/dev/pts/902")).unwrap();
        drop(old);
        assert_eq!(path.read_link().unwrap(), Path::new("/dev/pts/902"));
        drop(new);
        assert!(path.symlink_metadata().is_err());

        std::os::unix::fs::symlink("/etc/hostname", &path).unwrap();
        assert!(DeviceLink::make(&path, Path::new("/dev/pts/902")).is_err());
        assert_eq!(path.read_link().unwrap(), Path::new("/etc/hostname"));
    }
}
