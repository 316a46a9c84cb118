import type { CommandDefinition } from "../command.ts";
import { sessionCommand } from "./session-actions.ts";

/** `polyphon pause ID` */
export const pause: CommandDefinition = sessionCommand("pause", "grant no more work in a session");
