import { loadConfig } from "../../config/index.ts";
import type { Runtime } from "../ports.ts";

/** The runtime of a real process. Each part is loaded when a command needs it: `check` starts no kernel. */
export function systemRuntime(): Runtime {
  return {
    loadConfig: (files, options) => loadConfig(files, options),
    openTeam: async (options) => (await import("./team.ts")).openTeam(options),
    openReader: async (db) => (await import("./reader.ts")).openTeamReader(db),
    repeat: async (file) => (await import("./repeat.ts")).repeatStep(file),
    examine: async (options) => (await import("./examine.ts")).examine(options),
  };
}
