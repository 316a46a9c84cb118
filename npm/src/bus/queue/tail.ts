/** A reader that has read all there is, and waits for frames. */
export class Tail {
  readonly #all: Set<Tail>;
  #waiting: { readonly go: () => void; readonly fail: (error: Error) => void } | undefined;
  #error: Error | undefined;
  /** Frames that became durable since it began. */
  frames = 0;

  constructor(all: Set<Tail>) {
    this.#all = all;
    all.add(this);
  }

  /** Resolves once there are more frames than `seen`, or somebody wakes it. */
  async past(seen: number): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    if (this.frames > seen) return;
    await new Promise<void>((go, fail) => {
      this.#waiting = { go, fail };
    });
  }

  wake(): void {
    this.frames++;
    this.#waiting?.go();
    this.#waiting = undefined;
  }

  /** Waits no more; whoever does is told the error. */
  close(error?: Error): void {
    this.#all.delete(this);
    if (error === undefined) return;
    this.#error = error;
    this.#waiting?.fail(error);
  }
}
