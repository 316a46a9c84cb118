// An agent in a process of its own: `translator.ts URL TOKEN`. The same lines work in a page, with a name of keptName("translator").

import { remoteAgent } from "polyphon/remote";
import { Bus } from "polyphon/slim";
import { webSocketTransport } from "polyphon/websocket";

const [url = "", token = ""] = process.argv.slice(2);
const words: Readonly<Record<string, string>> = { hello: "bonjour", world: "monde" };

const bus = new Bus({ transport: webSocketTransport(url, { token }) });
const agent = remoteAgent<string>(
  bus,
  { name: "translator", capabilities: ["french"], heartbeatMs: 1_000 },
  async (task, ctx) => {
    ctx.log.info(`process ${process.pid} translates ${task.input}, fence ${ctx.attempt.fence}`);
    // The first process is killed while it does this.
    if (process.env.SLOW === "1") await new Promise(() => undefined);
    return task.input.replaceAll(/\w+/g, (word) => words[word] ?? word);
  },
);
console.log("attached as", await agent.ready);
console.log("ended by", (await agent.closed)?.code);
await bus.close();
