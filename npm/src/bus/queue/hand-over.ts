import type { QueueMessage } from "./message.ts";
import type { QueueHandler } from "./queue.ts";

/** Lets a handler deal with a message: acknowledged when it is done, given back when it fails, of which `failed` hears first. */
export function handOver<T>(message: QueueMessage<T>, handler: QueueHandler<T>, failed: () => void): void {
  const fails = (error: unknown): void => {
    failed();
    message.fails(textOf(error));
  };
  let done: unknown;
  try {
    done = handler(message);
  } catch (error) {
    fails(error);
    return;
  }
  if (isThenable(done)) done.then(() => message.finish(), fails);
  else message.finish();
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
