import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder the repository was cloned into. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A path inside the repository. */
export const inRepo = (...parts) => join(root, ...parts);

/** What scripts remember between runs; safe to delete. */
export const cache = inRepo(".cache");
