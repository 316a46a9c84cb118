import { errorFacts } from "../../errors/codes.generated.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { Artifact, AttemptError, AttemptProgress, AttemptResult, ResourceUsage } from "../host.ts";
import { isName, MAX_ARTIFACTS, MAX_METRICS } from "../limits.ts";
import { checkOutput } from "../output.ts";

/** First tokens of the subjects remote agents and their team talk on, unless they are told another. */
export const SUBJECT = "polyphon.agents";

/** An attempt as it crosses: without what is asked for later. */
export interface RemoteAttempt {
  readonly id: string;
  readonly taskId: string;
  readonly key: string;
  readonly sessionId: string;
  readonly agentId: string;
  readonly number: number;
  readonly fence: number;
  readonly input?: unknown;
  readonly resources: { readonly memoryMb: number; readonly cpuCores: number; readonly diskMb: number };
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly recovery?: { readonly level: number; readonly action: string; readonly errorType: string };
}

/** From the team to an agent: the answers to its attachment, one by one. */
export type Order =
  /** `can`: what not every team can; absent where that is nothing, as with the first version of this. */
  | { readonly type: "attached"; readonly agentId: string; readonly can?: readonly Ability[] }
  | { readonly type: "run"; readonly attempt: RemoteAttempt }
  | { readonly type: "stop"; readonly fence: number; readonly errorType: string; readonly message: string }
  /** Answered with `alive` as soon as the agent's event loop turns. */
  | { readonly type: "ask" };

/** What not every team can. */
export type Ability = "artifacts";

