import type { CommandDefinition } from "../command.ts";
import { abort } from "./abort.ts";
import { agents } from "./agents.ts";
import { approve } from "./approve.ts";
import { cancel } from "./cancel.ts";
import { check } from "./check.ts";
import { doctor } from "./doctor.ts";
import { escalations } from "./escalations.ts";
import { pause } from "./pause.ts";
import { replay } from "./replay.ts";
import { report } from "./report.ts";
import { resume } from "./resume.ts";
import { retry } from "./retry.ts";
import { run } from "./run.ts";
import { sessions } from "./sessions.ts";
import { show } from "./show.ts";
import { verify } from "./verify.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  run,
  check,
  sessions,
  show,
  report,
  agents,
  escalations,
  approve,
  retry,
  abort,
  cancel,
  pause,
  resume,
  verify,
  replay,
  doctor,
];
