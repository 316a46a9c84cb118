import { afterEach, expect, expectTypeOf, test } from "vitest";
import type { Agent, AgentId, SatelliteAgent } from "../slim.ts";
import { Teams } from "../team/testing/teams.ts";
import { isAgentId } from "./id.ts";

const teams = new Teams();
afterEach(() => teams.close());

test("ids of agents have their form, wherever a team gives them", async () => {
  const team = await teams.open();
  const ada: SatelliteAgent = team.agent("ada", () => 1);
  const id = await ada.ready;
  expectTypeOf(id).toEqualTypeOf<AgentId>();
  expectTypeOf<SatelliteAgent>().toEqualTypeOf<Agent>();
  const [view] = await team.agents();
  expect([isAgentId(id), view?.id]).toEqual([true, id]);
});

test.each(["", "agent_", "agent_1", `agent_${"8".repeat(26)}`, `agent_${"l".repeat(26)}`, `task_${"0".repeat(26)}`])(
  "%j is none",
  (text) => {
    expect(isAgentId(text)).toBe(false);
  },
);

test("an agent is forgotten through its face once it is stopped", async () => {
  const team = await teams.open();
  const ada = team.agent("ada", () => 1);
  await expect(ada.deregister()).rejects.toMatchObject({ code: "AGENT_TRANSITION" });
  await ada.stop();
  await ada.deregister("replaced");
  expect(await team.agents()).toEqual([]);
});