/** A part of an artifact. */
export interface ArtifactPart {
  /** Made anew each time it is sent from its beginning. */
  readonly upload: string;
  readonly name: string;
  /** Bytes before it. */
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** The answer to a part. */
export interface PartTaken {
  /** Bytes that have come so far. */
  readonly received: number;
  /** It is on the disk of the team, whole. */
  readonly artifact?: Artifact;
}

/** An artifact an agent says it has kept. */
export type ArtifactClaim = Pick<Artifact, "name" | "sha256">;

/** What the process of an agent uses. */
export type RemoteUsage = Pick<ResourceUsage, "memoryBytes" | "cpuMs">;

/** An agent that wants to be attached. */
export interface Attachment {
  readonly name: string;
  /** Made anew each time the agent starts, so that two of one name can be told apart. */
  readonly instance: string;
  readonly capabilities: readonly string[];
  readonly agentType: string;
  readonly version: string;
  readonly maxLoad: number;
  readonly heartbeatMs: number;
  /** Fences of the attempts in its hands, those included whose report was not taken yet. */
  readonly open: readonly number[];
}

/** What an agent says. */
export type Report =
  | { readonly type: "alive"; readonly usage?: RemoteUsage }
  | { readonly type: "progress"; readonly fence: number; readonly progress: AttemptProgress }
  | { readonly type: "log"; readonly fence: number; readonly level: LogLevel; readonly text: string }
  /** Answered when the end is durable; `LEASE_FENCED` when the attempt has ended without it. */
  | {
      readonly type: "result";
      readonly fence: number;
      readonly result: AttemptResult;
      /** What the result says was kept: read from it by whoever gets it. */
      readonly claims?: readonly ArtifactClaim[];
    }
  | { readonly type: "artifact"; readonly fence: number; readonly part: ArtifactPart }
  | { readonly type: "extend"; readonly fence: number; readonly ms: number }
  | { readonly type: "outputs" | "context" | "state"; readonly fence: number }
  /** What the agent keeps for its next attempt; without a value nothing. Answered when it is durable. */
  | { readonly type: "save"; readonly fence: number; readonly value?: unknown }
  /** It goes: at once, or when it has finished what it has. */
  | { readonly type: "leave"; readonly drains: boolean };

export type LogLevel = "debug" | "info" | "warn" | "error";

/** A report, and who makes it. */
export interface Signed {
  readonly name: string;
  readonly instance: string;
  readonly report: Report;
}

const LEVELS: readonly string[] = ["debug", "info", "warn", "error"];
const HEARTBEAT_MS = { least: 100, most: 86_400_000 };
const OPEN_MOST = 100_000;
const PART_MOST = 1_048_576;
const SHA256 = /^[0-9a-f]{64}$/;

/** Reads who wants to be attached. Throws `AGENT_INVALID`. */
export function readAttachment(value: unknown): Attachment {
  const given = fields(value);
  const { name, instance, capabilities, agentType, version, maxLoad, heartbeatMs, open } = given;
  check(isName(name), "name", "1 to 256 bytes without control characters");
  check(isName(instance), "instance", "1 to 256 bytes without control characters");
  check(
    Array.isArray(capabilities) && capabilities.length <= 64 && capabilities.every(isName),
    "capabilities",
    "names",
  );
  check(isName(agentType), "agentType", "1 to 256 bytes without control characters");
  check(typeof version === "string" && (version === "" || isName(version)), "version", "at most 256 bytes");
  check(isWhole(maxLoad, 1, 1_000_000), "maxLoad", "1 to 1,000,000");
  check(isWhole(heartbeatMs, HEARTBEAT_MS.least, HEARTBEAT_MS.most), "heartbeatMs", "100 ms to a day");
  const fences = (open: unknown): boolean =>
    Array.isArray(open) &&
    open.length <= OPEN_MOST &&
    open.every((fence) => isWhole(fence, 0, Number.MAX_SAFE_INTEGER));
  check(fences(open), "open", "fences");
  return { name, instance, capabilities, agentType, version, maxLoad, heartbeatMs, open } as Attachment;
}

/** Reads a report. Throws `TASK_REPORT_INVALID`. */
export function readReport(value: unknown): Signed {
  const { name, instance, report } = fields(value);
  const { type, ...rest } = fields(report);
  const isSigned = isName(name) && isName(instance);
  const read =
    typeof type === "string" && Object.hasOwn(READERS, type) ? READERS[type as Report["type"]](rest) : undefined;
  if (isSigned && read !== undefined) return { name, instance, report: read };
  const message = `a remote agent said ${JSON.stringify(type)} in a way nobody understands.`;
  throw new PolyphonError("TASK_REPORT_INVALID", { message });
}

type Fields = Readonly<Record<string, unknown>>;

const READERS: Readonly<Record<Report["type"], (given: Fields) => Report | undefined>> = {
  alive: ({ usage }) => {
    const { memoryBytes, cpuMs } = fields(usage);
    if (usage === undefined) return { type: "alive" };
    return { type: "alive", usage: { memoryBytes: amount(memoryBytes), cpuMs: amount(cpuMs) } };
  },
  progress: ({ fence, progress }) => {
    const read = readProgress(progress);
    return isFence(fence) && read !== undefined ? { type: "progress", fence, progress: read } : undefined;
  },
  log: ({ fence, level, text }) =>
    isFence(fence) && LEVELS.includes(level as string) && typeof text === "string"
      ? { type: "log", fence, level: level as LogLevel, text }
      : undefined,
  result: ({ fence, result }) =>
    isFence(fence) ? { type: "result", fence, result: readResult(result), claims: readClaims(result) } : undefined,
  artifact: ({ fence, part }) => {
    const read = readPart(part);
    return isFence(fence) && read !== undefined ? { type: "artifact", fence, part: read } : undefined;
  },
  extend: ({ fence, ms }) => (isFence(fence) && typeof ms === "number" ? { type: "extend", fence, ms } : undefined),
  outputs: ({ fence }) => (isFence(fence) ? { type: "outputs", fence } : undefined),
  context: ({ fence }) => (isFence(fence) ? { type: "context", fence } : undefined),
  state: ({ fence }) => (isFence(fence) ? { type: "state", fence } : undefined),
  save: ({ fence, value }) => (isFence(fence) ? { type: "save", fence, value } : undefined),
  leave: ({ drains }) => ({ type: "leave", drains: drains === true }),
};

function readProgress(value: unknown): AttemptProgress | undefined {
  const { percentage, message, completed, remaining } = fields(value);
  if (typeof percentage !== "number" || !Number.isFinite(percentage)) return undefined;
  return {
    percentage,
    ...(typeof message === "string" && { message }),
    ...(typeof completed === "number" && { completed }),
    ...(typeof remaining === "number" && { remaining }),
  };
}

/** A result as an attempt may have it: what is missing or wrong in it fails the attempt. */
function readResult(value: unknown): AttemptResult {
  const { ok, output, metrics, error, durationMs } = fields(value);
  const base = {
    metrics: readMetrics(metrics),
    // Files of another machine are nobody's here; what was sent is added by whoever took it.
    artifacts: [],
    usage: { memoryPeakBytes: null, cpuMs: null, diskBytes: null },
    durationMs: typeof durationMs === "number" && durationMs >= 0 ? durationMs : 0,
  };
  if (ok !== true) return { ok: false, error: readError(error), ...base };
  if (output === undefined) return { ok: true, ...base };
  const checked = checkOutput(output);
  if ("problem" in checked) {
    return {
      ok: false,
      error: { type: "logic_error", code: "HOST_OUTPUT_INVALID", message: checked.problem },
      ...base,
    };
  }
  return { ok: true, output: checked.value, ...base };
}

function readPart(value: unknown): ArtifactPart | undefined {
  const { upload, name, at, bytes, isLast } = fields(value);
  const isRead =
    isName(upload) &&
    isName(name) &&
    isWhole(at, 0, Number.MAX_SAFE_INTEGER) &&
    bytes instanceof Uint8Array &&
    bytes.length <= PART_MOST &&
    typeof isLast === "boolean";
  return isRead ? { upload, name, at: at as number, bytes, isLast } : undefined;
}

/** What an agent says it has kept. What has no hash is nothing it was told of. */
function readClaims(value: unknown): readonly ArtifactClaim[] {
  const { artifacts } = fields(value);
  if (!Array.isArray(artifacts)) return [];
  return artifacts.slice(0, MAX_ARTIFACTS).flatMap((claim) => {
    const { name, sha256 } = fields(claim);
    return isName(name) && typeof sha256 === "string" && SHA256.test(sha256) ? [{ name, sha256 }] : [];
  });
}

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

function readError(value: unknown): AttemptError {
  const { type, message, code, details } = fields(value);
  return {
    type: isName(type) ? type : "logic_error",
    message: typeof message === "string" ? message : "the agent gave no message",
    ...(typeof code === "string" && Object.hasOwn(errorFacts, code) && { code: code as keyof typeof errorFacts }),
    ...(isRecord(details) && { details }),
  };
}

function readMetrics(value: unknown): Record<string, number> {
  const entries = Object.entries(fields(value)).filter(([name, given]) => isName(name) && Number.isFinite(given));
  return Object.fromEntries(entries.slice(0, MAX_METRICS)) as Record<string, number>;
}

function check(isKept: boolean, field: string, rule: string): void {
  if (isKept) return;
  throw new PolyphonError("AGENT_INVALID", { message: `${field} of a remote agent: ${rule}.`, details: { field } });
}

function fields(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFence(value: unknown): value is number {
  return isWhole(value, 0, Number.MAX_SAFE_INTEGER);
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}
