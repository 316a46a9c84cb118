/** Tags of values and operations; the Rust side is `core/documents/src/codec.rs`. */
export const TAG = {
  null: 0,
  false: 1,
  true: 2,
  int: 3,
  uint: 4,
  f64: 5,
  str: 6,
  bytes: 7,
  timestamp: 8,
  counter: 9,
  text: 10,
  map: 11,
  list: 12,
  conflicted: 13,
  unknown: 14,
} as const;

/** Tags of operations. */
export const OPERATION = { set: 1, delete: 2, splice: 3, spliceText: 4, increment: 5 } as const;
