// A page of a user: the wasm is fetched, compiled while it streams, and a team does its work in it.
import { Polyphon } from "polyphon/browser";

async function main() {
  const team = await Polyphon.open();
  team.agent("adder", { capabilities: ["add"] }, (task) => task.input.a + task.input.b);
  const tasks = [
    { key: "one", needs: ["add"], input: { a: 1, b: 0 } },
    { key: "two", needs: ["add"], input: { a: 1, b: 1 }, after: ["one"] },
  ];
  const { status, outputs } = await team.orchestrate({ tasks }).result;
  await team.close();
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
