import { systemClock } from "../../runtime/clock.ts";
import type { Transport, TransportMessage } from "../../transports/transport.ts";
import type { TestApi } from "../store-contract.ts";

/** A place to meet, and ways to it. */
export interface TransportSubject {
  /** Another transport to the same place. */
  open(): Promise<Transport>;
  teardown(): Promise<void>;
}

/** Two transports to one place. */
export interface Pair {
  readonly near: Transport;
  readonly far: Transport;
  open(): Promise<Transport>;
}

export interface Context {
  test(name: string, body: (pair: Pair) => Promise<void>): void;
}

export function contextOf(make: () => Promise<TransportSubject>, api: TestApi): Context {
  return {
    test(name, body) {
      api.test(name, async () => {
        const subject = await make();
        const opened: Transport[] = [];
        const open = async (): Promise<Transport> => {
          const transport = await subject.open();
          opened.push(transport);
          return transport;
        };
        try {
          await body({ near: await open(), far: await open(), open });
        } finally {
          for (const transport of opened) await transport.close();
          await subject.teardown();
        }
      });
    },
  };
}

/** A message; what is not given is of no interest. */
export function message(subject: string, payload: unknown, fields: Partial<TransportMessage> = {}): TransportMessage {
  return {
    id: `01939d2c-0000-7000-8000-${Math.abs(hash(`${subject} ${JSON.stringify(fields)}`))
      .toString(16)
      .padStart(12, "0")}`,
    kind: "data",
    subject,
    source: "tester",
    timestampMs: 1_700_000_000_000,
    priority: "medium",
    payload,
    ...fields,
  };
}

function hash(text: string): number {
  let sum = 7;
  for (const char of text) sum = (Math.imul(sum, 31) + (char.codePointAt(0) ?? 0)) | 0;
  return sum;
}

/** Waits until something holds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const clock = systemClock();
  const end = clock.monoMs() + 5_000;
  while (!holds()) {
    if (clock.monoMs() > end) throw new Error(`it did not come about within 5 s: ${what}`);
    await pause(2);
  }
}

/** Gives the other side time to do what it should not. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock().after(ms, resolve));
}
