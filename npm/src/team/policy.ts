/** How the health of agents is judged. What is left out stays as it was, at first the default. */
export interface AgentPolicy {
  /** Silence beyond the usual rhythm before an agent is suspected, in milliseconds. Default 10,000. */
  readonly healthTimeoutMs?: number;
  /** Silence after which an agent is lost and its work goes to others, in milliseconds; at least three heartbeats. Default 120,000. */
  readonly unresponsiveMs?: number;
  /** Silence after which a lost agent is forgotten, in milliseconds. Default 300,000. */
  readonly removeMs?: number;
  /** Time an agent has to start, in milliseconds. Default 30,000. */
  readonly startTimeoutMs?: number;
  /** Restarts in a row before an agent is given up. Default 3. */
  readonly restartMax?: number;
  /** Wait before the first restart, in milliseconds; it doubles from one to the next. Default 5,000. */
  readonly restartDelayMs?: number;
}

export type AlertName = "high_failure_rate" | "memory_exhaustion" | "agent_unresponsive" | "performance_degradation";

/** One alert rule. */
export interface AlertOptions {
  /** Default true. */
  readonly enabled?: boolean;
  /**
   * The alert is raised above this: `high_failure_rate` a share of attempts (default 0.2), `memory_exhaustion` a share of the
   * total (0.9), `performance_degradation` a multiple of the usual time (2), `agent_unresponsive` milliseconds of silence
   * after which an agent is lost and its tasks go to others (120,000).
   */
  readonly threshold?: number;
}

/** What follows which failure. */
export interface RecoveryOptions {
  /** Rows by error type, for example `import_error`; `other` is the row of every type without one. */
  readonly matrix?: Readonly<Record<string, RecoveryRow>>;
  /** How much more a task gets when its allocation is increased. */
  readonly increase?: {
    /** Factor of at least 1. Default 2. */
    readonly memory?: number;
    /** Factor of at least 1. Default 2. */
    readonly cpuCores?: number;
    /** Cores beyond which none are added. Default 4. */
    readonly cpuCoresMax?: number;
    /** Factor of at least 1. Default 1.5. */
    readonly timeout?: number;
  };
  /** Tasks that fail alike at one time and make an error widespread. Default 3. */
  readonly widespreadTasks?: number;
}

/** A row of the decision matrix. What is left out is as in the kernel's row of that type, or of `other`. */
export interface RecoveryRow {
  /** Level 1: what the agent tries, once; `null`: nothing. */
  readonly agent?: RecoveryAction | null;
  /** Level 2: what the orchestrator tries, as often as the plan's retries allow; `null`: nothing. */
  readonly orchestrator?: RecoveryAction | null;
  /** Level 3: when a human is asked. */
  readonly human?: "never" | "always" | "if_persistent" | "if_exceeds_twice" | "if_widespread";
  readonly severity?: "warning" | "critical";
  /** What a human is recommended to do. */
  readonly advice?: readonly string[];
}

export type RecoveryAction =
  | "reinstall_deps"
  | "fix_permissions"
  | "reduce_dataset"
  | "extend_timeout"
  | "retry_with_backoff"
  | "retry"
  | "environment_reset"
  | "reallocate_agent"
  | "increase_allocation"
  | "alternative_agent";
