import { type ErrorCode, errorFacts } from "../../errors/codes.generated.ts";
import { errorCures } from "../../errors/cures.generated.ts";
import { EXIT, type ExitCode } from "./exit.ts";

/** What the command line says about an error beside its message. */
export interface CodeFacts {
  readonly exit: ExitCode;
  /** What to do; empty for a code of another version. */
  readonly cure: string;
}

/** Facts of any code. One this version does not know, from an owner of a newer one, counts as broken. */
export function factsOf(code: string): CodeFacts {
  if (!Object.hasOwn(errorFacts, code)) return { exit: EXIT.broken, cure: "" };
  const known = code as ErrorCode;
  const exit = Object.values(EXIT).find((one) => one === errorFacts[known].exit) ?? EXIT.broken;
  return { exit, cure: errorCures[known] };
}
