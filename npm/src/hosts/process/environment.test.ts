import { describe, expect, it } from "vitest";
import { attemptOf } from "../testing/attempts.ts";
import { environmentOf } from "./environment.ts";

const ours = {
  PATH: "/bin",
  LC_ALL: "C",
  HOME: "/home/x",
  NODE_OPTIONS: "--inspect",
  TOKEN: "secret",
  POLYPHON_TEAM: "outer",
  EMPTY: undefined,
};

describe("environmentOf", () => {
  it("takes little of ours, then the program's, then the recovery's, then what Polyphon says", () => {
    const attempt = attemptOf({ recovery: { level: 1, action: "fix", errorType: "x" } });
    const program = {
      argv: ["x"] as const,
      cwd: "/",
      env: { PATH: "/own", A: "program", B: "program", POLYPHON_ATTEMPT: "forged" },
      recoveries: { fix: { env: { B: "recovery", POLYPHON_DIR: "forged" } } },
    };
    const env = environmentOf({ teamId: "team_1", attempt, program, dir: "/dir", resultsPath: undefined }, ours);
    expect(env).toEqual({
      PATH: "/own",
      LC_ALL: "C",
      HOME: "/home/x",
      A: "program",
      B: "recovery",
      POLYPHON_TEAM: "team_1",
      POLYPHON_ATTEMPT: "task_1.7",
      POLYPHON_ATTEMPT_NUMBER: "1",
      POLYPHON_TASK: "A1",
      POLYPHON_TASK_ID: "task_1",
      POLYPHON_SESSION: "session_1",
      POLYPHON_DIR: "/dir",
      POLYPHON_MEMORY_MB: "512",
      POLYPHON_CPU_CORES: "1",
      POLYPHON_DISK_MB: "100",
      POLYPHON_TIMEOUT_MS: "60000",
      POLYPHON_RECOVERY: "fix",
    });
  });

  it("does not take members of every object for recoveries", () => {
    const attempt = attemptOf({ recovery: { level: 1, action: "constructor", errorType: "x" } });
    const program = { argv: ["x"] as const, cwd: "/", recoveries: {} };
    const parts = { teamId: "t", attempt, program, dir: "/dir", resultsPath: "/lines" };
    expect(environmentOf(parts, {})).toMatchObject({ POLYPHON_RECOVERY: "constructor", POLYPHON_RESULTS: "/lines" });
  });
});
