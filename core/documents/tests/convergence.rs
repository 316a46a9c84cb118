//! Replicas that lose, repeat and reorder what they tell each other, are cut off and restart from what they saved, hold
//! the same in the end, and that is what a model says which knows nothing of automerge.

use std::collections::BTreeMap;

use polyphon_documents::{Document, Found, Handle, Hash, Limits, Operation, Prop, SyncPeer, Value};

/// What a replica has to agree with: of the writes to a register those that no other write has seen, of a counter the
/// sum. It is told of each change who made it and what its maker had seen.
#[derive(Default)]
struct Model {
    changes: Vec<Write>,
}

struct Write {
    seen: Vec<usize>,
    what: What,
}

#[derive(Clone)]
enum What {
    Put(String, i64),
    Delete(String),
    Add(i64),
}

impl Model {
    /// Values that no later write has seen, by key.
    fn registers(&self) -> BTreeMap<String, Vec<i64>> {
        let mut all: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for (n, write) in self.changes.iter().enumerate() {
            let What::Put(key, value) = &write.what else {
                continue;
            };
            let overwritten = self.changes.iter().any(|later| {
                let same = match &later.what {
                    What::Put(other, _) | What::Delete(other) => other == key,
                    What::Add(_) => false,
                };
                same && later.seen.contains(&n)
            });
            if !overwritten {
                all.entry(key.clone()).or_default().push(*value);
            }
        }
        all
    }

    fn counter(&self) -> i64 {
        self.changes
            .iter()
            .map(|write| match write.what {
                What::Add(by) => by,
                _ => 0,
            })
            .sum()
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

struct Replica {
    document: Document,
    saved: Vec<u8>,
    restarts: u8,
    /// One for each replica; lost when either restarts.
    peers: Vec<SyncPeer>,
}

struct World {
    dice: Dice,
    replicas: Vec<Replica>,
    model: Model,
    numbers: BTreeMap<Hash, usize>,
    /// From, to, bytes.
    wire: Vec<(usize, usize, Vec<u8>)>,
    met: [u64; 5],
}

const LOST: usize = 0;
const REPEATED: usize = 1;
const REORDERED: usize = 2;
const RESTARTED: usize = 3;
const CUT_OFF: usize = 4;

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut first = Document::new(&[0xff; 16], Limits::default());
        first
            .apply(vec![Operation::Set(
                Handle::ROOT,
                "total".into(),
                Value::Counter(0),
            )])
            .expect("a counter");
        first.commit(0, None).expect("a change");
        let base = first.save();
        let count = 2 + dice.below(3) as usize;
        let replicas = (0..count).map(|n| Replica::start(&base, n, 0, count)).collect();
        Self {
            dice,
            replicas,
            model: Model::default(),
            numbers: BTreeMap::new(),
            wire: Vec::new(),
            met: [0; 5],
        }
    }

    fn step(&mut self) {
        let n = self.dice.below(self.replicas.len() as u64) as usize;
        match self.dice.below(10) {
            0..=4 => self.write(n),
            5..=6 => self.talk(n),
            7..=8 => self.deliver(),
            _ => self.fault(n),
        }
    }

    fn write(&mut self, n: usize) {
        let key = format!("k{}", self.dice.below(4));
        let what = match self.dice.below(6) {
            0 => What::Delete(key),
            1 => What::Add(self.dice.below(9) as i64 - 4),
            _ => What::Put(key, self.dice.below(1_000_000) as i64),
        };
        let document = &mut self.replicas[n].document;
        let operation = match &what {
            What::Put(key, value) => Operation::Set(Handle::ROOT, Prop::Key(key.clone()), Value::Int(*value)),
            What::Delete(key) => Operation::Delete(Handle::ROOT, Prop::Key(key.clone())),
            What::Add(by) => Operation::Increment(Handle::ROOT, "total".into(), *by),
        };
        let seen = document
            .history(&[])
            .expect("a history")
            .iter()
            .filter_map(|change| self.numbers.get(&change.hash).copied())
            .collect();
        document.apply(vec![operation]).expect("an operation");
        if let Some(hash) = document.commit(0, None) {
            self.numbers.insert(hash, self.model.changes.len());
            self.model.changes.push(Write { seen, what });
            let more = document.save_incremental();
            self.replicas[n].saved.extend(more);
        }
    }

    fn talk(&mut self, n: usize) {
        let to = self.dice.below(self.replicas.len() as u64) as usize;
        if to == n {
            return;
        }
        if self.dice.one_in(8) {
            self.met[CUT_OFF] += 1;
            return;
        }
        let Replica { document, peers, .. } = &mut self.replicas[n];
        if let Some(bytes) = document.generate(&mut peers[to]) {
            self.wire.push((n, to, bytes));
        }
    }

    fn deliver(&mut self) {
        if self.wire.is_empty() {
            return;
        }
        let at = self.dice.below(self.wire.len() as u64) as usize;
        self.met[REORDERED] += u64::from(at != 0);
        let (from, to, bytes) = if self.dice.one_in(6) {
            self.met[REPEATED] += 1;
            self.wire[at].clone()
        } else {
            self.wire.remove(at)
        };
        if self.dice.one_in(6) {
            self.met[LOST] += 1;
            return;
        }
        self.receive(from, to, &bytes);
    }

