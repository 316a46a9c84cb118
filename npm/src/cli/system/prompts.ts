import { createInterface } from "node:readline/promises";
import type { Prompts } from "../context.ts";

/** Asks on a terminal. There is somebody to ask only when both ends are one. */
export function systemPrompts(input: NodeJS.ReadStream, output: NodeJS.WriteStream, interrupted: () => void): Prompts {
  return {
    available: input.isTTY === true && output.isTTY === true,
    async ask(question, signal) {
      // While a line is read the terminal hands over Ctrl-C as a key, not as a signal.
      const reader = createInterface({ input, output });
      reader.on("SIGINT", interrupted);
      const ended = new Promise<undefined>((resolve) => reader.once("close", () => resolve(undefined)));
      try {
        return await Promise.race([reader.question(question, { signal }), ended]);
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      } finally {
        reader.close();
      }
    },
  };
}
