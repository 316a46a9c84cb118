// A real nats-server says the same about patterns and subjects as the bus does.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import fc from "fast-check";
import { Bus } from "polyphon";
import { afterAll, beforeAll, expect, test } from "vitest";

const PATTERNS = 400;
const SUBJECTS = 400;

let server: ChildProcess | undefined;
let port = 0;

beforeAll(async () => {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  port = (probe.address() as { port: number }).port;
  probe.close();
  await once(probe, "close");
  const started = spawn("nats-server", ["-a", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const failed = once(started, "error").then(() => false);
  const spawned = once(started, "spawn").then(() => true);
  if (await Promise.race([spawned, failed])) server = started;
});

afterAll(() => void server?.kill());

test("the server delivers what the bus delivers", async ({ skip }) => {
  if (server === undefined) {
    expect(process.env.CI, "nats-server must be there in CI").toBeUndefined();
    skip("nats-server is not installed");
  }
  const [patterns, subjects] = samples();
  const bus = new Bus();
  const ours = subjects.map(() => [] as number[]);
  for (const [index, pattern] of patterns.entries())
    bus.subscribe<number>(pattern, ({ payload }) => void ours[payload]?.push(index));
  for (const [index, subject] of subjects.entries()) bus.publish(subject, index);
  // Again, by the routes that are known now.
  for (const [index, subject] of subjects.entries()) bus.publish(subject, index);

  const theirs = await askServer(patterns, subjects);
  for (const [index, subject] of subjects.entries()) {
    const sorted = (theirs[index] ?? []).toSorted((a, b) => a - b);
    const twice = sorted.flatMap((pattern) => [pattern, pattern]);
    expect([subject, ours[index]?.toSorted((a, b) => a - b)]).toEqual([subject, twice]);
  }
  expect(theirs.flat().length, "the samples say something").toBeGreaterThan(SUBJECTS);
});

function samples(): [readonly string[], readonly string[]] {
  const token = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("a", "b", "c") },
    { weight: 1, arbitrary: fc.stringMatching(/^[!-)+\-/-=?-~]{1,4}$/).filter((text) => !text.startsWith("$")) },
  );
  const subject = fc.array(token, { minLength: 1, maxLength: 6 });
  const pattern = fc
    .tuple(fc.array(fc.oneof({ weight: 2, arbitrary: token }, fc.constant("*")), { maxLength: 5 }), fc.boolean())
    .map(([tokens, rest]) => [...tokens, ...(rest || tokens.length === 0 ? [">"] : [])]);
  const joined = (arbitrary: fc.Arbitrary<string[]>) => arbitrary.map((tokens) => tokens.join("."));
  return [
    fc.sample(joined(pattern), { numRuns: PATTERNS, seed: 7 }),
    fc.sample(joined(subject), { numRuns: SUBJECTS, seed: 8 }),
  ];
}

/** By subject, the patterns the server delivered it to. */
async function askServer(patterns: readonly string[], subjects: readonly string[]): Promise<number[][]> {
  const socket = await connected();
  const orders = ['CONNECT {"verbose":false}'];
  for (const [index, pattern] of patterns.entries()) orders.push(`SUB ${pattern} ${index}`);
  for (const [index, subject] of subjects.entries())
    orders.push(`PUB ${subject} ${String(index).length}`, String(index));
  socket.write(`${orders.join("\r\n")}\r\nPING\r\n`);
  let text = "";
  for await (const chunk of socket) {
    text += chunk;
    if (text.includes("PONG\r\n")) break;
  }
  expect(text).not.toContain("-ERR");
  const delivered = subjects.map(() => [] as number[]);
  for (const [, pattern, index] of text.matchAll(/^MSG \S+ (\d+) \d+\r\n(\d+)\r\n/gm))
    delivered[Number(index)]?.push(Number(pattern));
  return delivered;
}

async function connected(): Promise<Socket> {
  for (let attempt = 0; ; attempt++) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return socket;
    } catch (error) {
      if (attempt === 400) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
