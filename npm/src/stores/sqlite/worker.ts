/** Entry of the thread that holds the database. Loaded by `client.ts`, never imported. */
import { parentPort, workerData } from "node:worker_threads";
import type { PolyphonError } from "../../errors/error.ts";
import { type Role, startService } from "./roles.ts";
import { type Answer, type Call, dispatch, toFailure } from "./service.ts";

const port = parentPort;
const service = startService(workerData as Role);

port?.on("message", ([method, args]: Call) => {
  let answer: Answer;
  let value: unknown;
  try {
    value = dispatch(service, method, args);
    answer = [value];
  } catch (error) {
    answer = [undefined, toFailure(error as PolyphonError)];
  }
  port.postMessage(answer, buffersOf(value));
  if (method === "close") port.close();
  else service.rest?.();
});

/** The buffers of an answer that can move instead of being copied: fresh from the database, referred to by nobody here. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== "object" || value === null) return [];
  const { frames, deflated } = value as { readonly frames?: readonly Uint8Array[]; readonly deflated?: Uint8Array };
  const arrays = value instanceof Uint8Array ? [value] : (frames ?? (deflated === undefined ? [] : [deflated]));
  return arrays.map((array) => array.buffer as ArrayBuffer);
}
