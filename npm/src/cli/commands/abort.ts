import type { CommandDefinition } from "../command.ts";
import { answerCommand } from "./answers.ts";

/** `polyphon abort ID` */
export const abort: CommandDefinition = answerCommand("abort", "give the task of an escalation up");
