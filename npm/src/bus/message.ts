import type {
  Extension,
  MessageKind,
  MessagePriority,
  TraceContext,
  TransportMessage,
  UnknownField,
} from "../transports/transport.ts";
import type { ReplySink } from "./reply.ts";

/** What messages of a bus are stamped with when somebody looks. @internal */
export interface Stamps {
  readonly node: string;
  wallMs(): number;
  monoMs(): number;
  id(): string;
  /** The trace context of what follows from `trace`, or of a new trace. */
  childOf(trace: TraceContext): TraceContext;
}

/** What a message is made from: options of a publisher, or a message that came over a transport. @internal */
export interface MessageInit {
  readonly id?: string | undefined;
  readonly source?: string | undefined;
  readonly timestampMs?: number | undefined;
  readonly kind?: MessageKind | undefined;
  readonly priority?: MessagePriority | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly ttlMs?: number | undefined;
  readonly cause?: TransportMessage | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  readonly trace?: TraceContext | undefined;
  readonly replyTo?: string | undefined;
  readonly schema?: string | undefined;
  readonly retain?: boolean | undefined;
  readonly broadcast?: boolean | undefined;
  readonly version?: string | undefined;
  readonly extensions?: Readonly<Record<string, Extension>> | undefined;
  readonly unknown?: Readonly<Record<string, UnknownField>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was worked out because somebody looked. */
interface Made {
  id?: string;
  timestampMs?: number;
  trace?: TraceContext;
}

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/**
 * A message as subscribers get it. Payload and headers are the publisher's own objects; everything else is worked out when
 * it is looked at, or when the message leaves the process: id and time too.
 */
export class Message<T = unknown> implements TransportMessage<T> {
  readonly subject: string;
  readonly payload: T;
  /** @internal */
  readonly init: MessageInit | undefined;
  /** Takes the answers of who is asked; there while somebody waits for them. @internal */
  sink: ReplySink | undefined;
  readonly #stamps: Stamps;
  #made: Made | undefined;

  /** @internal */
  constructor(stamps: Stamps, subject: string, payload: T, init: MessageInit | undefined, sink?: ReplySink) {
    this.subject = subject;
    this.payload = payload;
    this.init = init;
    this.sink = sink;
    this.#stamps = stamps;
    this.#made = undefined;
  }

  get id(): string {
    const given = this.init?.id ?? this.sink?.id;
    if (given !== undefined) return given;
    const made = this.#make();
    made.id ??= this.#stamps.id();
    return made.id;
  }

  get kind(): MessageKind {
    return this.init?.kind ?? "data";
  }

  get source(): string {
    return this.init?.source ?? this.#stamps.node;
  }

  /** When it was published, or first looked at when it went straight to its subscribers, in milliseconds since 1970. */
  get timestampMs(): number {
    const given = this.init?.timestampMs;
    if (given !== undefined) return given;
    const made = this.#make();
    made.timestampMs ??= this.#stamps.wallMs();
    return made.timestampMs;
  }

  get priority(): MessagePriority {
    return this.init?.priority ?? this.init?.cause?.priority ?? "medium";
  }

  get headers(): Readonly<Record<string, string>> {
    return this.init?.headers ?? NO_HEADERS;
  }

  get ttlMs(): number | undefined {
    return this.init?.ttlMs;
  }

  get correlationId(): string | undefined {
    const { init } = this;
    if (init === undefined) return undefined;
    return init.correlationId ?? (init.cause && (init.cause.correlationId ?? init.cause.id));
  }

  get causationId(): string | undefined {
    return this.init?.causationId ?? this.init?.cause?.id;
  }

  get replyTo(): string | undefined {
    return this.init?.replyTo ?? this.sink?.replyTo;
  }

  get trace(): TraceContext | undefined {
    const given = this.init?.trace ?? this.sink?.trace;
    if (given !== undefined) return given;
    const parent = this.init?.cause?.trace;
    if (parent === undefined) return undefined;
    const made = this.#make();
    made.trace ??= this.#stamps.childOf(parent);
    return made.trace;
  }

  get schema(): string | undefined {
    return this.init?.schema;
  }

  get retain(): boolean | undefined {
    return this.init?.retain;
  }

  get broadcast(): boolean | undefined {
    return this.init?.broadcast;
  }

  /** Version of the protocol its sender speaks, when it is another than ours. */
  get version(): string | undefined {
    return this.init?.version;
  }

  /** What its sender put in beyond the protocol. */
  get extensions(): Readonly<Record<string, Extension>> | undefined {
    return this.init?.extensions;
  }

  /** Fields of a version of the protocol to come. */
  get unknown(): Readonly<Record<string, UnknownField>> | undefined {
    return this.init?.unknown;
  }

  /** Aborted when nobody waits for an answer any more. */
  get signal(): AbortSignal {
    return this.sink?.signal ?? NEVER;
  }

  /** Whether somebody waits for an answer. */
  get wantsReply(): boolean {
    return this.sink !== undefined || this.init?.replyTo !== undefined;
  }

  /** Whether its time to live is over. */
  get isExpired(): boolean {
    const ttlMs = this.init?.ttlMs;
    return ttlMs !== undefined && this.#stamps.wallMs() >= this.timestampMs + ttlMs;
  }

  /** The same for who writes it down: every field as a plain value. */
  toJSON(): Record<string, unknown> {
    const { id, kind, subject, source, timestampMs, priority, correlationId, causationId, replyTo, ttlMs } = this;
    const { trace, headers, schema, payload } = this;
    return {
      ...{ id, kind, subject, source, timestampMs, priority, correlationId, causationId, replyTo, ttlMs },
      ...{ trace, headers, schema, payload },
    };
  }

  /** Time is that of now, for whom time matters. @internal */
  stamp(): void {
    void this.timestampMs;
  }

  #make(): Made {
    this.#made ??= {};
    return this.#made;
  }
}

/** The signal of what nobody can call off. */
const NEVER: AbortSignal = new AbortController().signal;
