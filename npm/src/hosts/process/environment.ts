import type { Attempt, Program } from "../host.ts";

/** What a program needs of its surroundings to start at all; everything else stays with us. */
const INHERITED: readonly string[] = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM"],
  ...[
    "SystemRoot",
    "SystemDrive",
    "windir",
    "ComSpec",
    "PATHEXT",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
  ],
];

/** Variables by which a process of ours is found again after we died. */
export const ATTEMPT_VARIABLE = "POLYPHON_ATTEMPT";
export const TEAM_VARIABLE = "POLYPHON_TEAM";

export interface EnvironmentParts {
  readonly teamId: string;
  readonly attempt: Attempt;
  readonly program: Program;
  readonly dir: string;
  /** Where the program may write protocol lines, when it has a file for them. */
  readonly resultsPath: string | undefined;
}

/** The environment of one try: little of ours, then the program's and its recovery's, then what Polyphon says. */
export function environmentOf(parts: EnvironmentParts, ours: NodeJS.ProcessEnv): Record<string, string> {
  const { attempt, program } = parts;
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(ours)) {
    if (value !== undefined && (INHERITED.includes(name) || name.startsWith("LC_"))) env[name] = value;
  }
  const recovery = attempt.recovery && own(program.recoveries, attempt.recovery.action);
  return { ...env, ...program.env, ...recovery?.env, ...polyphonVariables(parts) };
}

function polyphonVariables({ teamId, attempt, program, dir, resultsPath }: EnvironmentParts): Record<string, string> {
  return {
    [TEAM_VARIABLE]: teamId,
    [ATTEMPT_VARIABLE]: attempt.id,
    POLYPHON_ATTEMPT_NUMBER: String(attempt.number),
    POLYPHON_TASK: attempt.key,
    POLYPHON_TASK_ID: attempt.taskId,
    POLYPHON_SESSION: attempt.sessionId,
    POLYPHON_DIR: dir,
    POLYPHON_MEMORY_MB: String(attempt.resources.memoryMb),
    POLYPHON_CPU_CORES: String(attempt.resources.cpuCores),
    POLYPHON_DISK_MB: String(attempt.resources.diskMb),
    POLYPHON_TIMEOUT_MS: String(attempt.timeoutMs),
    ...(program.bus === true ? { POLYPHON_BUS: "1" } : {}),
    ...(attempt.recovery ? { POLYPHON_RECOVERY: attempt.recovery.action } : {}),
    ...(resultsPath === undefined ? {} : { POLYPHON_RESULTS: resultsPath }),
  };
}

/** A member of the record itself, never one of `Object.prototype`. */
export function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
