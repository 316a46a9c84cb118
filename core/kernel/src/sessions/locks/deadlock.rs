use super::{Locks, of_owner};
use crate::id::{Fence, SessionId};
use crate::leases::LockWish;

/// Somebody who is waited for.
struct Node<'a> {
    owner: &'a str,
    /// The lock that is waited for.
    lock: &'a str,
    /// Who waits, as an index; itself for whoever asks.
    waiter: usize,
}

/// The circle a wait would close: owners and the locks they wait for, in turn, from whoever asks back to it. Whoever
/// waits for several locks is taken to need each of them.
pub(crate) fn find(locks: &Locks, session: SessionId, wish: &LockWish) -> Option<Vec<String>> {
    let wish_of = |handle: u64| match locks.holds.table.get(Fence(handle)) {
        Some(hold) => Some(&hold.wish),
        None => locks.waits.get(handle).map(|wait| &wait.wish),
    };
    let mut nodes: Vec<Node<'_>> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    // Whoever asks comes first, with the wish nobody has entered yet.
    let mut edges = vec![(wish, u64::MAX)];
    let mut at = 0;
    loop {
        for (wait, since) in edges {
            for handle in locks.before(session, wait, since) {
                let Some(blocker) = wish_of(handle) else { continue };
                let Err(place) = seen.binary_search(&blocker.owner.as_str()) else {
                    continue;
                };
                seen.insert(place, &blocker.owner);
                let waiter = at;
                nodes.push(Node {
                    owner: &blocker.owner,
                    lock: &wait.name,
                    waiter,
                });
                if blocker.owner == wish.owner {
                    return Some(path(&nodes));
                }
            }
        }
        let next = nodes.get(at)?;
        at += 1;
        let listed = locks.listed(&of_owner(session, next.owner)).iter();
        let waits = listed.filter_map(|handle| Some((&locks.waits.get(*handle)?.wish, *handle)));
        edges = waits.collect();
    }
}

/// From the last node back to whoever asked, and turned round.
fn path(nodes: &[Node<'_>]) -> Vec<String> {
    let mut path = Vec::new();
    let mut at = nodes.len();
    while let Some(node) = at.checked_sub(1).and_then(|index| nodes.get(index)) {
        path.push(node.owner.to_owned());
        path.push(node.lock.to_owned());
        at = node.waiter;
    }
    path.extend(nodes.last().map(|node| node.owner.to_owned()));
    path.reverse();
    path
}
