import type { Packet } from "../transports/link/frames.ts";
import type { PortLike } from "../transports/worker/port.ts";

/** What tabs say to each other: who leads, in which epoch, who is about to, who looks for that, and packets of a link between two. */
type Said =
  | { readonly from: string; readonly leads: number }
  | { readonly from: string; readonly comes: true }
  | { readonly from: string; readonly seeks: true }
  | { readonly from: string; readonly to: string; readonly packet: Packet };

/** What is used of a `BroadcastChannel`. */
export interface ChannelLike {
  postMessage(message: unknown): void;
  close(): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

export interface AirListener {
  /** Somebody says that it leads, in this epoch of the journal. */
  leader(tab: string, epoch: number): void;
  /** Somebody is about to lead. */
  coming(): void;
  /** Somebody wants to know who leads. */
  sought(): void;
  /** A connection of another tab begins; `port` is its end here. */
  caller(tab: string, port: PortLike): void;
}

/** A channel all tabs hear, as connections between two of them. */
export class Air {
  readonly tab: string;
  readonly #channel: ChannelLike;
  readonly #listener: AirListener;
  /** Ends of connections: of ours by our address, of others by theirs. */
  readonly #ports = new Map<string, AirPort>();
  #made = 0;
  #current: string | undefined;

  constructor(tab: string, channel: ChannelLike, listener: AirListener) {
    this.tab = tab;
    this.#channel = channel;
    this.#listener = listener;
    channel.onmessage = ({ data }: MessageEvent<Said>) => this.#heard(data);
  }

  lead(epoch: number): void {
    this.#say({ from: this.tab, leads: epoch });
  }

  /** Tells that this tab is about to lead. */
  come(): void {
    this.#say({ from: this.tab, comes: true });
  }

  seek(): void {
    this.#say({ from: this.tab, seeks: true });
  }

  /** A new connection to another tab; the one before is forgotten. */
  connect(tab: string): PortLike {
    if (this.#current !== undefined) this.#ports.delete(this.#current);
    const from = `${this.tab}/${++this.#made}`;
    this.#current = from;
    return this.#port(from, (packet) => this.#say({ from, to: tab, packet }));
  }

  /** Connections that came from a tab end. */
  forget(tab: string): void {
    for (const address of this.#ports.keys()) if (tabOf(address) === tab) this.#ports.delete(address);
  }

  close(): void {
    this.#channel.onmessage = null;
    this.#channel.close();
  }

  #heard(said: Said): void {
    if ("leads" in said) this.#listener.leader(said.from, said.leads);
    else if ("comes" in said) this.#listener.coming();
    else if ("seeks" in said) this.#listener.sought();
    else if (said.to !== this.tab) this.#ports.get(said.to)?.hear(said.packet);
    else {
      const { from } = said;
      if (!this.#ports.has(from)) {
        const port = this.#port(from, (packet) => this.#say({ from: this.tab, to: from, packet }));
        this.#listener.caller(tabOf(from), port);
      }
      this.#ports.get(from)?.hear(said.packet);
    }
  }

  #port(address: string, send: (packet: Packet) => void): AirPort {
    const port = new AirPort(send);
    this.#ports.set(address, port);
    return port;
  }

  #say(said: Said): void {
    this.#channel.postMessage(said);
  }
}

function tabOf(address: string): string {
  return address.split("/")[0] ?? address;
}

class AirPort implements PortLike {
  readonly #send: (packet: Packet) => void;
  #listener: ((event: Event) => void) | undefined;

  constructor(send: (packet: Packet) => void) {
    this.#send = send;
  }

  postMessage(packet: unknown): void {
    this.#send(packet as Packet);
  }

  addEventListener(type: string, listener: (event: Event) => void): void {
    if (type === "message") this.#listener = listener;
  }

  hear(packet: Packet): void {
    this.#listener?.({ data: packet } as MessageEvent);
  }
}
