import type { PolyphonError } from "../errors/error.ts";
import type { Store } from "../stores/store.ts";
import { type Command, type Effect, type Request, type StepOutput, writeRequest } from "../wasm/codec.generated.ts";
import { type Kernel, KernelTrap } from "../wasm/kernel.ts";
import { Writer } from "../wasm/msgpack.ts";
import type { Clock } from "./clock.ts";
import { Pace } from "./pace.ts";
import { Reads } from "./reads.ts";
import { asPolyphonError, backpressure, notWritten } from "./refusals.ts";
import type { Panic } from "./repro.ts";
import { Room } from "./room.ts";
import { type Asker, answer, bytesOf, dropsOf, type Growing, rowsOf, type SubmitOptions, Waiting } from "./waiting.ts";

/** Commands and bytes one step takes; the kernel's own bounds, which leaves what is beyond them. */
const STEP_COMMANDS = 2_000;
const STEP_BYTES = 1 << 20;
/**
 * Above this weight no further command joins a step, so that one step and what follows from it hold the event loop for
 * about 1.5 ms. A command weighs its bytes and as much again as a short one costs.
 */
const STEP_WEIGHT = 12_288;
const COMMAND_WEIGHT = 64;
/**
 * Frames that may be on their way to the disk at once, at most 8 MiB together. Those that wait while one is written are one commit:
 * what comes meanwhile is in it, and not behind the acknowledgements of what was before.
 */
const FRAMES_IN_FLIGHT = 16;
/** Commands that may wait before a new one from outside is refused. */
const QUEUE_COMMANDS = 200_000;

/** What the loop works on and whom it tells. */
export interface LoopParts {
  readonly store: Store;
  readonly clock: Clock;
  /** A fresh kernel and where the journal stands, after the one before was thrown away. */
  rebuild(): Promise<Rebuilt>;
  /** Everything in `output` is durable: feed reads, then answer, then act. */
  persisted(output: StepOutput): void;
  /** Runs effects whose events are durable. Must tolerate one it has seen before. */
  act(effects: readonly Effect[]): void;
  /** The kernel was read back from the journal: what it knew and the journal does not is to be told again. */
  rebuilt(): void;
  /** Whether work of this journal has not ended, so that its timers keep the process from ending. */
  waits(): boolean;
  /** The loop can go on no longer. */
  failed(error: PolyphonError): void;
  /** A step of one command, or of none, broke the kernel: keeps what is needed to repeat it. Answers what to say of it. */
  panicked(panic: Panic): Promise<PolyphonError>;
}

/** The outcome of a rebuild. */
export interface Rebuilt {
  readonly kernel: Kernel;
  /** What is open and has to be given again. */
  readonly effects: readonly Effect[];
  /** Ids of requests that stand in frames nobody had been told of. */
  readonly found: ReadonlySet<number>;
}

/** A step on its way to the disk. A class for the reason that entries of the mirror are. */
class InFlight {
  readonly output: StepOutput;
  readonly waiting: readonly Waiting[];
  /** Nothing of it is still on its way to the disk. */
  isDurable: boolean;

  constructor(output: StepOutput, waiting: readonly Waiting[]) {
    this.output = output;
    this.waiting = waiting;
    this.isDurable = output.frame.length === 0;
  }
}

/**
 * The turn of the runtime: gathers commands, calls the kernel once, appends its events in one commit, and only then
 * lets anything that depends on them leave. Commands that come meanwhile are the next batch; no timer waits to fill one.
 */
