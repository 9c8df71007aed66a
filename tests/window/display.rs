//! A display without a screen (Xvfb), its pointer, and what it shows.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, MOTION_NOTIFY_EVENT};
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// Size of the screen that is not there.
const SCREEN: (u16, u16) = (1280, 800);
/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The button that everybody presses first.
const LEFT: u8 = 1;

/// The display; it ends with this value.
pub struct Display {
    server: Child,
    name: String,
    connection: RustConnection,
    root: u32,
}

/// What a display shows.
pub struct Picture {
    pixels: Vec<[u8; 3]>,
}

impl Display {
    /// A display of its own, on a number that is free; `None` where Xvfb is not installed.
    pub fn start() -> Option<Self> {
        let screen = format!("{}x{}x24", SCREEN.0, SCREEN.1);
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                &screen,
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        let out = server.stdout.take().expect("its output");
        BufReader::new(out)
            .read_line(&mut number)
            .expect("a number");
        let name = format!(":{}", number.trim());
        let (connection, screen) = x11rb::connect(Some(&name)).expect("a display");
        let root = connection.setup().roots[screen].root;
        Some(Self {
            server,
            name,
            connection,
            root,
        })
    }

    /// Its name, for the variable DISPLAY.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it shows now.
    pub fn picture(&mut self) -> Picture {
        let (width, height) = SCREEN;
        let all = u32::MAX;
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, width, height, all)
            .expect("a request")
            .reply()
            .expect("a picture");
        let pixels = image.data.chunks_exact(4);
        Picture {
            pixels: pixels.map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect(),
        }
    }

    /// Looks again and again until `find` finds something.
    pub fn wait_for<T>(
        &mut self,
        most: Duration,
        find: impl Fn(&Picture) -> Option<T>,
    ) -> Option<T> {
        let began = Instant::now();
        loop {
            let found = find(&self.picture());
            if found.is_some() || began.elapsed() > most {
                return found;
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Moves the pointer there and presses its left button.
    pub fn click(&mut self, (x, y): (i16, i16)) {
        let fake = |kind, detail, x, y| {
            let sent = self
                .connection
                .xtest_fake_input(kind, detail, 0, self.root, x, y, 0);
            sent.expect("a request").check().expect("it is taken");
        };
        fake(MOTION_NOTIFY_EVENT, 0, x, y);
        thread::sleep(LOOK_EVERY);
        fake(BUTTON_PRESS_EVENT, LEFT, 0, 0);
        thread::sleep(LOOK_EVERY);
        fake(BUTTON_RELEASE_EVENT, LEFT, 0, 0);
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Picture {
    /// Height of the tallest line of a colour, pixels.
    pub fn tallest(&self, colour: [u8; 3]) -> usize {
        let width = usize::from(SCREEN.0);
        let mut running = vec![0_usize; width];
        let mut tallest = 0;
        for row in self.pixels.chunks_exact(width) {
            for (run, pixel) in running.iter_mut().zip(row) {
                *run = if *pixel == colour { *run + 1 } else { 0 };
                tallest = tallest.max(*run);
            }
        }
        tallest
    }

    /// The middle of all pixels of a colour, if there are so many.
    pub fn middle_of(&self, colour: [u8; 3], at_least: usize) -> Option<(i16, i16)> {
        let width = usize::from(SCREEN.0);
        let places: Vec<(usize, usize)> = (0..self.pixels.len())
            .filter(|at| self.pixels[*at] == colour)
            .map(|at| (at % width, at / width))
            .collect();
        if places.len() < at_least {
            return None;
        }
        // The one in the middle of all lies inside of the button, wherever else the colour is used.
        let mut columns: Vec<usize> = places.iter().map(|place| place.0).collect();
        let mut rows: Vec<usize> = places.iter().map(|place| place.1).collect();
        columns.sort_unstable();
        rows.sort_unstable();
        let middle = |sorted: &[usize]| i16::try_from(sorted[sorted.len() / 2]).expect("a screen");
        Some((middle(&columns), middle(&rows)))
    }

    /// Writes it down.
    pub fn save(&self, path: &Path) {
        let bytes: Vec<u8> = self.pixels.iter().flatten().copied().collect();
        let (width, height) = (u32::from(SCREEN.0), u32::from(SCREEN.1));
        let picture = image::RgbImage::from_raw(width, height, bytes).expect("a picture");
        picture.save(path).expect("it is written");
    }
}
