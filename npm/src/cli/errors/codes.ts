import { EXIT, type ExitCode } from "./exit.ts";

/** What the command line says about an error beside its message. */
export interface ErrorFacts {
  readonly exit: ExitCode;
  readonly cure: string;
}

/** Facts of the codes raised here. */
const OWN: Readonly<Record<string, ErrorFacts>> = {
  CLI_USAGE: { exit: EXIT.usage, cure: "Run `polyphon help`, or `polyphon help COMMAND`." },
  CLI_NO_DATABASE: {
    exit: EXIT.usage,
    cure: "Name the database with --db, or start a session with `polyphon run FILE`.",
  },
  CLI_AMBIGUOUS_ID: { exit: EXIT.usage, cure: "Give more characters of the id." },
  CLI_REPORT_WRITE: {
    exit: EXIT.broken,
    cure: "Make room or give the right to write there; `polyphon report ID --out FILE` writes it again.",
  },
  CLI_INTERNAL: { exit: EXIT.broken, cure: "Run again with POLYPHON_DEBUG=1 for the stack and report it." },
  CONTROL_REQUEST_INVALID: { exit: EXIT.usage, cure: "Use the same version of polyphon for both processes." },
  CONTROL_LOST: {
    exit: EXIT.broken,
    cure: "Look with `polyphon escalations` whether the answer was taken; the same command is safe to repeat.",
  },
  CONTROL_UNSAFE: {
    exit: EXIT.broken,
    cure: "Make sure that only you can write to the folder of the database and to the folder for temporary files.",
  },
  ESCALATION_UNKNOWN: { exit: EXIT.usage, cure: "List the open ones with `polyphon escalations`." },
  SESSION_UNKNOWN: { exit: EXIT.usage, cure: "List the sessions with `polyphon sessions`." },
};

const USAGE_DOMAINS = new Set(["CLI", "CONFIG", "PLAN", "SESSION", "ESCALATION"]);

/** Facts of any code; one that nobody registered counts by its domain. */
export function factsOf(code: string): ErrorFacts {
  const known = OWN[code];
  if (known !== undefined && Object.hasOwn(OWN, code)) return known;
  const domain = code.split("_", 1)[0] ?? "";
  return { exit: USAGE_DOMAINS.has(domain) ? EXIT.usage : EXIT.broken, cure: "" };
}
