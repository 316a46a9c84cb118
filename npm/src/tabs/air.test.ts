import { expect, test } from "vitest";
import { Bus } from "../bus/bus.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { memoryTransport } from "../transports/memory/memory-transport.ts";
import { serveWorker, workerTransport } from "../transports/worker/worker-transport.ts";
import { Air, type AirListener, type ChannelLike } from "./air.ts";

/** Everybody hears what the others say, and nothing it says itself. */
class Sky {
  readonly #ends = new Set<ChannelLike>();
  /** Whose words are lost. */
  readonly mute = new Set<ChannelLike>();

  end(): ChannelLike {
    const end: ChannelLike = {
      onmessage: null,
      postMessage: (data) => {
        if (this.mute.has(end)) return;
        const copy = structuredClone(data);
        for (const other of this.#ends) if (other !== end) other.onmessage?.({ data: copy } as MessageEvent);
      },
      close: () => this.#ends.delete(end),
    };
    this.#ends.add(end);
    return end;
  }
}

const NOBODY: AirListener = {
  leader: () => undefined,
  coming: () => undefined,
  sought: () => undefined,
  caller: () => undefined,
};

/** A tab that serves a bus which answers with its name. */
function owner(sky: Sky, name: string, clock: FakeClock): { readonly air: Air; readonly callers: string[] } {
  const bus = new Bus({ node: name, clock });
  bus.respond("who", ({ source }) => `${name} to ${source}`);
  const callers: string[] = [];
  const air: Air = new Air(name, sky.end(), {
    ...NOBODY,
    sought: () => air.lead(1),
    caller: (tab, port) => {
      callers.push(tab);
      serveWorker(port, memoryTransport(bus), { name: tab, heartbeatMs: 1_000, clock });
    },
  });
  return { air, callers };
}

test("who looks for an owner hears of it, and connects", async () => {
  const clock = new FakeClock();
  const sky = new Sky();
  const { callers } = owner(sky, "tab-a", clock);
  const found: string[] = [];
  const air = new Air("tab-b", sky.end(), { ...NOBODY, leader: (tab) => found.push(tab) });
  air.seek();
  expect(found).toEqual(["tab-a"]);
  const bus = new Bus({ clock, transport: workerTransport(air.connect("tab-a"), { heartbeatMs: 1_000, clock }) });
  expect(await bus.request("who")).toBe("tab-a to tab-b");
  expect(callers).toEqual(["tab-b"]);
  await clock.advanceAsync(60_000);
  expect(await bus.request("who")).toBe("tab-a to tab-b");
  await bus.close();
});

test("a connection is its own: after a silence another one begins, for the same tab", async () => {
  const clock = new FakeClock();
  const sky = new Sky();
  const { callers } = owner(sky, "tab-a", clock);
  const end = sky.end();
  const air = new Air("tab-b", end, NOBODY);
  const first = workerTransport(air.connect("tab-a"), { heartbeatMs: 1_000, clock });
  await clock.advanceAsync(2_000);
  sky.mute.add(end);
  await clock.advanceAsync(10_000);
  expect(first.health().state).toBe("closed");
  sky.mute.delete(end);
  const bus = new Bus({ clock, transport: workerTransport(air.connect("tab-a"), { heartbeatMs: 1_000, clock }) });
  expect(await bus.request("who")).toBe("tab-a to tab-b");
  expect(callers).toEqual(["tab-b", "tab-b"]);
  await bus.close();
});

test("tabs hear only what is for them, and nothing once they are closed", async () => {
  const clock = new FakeClock();
  const sky = new Sky();
  owner(sky, "tab-a", clock);
  const stranger: string[] = [];
  const other = new Air("tab-c", sky.end(), { ...NOBODY, caller: (tab) => stranger.push(tab) });
  const found: string[] = [];
  const air = new Air("tab-b", sky.end(), { ...NOBODY, leader: (tab) => found.push(tab) });
  const bus = new Bus({ clock, transport: workerTransport(air.connect("tab-a"), { clock }) });
  await bus.request("who");
  expect(stranger).toEqual([]);
  air.close();
  other.lead(2);
  expect(found).toEqual([]);
  void bus.close();
});
