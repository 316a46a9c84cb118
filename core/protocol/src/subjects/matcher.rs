use super::hash::{Token, step, tokens};
use super::subject::{Pattern, Subject};
use hashbrown::HashTable;

const NONE: u32 = u32::MAX;
const ROOT: u32 = 0;

/// Who subscribed to what: finds every pattern that takes a subject in time that grows with the subject and the
/// matches, not with the number of patterns.
///
/// A trie of tokens with all edges in one table: each token is hashed once per subject, and a step down is one probe.
/// Matches come in an order that depends only on what was inserted and removed before.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Nodes under a literal token, found by their parent and that token.
    edges: HashTable<u32>,
    nodes: Vec<Node>,
    free: Vec<u32>,
    seed: u64,
    len: usize,
}

#[derive(Clone, Debug)]
struct Node {
    parent: u32,
    /// Hash of the step that leads here.
    step: u64,
    /// The literal token under which it stands; empty for the root and under `*`.
    token: Box<str>,
    /// The child under `*`.
    any: u32,
    /// How many children there are under literal tokens.
    literals: u32,
    /// Subscribers of the pattern that ends here.
    here: Vec<u64>,
    /// Subscribers of the pattern that ends here with `>`.
    rest: Vec<u64>,
}

impl Node {
    fn new(parent: u32, step: u64, token: &str) -> Self {
        Self {
            parent,
            step,
            token: token.into(),
            any: NONE,
            literals: 0,
            here: Vec::new(),
            rest: Vec::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.here.is_empty() && self.rest.is_empty() && self.literals == 0 && self.any == NONE
    }
}

impl Default for Matcher {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Matcher {
    /// Nobody subscribed. The seed, a random number, keeps hostile tokens from colliding.
    pub fn new(seed: u64) -> Self {
        Self {
            edges: HashTable::new(),
            nodes: vec![Node::new(NONE, 0, "")],
            free: Vec::new(),
            seed,
            len: 0,
        }
    }

    /// How many subscriptions there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Subscribes; `false` when this subscriber has this pattern already.
    pub fn insert(&mut self, pattern: Pattern<'_>, subscriber: u64) -> bool {
        let (tokens, count) = tokens(self.seed, pattern.as_str());
        let mut node = ROOT;
        for token in &tokens[..count] {
            node = match token.text {
                ">" => break,
                "*" => self.any(node),
                _ => self.child(node, *token),
            };
        }
        let subscribers = self.subscribers(node, pattern);
        if subscribers.contains(&subscriber) {
            return false;
        }
        subscribers.push(subscriber);
        self.len += 1;
        true
    }

    /// Unsubscribes; `false` when this subscriber does not have this pattern.
    pub fn remove(&mut self, pattern: Pattern<'_>, subscriber: u64) -> bool {
        let Some(node) = self.find(pattern) else {
            return false;
        };
        let subscribers = self.subscribers(node, pattern);
        let Some(at) = subscribers.iter().position(|each| *each == subscriber) else {
            return false;
        };
        subscribers.remove(at);
        self.len -= 1;
        self.prune(node);
        true
    }

    /// Appends the subscribers of every pattern that takes the subject. One who has several such patterns comes
    /// several times.
    pub fn matches(&self, subject: Subject<'_>, found: &mut Vec<u64>) {
        let (tokens, count) = tokens(self.seed, subject.as_str());
        self.walk(ROOT, &tokens[..count], found);
    }

