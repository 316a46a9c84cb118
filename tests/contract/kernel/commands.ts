import fc from "fast-check";
import type {
  AgentSpec,
  Command,
  Demand,
  Draft,
  Payload,
  PlanSpec,
  Position,
  QueueSpec,
  Report,
  Settings,
  TaskSpec,
} from "../../../npm/src/wasm/codec.generated.ts";

/** Numbers of entities: mostly some that are there, now and then any. */
const handle = fc.oneof({ weight: 9, arbitrary: fc.nat(80) }, { weight: 1, arbitrary: fc.maxSafeNat() });
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { freq: 3 });
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "b", "c", "worker", "coder", "timeout", "memory_error") },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
);
const ms = fc.oneof({ weight: 3, arbitrary: fc.nat(100_000) }, { weight: 1, arbitrary: fc.maxSafeNat() });
const number = fc.oneof({ weight: 3, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(0xffff_ffff) });
const bytes = fc.uint8Array({ maxLength: 300 });
const list = <T>(of: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<T[]> => fc.array(of, { maxLength });

const payload: fc.Arbitrary<Payload> = fc.oneof(
  fc.record({ type: fc.constant("Inline" as const), bytes }),
  fc.record({
    type: fc.constant("Ref" as const),
    hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    bytes: fc.maxSafeNat(),
    key: text,
  }),
);
const resources = fc.record({ memoryMb: ms, cpuMilli: ms, diskMb: ms });
const permission = fc.constantFrom("readonly" as const, "limited" as const, "full" as const);
const names = list(fc.constantFrom("code", "test", "write")).map((all) => [...new Set(all)].sort());

const valueKey = fc.record({
  scope: fc.constantFrom("shared" as const, "private" as const, "temporary" as const),
  owner: fc.oneof(fc.constant(""), text),
  name: text,
});

const wish = fc.record({
  name: text,
  shared: fc.boolean(),
  owner: text,
  attempt: optional(handle),
  lengthMs: ms,
});

const change = fc.record({
  why: text,
  checks: list(fc.tuple(valueKey, handle)),
  writes: list(fc.record({ key: valueKey, payload: optional(payload), ttlMs: optional(ms) })),
  held: list(handle),
  release: list(handle),
  acquire: list(wish),
});

const agentSpec: fc.Arbitrary<AgentSpec> = fc.record({
  key: text,
  agentType: text,
  capabilities: names,
  permission,
  kind: fc.constantFrom("specialized" as const, "compiler" as const, "guest" as const),
  host: fc.constantFrom("function" as const, "worker" as const, "process" as const, "remote" as const),
  priority: number,
  maxLoad: number,
  version: text,
  pool: fc.option(handle, { freq: 10 }),
  heartbeatMs: fc.oneof(fc.constant(0), ms),
});
const demand: fc.Arbitrary<Demand> = fc.record({
  agentType: fc.option(text, { freq: 5 }),
  needs: names,
  permission,
  resources: fc.oneof({ weight: 3, arbitrary: fc.constant({ memoryMb: 1, cpuMilli: 1, diskMb: 1 }) }, resources),
  avoid: fc.option(handle, { freq: 5 }),
});
const taskSpec: fc.Arbitrary<TaskSpec> = fc.record({
  key: fc.oneof({ weight: 5, arbitrary: fc.uuid() }, text),
  name: text,
  parent: fc.option(fc.nat(3), { freq: 5 }),
  after: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, list(fc.nat(3))),
  priority: fc.constantFrom("low" as const, "medium" as const, "high" as const, "critical" as const),
  class: fc.option(fc.nat(1), { freq: 4 }),
  demand,
  timeoutMs: ms,
  criteria: list(fc.record({ name: text, boundMicro: fc.maxSafeInteger() }), 1),
  input: optional(payload),
  totalTimeoutMs: fc.option(ms, { freq: 5 }),
});
const tasks = list(taskSpec, 4);
const plan: fc.Arbitrary<PlanSpec> = fc.record({
  name: text,
  phases: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    list(
      fc.record({
        name: text,
        mode: fc.constantFrom("parallel" as const, "sequential" as const, "sequential_with_parallel_subtasks" as const),
        tasks: list(fc.nat(3)),
        timeoutMs: ms,
        gatePpm: number,
      }),
    ),
  ),
  classes: list(fc.record({ name: text, maxParallel: number }), 2),
  policy: fc.record({ maxRetries: number, retryDelayMs: ms, escalationThreshold: number, graceMs: ms }),
  timeoutMs: ms,
  configHash: fc.constant(null),
});
const report: fc.Arbitrary<Report> = fc.record({
  metrics: list(fc.tuple(text, fc.maxSafeInteger())),
  output: optional(payload),
  artifacts: list(
    fc.record({
      name: text,
      path: text,
      bytes: fc.maxSafeNat(),
      sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    }),
    1,
  ),
  usage: fc.record({ memoryPeakBytes: optional(ms), cpuMs: optional(ms), diskBytes: optional(ms) }),
  exitCode: optional(fc.maxSafeInteger()),
});
const error = fc.record({ errorType: text, message: text, details: optional(payload) });

