import { systemClock } from "../../runtime/clock.ts";
import type { CliContext, Output } from "../context.ts";
import type { Runtime } from "../ports.ts";
import { systemInterrupts } from "./interrupts.ts";
import { systemPrompts } from "./prompts.ts";
import { watchFiles } from "./watch-files.ts";

/** The context of a real process. */
export function systemContext(runtime: Runtime): CliContext {
  const clock = systemClock();
  const interrupts = systemInterrupts(process);
  return {
    runtime,
    clock,
    cwd: process.cwd(),
    env: process.env,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    prompts: systemPrompts(process.stdin, process.stdout, interrupts.fire),
    interrupts,
    watch: watchFiles(clock),
  };
}

/** Width and height are asked anew each time: a terminal may be resized. */
function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return stream.rows ?? 24;
    },
    stream,
  };
}
