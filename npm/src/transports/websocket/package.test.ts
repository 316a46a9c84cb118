import { expect, test, vi } from "vitest";
import { Bus } from "../../bus/bus.ts";
import { memoryTransport } from "../memory/memory-transport.ts";
import { webSocketServer } from "./server.ts";

vi.mock("ws", () => {
  throw new Error("Cannot find package 'ws'");
});

test("a server without the package ws says which to install", async () => {
  await using bus = new Bus();
  const refused = webSocketServer({ authenticate: () => ({ name: "anybody", transport: memoryTransport(bus) }) });
  await expect(refused).rejects.toMatchObject({ code: "TRANSPORT_PACKAGE_MISSING", details: { package: "ws" } });
  await expect(refused).rejects.toThrow("npm install ws");
});
