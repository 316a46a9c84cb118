//! Memory for a kernel, which makes and drops small values all the time.
//!
//! Up to [`SMALL`] bytes a block is one of a few sizes, and what was given back is a list for each: taking one and giving it
//! back are three instructions. Small blocks are never joined to larger ones again, but serve the next value of their size.
//! Larger ones are the system's.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::{self, NonNull};

/// Sizes are rounded up to multiples of this, which is also how small blocks are aligned.
const GRAIN: usize = 16;
/// The largest small block.
const SMALL: usize = 512;
/// Small blocks are cut from pieces of this size.
const PIECE: usize = 65_536;

type Block = NonNull<Option<Next>>;

/// The block behind a free one, which lies in its first bytes.
#[derive(Clone, Copy)]
struct Next(Block);

/// Free small blocks by size, and the piece the next ones are cut from.
pub(crate) struct Memory {
    free: [Cell<Option<Next>>; SMALL / GRAIN],
    piece: Cell<*mut u8>,
    left: Cell<usize>,
}

// SAFETY: the module has one thread: it is built without the feature that would give it more.
#[cfg(target_arch = "wasm32")]
unsafe impl Sync for Memory {}

impl Memory {
    pub(crate) const fn new() -> Self {
        Self {
            free: [const { Cell::new(None) }; SMALL / GRAIN],
            piece: Cell::new(ptr::null_mut()),
            left: Cell::new(0),
        }
    }

    /// The list a block belongs to; `None` for one that is the system's.
    fn list(&self, layout: Layout) -> Option<&Cell<Option<Next>>> {
        match layout.align() <= GRAIN {
            true => self.free.get(layout.size().saturating_sub(1) / GRAIN),
            false => None,
        }
    }

    /// A block that was never used. Null when there is no memory.
    #[inline(never)]
    fn cut(&self, size: usize) -> *mut u8 {
        let size = size.max(1).next_multiple_of(GRAIN);
        if self.left.get() < size {
            let Ok(layout) = Layout::from_size_align(PIECE, GRAIN) else {
                return ptr::null_mut();
            };
            // SAFETY: the layout is not empty.
            let piece = unsafe { System.alloc(layout) };
            if piece.is_null() {
                return piece;
            }
            self.piece.set(piece);
            self.left.set(PIECE);
        }
        let block = self.piece.get();
        self.left.set(self.left.get() - size);
        // SAFETY: as much was left of the piece.
        self.piece.set(unsafe { block.add(size) });
        block
    }
}

