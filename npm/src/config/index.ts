/** `polyphon/config`: configuration files: reading, checking, explaining. Apart, since it loads a parser and a validator. */
export type {
  AlertRule,
  AlertSettings,
  ConfigValue,
  LoadedConfig,
  LogLevel,
  MonitoringSettings,
  PoolSettings,
  RecoverySettings,
} from "./config.ts";
export type { Layers } from "./layers.ts";
export { type LoadOptions, loadConfig, parseConfig } from "./load.ts";
export type { RunValues } from "./placeholders.ts";
export { formatProblems, type PrintOptions } from "./print.ts";
export { ConfigError, type ConfigErrorCode, type ConfigProblem, type ConfigWarningCode } from "./problem.ts";
export { attemptValues, fillProgram, isTaskProgram, type TaskProgram } from "./program.ts";
