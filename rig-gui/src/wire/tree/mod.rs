//! One frame, field by field, each with its bytes on the wire.
//!
//! Fields are found in the unstuffed bytes and mapped back: a field's range on the wire begins at its
//! first byte and ends where the next one begins, so that stuffing belongs to the field it stands in.

mod ayla;
mod plain;
mod rig;

use std::ops::Range;

use bridge::event::Direction;
use bridge::job::DialectKind;

use plain::Plain;

/// A field, or a group of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// How deep it lies: 0 at the top.
    pub depth: u8,
    /// What it is called.
    pub name: String,
    /// Its value in words.
    pub value: String,
    /// Its bytes on the wire.
    pub range: Range<u32>,
    /// Whether it is right; `None` when nothing says so.
    pub good: Option<bool>,
    /// Whether it has no fields inside.
    pub leaf: bool,
}

/// The fields of a frame, each group before what is in it.
#[must_use]
pub fn of_frame(dialect: DialectKind, direction: Direction, wire: &[u8]) -> Vec<Node> {
    match dialect {
        DialectKind::Ayla => ayla::of_frame(wire),
        DialectKind::Rig => rig::of_frame(direction, wire),
    }
}

/// Bytes that are no frame.
#[must_use]
pub fn of_stray(wire: &[u8]) -> Vec<Node> {
    senseless(wire, "no frame")
}

/// The field without fields inside that a byte belongs to.
#[must_use]
pub fn leaf_at(nodes: &[Node], byte: u32) -> Option<usize> {
    let mut leaves = nodes.iter().enumerate().filter(|(_, node)| node.leaf);
    leaves
        .find(|(_, node)| node.range.contains(&byte))
        .map(|(index, _)| index)
}

/// All bytes as one field that is wrong.
fn senseless(wire: &[u8], why: &str) -> Vec<Node> {
    vec![Node {
        depth: 0,
        name: "bytes".to_owned(),
        value: why.to_owned(),
        range: 0..narrow(wire.len()),
        good: Some(false),
        leaf: true,
    }]
}

/// Collects fields from the front of the unstuffed bytes to their end.
struct Tree<'p> {
    plain: &'p Plain,
    nodes: Vec<Node>,
    depth: u8,
    at: usize,
}

impl<'p> Tree<'p> {
    /// Begins with what stands before the first unstuffed byte, under a name.
    fn new(plain: &'p Plain, before: &[(&str, Range<usize>)]) -> Self {
        let mut tree = Self {
            plain,
            nodes: Vec::new(),
            depth: 0,
            at: 0,
        };
        for (name, range) in before {
            tree.wire_leaf(name, range.clone());
        }
        tree
    }

    /// Bytes that are left.
    fn rest(&self) -> &'p [u8] {
        self.plain.bytes.get(self.at..).unwrap_or_default()
    }

    /// Takes `len` bytes as a field; none when there are none.
    fn leaf(&mut self, name: &str, len: usize, value: String) -> Option<&mut Node> {
        let end = self.at.saturating_add(len).min(self.plain.bytes.len());
        if end == self.at {
            return None;
        }
        let range = self.plain.place(self.at)..self.plain.place(end);
        self.at = end;
        self.push(name, value, range, true);
        self.nodes.last_mut()
    }

    /// A field of the wire that has no unstuffed bytes.
    fn wire_leaf(&mut self, name: &str, range: Range<usize>) {
        if !range.is_empty() {
            let range = narrow(range.start)..narrow(range.end);
            self.push(name, String::new(), range, true);
        }
    }

    /// A group of what `fill` takes; nothing when that is nothing.
    fn group(&mut self, name: &str, value: String, fill: impl FnOnce(&mut Self)) {
        let (index, from) = (self.nodes.len(), self.plain.place(self.at));
        self.push(name, value, from..from, false);
        self.depth += 1;
        fill(self);
        self.depth -= 1;
        let end = self.plain.place(self.at);
        match self.nodes.get_mut(index) {
            Some(node) if end > from => node.range.end = end,
            _ => self.nodes.truncate(index),
        }
    }

    fn push(&mut self, name: &str, value: String, range: Range<u32>, leaf: bool) {
        self.nodes.push(Node {
            depth: self.depth,
            name: name.to_owned(),
            value,
            range,
            good: None,
            leaf,
        });
    }
}

