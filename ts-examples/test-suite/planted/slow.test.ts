// Planted: 2.2 s of work in 2 s of time: the first try ends by timeout, an extended one passes.
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

it("waits for the end of the month's batch", () => sleep(2_200));
