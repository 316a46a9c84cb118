import { PolyphonError } from "../../errors/error.ts";

/** Throws unless both are the same number, string, boolean or `undefined`. */
export function equal<T>(actual: T, expected: T, what: string): void {
  if (!Object.is(actual, expected)) throw new Error(`${what}: expected ${String(expected)}, got ${String(actual)}`);
}

export function ok(condition: boolean, what: string): void {
  if (!condition) throw new Error(`expected ${what}`);
}

/** Throws unless both hold the same bytes. */
export function sameBytes(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  if (actual === undefined) throw new Error(`${what}: nothing there`);
  equal(actual.byteLength, expected.byteLength, `${what}: length`);
  for (let i = 0; i < expected.byteLength; i++) {
    if (actual[i] !== expected[i]) throw new Error(`${what}: byte ${i} is ${actual[i]}, not ${expected[i]}`);
  }
}

/** Throws unless both lists hold the same bytes in the same order. */
export function sameFrames(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  equal(actual.length, expected.length, "frames");
  for (const [index, frame] of expected.entries()) sameBytes(actual[index], frame, `frame ${index}`);
}

/** Waits for the refusal with `code` and answers it. */
export async function refused(call: Promise<unknown>, code: string): Promise<PolyphonError> {
  let value: unknown;
  try {
    value = await call;
  } catch (error) {
    if (error instanceof PolyphonError && error.code === code) return error;
    throw new Error(`expected ${code}, got ${String(error)}`, { cause: error });
  }
  throw new Error(`expected ${code}, got the answer ${String(value)}`);
}

/** Waits for a rejection with exactly `reason`. */
export async function rejectedWith(call: Promise<unknown>, reason: unknown): Promise<void> {
  const outcome = await call.then(
    () => "an answer",
    (error: unknown) => error,
  );
  if (outcome !== reason) throw new Error(`expected ${String(reason)}, got ${String(outcome)}`, { cause: outcome });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
