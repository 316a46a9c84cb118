import { pinnedEnv, pinnedNode } from "../node.mjs";
import { inRepo } from "../paths.mjs";
import { quietly } from "../run.mjs";

/**
 * Runs a program for its verdict.
 * @returns {Promise<string | undefined>} what it said when it was not content
 */
export async function verdict(command, args, options) {
  const { code, lines } = await quietly(command, args, { ...options, allowFailure: true });
  return code === 0 ? undefined : lines.join("\n");
}

/** {@link verdict} of an npm tool, given as the path of its script below node_modules. */
export function npmVerdict(script, args, options) {
  return verdict(pinnedNode(), [inRepo("node_modules", script), ...args], { env: pinnedEnv(), ...options });
}
