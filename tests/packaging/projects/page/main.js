// A page of a user: the wasm is fetched, compiled while it streams, and a team does its work in it.
import { Polyphon } from "polyphon/browser";
import { Policies } from "polyphon/policies";

async function main() {
  const team = await Polyphon.open("packaging");
  team.agent("adder", { capabilities: ["add"] }, (task) => task.input.a + task.input.b);
  const tasks = [
    { key: "one", needs: ["add"], input: { a: 1, b: 0 } },
    { key: "two", needs: ["add"], input: { a: 1, b: 1 }, after: ["one"] },
  ];
  const { status, outputs } = await team.orchestrate({ tasks }).result;
  await team.close();
  // The rules of policies come inside the script.
  const breaker = new Policies().circuitBreaker({ failures: 1 });
  await breaker.run(() => Promise.reject(new Error("down"))).catch(() => {});
  if (breaker.state !== "open") throw new Error(`the breaker is ${breaker.state}`);
  return `${status} ${JSON.stringify(outputs)}`;
}

main().then(
  (text) => {
    document.title = text;
  },
  (error) => {
    document.title = `failed: ${error instanceof Error ? error.stack : error}`;
  },
);
