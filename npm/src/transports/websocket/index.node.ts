/** `polyphon/websocket` under Node: the same names as `index.ts`; the wasm comes from the disk. */
import type { Transport } from "../transport.ts";
import { connectWebSocket, type WebSocketTransportOptions } from "./client.ts";

export type { SocketLike, SpeechOptions, WebSocketTransportOptions } from "./client.ts";

/**
 * A transport to a bus behind `webSocketServer`. It connects by itself, again and again, and goes on where it was: frames
 * are numbered, and what a break swallowed is sent again by both ends. Meanwhile calls wait, 4,096 at most. When the
 * server no longer knows the session, what was under way ends with `TRANSPORT_LOST` and subscriptions are made anew.
 */
export function webSocketTransport(url: string, options: WebSocketTransportOptions = {}): Transport {
  return connectWebSocket(url, options, async () => (await import("../../protocol/index.node.ts")).loadProtocol());
}
