import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { Clock } from "../../runtime/clock.ts";
import type { WatchFiles } from "../context.ts";

/** Editors write in several steps; this long after the last one a file counts as changed. */
const SETTLE_MS = 150;

/** Watches the folders and not the files: many editors replace a file, which ends a watch of the file itself. */
export function watchFiles(clock: Clock): WatchFiles {
  return (files, changed) => {
    const names = new Map<string, Set<string>>();
    for (const file of files) {
      const known = names.get(dirname(file)) ?? new Set();
      names.set(dirname(file), known.add(basename(file)));
    }
    let settle: (() => void) | undefined;
    const touched = (): void => {
      settle?.();
      settle = clock.after(SETTLE_MS, () => {
        stop();
        changed();
      });
    };
    const watchers: FSWatcher[] = [...names].map(([folder, own]) => {
      const watcher = watch(folder, (_, name) => {
        if (name === null || own.has(name)) touched();
      });
      // A folder that goes away ends the watch; what comes next says it better than this would.
      return watcher.on("error", touched);
    });
    const stop = (): void => {
      settle?.();
      for (const watcher of watchers) watcher.close();
    };
    return stop;
  };
}