/// Bytes in hex; of many only the first.
fn hex(bytes: &[u8]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = bytes
        .iter()
        .take(SHOWN)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let more = if bytes.len() > SHOWN { " …" } else { "" };
    format!("{}{more}", shown.join(" "))
}

fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use bridge::bench::{Told, run_with};
    use bridge::event::{Event, FrameRecord};
    use fixtures::scenario::{parse, shipped_text};
    use proptest::prelude::*;

    use super::*;

    /// The frames of a shipped scenario.
    fn frames(name: &str) -> Vec<FrameRecord> {
        let scenario = parse(shipped_text(name).unwrap()).unwrap();
        let mut frames = Vec::new();
        run_with(&scenario, None, &mut |told| {
            if let Told::Engine(stamped) = told
                && let Event::Frame(frame) = &stamped.event
            {
                frames.push(frame.clone());
            }
        });
        frames
    }

    fn check(nodes: &[Node], wire: &[u8]) {
        let len = narrow(wire.len());
        let mut open: Vec<&Node> = Vec::new();
        let mut end = 0;
        for node in nodes {
            assert!(
                node.range.start < node.range.end && node.range.end <= len,
                "{node:?}"
            );
            open.truncate(usize::from(node.depth));
            if let Some(group) = open.last() {
                assert!(group.range.start <= node.range.start, "{node:?}");
                assert!(group.range.end >= node.range.end, "{node:?}");
            }
            open.push(node);
            if node.leaf {
                assert_eq!(node.range.start, end, "{nodes:?}");
                end = node.range.end;
            }
        }
        assert_eq!(end, len, "{nodes:?}");
    }

    #[test]
    fn every_byte_of_a_frame_belongs_to_one_field() {
        for name in ["rig-nrf52840", "ayla-nrf52840"] {
            for frame in frames(name) {
                let nodes = of_frame(frame.dialect, frame.direction, &frame.bytes);
                check(&nodes, &frame.bytes);
                let crc = nodes.iter().find(|node| node.name == "crc").unwrap();
                assert_eq!(crc.good, Some(true), "{}", frame.summary);
                assert!(
                    nodes.iter().all(|node| node.good != Some(false)),
                    "{nodes:?}"
                );
                for byte in 0..narrow(frame.bytes.len()) {
                    let leaf = leaf_at(&nodes, byte).unwrap();
                    assert!(nodes[leaf].range.contains(&byte));
                }
            }
        }
    }

    #[test]
    fn a_damaged_frame_has_fields_and_a_bad_crc() {
        for name in ["rig-nrf52840", "ayla-nrf52840"] {
            let frame = frames(name).remove(0);
            let mut wire = frame.bytes.clone();
            let middle = wire.len() - 4;
            wire[middle] ^= 0x01;
            let nodes = of_frame(frame.dialect, frame.direction, &wire);
            check(&nodes, &wire);
            assert!(
                nodes.iter().any(|node| node.good == Some(false)),
                "{nodes:?}"
            );
        }
    }

    #[test]
    fn a_frame_reads_as_a_tree() {
        let shown = |name: &str, at: usize| {
            let frame = &frames(name)[at];
            let nodes = of_frame(frame.dialect, frame.direction, &frame.bytes);
            let line = |node: &Node| {
                let gap = usize::from(node.depth) * 2;
                let place = format!("{}..{}", node.range.start, node.range.end);
                format!("{place:>7} {:gap$}{} {}", "", node.name, node.value)
                    .trim_end()
                    .to_owned()
            };
            nodes.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        let hello = shown("rig-nrf52840", 0);
        assert!(hello.contains("kind HELLO"), "{hello}");
        assert!(hello.contains("  magic \"otar\""), "{hello}");
        let feature = shown("ayla-nrf52840", 0);
        assert!(feature.contains("opcode "), "{feature}");
    }

    proptest! {
        #[test]
        fn any_bytes_have_fields(wire in prop::collection::vec(any::<u8>(), 1..300), spread in 0_u8..4) {
            for dialect in [DialectKind::Rig, DialectKind::Ayla] {
                for direction in [Direction::ToHost, Direction::ToModule] {
                    let mut wire = wire.clone();
                    for byte in &mut wire {
                        *byte %= [255, 3, 17, 128][usize::from(spread)];
                    }
                    if dialect == DialectKind::Ayla {
                        wire.insert(0, 0x7e);
                        wire.push(0x7e);
                    } else {
                        wire.push(0);
                    }
                    check(&of_frame(dialect, direction, &wire), &wire);
                }
            }
        }
    }
}
