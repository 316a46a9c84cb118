use super::hash::{Map, Seed};
use super::subject::{Pattern, Subject, TOKENS_MAX};

const NONE: u32 = u32::MAX;
const ROOT: u32 = 0;

/// Who subscribed to what: finds every pattern that takes a subject in time that grows with the subject and the
/// matches, not with the number of patterns.
///
/// A trie of tokens. Tokens are numbers (each text is hashed once per subject) and all edges are in one table, so a step
/// down is one probe. Matches come in an order that depends only on what was inserted and removed before.
#[derive(Clone, Debug)]
pub struct Matcher {
    tokens: Map<Box<str>, Token>,
    edges: Map<u64, u32>,
    nodes: Vec<Node>,
    free_nodes: Vec<u32>,
    free_tokens: Vec<u32>,
    next_token: u32,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    number: u32,
    uses: u32,
}

#[derive(Clone, Debug)]
struct Node {
    /// Subscribers of the pattern that ends here.
    here: Vec<u64>,
    /// Subscribers of the pattern that ends here with `>`.
    rest: Vec<u64>,
    /// The child under `*`.
    any: u32,
    /// How many children there are, `any` included.
    children: u32,
}

impl Node {
    const EMPTY: Self = Self {
        here: Vec::new(),
        rest: Vec::new(),
        any: NONE,
        children: 0,
    };

    fn is_empty(&self) -> bool {
        self.here.is_empty() && self.rest.is_empty() && self.children == 0
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
            tokens: Map::with_hasher(Seed(seed)),
            edges: Map::with_hasher(Seed(seed)),
            nodes: vec![Node::EMPTY],
            free_nodes: Vec::new(),
            free_tokens: Vec::new(),
            next_token: 0,
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
        if self
            .subscribers(pattern)
            .is_some_and(|subscribers| subscribers.contains(&subscriber))
        {
            return false;
        }
        let mut node = ROOT;
        let mut last = "";
        for token in pattern.tokens() {
            last = token;
            node = match token {
                ">" => break,
                "*" => self.any(node),
                token => self.child(node, token),
            };
        }
        let node = &mut self.nodes[node as usize];
        if last == ">" {
            &mut node.rest
        } else {
            &mut node.here
        }
        .push(subscriber);
        self.len += 1;
        true
    }

    /// Unsubscribes; `false` when this subscriber does not have this pattern.
    pub fn remove(&mut self, pattern: Pattern<'_>, subscriber: u64) -> bool {
        let Some(path) = self.path(pattern) else {
            return false;
        };
        let [.., end] = path[..] else { return false };
        let rest = pattern.as_str() == ">" || pattern.as_str().ends_with(".>");
        let node = &mut self.nodes[end as usize];
        let subscribers = if rest { &mut node.rest } else { &mut node.here };
        let Some(at) = subscribers.iter().position(|each| *each == subscriber) else {
            return false;
        };
        subscribers.remove(at);
        self.len -= 1;
        self.prune(pattern, &path);
        true
    }

    /// Appends the subscribers of every pattern that takes the subject. One who has several such patterns comes
    /// several times.
    pub fn matches(&self, subject: Subject<'_>, found: &mut Vec<u64>) {
        let mut tokens = [NONE; TOKENS_MAX];
        let mut len = 0;
        for (token, slot) in subject.tokens().zip(&mut tokens) {
            *slot = self.tokens.get(token).map_or(NONE, |token| token.number);
            len += 1;
        }
        self.walk(ROOT, &tokens[..len], found);
    }

    fn walk(&self, node: u32, tokens: &[u32], found: &mut Vec<u64>) {
        let at = &self.nodes[node as usize];
        let Some((token, tokens)) = tokens.split_first() else {
            found.extend_from_slice(&at.here);
            return;
        };
        found.extend_from_slice(&at.rest);
        let literal = *token != NONE && at.children > u32::from(at.any != NONE);
        if literal && let Some(child) = self.edges.get(&edge(node, *token)) {
            self.walk(*child, tokens, found);
        }
        if at.any != NONE {
            self.walk(at.any, tokens, found);
        }
    }

    fn subscribers(&self, pattern: Pattern<'_>) -> Option<&[u64]> {
        let node = &self.nodes[*self.path(pattern)?.last()? as usize];
        let rest = pattern.tokens().last() == Some(">");
        Some(if rest { &node.rest } else { &node.here })
    }

    /// The nodes from the root to where the pattern ends; `>` has no node of its own.
    fn path(&self, pattern: Pattern<'_>) -> Option<Vec<u32>> {
        let mut path = vec![ROOT];
        let mut node = ROOT;
        for token in pattern.tokens() {
            node = match token {
                ">" => break,
                "*" => Some(self.nodes[node as usize].any).filter(|any| *any != NONE)?,
                token => *self.edges.get(&edge(node, self.tokens.get(token)?.number))?,
            };
            path.push(node);
        }
        Some(path)
    }

    fn any(&mut self, node: u32) -> u32 {
        if self.nodes[node as usize].any == NONE {
            let child = self.make();
            self.nodes[node as usize].any = child;
            self.nodes[node as usize].children += 1;
        }
        self.nodes[node as usize].any
    }

    fn child(&mut self, node: u32, text: &str) -> u32 {
        let number = self.tokens.get(text).map(|token| token.number);
        if let Some(child) = number.and_then(|number| self.edges.get(&edge(node, number))) {
            return *child;
        }
        let number = number.unwrap_or_else(|| self.number());
        let fresh = Token { number, uses: 0 };
        self.tokens.entry(text.into()).or_insert(fresh).uses += 1;
        let child = self.make();
        self.edges.insert(edge(node, number), child);
        self.nodes[node as usize].children += 1;
        child
    }

    fn number(&mut self) -> u32 {
        self.free_tokens.pop().unwrap_or_else(|| {
            self.next_token += 1;
            self.next_token - 1
        })
    }

    fn make(&mut self) -> u32 {
        self.free_nodes.pop().unwrap_or_else(|| {
            self.nodes.push(Node::EMPTY);
            (self.nodes.len() - 1) as u32
        })
    }

    /// Gives back the nodes at the end of a path that nothing leads through any more.
    fn prune(&mut self, pattern: Pattern<'_>, path: &[u32]) {
        let tokens: Vec<&str> = pattern.tokens().collect();
        for at in (1..path.len()).rev() {
            let (node, parent) = (path[at], path[at - 1]);
            if !self.nodes[node as usize].is_empty() {
                return;
            }
            match tokens[at - 1] {
                "*" => self.nodes[parent as usize].any = NONE,
                token => self.forget(parent, token),
            }
            self.nodes[parent as usize].children -= 1;
            self.nodes[node as usize] = Node::EMPTY;
            self.free_nodes.push(node);
        }
    }

    fn forget(&mut self, parent: u32, text: &str) {
        let Some(token) = self.tokens.get_mut(text) else {
            return;
        };
        let number = token.number;
        token.uses -= 1;
        if token.uses == 0 {
            self.tokens.remove(text);
            self.free_tokens.push(number);
        }
        self.edges.remove(&edge(parent, number));
    }
}

fn edge(node: u32, token: u32) -> u64 {
    u64::from(node) << 32 | u64::from(token)
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
        assert!(matcher.is_empty() && matcher.edges.is_empty() && matcher.tokens.is_empty());
        assert_eq!(
            matcher.nodes.len(),
            matcher.free_nodes.len() + 1,
            "nodes are used again"
        );
        assert_eq!(
            matcher.next_token as usize,
            matcher.free_tokens.len(),
            "and so are numbers of tokens"
        );
    }
}
