//! How fast the crate is natively: one JSON row per figure.
//!
//! `cargo run --release -p polyphon-protocol --example speed`

use polyphon_protocol::codec::Codec;
use polyphon_protocol::packet::{Opening, Packet, Sealing, write};
use polyphon_protocol::sealing::{Algorithm, Key, KeyRing};
use polyphon_protocol::subjects::{Matcher, Pattern, Subject};
use polyphon_protocol::{Encoding, Envelope, Header, Kind, MessageId, Payload, Target};
use std::hint::black_box;
use std::time::Instant;

const SUBJECTS: u64 = 10_000;
const ROUNDS: u64 = 40;

fn main() {
    for count in [10, 1_000, 100_000] {
        matching(count);
    }
    for bytes in [300, 2_000, 64_000] {
        messages(bytes);
    }
}

/// Patterns of four tokens, a third of them with a wildcard; one subject in two is taken by one at least.
fn matching(count: u64) {
    let mut matcher = Matcher::new(7);
    for n in 0..count {
        let pattern = match n % 3 {
            0 => format!("plant.{}.*.state", n % 977),
            1 => format!("plant.{}.sensor{n}.>", n % 977),
            _ => format!("plant.{}.sensor{n}.state", n % 977),
        };
        matcher.insert(must(Pattern::new(&pattern)), n);
    }
    let subject = |n: u64| format!("plant.{}.sensor{}.state", n % 977, n * 7 % (2 * count));
    let subjects: Vec<String> = (0..SUBJECTS).map(subject).collect();
    let (mut found, mut matches) = (Vec::new(), 0);
    let each = best(SUBJECTS, || {
        for subject in &subjects {
            found.clear();
            matcher.matches(must(Subject::new(subject)), &mut found);
            matches += found.len();
        }
    });
    row(&format!("match_{count}_ns"), each);
    black_box(matches);
}

fn messages(bytes: usize) {
    let words: Vec<String> = (0..bytes / 9)
        .map(|n| format!("\"w{:05}\"", n * 7919 % 99_991))
        .collect();
    let payload = format!("{{\"name\":\"reading\",\"data\":[{}]}}", words.join(","));
    let target = Target::Topic("plant.7.sensor1.state".into());
    let header = Header::new(MessageId::new(1, [1; 10]), Kind::Event, "sensor", target, 1);
    let message = must(Envelope::new(
        header,
        Some(must(Payload::new(Encoding::Json, payload.as_bytes()))),
    ));
    let rounds = 40_000_000 / (bytes as u64 + 4_000);
    for codec in Codec::ALL {
        let encoded = must(codec.encode(&message));
        let name = |verb: &str| format!("{}_{verb}_{bytes}_ns", codec.as_str());
        row(
            &name("encode"),
            repeated(rounds, || must(codec.encode(black_box(&message))).len()),
        );
        row(
            &name("header"),
            repeated(rounds, || {
                must(codec.header(black_box(&encoded))).header().timestamp_ms as usize
            }),
        );
        row(
            &name("decode"),
            repeated(rounds, || {
                must(codec.decode(black_box(&encoded))).header().timestamp_ms as usize
            }),
        );
    }
    for algorithm in Algorithm::ALL {
        let mut ring = KeyRing::default();
        must(ring.rotate(must(Key::new("k", *algorithm, &[7; 32]))));
        let mut counter = 0;
        let each = repeated(rounds / 4, || {
            counter += 1;
            let sealing = Sealing {
                ring: &mut ring,
                epoch: 1,
                counter,
                nonce: [1; 24],
            };
            let packet = must(write(black_box(&message), Codec::Msgpack, None, Some(sealing)));
            let opening = Opening {
                ring: Some(&ring),
                sealed_only: true,
                ..Opening::default()
            };
            must(must(Packet::parse(&packet)).open(opening))
                .header()
                .timestamp_ms as usize
        });
        row(&format!("seal_open_{}_{bytes}_ns", algorithm.as_str()), each);
    }
}

fn repeated(rounds: u64, mut run: impl FnMut() -> usize) -> f64 {
    let rounds = rounds / ROUNDS + 1;
    best(rounds, || {
        for _ in 0..rounds {
            black_box(run());
        }
    })
}

/// Nanoseconds each of `count` took in the best of several rounds, since others use the machine too.
fn best(count: u64, mut run: impl FnMut()) -> f64 {
    let mut round = || {
        let start = Instant::now();
        run();
        start.elapsed().as_nanos() as f64 / count as f64
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}

fn row(metric: &str, value: f64) {
    println!("{{\"metric\":\"{metric}\",\"value\":{value:.0},\"subject\":\"polyphon native\"}}");
}

fn must<T>(result: polyphon_protocol::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}