    fn walk(&self, node: u32, tokens: &[Token<'_>], found: &mut Vec<u64>) {
        let at = &self.nodes[node as usize];
        let Some((token, tokens)) = tokens.split_first() else {
            found.extend_from_slice(&at.here);
            return;
        };
        found.extend_from_slice(&at.rest);
        if at.literals > 0
            && let Some(child) = self.literal(node, *token)
        {
            self.walk(child, tokens, found);
        }
        if at.any != NONE {
            self.walk(at.any, tokens, found);
        }
    }

    fn literal(&self, parent: u32, token: Token<'_>) -> Option<u32> {
        let is_it = |child: &u32| {
            let child = &self.nodes[*child as usize];
            child.parent == parent && *child.token == *token.text
        };
        self.edges.find(step(parent, token.hash), is_it).copied()
    }

    /// The node at which a pattern ends; `>` has no node of its own.
    fn find(&self, pattern: Pattern<'_>) -> Option<u32> {
        let (tokens, count) = tokens(self.seed, pattern.as_str());
        let mut node = ROOT;
        for token in &tokens[..count] {
            node = match token.text {
                ">" => break,
                "*" => Some(self.nodes[node as usize].any).filter(|any| *any != NONE)?,
                _ => self.literal(node, *token)?,
            };
        }
        Some(node)
    }

    fn subscribers(&mut self, node: u32, pattern: Pattern<'_>) -> &mut Vec<u64> {
        let node = &mut self.nodes[node as usize];
        // `>` is only ever a token of its own.
        if pattern.as_str().ends_with('>') {
            &mut node.rest
        } else {
            &mut node.here
        }
    }

    fn any(&mut self, node: u32) -> u32 {
        if self.nodes[node as usize].any == NONE {
            self.nodes[node as usize].any = self.add(Node::new(node, 0, ""));
        }
        self.nodes[node as usize].any
    }

    fn child(&mut self, node: u32, token: Token<'_>) -> u32 {
        if let Some(child) = self.literal(node, token) {
            return child;
        }
        let step = step(node, token.hash);
        let child = self.add(Node::new(node, step, token.text));
        let nodes = &self.nodes;
        self.edges
            .insert_unique(step, child, |child| nodes[*child as usize].step);
        self.nodes[node as usize].literals += 1;
        child
    }

    fn add(&mut self, node: Node) -> u32 {
        match self.free.pop() {
            Some(at) => {
                self.nodes[at as usize] = node;
                at
            }
            None => {
                self.nodes.push(node);
                (self.nodes.len() - 1) as u32
            }
        }
    }

    /// Gives back a node that nothing needs any more, and those above it that are left empty.
    fn prune(&mut self, mut node: u32) {
        while node != ROOT && self.nodes[node as usize].is_empty() {
            let (parent, step) = (self.nodes[node as usize].parent, self.nodes[node as usize].step);
            let above = &mut self.nodes[parent as usize];
            if above.any == node {
                above.any = NONE;
            } else if let Ok(edge) = self.edges.find_entry(step, |child| *child == node) {
                above.literals -= 1;
                edge.remove();
            }
            self.nodes[node as usize] = Node::new(NONE, 0, "");
            self.free.push(node);
            node = parent;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(matcher: &Matcher, subject: &str) -> Vec<u64> {
        let mut found = Vec::new();
        matcher.matches(Subject::new(subject).unwrap(), &mut found);
        found
    }

    #[test]
    fn a_subscriber_has_a_pattern_once() {
        let mut matcher = Matcher::default();
        let pattern = Pattern::new("a.*").unwrap();
        assert!(matcher.insert(pattern, 1));
        assert!(!matcher.insert(pattern, 1));
        assert!(matcher.insert(pattern, 2));
        assert_eq!((matcher.len(), found(&matcher, "a.b")), (2, vec![1, 2]));
        assert!(matcher.remove(pattern, 1));
        assert!(!matcher.remove(pattern, 1));
        assert_eq!(found(&matcher, "a.b"), [2]);
    }

    #[test]
    fn nothing_is_left_of_what_was_removed() {
        let mut matcher = Matcher::default();
        let patterns: Vec<String> = (0..500).map(|n| format!("a.{n}.*.{}.>", n % 7)).collect();
        for round in 0..3 {
            for pattern in &patterns {
                assert!(matcher.insert(Pattern::new(pattern).unwrap(), round));
            }
            for pattern in &patterns {
                assert!(matcher.remove(Pattern::new(pattern).unwrap(), round));
            }
        }
        assert!(matcher.is_empty() && matcher.edges.is_empty() && matcher.nodes[0].is_empty());
        assert_eq!(
            matcher.nodes.len(),
            matcher.free.len() + 1,
            "nodes are used again"
        );
    }
}
