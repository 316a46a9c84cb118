import { type Event, readEvent } from "../wasm/codec.generated.ts";
import { Reader } from "../wasm/msgpack.ts";

/** Where the fixed header of a frame ends; `core/kernel/src/journal/frame.rs` has its layout. */
const BODY = 88;

/** One event of a frame, with what stands once per frame. */
export type EventVisitor = (seq: number, timeMs: number, event: Event, command: number) => void;

/** Tags of the events about messages, which come in great numbers: nobody reads them but the kernel. */
const MESSAGE_EVENTS: ReadonlySet<number> = new Set([703, 704, 705, 706, 708, 709, 710, 711, 712, 713]);

/**
 * Visits the events of a frame that is known to be whole, but for those about messages of queues, dead letters excepted.
 * `eventsAt` spares the walk over its commands. Answers the last sequence of the frame.
 */
export function visitEvents(frame: Uint8Array, visit: EventVisitor, eventsAt?: number): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const events = view.getUint32(12, true);
  const firstSeq = uint64(view, 24);
  const timeMs = uint64(view, 32);
  const reader = new Reader(frame, eventsAt ?? BODY);
  if (eventsAt === undefined) for (let left = view.getUint32(84, true); left > 0; left--) reader.skip();
  for (let index = 0; index < events; index++) {
    const fields = reader.array();
    const command = reader.uint();
    if (MESSAGE_EVENTS.has(reader.peekTag())) reader.skip();
    else visit(firstSeq + index, timeMs, readEvent(reader), command);
    for (let rest = fields - 2; rest > 0; rest--) reader.skip();
  }
  return firstSeq + events - 1;
}

/** What of a journal matters to whoever keeps what compaction takes away. */
export interface Landmarks {
  opened(session: number): void;
  ended(session: number, seq: number): void;
  /** An event about agents. */
  agent(seq: number, timeMs: number, event: Event): void;
}

/** Tags of the events {@link visitLandmarks} looks for, as `core/kernel/src` numbers them for good. */
const SESSION_OPENED = 200;
const SESSION_ENDED = 204;
const AGENT_EVENTS = { first: 100, last: 199 } as const;

/**
 * Visits the few events of a frame that are landmarks, and steps over all others without reading them. Answers the last
 * sequence of the frame.
 */
export function visitLandmarks(frame: Uint8Array, landmarks: Landmarks): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const firstSeq = uint64(view, 24);
  const reader = new Reader(frame, BODY);
  for (let left = view.getUint32(84, true); left > 0; left--) reader.skip();
  const events = view.getUint32(12, true);
  for (let index = 0; index < events; index++) {
    let rest = reader.array() - 2;
    reader.skip();
    const at = reader.offset;
    let fields = reader.array() - 1;
    const tag = reader.uint();
    if (tag === SESSION_OPENED) landmarks.opened(firstSeq + index);
    else if (tag === SESSION_ENDED) {
      landmarks.ended(reader.uint(), firstSeq + index);
      fields--;
    } else if (tag >= AGENT_EVENTS.first && tag <= AGENT_EVENTS.last) {
      landmarks.agent(firstSeq + index, uint64(view, 32), readEvent(new Reader(frame, at)));
    }
    for (; fields > 0; fields--) reader.skip();
    for (; rest > 0; rest--) reader.skip();
  }
  return firstSeq + events - 1;
}

/** Kernel time of a frame, in milliseconds since the epoch. */
export function frameTimeMs(frame: Uint8Array): number {
  return uint64(new DataView(frame.buffer, frame.byteOffset, frame.byteLength), 32);
}

/** Ids of the requests whose commands stand in a frame, in order. */
export function requestIds(frame: Uint8Array): readonly number[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const reader = new Reader(frame, BODY);
  const ids: number[] = [];
  for (let left = view.getUint32(84, true); left > 0; left--) {
    const ahead = new Reader(frame, reader.offset);
    ahead.array();
    ids.push(ahead.uint());
    reader.skip();
  }
  return ids;
}

function uint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
}
