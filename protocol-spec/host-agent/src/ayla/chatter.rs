//! What the ayla host says besides updates: hello, configuration questions, property posts.
//!
//! The host is silent until the module asks for its features. Then it asks for the module's serial
//! number and model, one question at a time; and once the module says that the cloud is reachable it
//! asks for all properties and posts its versions, each message blocked until the CONFIRM or NAK of
//! the one before.

use protocol_spec::ayla::conf::{ConfPath, SYS_DEV_ID, SYS_MODEL};
use protocol_spec::{HostErr, Version};

/// The property that a post carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Property {
    /// Template version: the first two words of the version text.
    OemHostVersion,
    /// The version text.
    Version,
}

impl Property {
    /// Every property, in the order of the posts.
    const ALL: [Self; 2] = [Self::OemHostVersion, Self::Version];

    /// The property called `name`.
    pub(super) fn by_name(name: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|property| property.name() == name)
    }

    pub(super) const fn name(self) -> &'static [u8] {
        match self {
            Self::OemHostVersion => b"oem_host_version",
            Self::Version => b"version",
        }
    }

    /// The value, for a host that runs `version`.
    pub(super) fn value(self, version: &Version) -> &[u8] {
        match self {
            Self::OemHostVersion => first_two_words(version.as_bytes()),
            Self::Version => version.as_bytes(),
        }
    }
}

/// A message that waits to be said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Say {
    /// The features, answering `request`.
    Features { request: u16 },
    /// A refusal of a data message.
    Nak { request: u16, err: HostErr },
    /// The value of a property, or that there is none of this name, answering `request`.
    Value {
        request: u16,
        property: Option<Property>,
    },
    /// The host listens from now on.
    ListenEnable,
    /// All properties, please.
    RequestAll,
    /// A configuration item, please.
    GetConf(ConfPath<'static>),
    /// A property of the host.
    Post(Property),
}

/// What a message of ours waits for, before the next of its kind may go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Blocked {
    request: u16,
    /// The property that it posts.
    post: Option<Property>,
}

/// What the host has said and what it still has to say.
#[derive(Clone, Debug)]
pub(super) struct Chatter {
    features: Option<u16>,
    nak: Option<(u16, HostErr)>,
    value: Option<(u16, Option<Property>)>,
    hello: bool,
    listen: bool,
    request_all: bool,
    /// Configuration items that were answered.
    confs: usize,
    conf_waiting: Option<u16>,
    connected: bool,
    /// Whether an image runs, whose versions there are to tell.
    runs: bool,
    /// Properties that were posted and confirmed since the last CONNECT.
    posts: usize,
    blocked: Option<Blocked>,
}

