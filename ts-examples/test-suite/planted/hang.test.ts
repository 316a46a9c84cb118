// Planted: never ends, and does not listen to the polite request to end.
import { it } from "node:test";

process.on("SIGTERM", () => {});

it("waits for an answer that never comes", () => new Promise(() => setInterval(() => {}, 1_000)));
