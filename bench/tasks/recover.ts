// A process of the recovery bench. `fill FILE` makes 10,000 live tasks; `recover FILE` opens them. Each says so and waits.
import { Polyphon } from "polyphon/node";

const [mode, file = ""] = process.argv.slice(2);
const team = await Polyphon.open(file);
if (mode === "fill") {
  const tasks = Array.from({ length: 10_000 }, (_, index) => ({ key: `t${index}`, needs: ["echo"] }));
  await team.orchestrate({ tasks }).ready;
  console.log("filled");
} else {
  team.agent("worker", { capabilities: ["echo"], maxLoad: 1 }, () => {
    console.log("granted");
    return new Promise<never>(() => undefined);
  });
}
setInterval(() => undefined, 1_000);