const wait = fc.oneof({ weight: 3, arbitrary: fc.nat(5_000) }, ms);
const kind = fc.constantFrom("queue" as const, "stream" as const, "interest" as const);
const queueFields = {
  name: fc.constantFrom("a", "b"),
  maxMessages: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) }, number),
  maxBytes: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 999 }) }, ms),
  overflow: fc.constantFrom("refuse" as const, "drop_oldest" as const, "block" as const),
  maxAttempts: number,
  leaseMs: wait,
  retryInitialMs: wait,
  retryMaxMs: wait,
  retryMultiplierPpm: ms,
  retryJitterPpm: fc.nat(1_000_001),
  retentionMs: wait,
  ageingMs: wait,
  dedupMs: wait,
  dedupIds: fc.nat(5),
  maxDead: fc.nat(3),
  kind,
};
const queueSpec: fc.Arbitrary<QueueSpec> = fc.record(queueFields);
const position: fc.Arbitrary<Position> = fc.oneof(
  fc.constantFrom({ type: "Start" } as const, { type: "End" } as const),
  fc.record({ type: fc.constant("Number" as const), number: fc.oneof(fc.nat(12), fc.maxSafeNat()) }),
  fc.record({ type: fc.constant("Since" as const), atMs: ms }),
);
const draft: fc.Arbitrary<Draft> = fc.record({
  bytes: fc.nat(60),
  priority: fc.constantFrom("low" as const, "medium" as const, "high" as const, "critical" as const),
  delayMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, wait),
  ttlMs: fc.option(wait, { freq: 4 }),
  id: fc.option(text, { freq: 4 }),
  key: optional(text),
});
/** Messages with their payload, which now and then has another length than they say. */
const published = fc
  .record({ queue: handle, messages: list(draft, 4), odd: fc.option(payload, { freq: 10 }) })
  .map(({ queue, messages, odd }) => {
    const bytes = new Uint8Array(messages.reduce((sum, message) => sum + message.bytes, 0));
    return { queue, payload: odd ?? ({ type: "Inline", bytes } as const), messages };
  });

type Of<T extends Command["type"]> = Extract<Command, { type: T }>;
type Fields<T extends Command["type"]> = { [K in Exclude<keyof Of<T>, "type">]: fc.Arbitrary<Of<T>[K]> };

function command<T extends Command["type"]>(type: T, fields: Fields<T>): fc.Arbitrary<Command> {
  return fc.record({ type: fc.constant(type), ...fields } as never) as unknown as fc.Arbitrary<Command>;
}

