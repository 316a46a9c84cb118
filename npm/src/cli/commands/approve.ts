import type { CommandDefinition } from "../command.ts";
import { answerCommand } from "./answers.ts";

/** `polyphon approve ID` */
export const approve: CommandDefinition = answerCommand("approve", "accept the task of an escalation as it is");
