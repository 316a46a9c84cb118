import type { CommandDefinition } from "../command.ts";
import { sessionCommand } from "./session-actions.ts";

/** `polyphon resume ID` */
export const resume: CommandDefinition = sessionCommand("resume", "go on with a paused session");