/** Every kind of command, each with arbitrary fields: a kind that is missing here does not compile. */
export function commandsOfEveryKind(settings: Settings): { [T in Command["type"]]: fc.Arbitrary<Command> } {
  const session = handle;
  const fence = handle;
  const agent = handle;
  const reason = text;
  return {
    StartNode: command("StartNode", { epoch: fc.nat(3), seed: fc.maxSafeNat(), node: text }),
    Configure: command("Configure", {
      settings: fc
        .record({ totals: optional(resources), ageingMs: ms, shutdownMs: ms, draftMs: ms })
        .map((some) => ({ ...settings, ...some })),
    }),
    RaiseFormat: command("RaiseFormat", { level: number }),
    RegisterAgent: command("RegisterAgent", { spec: agentSpec }),
    ReportAgentStarted: command("ReportAgentStarted", { agent, start: optional(fence) }),
    StopAgent: command("StopAgent", { agent, reason }),
    ReportAgentStopped: command("ReportAgentStopped", { agent, error: optional(text), start: optional(fence) }),
    DeregisterAgent: command("DeregisterAgent", { agent, reason }),
    StartAgent: command("StartAgent", { agent }),
    StopAll: command("StopAll", { reason }),
    ReportHeartbeats: command("ReportHeartbeats", {
      beats: list(fc.record({ agent, memoryBytes: optional(ms), cpuMilli: optional(ms) })),
    }),
    DefinePool: command("DefinePool", {
      spec: fc.record({
        key: text,
        template: agentSpec,
        min: fc.nat(3),
        max: fc.nat(5),
        scaleUpPpm: fc.constantFrom(800_000, 1, 2_000_000),
        scaleDownPpm: fc.constantFrom(300_000, 0),
        queueDepth: number,
        idleTimeoutMs: ms,
        replaceUnhealthy: fc.boolean(),
      }),
    }),
    RemovePool: command("RemovePool", { pool: handle, reason }),
    Orchestrate: command("Orchestrate", { plan, tasks, input: optional(payload) }),
    BeginPlan: command("BeginPlan", { plan, expected: number, input: optional(payload) }),
    AddTasks: command("AddTasks", { session, tasks }),
    CommitPlan: command("CommitPlan", { session }),
    CancelSession: command("CancelSession", { session, reason }),
    PauseSession: command("PauseSession", { session, reason }),
    ResumeSession: command("ResumeSession", { session }),
    UpdateContext: command("UpdateContext", { session, entries: list(fc.tuple(text, optional(payload))) }),
    OpenSession: command("OpenSession", { plan, input: optional(payload) }),
    ChangeState: command("ChangeState", { session, attempt: optional(handle), change }),
    AcquireLock: command("AcquireLock", {
      session,
      attempt: optional(handle),
      wish,
      waitMs: optional(ms),
      force: fc.boolean(),
    }),
    ExtendLock: command("ExtendLock", { session, fence: handle, lengthMs: ms }),
    ReleaseLock: command("ReleaseLock", { session, lock: handle }),
    RecordFacts: command("RecordFacts", {
      session,
      facts: list(
        fc.record({
          kind: fc.constantFrom("given" as const, "to_look_up" as const, "to_derive" as const, "guess" as const),
          text,
          source: text,
        }),
      ),
    }),
    ReportProgress: command("ReportProgress", { fence, ppm: number, message: text }),
    CompleteTask: command("CompleteTask", { fence, report, tolerated: optional(error) }),
    FailTask: command("FailTask", { fence, error, report }),
    RefuseTask: command("RefuseTask", { fence, error, pauseMs: fc.oneof(ms, number) }),
    ExtendTask: command("ExtendTask", { fence, lengthMs: fc.oneof(ms, number) }),
    ResolveEscalation: command("ResolveEscalation", {
      escalation: handle,
      decision: fc.constantFrom("approve" as const, "retry" as const, "abort" as const),
      note: text,
    }),
    FinishEffect: command("FinishEffect", { effect: handle, ok: fc.boolean(), detail: text }),
    DefineQueue: command("DefineQueue", { spec: queueSpec }),
    RemoveQueue: command("RemoveQueue", { queue: handle }),
    PublishMessages: published.map((batch) => ({ type: "PublishMessages", ...batch })),
    Consume: command("Consume", { queue: handle, consumer: fc.nat(2), credit: fc.nat(4) }),
    AckMessages: command("AckMessages", { queue: handle, messages: list(fc.tuple(fence, fc.nat(12))) }),
    NackMessages: command("NackMessages", {
      queue: handle,
      messages: list(
        fc.record({
          fence,
          message: fc.nat(12),
          kind: fc.constantFrom("failed" as const, "unused" as const, "rejected" as const),
          delayMs: optional(wait),
          detail: text,
        }),
      ),
    }),
    ExtendMessage: command("ExtendMessage", { fence, message: fc.nat(12), lengthMs: wait }),
    RedriveMessages: command("RedriveMessages", { queue: handle, messages: list(fc.nat(12)) }),
    DiscardMessages: command("DiscardMessages", { queue: handle, messages: list(fc.nat(12)) }),
    SaveAgentState: command("SaveAgentState", { fence, state: optional(payload) }),
    FinishStateErasure: command("FinishStateErasure", { discards: list(handle) }),
    FinishErasure: command("FinishErasure", { batches: list(fc.nat(12)) }),
    AckAndPublish: command("AckAndPublish", { fence, message: fc.nat(12), outgoing: list(published, 2) }),
    SetSchedule: command("SetSchedule", {
      spec: fc.record({
        queue: handle,
        name: fc.constantFrom("a", "b"),
        cron: fc.oneof(fc.constantFrom("* * * * *", "*/7 3 1-9 jan-jun mon", "0 0 31 2 *"), text),
        payload: fc.oneof(
          { weight: 3, arbitrary: fc.constant({ type: "Inline", bytes: new Uint8Array(3) } as const) },
          payload,
        ),
        priority: fc.constantFrom("low" as const, "critical" as const),
        ttlMs: fc.option(wait, { freq: 4 }),
        key: optional(text),
      }),
    }),
    RemoveSchedule: command("RemoveSchedule", { queue: handle, name: fc.constantFrom("a", "b") }),
    DefineGroup: command("DefineGroup", {
      stream: handle,
      spec: fc.record({
        ...queueFields,
        kind: fc.oneof({ weight: 5, arbitrary: fc.constant("queue" as const) }, kind),
      }),
      from: position,
    }),
    TrimStream: command("TrimStream", { queue: handle, through: fc.oneof(fc.nat(12), fc.maxSafeNat()) }),
    OpenCursor: command("OpenCursor", { queue: handle, name: fc.constantFrom("a", "b"), from: position }),
    MoveCursor: command("MoveCursor", { cursor: handle, to: position }),
    RemoveCursor: command("RemoveCursor", { cursor: handle }),
  };
}
