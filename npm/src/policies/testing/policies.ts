import type { PolyphonError } from "../../errors/error.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { Policies, type PolicyCall } from "../index.ts";

export const setUp = () => {
  const clock = new FakeClock();
  return { clock, policies: new Policies({ clock, seed: 7 }) };
};

/** What a promise came to, looked at without waiting. */
export const watch = <T>(promise: Promise<T>) => {
  const seen: { value?: T; error?: unknown; settled: boolean } = { settled: false };
  promise.then(
    (value) => Object.assign(seen, { value, settled: true }),
    (error) => Object.assign(seen, { error, settled: true }),
  );
  return seen;
};

/** A function that ends when it is told to. */
export const controlled = <T>() => {
  const calls: { call: PolicyCall; resolve(value: T): void; reject(error: unknown): void }[] = [];
  const work = (call: PolicyCall) =>
    new Promise<T>((resolve, reject) => {
      calls.push({ call, resolve, reject });
    });
  return { calls, work };
};

export const fail = () => Promise.reject(new Error("down"));
export const code = (error: unknown) => (error as PolyphonError).code;
