import type { PolyphonError } from "../../errors/error.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { Bus, type BusOptions, type Message } from "../index.ts";

/** A bus on a clock that stands still. */
export function setUp(options: BusOptions = {}): { readonly clock: FakeClock; readonly bus: Bus } {
  const clock = new FakeClock();
  return { clock, bus: new Bus({ clock, node: "n1", ...options }) };
}

/** The code of what is thrown. */
export function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return (error as PolyphonError).code;
  }
  return undefined;
}

/** The payloads of a pattern, as they come. */
export function collect(bus: Bus, pattern: string, options: object = {}): unknown[] {
  const seen: unknown[] = [];
  bus.subscribe(pattern, ({ payload }) => void seen.push(payload), options);
  return seen;
}

/** A handler whose promises are open until they are released, the oldest first. */
export function gate(): {
  readonly seen: unknown[];
  readonly open: (() => void)[];
  handler(message: Message): Promise<void>;
  release(): void;
} {
  const open: (() => void)[] = [];
  const seen: unknown[] = [];
  const handler = ({ payload }: Message): Promise<void> => {
    seen.push(payload);
    return new Promise<void>((resolve) => open.push(resolve));
  };
  return { seen, open, handler, release: () => open.shift()?.() };
}