export class Loop {
  readonly #parts: LoopParts;
  readonly #writer = new Writer(1 << 16);
  /** The one that is being written: one for all, since there are two to a task. */
  readonly #request: { -readonly [name in keyof Request]: Request[name] } = {
    id: 0,
    quiet: false,
    actor: "",
    tenant: "",
    idempotencyKey: null,
    cause: null,
    traceparent: null,
    command: UNSEALED,
  };
  readonly #pace: Pace;
  #kernel: Kernel;
  #queue: Waiting[] = [];
  #flight: InFlight[] = [];
  #nextId = 1;
  #scheduled = false;
  #rebuilding: Promise<void> | undefined;
  #stopped: PolyphonError | undefined;
  #timer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #timerIsBackground = false;
  #deadlineMs: number | null = null;
  /** Kernel time minus monotonic time, as of the last step. */
  #kernelOffset = 0;
  #idle: (() => void)[] = [];
  /** Time may have changed something since the last step. */
  #due = false;
  /** One command at a time, to find the one that breaks the kernel. */
  #careful = 0;
  readonly #reads = new Reads();
  /** What waits for the disk. Whoever brings new work enters it here before it is submitted. */
  readonly room: Room = new Room();

  constructor(kernel: Kernel, parts: LoopParts) {
    this.#kernel = kernel;
    this.#parts = parts;
    this.#pace = new Pace(parts.clock);
  }

  get kernel(): Kernel {
    return this.#kernel;
  }

  /** Kernel time, in milliseconds, as far as the last step told. */
  nowMs(): number {
    return Math.floor(this.#parts.clock.monoMs() + this.#kernelOffset);
  }

  /** Submits a command; resolves, once it is durable, with the entity it made, and rejects with its refusal. */
  submit(command: Command, options: SubmitOptions = {}): Promise<number> {
    return new Promise((settle, fail) => this.ask(command, options, { settle, fail }));
  }

  /** {@link Loop.submit} without a promise: `asker` is told. */
  ask(command: Command, options: SubmitOptions, asker: Asker): void {
    this.#enqueue(new Waiting(this.#nextId++, command, options, asker));
  }

  /**
   * Submits a command of running work, which always passes and nobody waits for; `asker` hears of a refusal. It must bear being given twice, as a report with a
   * fence does: when an append fails it is sent again.
   */
  send(command: Command, options: SubmitOptions = NO_OPTIONS, asker: Asker = NOBODY): void {
    const bytes = COMMAND_WEIGHT + bytesOf(options.rows);
    this.room.report(bytes);
    const waiting = new Waiting(this.#nextId++, command, options, asker);
    waiting.quiet = true;
    waiting.bytes = bytes;
    this.#enqueue(waiting);
  }

  /** Submits a command that grows until a step takes it. Whoever brings new work with it enters that in the room. */
  grow(growing: Growing): void {
    const waiting = new Waiting(this.#nextId++, UNSEALED, NO_OPTIONS, growing);
    waiting.growing = growing;
    this.#enqueue(waiting);
  }

  /**
   * Looks at the kernel behind every command submitted before; resolves with what `look` says once all it rests on is
   * durable. `look` changes nothing, and may be called again when an append failed.
   */
  read<T>(look: (kernel: Kernel) => T): Promise<T> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    const seen = this.#reads.add(this.#nextId, look);
    this.#look();
    return seen;
  }

  /** Resolves when nothing is queued or on its way to the disk. */
  async idle(): Promise<void> {
    while (this.#stopped === undefined && (this.#queue.length > 0 || this.#flight.length > 0 || this.#rebuilding)) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  /** Takes no more commands; what waits is answered with `error`. */
  stop(error: PolyphonError): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = error;
    this.#timer?.();
    for (const waiting of this.#flight.flatMap((flight) => flight.waiting).concat(this.#queue)) waiting.fail(error);
    this.#flight = [];
    this.#queue = [];
    this.#reads.fail(error);
    this.#wakeIdle();
  }

  /** Looks whether time alone has changed something. */
  poke(): void {
    this.#due = true;
    this.#schedule();
  }

  #enqueue(waiting: Waiting): void {
    if (this.#stopped !== undefined) {
      waiting.fail(this.#stopped);
      return;
    }
    if (this.#queue.length >= QUEUE_COMMANDS && !waiting.quiet && waiting.growing === undefined) {
      waiting.fail(backpressure(QUEUE_COMMANDS));
      return;
    }
    this.#queue.push(waiting);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (this.#pace.isSpent) this.#parts.clock.soon(() => this.#work());
    else queueMicrotask(() => this.#work());
  }

  /** One thing after the other, so that the platform may have its turn in between: what is durable is told first. */
  #work(): void {
    this.#scheduled = false;
    this.#pace.enter();
    const [first] = this.#flight;
    if (first?.isDurable === true) {
      this.#flight.shift();
      this.#release(first);
    } else if (this.#mayStep) this.#turn();
    if (this.#flight[0]?.isDurable === true || this.#mayStep) this.#schedule();
    else if (this.#flight.length === 0 && this.#queue.length === 0) this.#wakeIdle();
  }

  get #mayStep(): boolean {
    if (this.#stopped !== undefined || this.#rebuilding !== undefined) return false;
    return (this.#queue.length > 0 || this.#due) && this.#flight.length < this.#mostInFlight;
  }

  #turn(): void {
    this.#due = false;
    const { clock } = this.#parts;
    const monoMs = clock.monoMs();
    const wallMs = clock.wallMs();
    const taken = this.#encode();
    let output: StepOutput;
    try {
      output = this.#kernel.step(this.#writer.bytes(), monoMs, wallMs);
    } catch (error) {
      if (!(error instanceof KernelTrap)) throw error;
      this.#trapped(taken, error, { batch: this.#writer.bytes().slice(), monoMs, wallMs });
      return;
    }
    this.#takeBack(taken, output.leftOver);
    if (this.#careful > 0) this.#careful -= taken.length;
    this.#kernelOffset = output.nowMs - monoMs;
    this.#arm(output.deadlineMs);
    const flight = new InFlight(output, taken);
    if (flight.isDurable && this.#flight.length === 0) this.#release(flight);
    else this.#append(flight);
    this.#look();
  }

  #look(): void {
    if (this.#rebuilding !== undefined || this.#stopped !== undefined) return;
    const trap = this.#reads.look(this.#kernel, this.#queue[0]?.id ?? this.#nextId, this.#flight.at(-1));
    if (trap !== undefined) this.#rebuild(this.#flight.splice(0), trap);
  }

  get #mostInFlight(): number {
    // Whoever may break the kernel works on a state that is in the journal whole, so that it can be told which.
    return this.#careful > 0 ? 1 : FRAMES_IN_FLIGHT;
  }

  /** Encodes as many waiting commands as one step takes, and takes them off the queue. */
  #encode(): Waiting[] {
    const writer = this.#writer;
    const most = this.#careful > 0 ? 1 : STEP_COMMANDS;
    // The count is not known before the bytes are; three bytes of head hold any.
    const body = new Body(writer);
    let count = 0;
    for (const waiting of this.#queue) {
      if (count >= most || writer.length + count * COMMAND_WEIGHT >= STEP_WEIGHT) break;
      const before = writer.length;
      if (waiting.growing !== undefined) Object.assign(waiting, waiting.growing.seal());
      writeRequest(writer, this.#requestOf(waiting));
      if (writer.length > STEP_BYTES && count > 0) {
        writer.truncate(before);
        break;
      }
      count++;
    }
    body.close(count);
    return count < this.#queue.length ? this.#queue.splice(0, count) : this.#takeAll();
  }

  #requestOf({ id, quiet, options, command }: Waiting): Request {
    const request = this.#request;
    request.id = id;
    request.quiet = quiet;
    request.actor = options.actor ?? "";
    request.tenant = options.tenant ?? "";
    request.idempotencyKey = options.idempotencyKey ?? null;
    request.traceparent = options.traceparent ?? null;
    request.command = command;
    return request;
  }

  /** What the step had no room for comes first in the next one. */
  #takeBack(taken: Waiting[], left: number): void {
    if (left === 0) return;
    this.#queue = [...taken.splice(taken.length - left), ...this.#queue];
  }

  #takeAll(): Waiting[] {
    const taken = this.#queue;
    this.#queue = [];
    return taken;
  }

  #append(flight: InFlight): void {
    this.#flight.push(flight);
    // Nothing to write, but what it answers may rest on a frame that is still on its way: it waits its turn.
    if (flight.isDurable) return;
    const { store } = this.#parts;
    store.append(flight.output.frame, rowsOf(flight.output, flight.waiting), { drop: dropsOf(flight.waiting) }).then(
      () => this.#confirm(flight),
      (error: unknown) => this.#doubt(flight, error),
    );
  }

  #confirm(flight: InFlight): void {
    flight.isDurable = true;
    this.#schedule();
  }

  #release(flight: InFlight): void {
    const { output, waiting } = flight;
    this.#parts.persisted(output);
    this.#reads.release(flight);
    // The first session makes its timers a reason to stay, the end of the last one takes it away.
    if (this.#timer !== undefined && this.#timerIsBackground === this.#parts.waits()) this.#arm(this.#deadlineMs);
    answer(waiting, output.answers);
    this.#leave(waiting);
    if (output.effects.length > 0) this.#parts.act(output.effects);
  }

  /** These wait no more. */
  #leave(waiting: readonly Waiting[]): void {
    let bytes = 0;
    for (const one of waiting) bytes += one.bytes;
    if (bytes > 0) this.room.report(-bytes);
  }

  #arm(deadlineMs: number | null): void {
    this.#deadlineMs = deadlineMs;
    const at = deadlineMs ?? Number.POSITIVE_INFINITY;
    const background = !this.#parts.waits();
    if (at === this.#timerAt && background === this.#timerIsBackground && this.#timer !== undefined) return;
    this.#timerIsBackground = background;
    this.#timer?.();
    this.#timer = undefined;
    this.#timerAt = at;
    if (deadlineMs === null) return;
    const waitMs = deadlineMs - this.nowMs();
    if (waitMs <= 0) {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.poke();
      return;
    }
    const fire = (): void => {
      this.#timer = undefined;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.poke();
    };
    this.#timer = this.#parts.clock.after(waitMs, fire, { background });
  }

  /** A failed append says nothing about what is on the disk: nothing is released, and the journal is asked. */
  #doubt(flight: InFlight, error: unknown): void {
    if (this.#rebuilding !== undefined || this.#stopped !== undefined || !this.#flight.includes(flight)) return;
    this.#rebuild(this.#flight.splice(0), error);
  }

  /** The kernel broke on this batch: what it did before stays, and the guilty command is found one by one. */
  #trapped(taken: readonly Waiting[], trap: KernelTrap, step: Pick<Panic, "batch" | "monoMs" | "wallMs">): void {
    const [guilty] = taken;
    const doubtful = this.#flight.splice(0);
    if (taken.length > 1 || (guilty !== undefined && doubtful.length > 0)) {
      this.#queue = [...taken, ...this.#queue];
      this.#careful += taken.length;
      this.#rebuild(doubtful, trap);
      return;
    }
    this.#rebuild(doubtful, trap, async (kernel) => {
      const command = guilty?.command.type ?? null;
      const error = await this.#parts.panicked({ ...step, command, message: trap.message, kernel });
      if (guilty !== undefined) {
        this.#leave([guilty]);
        return guilty.fail(error);
      }
      // Time goes on by itself: the same step would come again and again.
      this.#parts.failed(error);
      this.stop(error);
    });
  }

  /** `blame` runs on the kernel that was read back, before it takes anything. */
  #rebuild(doubtful: readonly InFlight[], cause: unknown, blame?: (kernel: Kernel) => Promise<void>): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#reads.doubt(doubtful);
    this.#rebuilding = this.#parts.rebuild().then(
      async ({ kernel, effects, found }) => {
        await blame?.(kernel);
        this.#kernel = kernel;
        this.#rebuilding = undefined;
        const again: Waiting[] = [];
        for (const { waiting, output } of doubtful) {
          // What the kernel said holds for those that are in the journal: it is the frame they were in.
          answer(
            waiting,
            output.answers.filter(({ id }) => found.has(id)),
          );
          this.#leave(waiting.filter(({ id }) => found.has(id)));
          for (const lost of waiting.filter(({ id }) => !found.has(id))) {
            if (lost.quiet) again.push(lost);
            else lost.fail(notWritten(cause));
          }
        }
        this.#queue = [...again, ...this.#queue];
        this.#parts.rebuilt();
        this.#parts.act(effects);
        this.#look();
        this.poke();
      },
      (error: unknown) => {
        this.#rebuilding = undefined;
        this.#flight = [...doubtful];
        const failure = asPolyphonError(error);
        this.#parts.failed(failure);
        this.stop(failure);
      },
    );
  }

  #wakeIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** A batch whose count is written behind its requests. */
class Body {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
    writer.truncate(0);
    writer.array(0xffff);
  }

  close(count: number): void {
    const bytes = this.#writer.bytes();
    bytes[1] = count >> 8;
    bytes[2] = count & 0xff;
  }
}

/** Stands for a command until a step takes it. */
const UNSEALED: Command = { type: "RaiseFormat", level: 0 };
const NO_OPTIONS: SubmitOptions = {};
const NOBODY: Asker = { settle() {}, fail() {} };
