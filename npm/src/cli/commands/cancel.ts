import type { CommandDefinition } from "../command.ts";
import { sessionCommand } from "./session-actions.ts";

/** `polyphon cancel ID` */
export const cancel: CommandDefinition = sessionCommand("cancel", "end a session; what runs is asked to stop");
