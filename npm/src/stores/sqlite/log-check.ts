import { closeSync, openSync, readSync, statSync } from "node:fs";
import { storeError } from "../store-error.ts";

/*
 * SQLite ends a write-ahead log at the first frame whose checksum is wrong, without a word: after a crash that is the torn
 * end. Damage further in looks the same to it, and takes acknowledged commits away. Where every commit is synced before the
 * next begins, only the last one can be torn: two or more behind the wrong frame say that it is damage.
 * The format: https://sqlite.org/walformat.html
 */

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC_LITTLE = 0x377f0682;
const MAGIC_BIG = 0x377f0683;
/** Frames read at once. */
const PART_FRAMES = 64;

/** Throws `STORE_CORRUPT` when the log of `file` is damaged before its last commit. Call it before the database is opened. */
export function checkLog(name: string, file: string): void {
  const log = `${file}-wal`;
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= HEADER_BYTES) return;
  const descriptor = openSync(log, "r");
  try {
    const lost = commitsBehindDamage(descriptor, size);
    if (lost < 2) return;
    const message = `${name}: the write-ahead log is damaged, and ${lost} commits behind the damage could not be read. Restore a backup of the file and its -wal. If it was last written with durability "process-crash", the machine stopped and that is what it may lose: open it once with that durability.`;
    throw storeError("STORE_CORRUPT", message, { reason: "log", commits: lost });
  } finally {
    closeSync(descriptor);
  }
}

function commitsBehindDamage(descriptor: number, size: number): number {
  const header = read(descriptor, 0, HEADER_BYTES);
  const magic = header.getUint32(0);
  const pageBytes = header.getUint32(8);
  const isWhole = magic === MAGIC_LITTLE || magic === MAGIC_BIG;
  if (!isWhole || pageBytes < 512 || pageBytes > 65_536) return 0;
  const isLittle = magic === MAGIC_LITTLE;
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  const sum = new Checksum(isLittle);
  sum.add(header, 0, 24);
  let good = sum.is(header.getUint32(24), header.getUint32(28));
  let commits = 0;
  const part = frameBytes * PART_FRAMES;
  for (let at = HEADER_BYTES; at + frameBytes <= size; at += part) {
    const view = read(descriptor, at, Math.min(part, size - at));
    for (let frame = 0; frame + frameBytes <= view.byteLength; frame += frameBytes) {
      // A frame of an earlier round of the log, or one that cannot be told from it.
      if (view.getUint32(frame + 8) !== header.getUint32(16) || view.getUint32(frame + 12) !== header.getUint32(20)) {
        good = false;
        continue;
      }
      if (good) {
        sum.add(view, frame, 8);
        sum.add(view, frame + FRAME_HEADER_BYTES, pageBytes);
        good = sum.is(view.getUint32(frame + 16), view.getUint32(frame + 20));
      }
      if (!good && view.getUint32(frame + 4) !== 0) commits++;
    }
  }
  return commits;
}

/** The running checksum of a log. */
class Checksum {
  readonly #isLittle: boolean;
  #first = 0;
  #second = 0;

  constructor(isLittle: boolean) {
    this.#isLittle = isLittle;
  }

  add(view: DataView, from: number, bytes: number): void {
    let first = this.#first;
    let second = this.#second;
    const isLittle = this.#isLittle;
    for (let at = from; at < from + bytes; at += 8) {
      first = (first + view.getUint32(at, isLittle) + second) >>> 0;
      second = (second + view.getUint32(at + 4, isLittle) + first) >>> 0;
    }
    this.#first = first;
    this.#second = second;
  }

  is(first: number, second: number): boolean {
    return this.#first === first && this.#second === second;
  }
}

function read(descriptor: number, at: number, bytes: number): DataView {
  const buffer = new Uint8Array(bytes);
  const count = readSync(descriptor, buffer, 0, bytes, at);
  return new DataView(buffer.buffer, 0, count);
}
