import fc from "fast-check";
import { expect, test } from "vitest";
import { PolyphonError } from "../errors/error.ts";
import { encodeFrame } from "../testing/frames.ts";
import { firstLink, inspectFrame } from "./chain.ts";
import { frameChecksum, parseFrameHeader } from "./frame-header.ts";

const fields = {
  partition: 3,
  events: 4,
  commands: 2,
  epoch: 2 ** 40,
  firstSeq: 2 ** 50,
  kernelTimeMs: 1_790_000_000_123,
  wallTimeMs: -5,
  prevHash: Uint8Array.from({ length: 32 }, (_, n) => n + 1),
  body: new Uint8Array([1, 2, 3]),
};

test("every field of the header is read where it stands", () => {
  expect(parseFrameHeader(encodeFrame(fields))).toEqual({
    format: 1,
    flags: 0,
    partition: 3,
    eventCount: 4,
    commandCount: 2,
    epoch: 2 ** 40,
    firstSeq: 2 ** 50,
    lastSeq: 2 ** 50 + 3,
    kernelTimeMs: 1_790_000_000_123,
    wallTimeMs: -5,
    prevHash: fields.prevHash,
    bodyBytes: 3,
  });
});

test("a frame inside larger memory is read alike", () => {
  const frame = encodeFrame(fields);
  const memory = new Uint8Array(frame.byteLength + 13);
  memory.set(frame, 7);
  const view = memory.subarray(7, 7 + frame.byteLength);
  expect(parseFrameHeader(view)).toEqual(parseFrameHeader(frame));
  expect(frameChecksum(view)).toBe(frameChecksum(frame));
});

test.each([
  ["a number beyond 2^53", { ...fields, firstSeq: 2 ** 53 }, "first_seq"],
  ["a last sequence beyond 2^53", { ...fields, firstSeq: 2 ** 53 - 2 }, "event_count"],
  ["sequence 0", { ...fields, firstSeq: 0 }, "first_seq"],
  ["no event", { ...fields, events: 0 }, "event_count"],
])("%s is refused by the name of the field", (_what, wrong, field) => {
  expect(() => parseFrameHeader(encodeFrame(wrong))).toThrow(
    expect.objectContaining({ code: "STORE_FRAME_INVALID", details: { field } }),
  );
});

test("any bytes are a frame or a refusal, never anything else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        parseFrameHeader(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(PolyphonError);
      }
    }),
  );
});

test("one changed bit anywhere in a frame is noticed", () => {
  const frame = encodeFrame({ ...fields, firstSeq: 1, prevHash: new Uint8Array(32) });
  expect(inspectFrame(frame, firstLink()).damage).toBeUndefined();
  fc.assert(
    fc.property(fc.nat(frame.byteLength * 8 - 1), (bit) => {
      const changed = frame.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(["header", "checksum"]).toContain(inspectFrame(changed, firstLink()).damage?.reason);
    }),
  );
});

test("an epoch that falls is damage", () => {
  const frame = encodeFrame({ ...fields, firstSeq: 1, epoch: 4, prevHash: new Uint8Array(32) });
  expect(inspectFrame(frame, { ...firstLink(), epoch: 5 }).damage).toMatchObject({ seq: 1, reason: "epoch" });
});