    fn receive(&mut self, from: usize, to: usize, bytes: &[u8]) {
        let Replica {
            document,
            peers,
            saved,
            ..
        } = &mut self.replicas[to];
        document.receive(&mut peers[from], bytes).expect("a message");
        saved.extend(document.save_incremental());
    }

    /// A restart: everything that is not saved is gone, and the connections with it.
    fn fault(&mut self, n: usize) {
        self.met[RESTARTED] += 1;
        let count = self.replicas.len();
        let Replica { saved, restarts, .. } = &self.replicas[n];
        let fresh = Replica::start(saved, n, restarts + 1, count);
        let before = self.replicas[n].document.heads();
        self.replicas[n] = fresh;
        assert_eq!(self.replicas[n].document.heads(), before, "lost at a restart");
        for replica in &mut self.replicas {
            replica.peers[n] = SyncPeer::new();
        }
        self.wire.retain(|(from, to, _)| *from != n && *to != n);
    }

    /// Faults are off: everybody talks to the first one until nobody has anything to say. Answers the most pairs of
    /// messages any two needed.
    fn settle(&mut self) -> usize {
        self.wire.clear();
        let count = self.replicas.len();
        for replica in &mut self.replicas {
            replica.peers = (0..count).map(|_| SyncPeer::new()).collect();
        }
        let mut most = 0;
        for _round in 0..2 {
            for n in 1..count {
                most = most.max(self.exchange(0, n));
            }
        }
        most
    }

    fn exchange(&mut self, one: usize, other: usize) -> usize {
        for pairs in 0..100 {
            let mut silent = true;
            for (from, to) in [(one, other), (other, one)] {
                let Replica { document, peers, .. } = &mut self.replicas[from];
                if let Some(bytes) = document.generate(&mut peers[to]) {
                    silent = false;
                    self.receive(from, to, &bytes);
                }
            }
            if silent {
                return pairs;
            }
        }
        panic!("sync does not end");
    }

    fn check(&mut self) {
        let heads = self.replicas[0].document.heads();
        let registers = self.model.registers();
        let total = self.model.counter();
        for replica in &mut self.replicas {
            let document = &mut replica.document;
            assert_eq!(document.heads(), heads);
            let found = document.get(Handle::ROOT, "total".into()).expect("an answer");
            assert_eq!(found, Some(Found::Scalar(Value::Counter(total))));
            for n in 0..4 {
                let key = format!("k{n}");
                let mut values: Vec<i64> = document
                    .conflicts(Handle::ROOT, Prop::Key(key.clone()))
                    .expect("conflicts")
                    .into_iter()
                    .map(|conflict| match conflict.value {
                        Value::Int(number) => number,
                        other => panic!("{other:?}"),
                    })
                    .collect();
                let mut expected = registers.get(&key).cloned().unwrap_or_default();
                values.sort_unstable();
                expected.sort_unstable();
                assert_eq!(values, expected, "{key}");
            }
        }
    }
}

impl Replica {
    fn start(saved: &[u8], n: usize, restarts: u8, count: usize) -> Self {
        // A new actor each time, as after a crash nobody knows what was said under the old one.
        let mut actor = [n as u8; 16];
        actor[15] = restarts;
        Self {
            document: Document::load(saved, &actor, Limits::default()).expect("what was saved"),
            saved: saved.to_vec(),
            restarts,
            peers: (0..count).map(|_| SyncPeer::new()).collect(),
        }
    }
}

#[test]
fn replicas_converge_whatever_the_network_does_and_agree_with_the_model() {
    let mut met = [0; 5];
    for seed in 0..25 {
        let mut world = World::new(seed);
        for _ in 0..120 {
            world.step();
        }
        let pairs = world.settle();
        assert!(pairs <= 10, "seed {seed}: {pairs} pairs of messages");
        world.check();
        for (all, one) in met.iter_mut().zip(world.met) {
            *all += one;
        }
    }
    assert!(
        met.iter().all(|count| *count > 20),
        "faults that never came: {met:?}"
    );
}

#[test]
fn the_order_in_which_changes_come_and_how_often_makes_no_difference() {
    let mut dice = Dice(7);
    let mut world = World::new(3);
    for _ in 0..200 {
        world.step();
    }
    world.settle();
    let document = &mut world.replicas[0].document;
    let heads = document.heads();
    let hashes: Vec<Hash> = document
        .history(&[])
        .expect("a history")
        .iter()
        .map(|change| change.hash)
        .collect();
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for change in document.history(&[]).expect("a history") {
        parts.push(document.change_bytes(&change.hash).expect("a change"));
    }
    assert_eq!(parts.len(), hashes.len());
    for _ in 0..10 {
        let mut order: Vec<usize> = (0..parts.len()).chain(0..parts.len() / 3).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, dice.below(at as u64 + 1) as usize);
        }
        let mut other = Document::new(&[0xee; 16], Limits::default());
        for n in order {
            other.load_incremental(&parts[n]).expect("a change");
        }
        assert_eq!(other.heads(), heads);
        assert_eq!(
            other.value(Handle::ROOT, None),
            world.replicas[0].document.value(Handle::ROOT, None)
        );
    }
}
