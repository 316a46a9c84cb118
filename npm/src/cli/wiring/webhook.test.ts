import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { suiteSession } from "../../report/testing/suite.ts";
import type { EscalationView } from "../../sessions/view.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { escalationPost, postEscalation } from "./webhook.ts";

const session = suiteSession();
const item = session.escalations[0] as EscalationView;
const report = escalationPost(item, session);

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  server = undefined;
});

/** A receiver that answers the given statuses in turn; `null` never answers. */
async function receiver(
  ...statuses: readonly (number | null)[]
): Promise<{ url: string; bodies: unknown[]; keys: unknown[] }> {
  const bodies: unknown[] = [];
  const keys: unknown[] = [];
  const made = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += String(chunk);
    });
    request.on("end", () => {
      keys.push(request.headers["idempotency-key"]);
      bodies.push(JSON.parse(text));
      const status = statuses[Math.min(bodies.length, statuses.length) - 1];
      if (status !== null && status !== undefined) response.writeHead(status).end();
    });
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(made.address() as AddressInfo).port}/hook`, bodies, keys };
}

/** Lets simulated time run whenever the post waits for it, but never ahead of an answer under way. */
async function passing<T>(work: Promise<T>, clock: FakeClock, advance: (nextMs: number) => boolean): Promise<T> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  done.catch(() => undefined);
  while (!over) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    const next = clock.nextInMs;
    if (next !== undefined && advance(next)) clock.advance(next);
  }
  return await done;
}

const retriesOnly = (next: number): boolean => next < 10_000;

describe("webhook", () => {
  it("posts a report with every field, once", async () => {
    const { url, bodies, keys } = await receiver(200);
    await postEscalation(url, report, new FakeClock());
    expect(bodies).toEqual([JSON.parse(JSON.stringify(report))]);
    expect(keys).toEqual([item.id]);
    expect(Object.keys(report)).toEqual([
      "escalation_id",
      "timestamp",
      "task_id",
      "issue_type",
      "severity",
      "context",
      "system_state",
      "recommended_actions",
      "blocking_tasks",
    ]);
    expect(report).toMatchObject({
      task_id: "A2",
      timestamp: "2025-07-10T10:00:06.900Z",
      system_state: {
        tasks: { total: 12, completed: 1 },
        running_attempts: 1,
        reserved: { memory_mb: 512, cpu_cores: 1, disk_mb: 100 },
        totals: { memory_mb: 8_192 },
      },
    });
  });

  it("tries a receiver that is busy again", async () => {
    const clock = new FakeClock();
    const { url, bodies } = await receiver(503, 429, 204);
    await passing(postEscalation(url, report, clock), clock, retriesOnly);
    expect(bodies).toHaveLength(3);
    expect(clock.monoMs()).toBe(6_000);
  });

  it("does not insist where it is refused", async () => {
    const { url, bodies } = await receiver(401);
    await expect(postEscalation(url, report, new FakeClock())).rejects.toMatchObject({
      code: "CLI_NOTIFY_FAILED",
      message: expect.stringContaining("it answered 401"),
    });
    expect(bodies).toHaveLength(1);
  });

  it("gives up on one that never answers, and on one that is not there", async () => {
    const clock = new FakeClock();
    const { url, bodies } = await receiver(null);
    let seen = 0;
    const silent = passing(postEscalation(url, report, clock), clock, (next) => {
      if (next < 10_000) return true;
      const arrived = bodies.length > seen;
      if (arrived) seen = bodies.length;
      return arrived;
    });
    await expect(silent).rejects.toMatchObject({ message: expect.stringContaining("gave no answer in 10 s") });
    expect(bodies).toHaveLength(3);
    const gone = passing(postEscalation("http://127.0.0.1:1/secret-token", report, clock), clock, retriesOnly);
    await expect(gone).rejects.toMatchObject({
      code: "CLI_NOTIFY_FAILED",
      message: expect.not.stringContaining("secret-token"),
    });
  });

  it("says what it knows when the session is not at hand", () => {
    expect(escalationPost(item, undefined)).toMatchObject({
      escalation_id: item.id,
      context: { agent_id: item.agent, attempts: [] },
      system_state: { agents: 4 },
    });
  });
});
