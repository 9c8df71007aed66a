//! Paints the panel without a graphics card, by plain arithmetic: the same picture on every machine.

#![expect(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::iter_over_hash_type,
    reason = "sizes of a picture fit any integer; textures are changed each by itself, in any order"
)]

use std::collections::BTreeMap;

use egui::epaint::{ImageData, ImageDelta, Primitive, Vertex};
use egui::{Color32, ColorImage, Context, FullOutput, Mesh, Pos2, Rect, TextureId, TexturesDelta};
use egui_kittest::TestRenderer;
use image::RgbaImage;

/// Paints on the processor.
#[derive(Default)]
pub(crate) struct CpuRenderer {
    textures: BTreeMap<u64, ColorImage>,
}

/// Four channels, premultiplied, 0 to 255.
type Colour = [f32; 4];

impl TestRenderer for CpuRenderer {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, changes) in std::mem::take(&mut delta.set) {
            for change in changes {
                self.change(id, &change);
            }
        }
        for id in std::mem::take(&mut delta.free) {
            self.textures.remove(&number(id));
        }
    }

    fn render(&mut self, ctx: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = ctx.pixels_per_point();
        let size = ctx.content_rect().size() * scale;
        let ground = ctx.global_style().visuals.panel_fill;
        let mut canvas = Canvas::new(pixels(size.x), pixels(size.y), ground);
        for clipped in ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = clipped.primitive else {
                return Err("a shape that only a graphics card can paint".to_owned());
            };
            let texture = self.textures.get(&number(mesh.texture_id));
            let texture = texture.ok_or("a texture that nobody has set")?;
            canvas.mesh(&mesh, texture, clipped.clip_rect * scale, scale);
        }
        Ok(canvas.picture())
    }
}

impl CpuRenderer {
    fn change(&mut self, id: TextureId, change: &ImageDelta) {
        let ImageData::Color(image) = &change.image;
        let Some([left, top]) = change.pos else {
            self.textures.insert(number(id), (**image).clone());
            return;
        };
        let Some(texture) = self.textures.get_mut(&number(id)) else {
            return;
        };
        let [width, height] = image.size;
        for row in 0..height {
            let from = &image.pixels[row * width..(row + 1) * width];
            let start = (top + row) * texture.size[0] + left;
            texture.pixels[start..start + width].copy_from_slice(from);
        }
    }
}

fn number(id: TextureId) -> u64 {
    match id {
        TextureId::Managed(number) => number,
        TextureId::User(number) => u64::MAX - number,
    }
}

struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

impl Canvas {
    fn new(width: usize, height: usize, ground: Color32) -> Self {
        let pixels = vec![ground.to_array().map(f32::from); width * height];
        Self {
            width,
            height,
            pixels,
        }
    }

    fn mesh(&mut self, mesh: &Mesh, texture: &ColorImage, clip: Rect, scale: f32) {
        for corners in mesh.indices.chunks_exact(3) {
            let corner = |at: usize| {
                let vertex = mesh.vertices[corners[at] as usize];
                Vertex {
                    pos: vertex.pos * scale,
                    ..vertex
                }
            };
            self.triangle([corner(0), corner(1), corner(2)], texture, clip);
        }
    }

    /// Paints each pixel whose middle lies inside; on an edge, to the left or on top of one.
    fn triangle(&mut self, corners: [Vertex; 3], texture: &ColorImage, clip: Rect) {
        let [a, mut b, mut c] = corners;
        let mut area = edge(a.pos, b.pos, c.pos);
        if area == 0.0 {
            return;
        }
        if area < 0.0 {
            std::mem::swap(&mut b, &mut c);
            area = -area;
        }
        let bounds = Rect::from_points(&[a.pos, b.pos, c.pos]).intersect(clip);
        let rows = pixels(bounds.top().floor())..pixels(bounds.bottom().ceil()).min(self.height);
        for y in rows {
            let columns =
                pixels(bounds.left().floor())..pixels(bounds.right().ceil()).min(self.width);
            for x in columns {
                let middle = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
                if !clip.contains(middle) {
                    continue;
                }
                let weights = [
                    edge(b.pos, c.pos, middle),
                    edge(c.pos, a.pos, middle),
                    edge(a.pos, b.pos, middle),
                ];
                let edges = [(b, c), (c, a), (a, b)];
                let inside = weights.iter().zip(edges).all(|(weight, (from, to))| {
                    *weight > 0.0 || *weight == 0.0 && owns_edge(from.pos, to.pos)
                });
                if inside {
                    let weights = weights.map(|weight| weight / area);
                    self.blend(x, y, shade([&a, &b, &c], weights, texture));
                }
            }
        }
    }

    fn blend(&mut self, x: usize, y: usize, over: Colour) {
        let under = &mut self.pixels[y * self.width + x];
        let through = 1.0 - over[3] / 255.0;
        for (under, over) in under.iter_mut().zip(over) {
            *under = over + *under * through;
        }
    }

    fn picture(&self) -> RgbaImage {
        let bytes = self.pixels.iter().flatten();
        let bytes = bytes.map(|value| value.round().clamp(0.0, 255.0) as u8);
        let (width, height) = (self.width as u32, self.height as u32);
        RgbaImage::from_raw(width, height, bytes.collect()).expect("as many bytes as pixels")
    }
}

/// Twice the area of a triangle; positive when its corners go round clockwise on the screen.
fn edge(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Of two triangles that share an edge, one paints the pixels on it.
fn owns_edge(from: Pos2, to: Pos2) -> bool {
    let (x, y) = (to.x - from.x, to.y - from.y);
    y < 0.0 || y == 0.0 && x > 0.0
}

fn shade(corners: [&Vertex; 3], weights: [f32; 3], texture: &ColorImage) -> Colour {
    let (mut u, mut v, mut colour) = (0.0, 0.0, [0.0; 4]);
    for (corner, weight) in corners.iter().zip(weights) {
        u += corner.uv.x * weight;
        v += corner.uv.y * weight;
        for (sum, part) in colour.iter_mut().zip(corner.color.to_array()) {
            *sum += f32::from(part) * weight;
        }
    }
    let texel = sample(texture, u, v);
    let mut shaded = [0.0; 4];
    for ((shaded, colour), texel) in shaded.iter_mut().zip(colour).zip(texel) {
        *shaded = colour * texel / 255.0;
    }
    shaded
}

/// The four texels around a place, each by its share.
fn sample(texture: &ColorImage, u: f32, v: f32) -> Colour {
    let [width, height] = texture.size;
    // In steps that are larger than errors of rounding, which depend on where in the texture a letter is.
    let place = |part: f32, len: usize| ((part * len as f32 - 0.5) * 256.0).round() / 256.0;
    let (x, y) = (place(u, width), place(v, height));
    let (left, top) = (x.floor(), y.floor());
    let (right_part, lower_part) = (x - left, y - top);
    let mut sum = [0.0; 4];
    for (dx, part_x) in [(0.0, 1.0 - right_part), (1.0, right_part)] {
        for (dy, part_y) in [(0.0, 1.0 - lower_part), (1.0, lower_part)] {
            let texel = texel(texture, left + dx, top + dy).to_array();
            for (sum, channel) in sum.iter_mut().zip(texel) {
                *sum += f32::from(channel) * part_x * part_y;
            }
        }
    }
    sum
}

fn texel(texture: &ColorImage, x: f32, y: f32) -> Color32 {
    let [width, height] = texture.size;
    let x = pixels(x).min(width - 1);
    let y = pixels(y).min(height - 1);
    texture.pixels[y * width + x]
}

fn pixels(length: f32) -> usize {
    length.max(0.0) as usize
}