// SAFETY: a block is on a list or with one owner, never both; its size and alignment are those of its list, which is the same
// one when it comes back, because the layout is the same.
unsafe impl GlobalAlloc for Memory {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(list) = self.list(layout) else {
            // SAFETY: the caller's promise is passed on.
            return unsafe { System.alloc(layout) };
        };
        let Some(Next(block)) = list.get() else {
            return self.cut(layout.size());
        };
        // SAFETY: a block on a list is free and says what is behind it.
        list.set(unsafe { block.read() });
        block.as_ptr().cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match (self.list(layout), Block::new(block.cast())) {
            (Some(list), Some(block)) => {
                // SAFETY: it has at least GRAIN bytes, aligned to as much, and nobody uses it any more.
                unsafe { block.write(list.get()) };
                list.set(Some(Next(block)));
            }
            // SAFETY: the caller's promise is passed on.
            _ => unsafe { System.dealloc(block, layout) },
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if self.list(layout).is_none() {
            // SAFETY: the caller's promise is passed on.
            return unsafe { System.alloc_zeroed(layout) };
        }
        // SAFETY: the block is as large as the layout says.
        unsafe {
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the new size is one the alignment allows.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (self.list(layout), self.list(wanted)) {
            // SAFETY: the caller's promise is passed on.
            (None, None) => return unsafe { System.realloc(block, layout, size) },
            (Some(one), Some(other)) if ptr::eq(one, other) => return block,
            _ => {}
        }
        // SAFETY: both blocks are as large as the smaller layout says, and differ.
        unsafe {
            let larger = self.alloc(wanted);
            if !larger.is_null() {
                larger.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            larger
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A block that is full of one byte.
    struct Held {
        block: *mut u8,
        layout: Layout,
        mark: u8,
    }

    impl Held {
        fn bytes(&self) -> &[u8] {
            // SAFETY: the block is ours and was written whole.
            unsafe { std::slice::from_raw_parts(self.block, self.layout.size()) }
        }
    }

    #[derive(Clone, Debug)]
    enum Action {
        Take { size: usize, align: u32, zeroed: bool },
        Give { which: usize },
        Change { which: usize, size: usize },
    }

    fn action() -> impl Strategy<Value = Action> {
        let size = || prop_oneof![1..64usize, 1..600usize, 1..3_000usize];
        prop_oneof![
            (size(), 0..6u32, any::<bool>()).prop_map(|(size, align, zeroed)| Action::Take {
                size,
                align,
                zeroed
            }),
            any::<usize>().prop_map(|which| Action::Give { which }),
            (any::<usize>(), size()).prop_map(|(which, size)| Action::Change { which, size }),
        ]
    }

    proptest! {
        #[test]
        fn blocks_are_aligned_keep_what_is_in_them_and_share_nothing(actions in prop::collection::vec(action(), 1..150)) {
            let memory = Memory::new();
            let mut held: Vec<Held> = Vec::new();
            for (step, action) in actions.into_iter().enumerate() {
                let mark = step as u8 | 1;
                match action {
                    Action::Take { size, align, zeroed } => {
                        let layout = Layout::from_size_align(size, 1 << align).unwrap();
                        // SAFETY: the layout is not empty; what is taken is written before it is read, unless it is zeroed.
                        let block = unsafe { if zeroed { memory.alloc_zeroed(layout) } else { memory.alloc(layout) } };
                        prop_assert!(!block.is_null() && (block as usize).is_multiple_of(layout.align()));
                        let one = Held { block, layout, mark };
                        prop_assert!(!zeroed || one.bytes().iter().all(|byte| *byte == 0));
                        // SAFETY: the block is as large as that.
                        unsafe { block.write_bytes(mark, size) };
                        held.push(one);
                    }
                    Action::Give { which } if !held.is_empty() => {
                        let one = held.swap_remove(which % held.len());
                        prop_assert!(one.bytes().iter().all(|byte| *byte == one.mark));
                        // SAFETY: it was taken with this layout.
                        unsafe { memory.dealloc(one.block, one.layout) };
                    }
                    Action::Change { which, size } if !held.is_empty() => {
                        let at = which % held.len();
                        let one = &mut held[at];
                        let kept = one.layout.size().min(size);
                        // SAFETY: it was taken with this layout, and the new one is not empty.
                        one.block = unsafe { memory.realloc(one.block, one.layout, size) };
                        one.layout = Layout::from_size_align(size, one.layout.align()).unwrap();
                        prop_assert!((one.block as usize).is_multiple_of(one.layout.align()));
                        // SAFETY: as much was kept, and the block is as large as its layout says.
                        let old = unsafe { std::slice::from_raw_parts(one.block, kept) };
                        prop_assert!(old.iter().all(|byte| *byte == one.mark));
                        one.mark = mark;
                        // SAFETY: the block is as large as that.
                        unsafe { one.block.write_bytes(mark, size) };
                    }
                    _ => {}
                }
                for one in &held {
                    prop_assert!(one.bytes().iter().all(|byte| *byte == one.mark));
                }
            }
            // SAFETY: each was taken with its layout.
            held.iter().for_each(|one| unsafe { memory.dealloc(one.block, one.layout) });
        }
    }

    #[test]
    fn what_was_given_back_is_taken_again() {
        let memory = Memory::new();
        let layout = Layout::from_size_align(100, 8).unwrap();
        // SAFETY: the layout is not empty, and each block is given back once.
        unsafe {
            let first = memory.alloc(layout);
            let second = memory.alloc(layout);
            memory.dealloc(first, layout);
            memory.dealloc(second, layout);
            assert_eq!([memory.alloc(layout), memory.alloc(layout)], [second, first]);
        }
    }
}
