import { expect, test } from "vitest";
import * as node from "../index.node.ts";
import * as portable from "../index.ts";
import * as slim from "../slim.ts";
import { loadKernel } from "../wasm/node.ts";

test("the two faces of the portable entry point have the same names", () => {
  expect(Object.keys(node).sort()).toEqual(Object.keys(portable).sort());
});

test.each([
  ["the portable entry point", node.Polyphon],
  ["slim with a loader of the application's own", slim.portablePolyphon(loadKernel)],
])("%s runs a team of functions in memory", async (_name, polyphon) => {
  await using team = await polyphon.open();
  team.agent("doubler", { capabilities: ["double"] }, (task) => (task.input as number) * 2);
  const { status, outputs } = await team.orchestrate({ tasks: [{ key: "A", needs: ["double"], input: 21 }] }).result;
  expect(status).toBe("completed");
  expect(outputs).toEqual({ A: 42 });
});

test("a program finds no folder there, and the task says where it would", async () => {
  await using team = await node.Polyphon.open();
  let started = false;
  const run = (): Promise<never> => {
    started = true;
    return Promise.reject(new Error("started"));
  };
  team.host("runner", { capabilities: ["run"] }, { kind: "process", run, close: async () => undefined });
  const session = team.orchestrate({ tasks: [{ key: "A", needs: ["run"], program: { argv: ["true"], cwd: "/" } }] });
  for await (const event of session.events$) {
    if (!event.type.includes("Fail")) continue;
    expect(JSON.stringify(event.data)).toContain("polyphon/node");
    break;
  }
  expect(started).toBe(false);
});
