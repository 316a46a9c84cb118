import type { CommandDefinition } from "../command.ts";
import { answerCommand } from "./answers.ts";

/** `polyphon retry ID` */
export const retry: CommandDefinition = answerCommand("retry", "try the task of an escalation again");
