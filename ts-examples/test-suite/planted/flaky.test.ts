// Planted: the quote server resets the first connection and answers the next one. The first try fails, the second passes.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { it } from "node:test";

const firstTry = process.env.TRY === "1";

it("reads a quote from the server", async () => {
  const server = createServer((socket) => {
    if (firstTry) socket.resetAndDestroy();
    else socket.end("USD 1.0837");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as { port: number };
    assert.equal(await text(connect(port, "127.0.0.1")), "USD 1.0837");
  } finally {
    server.close();
  }
});
