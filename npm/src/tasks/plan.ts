/** A plan as users write it in code, and as configuration files are turned into. */
export interface PlanDefinition {
  readonly name?: string;
  readonly tasks: readonly TaskDefinition[];
  /** Executed one after another; a task in no phase only obeys its dependencies. */
  readonly phases?: readonly PhaseDefinition[];
  /** Defaults by class name; a task names its class in `class`. */
  readonly classes?: Readonly<Record<string, ResourceClass>>;
  /**
   * What the plan counts on being there for everything that runs at once. A team has one bound for all its sessions, given
   * to `Polyphon.open` as `totals`; a plan does not change it.
   */
  readonly totals?: { readonly memoryMb?: number; readonly cpuCores?: number; readonly diskMb?: number };
  readonly recovery?: RecoveryDefinition;
  /** Given to every task that has no input of its own. */
  readonly input?: unknown;
  /** Time for the whole plan in milliseconds. Default 7,200,000. */
  readonly timeoutMs?: number;
}

export type Priority = "low" | "medium" | "high" | "critical";

export interface TaskDefinition {
  /** Unique in the plan, for example `A1`. */
  readonly key: string;
  readonly name?: string;
  /** Capabilities an agent must offer. */
  readonly needs?: readonly string[];
  /** Agent type required, for example `coder`. */
  readonly agentType?: string;
  /** Keys of tasks that must complete first. */
  readonly after?: readonly string[];
  /** Key of the task this one is part of; what it does not set it inherits from there. */
  readonly parent?: string;
  /** Default `medium`. */
  readonly priority?: Priority;
  /** Name of a resource class of the plan. */
  readonly class?: string;
  /** What an agent must at least be allowed to do. Default `readonly`, which every agent may. */
  readonly permission?: "readonly" | "limited" | "full";
  readonly resources?: { readonly memoryMb?: number; readonly cpuCores?: number; readonly diskMb?: number };
  /** Time of one try, in milliseconds. Default: that of its class, else 600,000. */
  readonly timeoutMs?: number;
  /**
   * Time of the whole task from when it could first run, in milliseconds: every try, wait and part of it. Not inherited.
   * Default: none.
   */
  readonly totalTimeoutMs?: number;
  /** Bounds on measured metrics: `max_*` and `*_max` are upper bounds, all others lower bounds. */
  readonly criteria?: Readonly<Record<string, number>>;
  readonly input?: unknown;
  /** Opaque to the kernel, handed to the host: how to run the task. */
  readonly program?: unknown;
}

export interface ResourceClass {
  readonly memoryMb?: number;
  readonly cpuCores?: number;
  readonly diskMb?: number;
  readonly timeoutMs?: number;
  /** How many tasks of the class run at once. Default: unbounded. */
  readonly maxParallel?: number;
}

export type PhaseMode = "parallel" | "sequential" | "sequential_with_parallel_subtasks";

export interface PhaseDefinition {
  /** For example `PHASE_1_UNIT`. */
  readonly name: string;
  readonly mode: PhaseMode;
  /** Keys of top-level tasks, in order. */
  readonly tasks: readonly string[];
  /** Time for the phase in milliseconds. Default 600,000 for a parallel phase, else the time of the plan. */
  readonly timeoutMs?: number;
  /** Least ratio of tasks that must have completed for the next phase to open. Default 1. */
  readonly gateMinCompleted?: number;
}

export interface RecoveryDefinition {
  /** Tries after the first one. Default 2. */
  readonly maxRetries?: number;
  /** Wait before a try that is not immediate, in milliseconds. Default 30,000. */
  readonly retryDelayMs?: number;
  /** Failures of one task after which a human is asked. Default 3. */
  readonly escalationThreshold?: number;
  /** Time between the polite and the forced end of an attempt, in milliseconds. Default 60,000. */
  readonly graceMs?: number;
}
