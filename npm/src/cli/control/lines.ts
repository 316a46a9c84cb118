import type { Socket } from "node:net";
import { MAX_LINE } from "./protocol.ts";

/** Calls back for each line of a socket, and once when a line grows too long; afterwards nothing more is read. */
export function readLines(socket: Socket, onLine: (line: string) => void, onOverflow: () => void): void {
  let rest = "";
  let over = false;
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    if (over) return;
    rest += chunk;
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      if (line.length > MAX_LINE) break;
      if (line.trim() !== "") onLine(line);
    }
    if (rest.length > MAX_LINE) {
      over = true;
      rest = "";
      onOverflow();
    }
  });
}
