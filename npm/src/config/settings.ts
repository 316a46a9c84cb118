import type { JsonSchema } from "./json-schema.ts";

/** A single value that stands at a fixed place and can therefore be set from outside a file. */
export interface Setting {
  /** For example `agent_pool.max_agents`. */
  readonly path: string;
  /** The variable that sets it, for example `POLYPHON_AGENT_POOL_MAX_AGENTS`. */
  readonly variable: string;
  /** Value in force when nothing sets it, as one would write it. */
  readonly default?: unknown;
}

/** Every setting of a configuration, in the order of the schema. */
export function settingsOf(schema: JsonSchema, path: string = ""): readonly Setting[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const full = path === "" ? key : `${path}.${key}`;
    if (member.properties !== undefined) return settingsOf(member, full);
    const scalar = member.anyOf !== undefined || ["boolean", "integer", "number", "string"].includes(member.type ?? "");
    if (!scalar || OUTSIDE.has(full)) return [];
    const variable = `POLYPHON_${full.replaceAll(".", "_").toUpperCase()}`;
    return [{ path: full, variable, ...(member.preset === undefined ? {} : { default: member.preset }) }];
  });
}

/** Keys that say something about a file, not about a configuration. */
const OUTSIDE: ReadonlySet<string> = new Set(["$schema", "include"]);

/** Settings that may be written at two places; the first is the one to speak of. */
const TWINS: readonly (readonly [string, string])[] = [
  ["agent_pool.max_agents", "agent_limits.max_agents"],
  ["failure_handling.max_retries", "recovery.max_retries"],
  ["failure_handling.retry_delay_seconds", "recovery.retry_delay"],
  ["failure_handling.escalation_threshold", "recovery.escalation_threshold"],
  ["orchestrator.timeout", "orchestrator.timeout_seconds"],
];

/** Whether a setting is the second spelling of another one. */
export function isSecondSpelling(path: string): boolean {
  return TWINS.some(([, second]) => second === path);
}

/** The other spelling of a setting. */
export function twinOf(path: string): string | undefined {
  const pair = TWINS.find((twins) => twins.includes(path));
  return pair?.find((twin) => twin !== path);
}
