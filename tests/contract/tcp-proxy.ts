import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy that does to connections what networks do. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: () => number;
  #delayMs = 0;
  #isHalfOpen = false;
  #refuses = false;
  /** Connections that were taken. */
  connections = 0;
  /** Connections are cut after this many bytes from either side. */
  cutAfterBytes: number = Number.POSITIVE_INFINITY;

  private constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer((socket) => this.#taken(socket));
  }

  /** `target` is asked for the port at each connection. */
  static async start(target: () => number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Holds every byte back for so long. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Connections stay open and carry nothing, as after a cable was pulled. */
  halfOpen(is: boolean): void {
    this.#isHalfOpen = is;
  }

  /** New connections are cut at once. */
  refuse(is: boolean): void {
    this.#refuses = is;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #taken(client: Socket): void {
    client.on("error", () => undefined);
    if (this.#refuses) {
      client.destroy();
      return;
    }
    this.connections += 1;
    const server = connect(this.#target(), "127.0.0.1");
    server.on("error", () => client.destroy());
    this.#sockets.add(client).add(server);
    let bytes = 0;
    const pass = (from: Socket, to: Socket): void => {
      from.on("data", (data) => {
        if (this.#isHalfOpen) return;
        bytes += data.length;
        if (bytes > this.cutAfterBytes) {
          client.destroy();
          server.destroy();
          return;
        }
        if (this.#delayMs > 0) setTimeout(() => to.write(data), this.#delayMs);
        else to.write(data);
      });
      from.on("close", () => {
        this.#sockets.delete(from);
        if (!this.#isHalfOpen) to.destroy();
      });
    };
    pass(client, server);
    pass(server, client);
  }
}
