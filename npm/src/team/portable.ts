import { PolyphonError } from "../errors/error.ts";
import type { OpenOptions } from "./options.ts";
import type { Team } from "./team.ts";

/** Opens teams on a platform without files and processes. */
export interface PortablePolyphon {
  /** Opens a journal, wherever `options.store` says; without it, it is in memory and gone with the page or process. */
  open(options?: OpenOptions): Promise<Team>;
}

/** `Polyphon` with the given way of getting the kernel's wasm. What a team consists of is loaded with the first that is opened. */
export function portablePolyphon(loadModule: () => WebAssembly.Module | Promise<WebAssembly.Module>): PortablePolyphon {
  return {
    async open(options = {}) {
      const { Team } = await import("./team.ts");
      return Team.open({ loadModule, directory: noFolders }, options);
    },
  };
}

function noFolders(): Promise<string> {
  const message =
    "Programs need files of their own, which this entry point does not give: open the team with polyphon/node.";
  return Promise.reject(new PolyphonError("HOST_PROGRAM_INVALID", { message }));
}
