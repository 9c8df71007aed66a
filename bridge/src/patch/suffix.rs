//! Finding where bytes occur: a suffix array, and how long a match is.

/// All suffixes of a text, sorted.
#[derive(Debug)]
pub(super) struct Suffixes<'a> {
    text: &'a [u8],
    sorted: Vec<i32>,
    /// The first bytes of each suffix in `sorted`, as numbers that compare alike.
    keys: Vec<u128>,
    /// First place in `sorted` of the suffixes that begin with each two bytes.
    starts: Vec<u32>,
}

/// Most bytes of a query that are compared.
const QUERY_MAX: usize = 64;
/// Bytes of a key.
const KEY: usize = 16;

impl<'a> Suffixes<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        let (_, sorted) = divsufsort::sort(text).into_parts();
        let places = sorted.iter().map(|place| place.unsigned_abs() as usize);
        let keys = places.map(|place| key(&text[place..])).collect();
        let mut starts = vec![0_u32; 0x1_0001];
        for pair in text.windows(2) {
            starts[pair_index(pair) + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self {
            text,
            sorted,
            keys,
            starts,
        }
    }

    /// Places whose suffixes are nearest to `query` in the order: up to `reach` on either side.
    pub(super) fn near(&self, query: &[u8], reach: usize) -> impl Iterator<Item = usize> + '_ {
        let query = &query[..query.len().min(QUERY_MAX)];
        let at = self.position(query);
        let range = at.saturating_sub(reach)..(at + reach).min(self.sorted.len());
        let places = self.sorted[range].iter();
        places.map(|place| place.unsigned_abs() as usize)
    }

    fn position(&self, query: &[u8]) -> usize {
        let whole = 0..self.sorted.len();
        let range = if query.len() < 2 {
            whole
        } else {
            self.range(query)
        };
        let wanted = key(query);
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.is_below(middle, wanted, query) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn is_below(&self, at: usize, wanted: u128, query: &[u8]) -> bool {
        let key = self.keys[at];
        if key != wanted {
            return key < wanted;
        }
        let suffix = &self.text[self.sorted[at].unsigned_abs() as usize..];
        &suffix[..suffix.len().min(QUERY_MAX)] < query
    }

    /// Where suffixes that begin as `query` does may lie. A text's last byte alone is a suffix of
    /// one byte, which the counts leave out: one place more on either side.
    fn range(&self, query: &[u8]) -> std::ops::Range<usize> {
        let pair = pair_index(query);
        let (from, to) = (self.starts[pair] as usize, self.starts[pair + 1] as usize);
        from..(to + 1).min(self.sorted.len())
    }
}

/// The first bytes, with zeros behind a short text.
fn key(text: &[u8]) -> u128 {
    let mut key = [0; KEY];
    let len = text.len().min(KEY);
    key[..len].copy_from_slice(&text[..len]);
    u128::from_be_bytes(key)
}

fn pair_index(pair: &[u8]) -> usize {
    usize::from(pair[0]) << 8 | usize::from(pair[1])
}

/// Bytes that `one` and `other` have in common from the first on, at most `most`.
pub(super) fn common(one: &[u8], other: &[u8], most: usize) -> usize {
    let len = one.len().min(other.len()).min(most);
    let (one, other) = (&one[..len], &other[..len]);
    let (one_eights, other_eights) = (one.as_chunks::<8>().0, other.as_chunks::<8>().0);
    for (index, (a, b)) in one_eights.iter().zip(other_eights).enumerate() {
        let unlike = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if unlike != 0 {
            return 8 * index + unlike.trailing_zeros() as usize / 8;
        }
    }
    let whole = 8 * one_eights.len();
    let rest = one[whole..].iter().zip(&other[whole..]);
    whole + rest.take_while(|(a, b)| a == b).count()
}
