//! A real nats-server says the same about patterns and subjects as the matcher does.

use polyphon_protocol::subjects::{Matcher, Pattern, Subject};
use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PATTERNS: usize = 300;
const SUBJECTS: usize = 300;

struct Server(Child, u16);

impl Server {
    /// `None` where no nats-server is installed.
    fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .ok()?
            .port();
        let mut command = Command::new("nats-server");
        command
            .args(["-a", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Some(Self(command.spawn().ok()?, port))
    }

    fn connect(&self) -> TcpStream {
        for _ in 0..200 {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", self.1)) {
                stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
                return stream;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("nats-server does not listen");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn samples(strategy: impl Strategy<Value = String>, count: usize, runner: &mut TestRunner) -> Vec<String> {
    (0..count)
        .map(|_| strategy.new_tree(runner).unwrap().current())
        .collect()
}

#[test]
fn the_server_delivers_what_the_matcher_finds() {
    let Some(server) = Server::start() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "nats-server must be there in CI"
        );
        println!("skipped: nats-server is not installed");
        return;
    };
    let mut runner = TestRunner::deterministic();
    let patterns = samples(super::subjects::pattern(), PATTERNS, &mut runner);
    let subjects = samples(super::subjects::subject(), SUBJECTS, &mut runner);
    let mut matcher = Matcher::default();
    let mut orders = String::from("CONNECT {\"verbose\":false}\r\n");
    for (at, pattern) in patterns.iter().enumerate() {
        matcher.insert(Pattern::new(pattern).unwrap(), at as u64);
        orders.push_str(&format!("SUB {pattern} {at}\r\n"));
    }
    for (at, subject) in subjects.iter().enumerate() {
        let text = at.to_string();
        orders.push_str(&format!("PUB {subject} {}\r\n{text}\r\n", text.len()));
    }
    let mut stream = server.connect();
    stream.write_all(orders.as_bytes()).unwrap();
    stream.write_all(b"PING\r\n").unwrap();

    let mut delivered = vec![Vec::new(); SUBJECTS];
    let mut lines = BufReader::new(stream).lines().map(|line| line.unwrap());
    while let Some(line) = lines.next().filter(|line| line != "PONG") {
        assert!(!line.starts_with("-ERR"), "{line}");
        if let Some(message) = line.strip_prefix("MSG ") {
            let pattern: u64 = message.split(' ').nth(1).unwrap().parse().unwrap();
            let subject: usize = lines.next().unwrap().parse().unwrap();
            delivered[subject].push(pattern);
        }
    }
    let mut matches = 0;
    for (subject, mut delivered) in subjects.iter().zip(delivered) {
        let mut found = Vec::new();
        matcher.matches(Subject::new(subject).unwrap(), &mut found);
        found.sort_unstable();
        delivered.sort_unstable();
        assert_eq!(found, delivered, "{subject}");
        matches += found.len();
    }
    assert!(matches > SUBJECTS, "the samples say something");
}
