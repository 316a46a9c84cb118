import { loadProtocol } from "../../../npm/src/protocol/index.node.ts";
import type { Protocol } from "../../../npm/src/protocol/protocol.ts";

/** There from the beginning: loading it takes time of its own, which nobody simulates. */
export const protocol: Protocol = await loadProtocol();
