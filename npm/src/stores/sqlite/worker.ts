/** Entry of the thread that holds the database. Loaded by `client.ts`, never imported. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type Role, startService } from "./roles.ts";
import { answerOf, type Call } from "./service.ts";

/** Calls answered together at most: what one commit takes stays short enough to wait for. */
const TOGETHER_MOST = 16;

const port = parentPort;
const service = startService(workerData as Role);
const together = service.together;

port?.on("message", (first: Call) => {
  let call: Call | undefined = first;
  while (call !== undefined) {
    const [method, args]: Call = call;
    const calls = [args];
    call = together?.method === method ? waiting() : undefined;
    while (together !== undefined && call?.[0] === method && calls.length < TOGETHER_MOST) {
      calls.push(call[1]);
      call = waiting();
    }
    const answers =
      together !== undefined && calls.length > 1 ? together.run(calls) : [answerOf(service, method, args)];
    for (const answer of answers) port.postMessage(answer, buffersOf(answer[0]));
    if (method === "close") port.close();
    else service.rest?.();
  }
});

/** The call that came behind the one at hand, taken off the port. */
function waiting(): Call | undefined {
  return port === null ? undefined : receiveMessageOnPort(port)?.message;
}

/** The buffers of an answer that can move instead of being copied: fresh from the database, referred to by nobody here. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== "object" || value === null) return [];
  const { frames, deflated } = value as { readonly frames?: readonly Uint8Array[]; readonly deflated?: Uint8Array };
  const arrays = value instanceof Uint8Array ? [value] : (frames ?? (deflated === undefined ? [] : [deflated]));
  return arrays.map((array) => array.buffer as ArrayBuffer);
}
