import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A redis-server of a test, on a port of its own. */
export class RedisServer {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "polyphon-redis-"));
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  /** `undefined` where it is not installed. */
  static async start(): Promise<RedisServer | undefined> {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as { port: number };
    probe.close();
    await once(probe, "close");
    const server = new RedisServer(port);
    return (await server.begin()) ? server : undefined;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, with what it has on the disk; answers whether it could be. */
  async begin(): Promise<boolean> {
    const argv = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder];
    const started = spawn("redis-server", [...argv, "--save", "", "--appendonly", "yes", "--appendfsync", "always"], {
      stdio: "ignore",
    });
    const failed = once(started, "error").then(() => false);
    if (!(await Promise.race([once(started, "spawn").then(() => true), failed]))) return false;
    this.#process = started;
    while (!(await this.#answers())) await new Promise((resolve) => setImmediate(resolve));
    return true;
  }

  /** Stops it so that it says nothing and its connections stay. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined) return;
    running.kill("SIGKILL");
    if (running.exitCode === null && running.signalCode === null) await once(running, "exit");
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1");
      socket.once("connect", () => socket.write("PING\r\n"));
      socket.once("data", (bytes) => {
        socket.destroy();
        resolve(bytes.toString().startsWith("+PONG"));
      });
      socket.once("error", () => resolve(false));
    });
  }
}