const CONFS: [ConfPath<'static>; 2] = [SYS_DEV_ID, SYS_MODEL];

impl Chatter {
    pub(super) const fn new() -> Self {
        Self {
            features: None,
            nak: None,
            value: None,
            hello: false,
            listen: false,
            request_all: false,
            confs: 0,
            conf_waiting: None,
            connected: false,
            runs: false,
            posts: 0,
            blocked: None,
        }
    }

    /// Takes whether an image runs; without one the host has no version to tell.
    pub(super) const fn entered(&mut self, runs: bool) {
        self.runs = runs;
    }

    /// Takes the feature request; `restarted`: the module has forgotten what it was told before.
    pub(super) fn feature_request(&mut self, request: u16, restarted: bool) {
        self.hello = true;
        self.features = Some(request);
        if restarted {
            self.connected = false;
            self.conf_waiting = None;
            self.blocked = None;
        }
    }

    /// Takes the reachability of the cloud.
    pub(super) fn connect(&mut self, cloud: bool) {
        self.connected = cloud;
        self.listen = cloud;
        self.request_all = cloud;
        self.blocked = None;
        self.posts = 0;
    }

    pub(super) fn ask_all_again(&mut self) {
        self.request_all = true;
    }

    pub(super) fn answer(&mut self, request: u16, property: Option<Property>) {
        self.value = Some((request, property.filter(|_| self.runs)));
    }

    pub(super) fn refuse(&mut self, request: u16, err: HostErr) {
        self.nak = Some((request, err));
    }

    /// Takes the answer to a configuration question.
    pub(super) fn conf_answered(&mut self, request: u16) {
        if self.conf_waiting == Some(request) {
            self.conf_waiting = None;
            self.confs += 1;
        }
    }

    /// Takes a CONFIRM, or the link ACK that stands for it; returns the property it was a post of.
    pub(super) fn confirmed(&mut self, request: u16) -> Option<Property> {
        let blocked = self.blocked.filter(|blocked| blocked.request == request)?;
        self.blocked = None;
        self.posts += usize::from(blocked.post.is_some());
        blocked.post
    }

    /// Takes a NAK: the same post goes again.
    pub(super) fn refused(&mut self, request: u16) {
        if self
            .blocked
            .is_some_and(|blocked| blocked.request == request)
        {
            self.blocked = None;
        }
    }

    /// Takes an echo failure: the property goes again.
    pub(super) fn repeat(&mut self, property: Property) {
        let place = Property::ALL
            .iter()
            .position(|of| *of == property)
            .unwrap_or(0);
        self.posts = self.posts.min(place);
    }

    /// Whether go-ahead and status may be said.
    pub(super) const fn lets_updates_speak(&self) -> bool {
        self.hello && self.conf_waiting.is_none()
    }

    /// The next answer or announcement.
    pub(super) fn urgent(&self) -> Option<Say> {
        let features = self.features.map(|request| Say::Features { request });
        let nak = || self.nak.map(|(request, err)| Say::Nak { request, err });
        let value = || {
            self.value
                .map(|(request, property)| Say::Value { request, property })
        };
        let listen = || self.listen.then_some(Say::ListenEnable);
        let request_all =
            || (self.request_all && self.blocked.is_none()).then_some(Say::RequestAll);
        features
            .or_else(nak)
            .or_else(value)
            .or_else(listen)
            .or_else(request_all)
    }

    /// The next question or post, when nothing else is to be said.
    pub(super) fn idle(&self) -> Option<Say> {
        if !self.hello {
            return None;
        }
        let ask = CONFS
            .get(self.confs)
            .filter(|_| self.conf_waiting.is_none());
        let post = || {
            Property::ALL
                .get(self.posts)
                .filter(|_| self.runs && self.connected && self.blocked.is_none())
        };
        ask.map(|path| Say::GetConf(*path))
            .or_else(|| post().map(|property| Say::Post(*property)))
    }

    /// Notes that `say` goes out as `request`.
    pub(super) fn said(&mut self, say: Say, request: u16) {
        match say {
            Say::Features { .. } => self.features = None,
            Say::Nak { .. } => self.nak = None,
            Say::Value { property, request } => {
                self.value = None;
                if property.is_some() {
                    self.blocked = Some(Blocked {
                        request,
                        post: None,
                    });
                }
            }
            Say::ListenEnable => self.listen = false,
            Say::RequestAll => {
                self.request_all = false;
                self.blocked = Some(Blocked {
                    request,
                    post: None,
                });
            }
            Say::GetConf(_) => self.conf_waiting = Some(request),
            Say::Post(property) => {
                self.blocked = Some(Blocked {
                    request,
                    post: Some(property),
                });
            }
        }
    }
}

/// The text up to the second space.
fn first_two_words(text: &[u8]) -> &[u8] {
    let second = text
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b' ')
        .nth(1);
    second.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeted() -> Chatter {
        let mut chatter = Chatter::new();
        chatter.entered(true);
        chatter.feature_request(0, true);
        chatter.said(Say::Features { request: 0 }, 0);
        chatter
    }

    #[test]
    fn silent_until_spoken_to() {
        let mut chatter = Chatter::new();
        assert_eq!((chatter.urgent(), chatter.idle()), (None, None));
        assert!(!chatter.lets_updates_speak());
        chatter.feature_request(5, true);
        assert_eq!(chatter.urgent(), Some(Say::Features { request: 5 }));
    }

    #[test]
    fn one_question_at_a_time_and_updates_wait_for_its_answer() {
        let mut chatter = greeted();
        assert!(chatter.lets_updates_speak());
        chatter.said(Say::GetConf(SYS_DEV_ID), 6);
        assert!(!chatter.lets_updates_speak());
        assert_eq!(chatter.idle(), None);
        chatter.conf_answered(5);
        assert_eq!(chatter.idle(), None, "another request's answer");
        chatter.conf_answered(6);
        assert_eq!(chatter.idle(), Some(Say::GetConf(SYS_MODEL)));
    }

    #[test]
    fn a_restarted_module_is_asked_again_what_it_did_not_answer() {
        let mut chatter = greeted();
        chatter.said(Say::GetConf(SYS_DEV_ID), 6);
        chatter.feature_request(0, true);
        assert_eq!(chatter.idle(), Some(Say::GetConf(SYS_DEV_ID)));
    }

    #[test]
    fn posts_go_one_by_one_and_a_refused_one_goes_again() {
        let mut chatter = greeted();
        chatter.confs = CONFS.len();
        chatter.connect(true);
        assert_eq!(chatter.urgent(), Some(Say::ListenEnable));
        chatter.said(Say::ListenEnable, 1);
        assert_eq!(chatter.urgent(), Some(Say::RequestAll));
        chatter.said(Say::RequestAll, 2);
        assert_eq!(chatter.idle(), None, "blocked until CONFIRM");
        assert_eq!(chatter.confirmed(2), None, "no post yet");
        assert_eq!(chatter.idle(), Some(Say::Post(Property::OemHostVersion)));
        chatter.said(Say::Post(Property::OemHostVersion), 3);
        assert_eq!(chatter.idle(), None);
        chatter.refused(3);
        assert_eq!(chatter.idle(), Some(Say::Post(Property::OemHostVersion)));
        chatter.said(Say::Post(Property::OemHostVersion), 4);
        assert_eq!(chatter.confirmed(3), None, "the number of the refused one");
        assert_eq!(chatter.confirmed(4), Some(Property::OemHostVersion));
        assert_eq!(chatter.idle(), Some(Say::Post(Property::Version)));
        chatter.said(Say::Post(Property::Version), 5);
        assert_eq!(chatter.confirmed(5), Some(Property::Version));
        assert_eq!(chatter.idle(), None);
    }

    #[test]
    fn a_host_that_runs_nothing_has_no_version_to_tell() {
        let mut chatter = greeted();
        chatter.entered(false);
        chatter.confs = CONFS.len();
        chatter.connect(true);
        chatter.said(Say::ListenEnable, 1);
        chatter.said(Say::RequestAll, 2);
        assert_eq!(chatter.confirmed(2), None);
        assert_eq!(chatter.idle(), None);
        chatter.answer(9, Some(Property::Version));
        let nothing = Say::Value {
            request: 9,
            property: None,
        };
        assert_eq!(chatter.urgent(), Some(nothing));
    }

    #[test]
    fn the_template_version_is_two_words() {
        for (text, words) in [
            ("demo 1.0 Jan 01 2020", "demo 1.0"),
            ("demo 1.1", "demo 1.1"),
            ("1.10-dev", "1.10-dev"),
            ("", ""),
        ] {
            let version = Version::from_bytes(text.as_bytes()).unwrap();
            assert_eq!(Property::OemHostVersion.value(&version), words.as_bytes());
        }
    }
}
