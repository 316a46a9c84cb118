import { Bus } from "../../../npm/src/browser.ts";
import { keptName, type RemoteAgent, remoteAgent } from "../../../npm/src/hosts/remote/index.ts";
import { webSocketTransport } from "../../../npm/src/transports/websocket/index.ts";

/** An agent of this page, and what it was asked to do. */
export interface PageAgent {
  readonly name: string;
  readonly agent: RemoteAgent;
  /** `begin a 7`, `stop a cancelled`, `trouble LEASE_FENCED`. */
  readonly seen: string[];
  /** Lets tasks end that wait, and all that come later. */
  go(): void;
}

/** Makes this page, or worker, an agent of the team behind `url`, under a name that a reload keeps unless one is given. */
export async function pageAgent(url: string, capability: string, given?: string): Promise<PageAgent> {
  const name = given ?? (await keptName("page"));
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const onError = (error: Error): unknown => seen.push(`trouble ${(error as { code?: string }).code ?? error.message}`);
  const retry = { retryMs: 50, retryMostMs: 500 };
  const bus = new Bus({ transport: webSocketTransport(url, { token: "t", ...retry }) });
  const options = { name, capabilities: [capability], heartbeatMs: 1_000, ...retry, onError };
  const agent = remoteAgent(bus, options, async (task, ctx) => {
    seen.push(`begin ${task.key} ${ctx.attempt.fence}`);
    ctx.progress(50);
    ctx.log.info(`${task.key} in the page`);
    ctx.signal.addEventListener("abort", () => seen.push(`stop ${task.key} ${ctx.signal.reason.errorType}`));
    await gate.promise;
    return `${task.key} done by a page`;
  });
  await agent.ready;
  return { name, agent, seen, go: gate.resolve };
}
