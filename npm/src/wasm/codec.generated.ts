// Generated from the wire types of core/ by polyphon-codegen. Do not edit.
import type { Reader, Writer } from "./msgpack.ts";

const uint = (r: Reader): number => r.uint();
const int = (r: Reader): number => r.int();
const str = (r: Reader): string => r.str();
const writeUint = (w: Writer, value: number): void => w.uint(value);
const writeStr = (w: Writer, value: string): void => w.str(value);

/** One agent. */
export interface Agent {
  readonly spec: AgentSpec;
  readonly status: AgentStatus;
  readonly health: Health;
  readonly intent: Intent;
  /** Tasks it works on now. */
  readonly load: number;
  /** Epoch of the node it is attached to. */
  readonly epoch: number;
  /** Restarts in a row. */
  readonly restarts: number;
  /**
   * When the passing of time does something to it: ends its start, its rest, its time to finish, its host's time to
   * confirm the end, the wait before its restart, or the time a lost agent is remembered.
   */
  readonly wakeMs: number | null;
  /** The request to start it that is in force: sequence of its event. Reports of an earlier start count no more. */
  readonly start: Fence | null;
  /** The request to end it that its host has not confirmed. */
  readonly end: Fence | null;
  /** Sequence of its last grant, for taking turns. */
  readonly grantedSeq: number;
  readonly completed: number;
  readonly failed: number;
  /** Moving average of how long its successful attempts take. */
  readonly meanMs: number;
  /** Moving average of the ratio of attempts that succeeded, in millionths. */
  readonly successPpm: number;
  readonly registeredMs: number;
  /** Since when it is in service. */
  readonly startedMs: number | null;
  /** Since when it has had no work; says nothing while it has some. */
  readonly idleMs: number;
  /** Last change of its status or health. */
  readonly changedMs: number;
}

export function writeAgent(w: Writer, v: Agent): void {
  w.array(19);
  writeAgentSpec(w, v.spec);
  writeAgentStatus(w, v.status);
  writeHealth(w, v.health);
  writeIntent(w, v.intent);
  w.uint(v.load);
  w.uint(v.epoch);
  w.uint(v.restarts);
  if (v.wakeMs === null) w.nil(); else { w.uint(v.wakeMs); }
  if (v.start === null) w.nil(); else { w.uint(v.start); }
  if (v.end === null) w.nil(); else { w.uint(v.end); }
  w.uint(v.grantedSeq);
  w.uint(v.completed);
  w.uint(v.failed);
  w.uint(v.meanMs);
  w.uint(v.successPpm);
  w.uint(v.registeredMs);
  if (v.startedMs === null) w.nil(); else { w.uint(v.startedMs); }
  w.uint(v.idleMs);
  w.uint(v.changedMs);
}

export function readAgent(r: Reader): Agent {
  let left = r.array();
  left--;
  const spec: AgentSpec = readAgentSpec(r);
  left--;
  const status: AgentStatus = readAgentStatus(r);
  left--;
  const health: Health = readHealth(r);
  left--;
  const intent: Intent = readIntent(r);
  const load: number = left-- > 0 ? r.uint() : 0;
  const epoch: number = left-- > 0 ? r.uint() : 0;
  const restarts: number = left-- > 0 ? r.uint() : 0;
  const wakeMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const start: Fence | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const end: Fence | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const grantedSeq: number = left-- > 0 ? r.uint() : 0;
  const completed: number = left-- > 0 ? r.uint() : 0;
  const failed: number = left-- > 0 ? r.uint() : 0;
  const meanMs: number = left-- > 0 ? r.uint() : 0;
  const successPpm: number = left-- > 0 ? r.uint() : 0;
  const registeredMs: number = left-- > 0 ? r.uint() : 0;
  const startedMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const idleMs: number = left-- > 0 ? r.uint() : 0;
  const changedMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { spec, status, health, intent, load, epoch, restarts, wakeMs, start, end, grantedSeq, completed, failed, meanMs, successPpm, registeredMs, startedMs, idleMs, changedMs };
}

/** What can be asked of agents and their pools. */
export type AgentCommand =
    /** Makes an agent known, or attaches a known one to this node. */
  | {
      readonly type: "RegisterAgent";
      readonly spec: AgentSpec;
    }
    /** The host says the agent is ready. */
  | {
      readonly type: "ReportAgentStarted";
      readonly agent: AgentId;
      /** Fence of the request it answers; absent when the host started the agent by itself. */
      readonly start: Fence | null;
    }
    /** Lets the agent finish its work and end. */
  | {
      readonly type: "StopAgent";
      readonly agent: AgentId;
      readonly reason: string;
    }
    /** The host says the agent has ended, by itself or as it was asked to. */
  | {
      readonly type: "ReportAgentStopped";
      readonly agent: AgentId;
      readonly error: string | null;
      /** Fence of the request that started it; absent when the host started the agent by itself. */
      readonly start: Fence | null;
    }
    /** Forgets an agent that is not in service. */
  | {
      readonly type: "DeregisterAgent";
      readonly agent: AgentId;
      readonly reason: string;
    }
    /** Asks the host to start an agent that is known and not in service. */
  | {
      readonly type: "StartAgent";
      readonly agent: AgentId;
    }
    /** Lets every agent finish its work and end; pools start nothing more. */
  | {
      readonly type: "StopAll";
      readonly reason: string;
    }
    /** Signs of life. Leaves no trace unless it changes what is thought of an agent. */
  | {
      readonly type: "ReportHeartbeats";
      readonly beats: readonly Heartbeat[];
    }
    /** Makes a pool, or gives a known one other bounds. */
  | {
      readonly type: "DefinePool";
      readonly spec: PoolSpec;
    }
    /** Ends the agents of a pool, then forgets it. */
  | {
      readonly type: "RemovePool";
      readonly pool: PoolId;
      readonly reason: string;
    }
    /** An attempt leaves something to the next attempt of its agent; with no state, nothing any more. */
  | {
      readonly type: "SaveAgentState";
      readonly fence: Fence;
      readonly state: Payload | null;
    }
    /** Rows the runtime was asked to erase are erased. */
  | {
      readonly type: "FinishStateErasure";
      readonly discards: readonly number[];
    }
;

export function writeAgentCommand(w: Writer, v: AgentCommand): void {
  switch (v.type) {
    case "RegisterAgent":
      w.array(2);
      w.uint(100);
      writeAgentSpec(w, v.spec);
      return;
    case "ReportAgentStarted":
      w.array(3);
      w.uint(101);
      w.uint(v.agent);
      if (v.start === null) w.nil(); else { w.uint(v.start); }
      return;
    case "StopAgent":
      w.array(3);
      w.uint(102);
      w.uint(v.agent);
      w.str(v.reason);
      return;
    case "ReportAgentStopped":
      w.array(4);
      w.uint(103);
      w.uint(v.agent);
      if (v.error === null) w.nil(); else { w.str(v.error); }
      if (v.start === null) w.nil(); else { w.uint(v.start); }
      return;
    case "DeregisterAgent":
      w.array(3);
      w.uint(104);
      w.uint(v.agent);
      w.str(v.reason);
      return;
    case "StartAgent":
      w.array(2);
      w.uint(105);
      w.uint(v.agent);
      return;
    case "StopAll":
      w.array(2);
      w.uint(106);
      w.str(v.reason);
      return;
    case "ReportHeartbeats":
      w.array(2);
      w.uint(107);
      w.list(v.beats, writeHeartbeat);
      return;
    case "DefinePool":
      w.array(2);
      w.uint(108);
      writePoolSpec(w, v.spec);
      return;
    case "RemovePool":
      w.array(3);
      w.uint(109);
      w.uint(v.pool);
      w.str(v.reason);
      return;
    case "SaveAgentState":
      w.array(3);
      w.uint(110);
      w.uint(v.fence);
      if (v.state === null) w.nil(); else { writePayload(w, v.state); }
      return;
    case "FinishStateErasure":
      w.array(2);
      w.uint(111);
      w.list(v.discards, writeUint);
      return;
  }
}

export function readAgentCommand(r: Reader): AgentCommand {
  return readAgentCommandAs(r, r.array() - 1, r.uint());
}

export function readAgentCommandAs(r: Reader, fields: number, tag: number): AgentCommand {
  let left = fields;
  switch (tag) {
    case 100: {
      left--;
      const spec: AgentSpec = readAgentSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "RegisterAgent", spec };
    }
    case 101: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const start: Fence | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      for (; left > 0; left--) r.skip();
      return { type: "ReportAgentStarted", agent, start };
    }
    case 102: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "StopAgent", agent, reason };
    }
    case 103: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const error: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
      const start: Fence | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      for (; left > 0; left--) r.skip();
      return { type: "ReportAgentStopped", agent, error, start };
    }
    case 104: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "DeregisterAgent", agent, reason };
    }
    case 105: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "StartAgent", agent };
    }
    case 106: {
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "StopAll", reason };
    }
    case 107: {
      const beats: readonly Heartbeat[] = left-- > 0 ? r.list(readHeartbeat) : [];
      for (; left > 0; left--) r.skip();
      return { type: "ReportHeartbeats", beats };
    }
    case 108: {
      left--;
      const spec: PoolSpec = readPoolSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "DefinePool", spec };
    }
    case 109: {
      const pool: PoolId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "RemovePool", pool, reason };
    }
    case 110: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const state: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
      for (; left > 0; left--) r.skip();
      return { type: "SaveAgentState", fence, state };
    }
    case 111: {
      const discards: readonly number[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "FinishStateErasure", discards };
    }
    default:
      throw new RangeError(`AgentCommand has no variant ${tag}`);
  }
}

/** What happened to agents and their pools. */
export type AgentEvent =
    /** A new agent; its id is this event's sequence. */
  | {
      readonly type: "AgentRegistered";
      readonly spec: AgentSpec;
    }
    /** An agent that was known came back by itself, perhaps changed. */
  | {
      readonly type: "AgentAttached";
      readonly agent: AgentId;
      readonly spec: AgentSpec;
      /** When it must have started. */
      readonly untilMs: number;
    }
    /** It is ready for work. */
  | {
      readonly type: "AgentStarted";
      readonly agent: AgentId;
    }
    /** It finishes what it has and takes nothing new. */
  | {
      readonly type: "AgentDraining";
      readonly agent: AgentId;
      readonly reason: string;
      /** When its attempts are taken back. */
      readonly untilMs: number;
    }
    /** It ended as it was asked to, or by itself without an error. */
  | {
      readonly type: "AgentStopped";
      readonly agent: AgentId;
      readonly reason: string;
      /** When its host must have ended it; absent when the host has seen the end. */
      readonly endByMs: number | null;
    }
    /** It broke. */
  | {
      readonly type: "AgentFailed";
      readonly agent: AgentId;
      readonly error: string;
      /** When its host must have ended it; absent when the host has seen the end. */
      readonly endByMs: number | null;
    }
    /** The failure detector changed its mind. */
  | {
      readonly type: "AgentHealthChanged";
      readonly agent: AgentId;
      readonly health: Health;
      readonly phiMilli: number;
      readonly silenceMs: number;
    }
    /** It was silent for too long; its tasks go to others. */
  | {
      readonly type: "AgentLost";
      readonly agent: AgentId;
      readonly phiMilli: number;
      readonly silenceMs: number;
      /** When it is forgotten unless it comes back. */
      readonly removeAtMs: number;
    }
    /** It will be started again. */
  | {
      readonly type: "AgentRestarting";
      readonly agent: AgentId;
      /** Restarts in a row, this one included. */
      readonly restart: number;
      readonly atMs: number;
    }
    /** It is forgotten. */
  | {
      readonly type: "AgentDeregistered";
      readonly agent: AgentId;
      readonly reason: string;
    }
    /** Its host is asked to start it; the request's fence is this event's sequence. */
  | {
      readonly type: "AgentStarting";
      readonly agent: AgentId;
      /** When it must have started. */
      readonly untilMs: number;
    }
    /** A pool made an agent, whose id and start request are this event's sequence. */
  | {
      readonly type: "AgentProvisioned";
      readonly spec: AgentSpec;
      /** When it must have started. */
      readonly untilMs: number;
    }
    /** Its host has ended it, as it was asked to, or did not say so in time. */
  | {
      readonly type: "AgentEnded";
      readonly agent: AgentId;
      readonly request: Fence;
    }
    /** Its time to finish is over; its attempts are taken back. */
  | {
      readonly type: "AgentOverdue";
      readonly agent: AgentId;
    }
    /** It failed too often and is not started again. */
  | {
      readonly type: "AgentGivenUp";
      readonly agent: AgentId;
      readonly restarts: number;
    }
    /** Every agent is asked to stop; each is told in turn. */
  | {
      readonly type: "AllStopping";
      readonly reason: string;
    }
    /** A new pool; its id is this event's sequence. */
  | {
      readonly type: "PoolDefined";
      readonly spec: PoolSpec;
    }
    /** A pool has other bounds or makes other agents from now on. */
  | {
      readonly type: "PoolRedefined";
      readonly pool: PoolId;
      readonly spec: PoolSpec;
    }
    /** A pool shall have more or fewer agents. */
  | {
      readonly type: "PoolScaled";
      readonly pool: PoolId;
      readonly from: number;
      readonly to: number;
      readonly reason: ScaleReason;
    }
    /** A pool ends its agents and then itself. */
  | {
      readonly type: "PoolClosing";
      readonly pool: PoolId;
      readonly reason: string;
    }
    /** A pool is forgotten. */
  | {
      readonly type: "PoolRemoved";
      readonly pool: PoolId;
    }
    /**
     * No agent that is known, and no pool, could do what ready tasks demand; the report's number is this event's
     * sequence.
     */
  | {
      readonly type: "DemandUnserved";
      readonly demand: Demand;
    }
    /** Somebody can do it now, or nobody demands it any more. */
  | {
      readonly type: "DemandServed";
      readonly report: number;
    }
    /** It keeps something for its next attempt, or nothing any more. */
  | {
      readonly type: "AgentStateSaved";
      readonly agent: AgentId;
      /** The attempt that saved it. */
      readonly fence: Fence;
      readonly state: Payload | null;
    }
    /** What another agent saved is its own from now on. */
  | {
      readonly type: "AgentStateInherited";
      readonly agent: AgentId;
      readonly from: AgentId;
    }
    /** What it saved is forgotten with it. */
  | {
      readonly type: "AgentStateErased";
      readonly agent: AgentId;
    }
    /** Rows with states that nothing needed any more are erased: by the events since which nothing did. */
  | {
      readonly type: "AgentStateRowsErased";
      readonly discards: readonly number[];
    }
    /** It takes on nothing new for a while; what it has goes on. */
  | {
      readonly type: "AgentPaused";
      readonly agent: AgentId;
      readonly untilMs: number;
      readonly reason: string;
    }
    /** Its rest is over. */
  | {
      readonly type: "AgentResumed";
      readonly agent: AgentId;
    }
;

export function writeAgentEvent(w: Writer, v: AgentEvent): void {
  switch (v.type) {
    case "AgentRegistered":
      w.array(2);
      w.uint(100);
      writeAgentSpec(w, v.spec);
      return;
    case "AgentAttached":
      w.array(4);
      w.uint(101);
      w.uint(v.agent);
      writeAgentSpec(w, v.spec);
      w.uint(v.untilMs);
      return;
    case "AgentStarted":
      w.array(2);
      w.uint(102);
      w.uint(v.agent);
      return;
    case "AgentDraining":
      w.array(4);
      w.uint(103);
      w.uint(v.agent);
      w.str(v.reason);
      w.uint(v.untilMs);
      return;
    case "AgentStopped":
      w.array(4);
      w.uint(104);
      w.uint(v.agent);
      w.str(v.reason);
      if (v.endByMs === null) w.nil(); else { w.uint(v.endByMs); }
      return;
    case "AgentFailed":
      w.array(4);
      w.uint(105);
      w.uint(v.agent);
      w.str(v.error);
      if (v.endByMs === null) w.nil(); else { w.uint(v.endByMs); }
      return;
    case "AgentHealthChanged":
      w.array(5);
      w.uint(106);
      w.uint(v.agent);
      writeHealth(w, v.health);
      w.uint(v.phiMilli);
      w.uint(v.silenceMs);
      return;
    case "AgentLost":
      w.array(5);
      w.uint(107);
      w.uint(v.agent);
      w.uint(v.phiMilli);
      w.uint(v.silenceMs);
      w.uint(v.removeAtMs);
      return;
    case "AgentRestarting":
      w.array(4);
      w.uint(108);
      w.uint(v.agent);
      w.uint(v.restart);
      w.uint(v.atMs);
      return;
    case "AgentDeregistered":
      w.array(3);
      w.uint(109);
      w.uint(v.agent);
      w.str(v.reason);
      return;
    case "AgentStarting":
      w.array(3);
      w.uint(110);
      w.uint(v.agent);
      w.uint(v.untilMs);
      return;
    case "AgentProvisioned":
      w.array(3);
      w.uint(111);
      writeAgentSpec(w, v.spec);
      w.uint(v.untilMs);
      return;
    case "AgentEnded":
      w.array(3);
      w.uint(112);
      w.uint(v.agent);
      w.uint(v.request);
      return;
    case "AgentOverdue":
      w.array(2);
      w.uint(113);
      w.uint(v.agent);
      return;
    case "AgentGivenUp":
      w.array(3);
      w.uint(114);
      w.uint(v.agent);
      w.uint(v.restarts);
      return;
    case "AllStopping":
      w.array(2);
      w.uint(115);
      w.str(v.reason);
      return;
    case "PoolDefined":
      w.array(2);
      w.uint(116);
      writePoolSpec(w, v.spec);
      return;
    case "PoolRedefined":
      w.array(3);
      w.uint(117);
      w.uint(v.pool);
      writePoolSpec(w, v.spec);
      return;
    case "PoolScaled":
      w.array(5);
      w.uint(118);
      w.uint(v.pool);
      w.uint(v.from);
      w.uint(v.to);
      writeScaleReason(w, v.reason);
      return;
    case "PoolClosing":
      w.array(3);
      w.uint(119);
      w.uint(v.pool);
      w.str(v.reason);
      return;
    case "PoolRemoved":
      w.array(2);
      w.uint(120);
      w.uint(v.pool);
      return;
    case "DemandUnserved":
      w.array(2);
      w.uint(121);
      writeDemand(w, v.demand);
      return;
    case "DemandServed":
      w.array(2);
      w.uint(122);
      w.uint(v.report);
      return;
    case "AgentStateSaved":
      w.array(4);
      w.uint(123);
      w.uint(v.agent);
      w.uint(v.fence);
      if (v.state === null) w.nil(); else { writePayload(w, v.state); }
      return;
    case "AgentStateInherited":
      w.array(3);
      w.uint(124);
      w.uint(v.agent);
      w.uint(v.from);
      return;
    case "AgentStateErased":
      w.array(2);
      w.uint(125);
      w.uint(v.agent);
      return;
    case "AgentStateRowsErased":
      w.array(2);
      w.uint(126);
      w.list(v.discards, writeUint);
      return;
    case "AgentPaused":
      w.array(4);
      w.uint(127);
      w.uint(v.agent);
      w.uint(v.untilMs);
      w.str(v.reason);
      return;
    case "AgentResumed":
      w.array(2);
      w.uint(128);
      w.uint(v.agent);
      return;
  }
}

export function readAgentEvent(r: Reader): AgentEvent {
  return readAgentEventAs(r, r.array() - 1, r.uint());
}

export function readAgentEventAs(r: Reader, fields: number, tag: number): AgentEvent {
  let left = fields;
  switch (tag) {
    case 100: {
      left--;
      const spec: AgentSpec = readAgentSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "AgentRegistered", spec };
    }
    case 101: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      left--;
      const spec: AgentSpec = readAgentSpec(r);
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentAttached", agent, spec, untilMs };
    }
    case 102: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentStarted", agent };
    }
    case 103: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentDraining", agent, reason, untilMs };
    }
    case 104: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      const endByMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      for (; left > 0; left--) r.skip();
      return { type: "AgentStopped", agent, reason, endByMs };
    }
    case 105: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const error: string = left-- > 0 ? r.str() : "";
      const endByMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      for (; left > 0; left--) r.skip();
      return { type: "AgentFailed", agent, error, endByMs };
    }
    case 106: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      left--;
      const health: Health = readHealth(r);
      const phiMilli: number = left-- > 0 ? r.uint() : 0;
      const silenceMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentHealthChanged", agent, health, phiMilli, silenceMs };
    }
    case 107: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const phiMilli: number = left-- > 0 ? r.uint() : 0;
      const silenceMs: number = left-- > 0 ? r.uint() : 0;
      const removeAtMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentLost", agent, phiMilli, silenceMs, removeAtMs };
    }
    case 108: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const restart: number = left-- > 0 ? r.uint() : 0;
      const atMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentRestarting", agent, restart, atMs };
    }
    case 109: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "AgentDeregistered", agent, reason };
    }
    case 110: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentStarting", agent, untilMs };
    }
    case 111: {
      left--;
      const spec: AgentSpec = readAgentSpec(r);
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentProvisioned", spec, untilMs };
    }
    case 112: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const request: Fence = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentEnded", agent, request };
    }
    case 113: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentOverdue", agent };
    }
    case 114: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const restarts: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentGivenUp", agent, restarts };
    }
    case 115: {
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "AllStopping", reason };
    }
    case 116: {
      left--;
      const spec: PoolSpec = readPoolSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "PoolDefined", spec };
    }
    case 117: {
      const pool: PoolId = left-- > 0 ? r.uint() : 0;
      left--;
      const spec: PoolSpec = readPoolSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "PoolRedefined", pool, spec };
    }
    case 118: {
      const pool: PoolId = left-- > 0 ? r.uint() : 0;
      const from: number = left-- > 0 ? r.uint() : 0;
      const to: number = left-- > 0 ? r.uint() : 0;
      left--;
      const reason: ScaleReason = readScaleReason(r);
      for (; left > 0; left--) r.skip();
      return { type: "PoolScaled", pool, from, to, reason };
    }
    case 119: {
      const pool: PoolId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "PoolClosing", pool, reason };
    }
    case 120: {
      const pool: PoolId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "PoolRemoved", pool };
    }
    case 121: {
      left--;
      const demand: Demand = readDemand(r);
      for (; left > 0; left--) r.skip();
      return { type: "DemandUnserved", demand };
    }
    case 122: {
      const report: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "DemandServed", report };
    }
    case 123: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const state: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
      for (; left > 0; left--) r.skip();
      return { type: "AgentStateSaved", agent, fence, state };
    }
    case 124: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const from: AgentId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentStateInherited", agent, from };
    }
    case 125: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentStateErased", agent };
    }
    case 126: {
      const discards: readonly number[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "AgentStateRowsErased", discards };
    }
    case 127: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "AgentPaused", agent, untilMs, reason };
    }
    case 128: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AgentResumed", agent };
    }
    default:
      throw new RangeError(`AgentEvent has no variant ${tag}`);
  }
}

/** An agent. */
export type AgentId = number;

/** How an agent came to the team. */
export type AgentKind = "specialized" | "compiler" | "guest";

const agentKindTags: Readonly<Record<AgentKind, number>> = {
  "specialized": 0,
  "compiler": 1,
  "guest": 2,
};

const agentKindValues: ReadonlyMap<number, AgentKind> = new Map<number, AgentKind>([
  [0, "specialized"],
  [1, "compiler"],
  [2, "guest"],
]);

export function writeAgentKind(w: Writer, v: AgentKind): void {
  w.uint(agentKindTags[v]);
}

export function readAgentKind(r: Reader): AgentKind {
  const tag = r.uint();
  const value = agentKindValues.get(tag);
  if (value === undefined) throw new RangeError(`AgentKind has no value ${tag}`);
  return value;
}

/** What an agent must be like to be found. */
export interface AgentQuery {
  readonly agentType: string | null;
  /** Capabilities it must have, all of them. */
  readonly needs: readonly string[];
  /** Leaves out those that take no work now. */
  readonly inService: boolean;
}

export function writeAgentQuery(w: Writer, v: AgentQuery): void {
  w.array(3);
  if (v.agentType === null) w.nil(); else { w.str(v.agentType); }
  w.list(v.needs, writeStr);
  w.bool(v.inService);
}

export function readAgentQuery(r: Reader): AgentQuery {
  let left = r.array();
  const agentType: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  const needs: readonly string[] = left-- > 0 ? r.list(str) : [];
  const inService: boolean = left-- > 0 ? r.bool() : false;
  for (; left > 0; left--) r.skip();
  return { agentType, needs, inService };
}

/** What agents go by. Times in milliseconds, suspicion (φ) in thousandths. */
export interface AgentSettings {
  /** Silence beyond the usual rhythm before an agent is suspected: how long a health check may take. */
  readonly healthTimeoutMs: number;
  /** Suspicion from which on an agent is degraded: a warning, and others are preferred. */
  readonly degradedPhiMilli: number;
  /** Suspicion from which on an agent is unhealthy and gets no work. */
  readonly unhealthyPhiMilli: number;
  /** Silence after which an agent is lost and its work goes to others. */
  readonly unresponsiveMs: number;
  /** Silence after which a lost agent is forgotten. */
  readonly removeMs: number;
  /** Time an agent has to start. */
  readonly startTimeoutMs: number;
  /** Restarts in a row before an agent is given up. */
  readonly restartMax: number;
  /** Wait before the first restart; it doubles from one to the next. */
  readonly restartDelayMs: number;
  /** Longest wait before a restart. */
  readonly restartDelayMaxMs: number;
  /** Greatest part of the wait that is added at random, in millionths. */
  readonly restartJitterPpm: number;
  /**
   * Time in service after which earlier restarts no longer count, and after which a pool tries again with an
   * agent that was given up.
   */
  readonly restartResetMs: number;
  /** Time a ready task waits before it is reported that nobody could do it. */
  readonly unservedMs: number;
  /** How agents are ranked, the weightiest criterion first, at most four; empty is as `selection` says. */
  readonly ranking: readonly RankBy[];
}

export function writeAgentSettings(w: Writer, v: AgentSettings): void {
  w.array(13);
  w.uint(v.healthTimeoutMs);
  w.uint(v.degradedPhiMilli);
  w.uint(v.unhealthyPhiMilli);
  w.uint(v.unresponsiveMs);
  w.uint(v.removeMs);
  w.uint(v.startTimeoutMs);
  w.uint(v.restartMax);
  w.uint(v.restartDelayMs);
  w.uint(v.restartDelayMaxMs);
  w.uint(v.restartJitterPpm);
  w.uint(v.restartResetMs);
  w.uint(v.unservedMs);
  w.list(v.ranking, writeRankBy);
}

export function readAgentSettings(r: Reader): AgentSettings {
  let left = r.array();
  const healthTimeoutMs: number = left-- > 0 ? r.uint() : 0;
  const degradedPhiMilli: number = left-- > 0 ? r.uint() : 0;
  const unhealthyPhiMilli: number = left-- > 0 ? r.uint() : 0;
  const unresponsiveMs: number = left-- > 0 ? r.uint() : 0;
  const removeMs: number = left-- > 0 ? r.uint() : 0;
  const startTimeoutMs: number = left-- > 0 ? r.uint() : 0;
  const restartMax: number = left-- > 0 ? r.uint() : 0;
  const restartDelayMs: number = left-- > 0 ? r.uint() : 0;
  const restartDelayMaxMs: number = left-- > 0 ? r.uint() : 0;
  const restartJitterPpm: number = left-- > 0 ? r.uint() : 0;
  const restartResetMs: number = left-- > 0 ? r.uint() : 0;
  const unservedMs: number = left-- > 0 ? r.uint() : 0;
  const ranking: readonly RankBy[] = left-- > 0 ? r.list(readRankBy) : [];
  for (; left > 0; left--) r.skip();
  return { healthTimeoutMs, degradedPhiMilli, unhealthyPhiMilli, unresponsiveMs, removeMs, startTimeoutMs, restartMax, restartDelayMs, restartDelayMaxMs, restartJitterPpm, restartResetMs, unservedMs, ranking };
}

/** What is told of an agent when it registers. */
export interface AgentSpec {
  /** Unique name in the team. */
  readonly key: string;
  /** `planner`, `researcher`, `coder`, `reviewer`, or any other. */
  readonly agentType: string;
  /** What it can do, sorted, without repeats. */
  readonly capabilities: readonly string[];
  readonly permission: Permission;
  readonly kind: AgentKind;
  readonly host: HostKind;
  /** Higher ones are chosen first. */
  readonly priority: number;
  /** Tasks it works on at once, at least 1. */
  readonly maxLoad: number;
  readonly version: string;
  /** The pool it belongs to. */
  readonly pool: PoolId | null;
  /** Longest distance of its heartbeats; 0 when it sends none and is not watched. */
  readonly heartbeatMs: number;
}

export function writeAgentSpec(w: Writer, v: AgentSpec): void {
  w.array(11);
  w.str(v.key);
  w.str(v.agentType);
  w.list(v.capabilities, writeStr);
  writePermission(w, v.permission);
  writeAgentKind(w, v.kind);
  writeHostKind(w, v.host);
  w.uint(v.priority);
  w.uint(v.maxLoad);
  w.str(v.version);
  if (v.pool === null) w.nil(); else { w.uint(v.pool); }
  w.uint(v.heartbeatMs);
}

export function readAgentSpec(r: Reader): AgentSpec {
  let left = r.array();
  const key: string = left-- > 0 ? r.str() : "";
  const agentType: string = left-- > 0 ? r.str() : "";
  const capabilities: readonly string[] = left-- > 0 ? r.list(str) : [];
  left--;
  const permission: Permission = readPermission(r);
  left--;
  const kind: AgentKind = readAgentKind(r);
  left--;
  const host: HostKind = readHostKind(r);
  const priority: number = left-- > 0 ? r.uint() : 0;
  const maxLoad: number = left-- > 0 ? r.uint() : 0;
  const version: string = left-- > 0 ? r.str() : "";
  const pool: PoolId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const heartbeatMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { key, agentType, capabilities, permission, kind, host, priority, maxLoad, version, pool, heartbeatMs };
}

/** What an agent saved last. */
export interface AgentState {
  /** Name of the agent: who registers under it has the state. */
  readonly key: string;
  /** Its pool: an agent that takes its place there has the state. */
  readonly pool: PoolId | null;
  readonly payload: Payload;
  /** The attempt that saved it. */
  readonly fence: Fence;
  readonly savedMs: number;
}

export function writeAgentState(w: Writer, v: AgentState): void {
  w.array(5);
  w.str(v.key);
  if (v.pool === null) w.nil(); else { w.uint(v.pool); }
  writePayload(w, v.payload);
  w.uint(v.fence);
  w.uint(v.savedMs);
}

export function readAgentState(r: Reader): AgentState {
  let left = r.array();
  const key: string = left-- > 0 ? r.str() : "";
  const pool: PoolId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  left--;
  const payload: Payload = readPayload(r);
  const fence: Fence = left-- > 0 ? r.uint() : 0;
  const savedMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { key, pool, payload, fence, savedMs };
}

/** Where an agent is in its life. */
export type AgentStatus = "registered" | "starting" | "idle" | "busy" | "draining" | "stopped" | "failed";

const agentStatusTags: Readonly<Record<AgentStatus, number>> = {
  "registered": 0,
  "starting": 1,
  "idle": 2,
  "busy": 3,
  "draining": 4,
  "stopped": 5,
  "failed": 6,
};

const agentStatusValues: ReadonlyMap<number, AgentStatus> = new Map<number, AgentStatus>([
  [0, "registered"],
  [1, "starting"],
  [2, "idle"],
  [3, "busy"],
  [4, "draining"],
  [5, "stopped"],
  [6, "failed"],
]);

export function writeAgentStatus(w: Writer, v: AgentStatus): void {
  w.uint(agentStatusTags[v]);
}

export function readAgentStatus(r: Reader): AgentStatus {
  const tag = r.uint();
  const value = agentStatusValues.get(tag);
  if (value === undefined) throw new RangeError(`AgentStatus has no value ${tag}`);
  return value;
}

/** How an agent is doing, as far as it is known. */
export interface AgentVitals {
  readonly health: Health;
  /** Suspicion in thousandths; 0 for an agent that is not watched. */
  readonly phiMilli: number;
  readonly silenceMs: number | null;
  /** Mean distance of its heartbeats. */
  readonly rhythmMs: number | null;
  /** Standard deviation of that distance. */
  readonly deviationMs: number | null;
  readonly memoryBytes: number | null;
  readonly cpuMilli: number | null;
}

export function writeAgentVitals(w: Writer, v: AgentVitals): void {
  w.array(7);
  writeHealth(w, v.health);
  w.uint(v.phiMilli);
  if (v.silenceMs === null) w.nil(); else { w.uint(v.silenceMs); }
  if (v.rhythmMs === null) w.nil(); else { w.uint(v.rhythmMs); }
  if (v.deviationMs === null) w.nil(); else { w.uint(v.deviationMs); }
  if (v.memoryBytes === null) w.nil(); else { w.uint(v.memoryBytes); }
  if (v.cpuMilli === null) w.nil(); else { w.uint(v.cpuMilli); }
}

export function readAgentVitals(r: Reader): AgentVitals {
  let left = r.array();
  left--;
  const health: Health = readHealth(r);
  const phiMilli: number = left-- > 0 ? r.uint() : 0;
  const silenceMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const rhythmMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const deviationMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const memoryBytes: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const cpuMilli: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return { health, phiMilli, silenceMs, rhythmMs, deviationMs, memoryBytes, cpuMilli };
}

/** The last alert of a rule about one session, one agent, or the partition. */
export interface Alert {
  readonly rule: string;
  readonly condition: AlertCondition;
  readonly session: SessionId | null;
  readonly agent: AgentId | null;
  readonly severity: Severity;
  readonly action: AlertAction;
  /** In the unit of the condition, when it was raised. */
  readonly value: number;
  readonly threshold: number;
  readonly details: string;
  readonly raisedMs: number;
  readonly clearedMs: number | null;
}

export function writeAlert(w: Writer, v: Alert): void {
  w.array(11);
  w.str(v.rule);
  writeAlertCondition(w, v.condition);
  if (v.session === null) w.nil(); else { w.uint(v.session); }
  if (v.agent === null) w.nil(); else { w.uint(v.agent); }
  writeSeverity(w, v.severity);
  writeAlertAction(w, v.action);
  w.uint(v.value);
  w.uint(v.threshold);
  w.str(v.details);
  w.uint(v.raisedMs);
  if (v.clearedMs === null) w.nil(); else { w.uint(v.clearedMs); }
}

export function readAlert(r: Reader): Alert {
  let left = r.array();
  const rule: string = left-- > 0 ? r.str() : "";
  left--;
  const condition: AlertCondition = readAlertCondition(r);
  const session: SessionId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const agent: AgentId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  left--;
  const severity: Severity = readSeverity(r);
  left--;
  const action: AlertAction = readAlertAction(r);
  const value: number = left-- > 0 ? r.uint() : 0;
  const threshold: number = left-- > 0 ? r.uint() : 0;
  const details: string = left-- > 0 ? r.str() : "";
  const raisedMs: number = left-- > 0 ? r.uint() : 0;
  const clearedMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return { rule, condition, session, agent, severity, action, value, threshold, details, raisedMs, clearedMs };
}

/** What is done about it. */
export type AlertAction = "tell" | "pause_new_tasks" | "reduce_parallel_tasks" | "reassign_tasks" | "investigate_bottlenecks";

const alertActionTags: Readonly<Record<AlertAction, number>> = {
  "tell": 0,
  "pause_new_tasks": 1,
  "reduce_parallel_tasks": 2,
  "reassign_tasks": 3,
  "investigate_bottlenecks": 4,
};

const alertActionValues: ReadonlyMap<number, AlertAction> = new Map<number, AlertAction>([
  [0, "tell"],
  [1, "pause_new_tasks"],
  [2, "reduce_parallel_tasks"],
  [3, "reassign_tasks"],
  [4, "investigate_bottlenecks"],
]);

export function writeAlertAction(w: Writer, v: AlertAction): void {
  w.uint(alertActionTags[v]);
}

export function readAlertAction(r: Reader): AlertAction {
  const tag = r.uint();
  const value = alertActionValues.get(tag);
  if (value === undefined) throw new RangeError(`AlertAction has no value ${tag}`);
  return value;
}

/** What an alert is about. */
export type AlertCondition = "failure_rate" | "memory_usage" | "agent_silence" | "slowdown";

const alertConditionTags: Readonly<Record<AlertCondition, number>> = {
  "failure_rate": 0,
  "memory_usage": 1,
  "agent_silence": 2,
  "slowdown": 3,
};

const alertConditionValues: ReadonlyMap<number, AlertCondition> = new Map<number, AlertCondition>([
  [0, "failure_rate"],
  [1, "memory_usage"],
  [2, "agent_silence"],
  [3, "slowdown"],
]);

export function writeAlertCondition(w: Writer, v: AlertCondition): void {
  w.uint(alertConditionTags[v]);
}

export function readAlertCondition(r: Reader): AlertCondition {
  const tag = r.uint();
  const value = alertConditionValues.get(tag);
  if (value === undefined) throw new RangeError(`AlertCondition has no value ${tag}`);
  return value;
}

/** What happened to alerts. */
export type AlertEvent =
    /** A condition holds; the alert's id is this event's sequence. */
  | {
      readonly type: "AlertRaised";
      readonly rule: string;
      readonly condition: AlertCondition;
      /** The session it is about, if it is about one. */
      readonly session: SessionId | null;
      /** The agent it is about, if it is about one. */
      readonly agent: AgentId | null;
      readonly severity: Severity;
      readonly action: AlertAction;
      /** In the unit of the condition. */
      readonly value: number;
      readonly threshold: number;
      /** What to look at. */
      readonly details: string;
    }
    /** It holds no longer. */
  | {
      readonly type: "AlertCleared";
      readonly alert: AlertId;
      readonly session: SessionId | null;
      readonly agent: AgentId | null;
      readonly value: number;
    }
;

export function writeAlertEvent(w: Writer, v: AlertEvent): void {
  switch (v.type) {
    case "AlertRaised":
      w.array(10);
      w.uint(500);
      w.str(v.rule);
      writeAlertCondition(w, v.condition);
      if (v.session === null) w.nil(); else { w.uint(v.session); }
      if (v.agent === null) w.nil(); else { w.uint(v.agent); }
      writeSeverity(w, v.severity);
      writeAlertAction(w, v.action);
      w.uint(v.value);
      w.uint(v.threshold);
      w.str(v.details);
      return;
    case "AlertCleared":
      w.array(5);
      w.uint(501);
      w.uint(v.alert);
      if (v.session === null) w.nil(); else { w.uint(v.session); }
      if (v.agent === null) w.nil(); else { w.uint(v.agent); }
      w.uint(v.value);
      return;
  }
}

export function readAlertEvent(r: Reader): AlertEvent {
  return readAlertEventAs(r, r.array() - 1, r.uint());
}

export function readAlertEventAs(r: Reader, fields: number, tag: number): AlertEvent {
  let left = fields;
  switch (tag) {
    case 500: {
      const rule: string = left-- > 0 ? r.str() : "";
      left--;
      const condition: AlertCondition = readAlertCondition(r);
      const session: SessionId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      const agent: AgentId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      left--;
      const severity: Severity = readSeverity(r);
      left--;
      const action: AlertAction = readAlertAction(r);
      const value: number = left-- > 0 ? r.uint() : 0;
      const threshold: number = left-- > 0 ? r.uint() : 0;
      const details: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "AlertRaised", rule, condition, session, agent, severity, action, value, threshold, details };
    }
    case 501: {
      const alert: AlertId = left-- > 0 ? r.uint() : 0;
      const session: SessionId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      const agent: AgentId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      const value: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "AlertCleared", alert, session, agent, value };
    }
    default:
      throw new RangeError(`AlertEvent has no variant ${tag}`);
  }
}

/** A condition that somebody should know of. */
export type AlertId = number;

/** When an alert is raised and what it does. */
export interface AlertRule {
  readonly name: string;
  readonly condition: AlertCondition;
  /** The alert is raised above this; that of a silent agent when it is lost and was silent for at least this. */
  readonly threshold: number;
  /** And cleared at this or below. */
  readonly clear: number;
  /** Ended attempts below which nothing is concluded. */
  readonly minSamples: number;
  /** Least time between two changes of the alert. */
  readonly intervalMs: number;
  readonly severity: Severity;
  readonly action: AlertAction;
}

export function writeAlertRule(w: Writer, v: AlertRule): void {
  w.array(8);
  w.str(v.name);
  writeAlertCondition(w, v.condition);
  w.uint(v.threshold);
  w.uint(v.clear);
  w.uint(v.minSamples);
  w.uint(v.intervalMs);
  writeSeverity(w, v.severity);
  writeAlertAction(w, v.action);
}

export function readAlertRule(r: Reader): AlertRule {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  left--;
  const condition: AlertCondition = readAlertCondition(r);
  const threshold: number = left-- > 0 ? r.uint() : 0;
  const clear: number = left-- > 0 ? r.uint() : 0;
  const minSamples: number = left-- > 0 ? r.uint() : 0;
  const intervalMs: number = left-- > 0 ? r.uint() : 0;
  left--;
  const severity: Severity = readSeverity(r);
  left--;
  const action: AlertAction = readAlertAction(r);
  for (; left > 0; left--) r.skip();
  return { name, condition, threshold, clear, minSamples, intervalMs, severity, action };
}

/** The answer to one request. */
export interface Answer {
  readonly id: number;
  readonly outcome: Outcome;
  /** Where an accepted command brought many things, those that fared otherwise than the rest. */
  readonly parts: readonly Part[];
}

export function writeAnswer(w: Writer, v: Answer): void {
  w.array(3);
  w.uint(v.id);
  writeOutcome(w, v.outcome);
  w.list(v.parts, writePart);
}

export function readAnswer(r: Reader): Answer {
  let left = r.array();
  const id: number = left-- > 0 ? r.uint() : 0;
  left--;
  const outcome: Outcome = readOutcome(r);
  const parts: readonly Part[] = left-- > 0 ? r.list(readPart) : [];
  for (; left > 0; left--) r.skip();
  return { id, outcome, parts };
}

/** A file an attempt left behind; its bytes are stored under their hash. */
export interface Artifact {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: Uint8Array;
}

export function writeArtifact(w: Writer, v: Artifact): void {
  w.array(4);
  w.str(v.name);
  w.str(v.path);
  w.uint(v.bytes);
  w.bin(v.sha256);
}

export function readArtifact(r: Reader): Artifact {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  const path: string = left-- > 0 ? r.str() : "";
  const bytes: number = left-- > 0 ? r.uint() : 0;
  const sha256: Uint8Array = left-- > 0 ? r.bin() : new Uint8Array(0);
  for (; left > 0; left--) r.skip();
  return { name, path, bytes, sha256 };
}

/** When a human is asked about a task whose strategies are used up. */
export type AskHuman = "never" | "always" | "if_persistent" | "if_exceeds_twice" | "if_widespread";

const askHumanTags: Readonly<Record<AskHuman, number>> = {
  "never": 0,
  "always": 1,
  "if_persistent": 2,
  "if_exceeds_twice": 3,
  "if_widespread": 4,
};

const askHumanValues: ReadonlyMap<number, AskHuman> = new Map<number, AskHuman>([
  [0, "never"],
  [1, "always"],
  [2, "if_persistent"],
  [3, "if_exceeds_twice"],
  [4, "if_widespread"],
]);

export function writeAskHuman(w: Writer, v: AskHuman): void {
  w.uint(askHumanTags[v]);
}

export function readAskHuman(r: Reader): AskHuman {
  const tag = r.uint();
  const value = askHumanValues.get(tag);
  if (value === undefined) throw new RangeError(`AskHuman has no value ${tag}`);
  return value;
}

/** Why an attempt failed. */
export interface AttemptError {
  /** `import_error`, `timeout`, `calculation_error` and so on. */
  readonly errorType: string;
  readonly message: string;
  readonly details: Payload | null;
}

export function writeAttemptError(w: Writer, v: AttemptError): void {
  w.array(3);
  w.str(v.errorType);
  w.str(v.message);
  if (v.details === null) w.nil(); else { writePayload(w, v.details); }
}

export function readAttemptError(r: Reader): AttemptError {
  let left = r.array();
  const errorType: string = left-- > 0 ? r.str() : "";
  const message: string = left-- > 0 ? r.str() : "";
  const details: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
  for (; left > 0; left--) r.skip();
  return { errorType, message, details };
}

/** How an attempt ended that did not complete its task. */
export type AttemptOutcome = "failed" | "timeout" | "lost" | "cancelled" | "refused";

const attemptOutcomeTags: Readonly<Record<AttemptOutcome, number>> = {
  "failed": 1,
  "timeout": 2,
  "lost": 3,
  "cancelled": 4,
  "refused": 5,
};

const attemptOutcomeValues: ReadonlyMap<number, AttemptOutcome> = new Map<number, AttemptOutcome>([
  [1, "failed"],
  [2, "timeout"],
  [3, "lost"],
  [4, "cancelled"],
  [5, "refused"],
]);

export function writeAttemptOutcome(w: Writer, v: AttemptOutcome): void {
  w.uint(attemptOutcomeTags[v]);
}

export function readAttemptOutcome(r: Reader): AttemptOutcome {
  const tag = r.uint();
  const value = attemptOutcomeValues.get(tag);
  if (value === undefined) throw new RangeError(`AttemptOutcome has no value ${tag}`);
  return value;
}

/** What is known to be possible. */
export interface Catalog {
  /** Capabilities by category; those only agents and pools of this team speak of stand under `custom`. */
  readonly categories: readonly NamedList[];
  /** Types of agents with the capabilities they bring. */
  readonly types: readonly NamedList[];
}

export function writeCatalog(w: Writer, v: Catalog): void {
  w.array(2);
  w.list(v.categories, writeNamedList);
  w.list(v.types, writeNamedList);
}

export function readCatalog(r: Reader): Catalog {
  let left = r.array();
  const categories: readonly NamedList[] = left-- > 0 ? r.list(readNamedList) : [];
  const types: readonly NamedList[] = left-- > 0 ? r.list(readNamedList) : [];
  for (; left > 0; left--) r.skip();
  return { categories, types };
}

/** Tasks that share a limit. */
export interface ClassSpec {
  readonly name: string;
  readonly maxParallel: number;
}

export function writeClassSpec(w: Writer, v: ClassSpec): void {
  w.array(2);
  w.str(v.name);
  w.uint(v.maxParallel);
}

export function readClassSpec(r: Reader): ClassSpec {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  const maxParallel: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { name, maxParallel };
}

/** What is asked for. */
export type Command = JournalCommand | AgentCommand | SessionCommand | TaskCommand | EscalationCommand | OutboxCommand | QueueCommand;

export function writeCommand(w: Writer, v: Command): void {
  switch (v.type) {
    case "StartNode":
    case "Configure":
    case "RaiseFormat":
      return writeJournalCommand(w, v);
    case "RegisterAgent":
    case "ReportAgentStarted":
    case "StopAgent":
    case "ReportAgentStopped":
    case "DeregisterAgent":
    case "StartAgent":
    case "StopAll":
    case "ReportHeartbeats":
    case "DefinePool":
    case "RemovePool":
    case "SaveAgentState":
    case "FinishStateErasure":
      return writeAgentCommand(w, v);
    case "Orchestrate":
    case "BeginPlan":
    case "AddTasks":
    case "CommitPlan":
    case "CancelSession":
    case "PauseSession":
    case "ResumeSession":
    case "UpdateContext":
    case "RecordFacts":
    case "OpenSession":
    case "ChangeState":
    case "AcquireLock":
    case "ExtendLock":
    case "ReleaseLock":
      return writeSessionCommand(w, v);
    case "ReportProgress":
    case "CompleteTask":
    case "FailTask":
    case "ExtendTask":
    case "RefuseTask":
      return writeTaskCommand(w, v);
    case "ResolveEscalation":
      return writeEscalationCommand(w, v);
    case "FinishEffect":
      return writeOutboxCommand(w, v);
    case "DefineQueue":
    case "RemoveQueue":
    case "PublishMessages":
    case "Consume":
    case "AckMessages":
    case "NackMessages":
    case "ExtendMessage":
    case "RedriveMessages":
    case "DiscardMessages":
    case "FinishErasure":
    case "AckAndPublish":
    case "SetSchedule":
    case "RemoveSchedule":
    case "DefineGroup":
    case "TrimStream":
    case "OpenCursor":
    case "MoveCursor":
    case "RemoveCursor":
      return writeQueueCommand(w, v);
  }
}

export function readCommand(r: Reader): Command {
  const left = r.array() - 1;
  const tag = r.uint();
  if (tag <= 99) return readJournalCommandAs(r, left, tag);
  if (tag <= 199) return readAgentCommandAs(r, left, tag);
  if (tag <= 299) return readSessionCommandAs(r, left, tag);
  if (tag <= 399) return readTaskCommandAs(r, left, tag);
  if (tag <= 499) return readEscalationCommandAs(r, left, tag);
  if (tag <= 699) return readOutboxCommandAs(r, left, tag);
  if (tag <= 799) return readQueueCommandAs(r, left, tag);
  throw new RangeError(`Command has no variant ${tag}`);
}

/** Time that is left to a session or phase. Runs while nothing holds it; without either time there is no limit. */
export interface Countdown {
  /** Kernel time at which it is over, while it runs. */
  readonly deadlineMs: number | null;
  /** Time that will be left when it runs again, while it stands. */
  readonly leftMs: number | null;
  /** How many things hold it. */
  readonly holds: number;
}

export function writeCountdown(w: Writer, v: Countdown): void {
  w.array(3);
  if (v.deadlineMs === null) w.nil(); else { w.uint(v.deadlineMs); }
  if (v.leftMs === null) w.nil(); else { w.uint(v.leftMs); }
  w.uint(v.holds);
}

export function readCountdown(r: Reader): Countdown {
  let left = r.array();
  const deadlineMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const leftMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const holds: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { deadlineMs, leftMs, holds };
}

/** How many tasks are where. */
export interface Counts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
}

export function writeCounts(w: Writer, v: Counts): void {
  w.array(5);
  w.uint(v.total);
  w.uint(v.completed);
  w.uint(v.failed);
  w.uint(v.skipped);
  w.uint(v.cancelled);
}

export function readCounts(r: Reader): Counts {
  let left = r.array();
  const total: number = left-- > 0 ? r.uint() : 0;
  const completed: number = left-- > 0 ? r.uint() : 0;
  const failed: number = left-- > 0 ? r.uint() : 0;
  const skipped: number = left-- > 0 ? r.uint() : 0;
  const cancelled: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { total, completed, failed, skipped, cancelled };
}

/** What became of a task so far. */
export interface Course {
  readonly wait: Wait | null;
  /** Demand of the next attempt, where recovery changed the plan's. */
  readonly demand: Demand | null;
  /** Time of the next attempt, where recovery changed the plan's. */
  readonly timeoutMs: number | null;
  /** Attempts granted. */
  readonly attempts: number;
  /** Attempts that failed since the last human decision. */
  readonly failures: number;
  /** Attempts lost with their host. */
  readonly losses: number;
  /** What was tried since the last human decision. */
  readonly recoveries: readonly Recovery[];
  /** Times a human let it run again. */
  readonly reprieves: number;
  readonly fence: Fence | null;
  /** Its attempt was asked to stop. */
  readonly stopping: boolean;
  readonly agent: AgentId | null;
  readonly progressPpm: number;
  /** When progress was last written down. */
  readonly progressedMs: number;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  /** Kernel time at which its total time is over. */
  readonly deadlineMs: number | null;
  /** Its total time is over: what still runs of it is being stopped. */
  readonly timedOut: boolean;
  readonly error: AttemptError | null;
  readonly report: Report | null;
  readonly verdicts: readonly Verdict[];
}

export function writeCourse(w: Writer, v: Course): void {
  w.array(20);
  if (v.wait === null) w.nil(); else { writeWait(w, v.wait); }
  if (v.demand === null) w.nil(); else { writeDemand(w, v.demand); }
  if (v.timeoutMs === null) w.nil(); else { w.uint(v.timeoutMs); }
  w.uint(v.attempts);
  w.uint(v.failures);
  w.uint(v.losses);
  w.list(v.recoveries, writeRecovery);
  w.uint(v.reprieves);
  if (v.fence === null) w.nil(); else { w.uint(v.fence); }
  w.bool(v.stopping);
  if (v.agent === null) w.nil(); else { w.uint(v.agent); }
  w.uint(v.progressPpm);
  w.uint(v.progressedMs);
  if (v.startedMs === null) w.nil(); else { w.uint(v.startedMs); }
  if (v.endedMs === null) w.nil(); else { w.uint(v.endedMs); }
  if (v.deadlineMs === null) w.nil(); else { w.uint(v.deadlineMs); }
  w.bool(v.timedOut);
  if (v.error === null) w.nil(); else { writeAttemptError(w, v.error); }
  if (v.report === null) w.nil(); else { writeReport(w, v.report); }
  w.list(v.verdicts, writeVerdict);
}

export function readCourse(r: Reader): Course {
  let left = r.array();
  const wait: Wait | null = left-- > 0 ? r.nil() ? null : readWait(r) : null;
  const demand: Demand | null = left-- > 0 ? r.nil() ? null : readDemand(r) : null;
  const timeoutMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const attempts: number = left-- > 0 ? r.uint() : 0;
  const failures: number = left-- > 0 ? r.uint() : 0;
  const losses: number = left-- > 0 ? r.uint() : 0;
  const recoveries: readonly Recovery[] = left-- > 0 ? r.list(readRecovery) : [];
  const reprieves: number = left-- > 0 ? r.uint() : 0;
  const fence: Fence | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const stopping: boolean = left-- > 0 ? r.bool() : false;
  const agent: AgentId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const progressPpm: number = left-- > 0 ? r.uint() : 0;
  const progressedMs: number = left-- > 0 ? r.uint() : 0;
  const startedMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const endedMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const deadlineMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const timedOut: boolean = left-- > 0 ? r.bool() : false;
  const error: AttemptError | null = left-- > 0 ? r.nil() ? null : readAttemptError(r) : null;
  const report: Report | null = left-- > 0 ? r.nil() ? null : readReport(r) : null;
  const verdicts: readonly Verdict[] = left-- > 0 ? r.list(readVerdict) : [];
  for (; left > 0; left--) r.skip();
  return { wait, demand, timeoutMs, attempts, failures, losses, recoveries, reprieves, fence, stopping, agent, progressPpm, progressedMs, startedMs, endedMs, deadlineMs, timedOut, error, report, verdicts };
}

/** A bound on a measured value, in millionths. */
export interface Criterion {
  /** Name of the metric; `max_*` and `*_max` are upper bounds, all others lower bounds. */
  readonly name: string;
  readonly boundMicro: number;
}

export function writeCriterion(w: Writer, v: Criterion): void {
  w.array(2);
  w.str(v.name);
  w.int(v.boundMicro);
}

export function readCriterion(r: Reader): Criterion {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  const boundMicro: number = left-- > 0 ? r.int() : 0;
  for (; left > 0; left--) r.skip();
  return { name, boundMicro };
}

/** A place in a stream that is kept for a reader. */
export interface Cursor {
  readonly queue: QueueId;
  /** Unique in its stream. */
  readonly name: string;
  /** The last number that was read. */
  readonly taken: MessageId;
}

export function writeCursor(w: Writer, v: Cursor): void {
  w.array(3);
  w.uint(v.queue);
  w.str(v.name);
  w.uint(v.taken);
}

export function readCursor(r: Reader): Cursor {
  let left = r.array();
  const queue: QueueId = left-- > 0 ? r.uint() : 0;
  const name: string = left-- > 0 ? r.str() : "";
  const taken: MessageId = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { queue, name, taken };
}

/** A cursor of a stream. */
export interface CursorView {
  readonly id: number;
  readonly name: string;
  /** The last number that was read. */
  readonly taken: MessageId;
  /** Messages behind that. */
  readonly behind: number;
  /** What comes next is kept no more. */
  readonly isExpired: boolean;
}

export function writeCursorView(w: Writer, v: CursorView): void {
  w.array(5);
  w.uint(v.id);
  w.str(v.name);
  w.uint(v.taken);
  w.uint(v.behind);
  w.bool(v.isExpired);
}

export function readCursorView(r: Reader): CursorView {
  let left = r.array();
  const id: number = left-- > 0 ? r.uint() : 0;
  const name: string = left-- > 0 ? r.str() : "";
  const taken: MessageId = left-- > 0 ? r.uint() : 0;
  const behind: number = left-- > 0 ? r.uint() : 0;
  const isExpired: boolean = left-- > 0 ? r.bool() : false;
  for (; left > 0; left--) r.skip();
  return { id, name, taken, behind, isExpired };
}

/** A message nobody could deal with. */
export interface DeadLetter {
  readonly message: Delivery;
  readonly cause: DeathCause;
  /** What its consumer said last. */
  readonly detail: string;
  readonly diedMs: number;
  /** When it is dropped. */
  readonly expiresMs: number;
}

export function writeDeadLetter(w: Writer, v: DeadLetter): void {
  w.array(5);
  writeDelivery(w, v.message);
  writeDeathCause(w, v.cause);
  w.str(v.detail);
  w.uint(v.diedMs);
  w.uint(v.expiresMs);
}

export function readDeadLetter(r: Reader): DeadLetter {
  let left = r.array();
  left--;
  const message: Delivery = readDelivery(r);
  left--;
  const cause: DeathCause = readDeathCause(r);
  const detail: string = left-- > 0 ? r.str() : "";
  const diedMs: number = left-- > 0 ? r.uint() : 0;
  const expiresMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { message, cause, detail, diedMs, expiresMs };
}

/** Dead letters of a queue, those first that are dropped first. */
export interface DeadLetters {
  readonly letters: readonly DeadLetter[];
  /** Where their payloads are. */
  readonly payloads: readonly (readonly [number, Payload])[];
}

export function writeDeadLetters(w: Writer, v: DeadLetters): void {
  w.array(2);
  w.list(v.letters, writeDeadLetter);
  w.list(v.payloads, (w, item0) => { w.array(2); w.uint(item0[0]); writePayload(w, item0[1]); });
}

export function readDeadLetters(r: Reader): DeadLetters {
  let left = r.array();
  const letters: readonly DeadLetter[] = left-- > 0 ? r.list(readDeadLetter) : [];
  const payloads: readonly (readonly [number, Payload])[] = left-- > 0 ? r.list((r) => r.pair(uint, readPayload)) : [];
  for (; left > 0; left--) r.skip();
  return { letters, payloads };
}

/** A message that became a dead letter. */
export interface Death {
  readonly message: MessageId;
  readonly cause: DeathCause;
  /** What the consumer said. */
  readonly detail: string;
}

export function writeDeath(w: Writer, v: Death): void {
  w.array(3);
  w.uint(v.message);
  writeDeathCause(w, v.cause);
  w.str(v.detail);
}

export function readDeath(r: Reader): Death {
  let left = r.array();
  const message: MessageId = left-- > 0 ? r.uint() : 0;
  left--;
  const cause: DeathCause = readDeathCause(r);
  const detail: string = left-- > 0 ? r.str() : "";
  for (; left > 0; left--) r.skip();
  return { message, cause, detail };
}

/** Why a message is a dead letter. */
export type DeathCause = "failed" | "timed_out" | "lost" | "rejected";

const deathCauseTags: Readonly<Record<DeathCause, number>> = {
  "failed": 0,
  "timed_out": 1,
  "lost": 2,
  "rejected": 3,
};

const deathCauseValues: ReadonlyMap<number, DeathCause> = new Map<number, DeathCause>([
  [0, "failed"],
  [1, "timed_out"],
  [2, "lost"],
  [3, "rejected"],
]);

export function writeDeathCause(w: Writer, v: DeathCause): void {
  w.uint(deathCauseTags[v]);
}

export function readDeathCause(r: Reader): DeathCause {
  const tag = r.uint();
  const value = deathCauseValues.get(tag);
  if (value === undefined) throw new RangeError(`DeathCause has no value ${tag}`);
  return value;
}

/** What is decided about a task that waits for a human. */
export type Decision = "approve" | "retry" | "abort";

const decisionTags: Readonly<Record<Decision, number>> = {
  "approve": 1,
  "retry": 2,
  "abort": 3,
};

const decisionValues: ReadonlyMap<number, Decision> = new Map<number, Decision>([
  [1, "approve"],
  [2, "retry"],
  [3, "abort"],
]);

export function writeDecision(w: Writer, v: Decision): void {
  w.uint(decisionTags[v]);
}

export function readDecision(r: Reader): Decision {
  const tag = r.uint();
  const value = decisionValues.get(tag);
  if (value === undefined) throw new RangeError(`Decision has no value ${tag}`);
  return value;
}

/** A message as it is handed to a consumer. */
export interface Delivery {
  readonly message: MessageId;
  /** Counted from 1. */
  readonly attempt: number;
  /** Number of the batch its payload is in, and where there. */
  readonly batch: number;
  readonly offset: number;
  readonly bytes: number;
  readonly priority: Priority;
  readonly publishedMs: number;
  readonly id: string | null;
  readonly key: string | null;
  /** Its number in the stream its group took it from. */
  readonly origin: MessageId | null;
}

export function writeDelivery(w: Writer, v: Delivery): void {
  w.array(10);
  w.uint(v.message);
  w.uint(v.attempt);
  w.uint(v.batch);
  w.uint(v.offset);
  w.uint(v.bytes);
  writePriority(w, v.priority);
  w.uint(v.publishedMs);
  if (v.id === null) w.nil(); else { w.str(v.id); }
  if (v.key === null) w.nil(); else { w.str(v.key); }
  if (v.origin === null) w.nil(); else { w.uint(v.origin); }
}

export function readDelivery(r: Reader): Delivery {
  let left = r.array();
  const message: MessageId = left-- > 0 ? r.uint() : 0;
  const attempt: number = left-- > 0 ? r.uint() : 0;
  const batch: number = left-- > 0 ? r.uint() : 0;
  const offset: number = left-- > 0 ? r.uint() : 0;
  const bytes: number = left-- > 0 ? r.uint() : 0;
  left--;
  const priority: Priority = readPriority(r);
  const publishedMs: number = left-- > 0 ? r.uint() : 0;
  const id: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  const key: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  const origin: MessageId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return { message, attempt, batch, offset, bytes, priority, publishedMs, id, key, origin };
}

/** What an agent must bring and a task reserves. */
export interface Demand {
  readonly agentType: string | null;
  /** Capabilities, sorted, without repeats. */
  readonly needs: readonly string[];
  readonly permission: Permission;
  readonly resources: Resources;
  /** An agent that shall not get the task again. */
  readonly avoid: AgentId | null;
}

export function writeDemand(w: Writer, v: Demand): void {
  w.array(5);
  if (v.agentType === null) w.nil(); else { w.str(v.agentType); }
  w.list(v.needs, writeStr);
  writePermission(w, v.permission);
  writeResources(w, v.resources);
  if (v.avoid === null) w.nil(); else { w.uint(v.avoid); }
}

export function readDemand(r: Reader): Demand {
  let left = r.array();
  const agentType: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  const needs: readonly string[] = left-- > 0 ? r.list(str) : [];
  left--;
  const permission: Permission = readPermission(r);
  left--;
  const resources: Resources = readResources(r);
  const avoid: AgentId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return { agentType, needs, permission, resources, avoid };
}

/** What came of a question whether demands can be met: those that cannot. */
export interface DemandFit {
  readonly misfits: readonly DemandMisfit[];
}

export function writeDemandFit(w: Writer, v: DemandFit): void {
  w.array(1);
  w.list(v.misfits, writeDemandMisfit);
}

export function readDemandFit(r: Reader): DemandFit {
  let left = r.array();
  const misfits: readonly DemandMisfit[] = left-- > 0 ? r.list(readDemandMisfit) : [];
  for (; left > 0; left--) r.skip();
  return { misfits };
}

/** A demand that cannot be met. */
export interface DemandMisfit {
  /** Place of the demand in the question. */
  readonly index: number;
  readonly misfit: Misfit;
}

export function writeDemandMisfit(w: Writer, v: DemandMisfit): void {
  w.array(2);
  w.uint(v.index);
  writeMisfit(w, v.misfit);
}

export function readDemandMisfit(r: Reader): DemandMisfit {
  let left = r.array();
  const index: number = left-- > 0 ? r.uint() : 0;
  left--;
  const misfit: Misfit = readMisfit(r);
  for (; left > 0; left--) r.skip();
  return { index, misfit };
}

/** Agents that were found, in the order in which they would be offered a task, those without room last. */
export interface Discovery {
  readonly agents: readonly AgentId[];
}

export function writeDiscovery(w: Writer, v: Discovery): void {
  w.array(1);
  w.list(v.agents, writeUint);
}

export function readDiscovery(r: Reader): Discovery {
  let left = r.array();
  const agents: readonly AgentId[] = left-- > 0 ? r.list(uint) : [];
  for (; left > 0; left--) r.skip();
  return { agents };
}

/** A message that somebody publishes. Its payload lies behind those of the messages before it. */
export interface Draft {
  readonly bytes: number;
  readonly priority: Priority;
  /** Time before anybody may have it. */
  readonly delayMs: number;
  /** Time after which it is gone; the queue's retention when absent, or when that is shorter. */
  readonly ttlMs: number | null;
  /** A second message of the same id is taken for the first. */
  readonly id: string | null;
  /** Messages of one key are dealt with one after the other. */
  readonly key: string | null;
}

export function writeDraft(w: Writer, v: Draft): void {
  w.array(6);
  w.uint(v.bytes);
  writePriority(w, v.priority);
  w.uint(v.delayMs);
  if (v.ttlMs === null) w.nil(); else { w.uint(v.ttlMs); }
  if (v.id === null) w.nil(); else { w.str(v.id); }
  if (v.key === null) w.nil(); else { w.str(v.key); }
}

export function readDraft(r: Reader): Draft {
  let left = r.array();
  const bytes: number = left-- > 0 ? r.uint() : 0;
  left--;
  const priority: Priority = readPriority(r);
  const delayMs: number = left-- > 0 ? r.uint() : 0;
  const ttlMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const id: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  const key: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  for (; left > 0; left--) r.skip();
  return { bytes, priority, delayMs, ttlMs, id, key };
}

/** How long completed attempts of a class take. */
export interface Durations {
  readonly count: number;
  readonly totalMs: number;
  /** Sum of the first five. */
  readonly baselineMs: number;
  /** Moving average in which the newest weighs an eighth. */
  readonly recentMs: number;
}

export function writeDurations(w: Writer, v: Durations): void {
  w.array(4);
  w.uint(v.count);
  w.uint(v.totalMs);
  w.uint(v.baselineMs);
  w.uint(v.recentMs);
}

export function readDurations(r: Reader): Durations {
  let left = r.array();
  const count: number = left-- > 0 ? r.uint() : 0;
  const totalMs: number = left-- > 0 ? r.uint() : 0;
  const baselineMs: number = left-- > 0 ? r.uint() : 0;
  const recentMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { count, totalMs, baselineMs, recentMs };
}

/** What the runtime has to do. */
export type Effect =
    /** Let an agent work on a task. Done when its fence is reported on; given again after a restore. */
  | {
      readonly type: "Run";
      readonly fence: Fence;
      readonly task: TaskId;
      readonly session: SessionId;
      readonly agent: AgentId;
      /** Counted from 1. */
      readonly attempt: number;
      readonly timeoutMs: number;
      readonly graceMs: number;
      readonly resources: Resources;
      readonly key: string;
      /** Level and name of the recovery strategy the attempt stands for. */
      readonly recovery: readonly [number, string] | null;
      /** Type of the error it recovers from. */
      readonly errorType: string | null;
      readonly input: Payload | null;
    }
    /** Ask an attempt to end, and end it by force when the grace period is over. */
  | {
      readonly type: "Stop";
      readonly fence: Fence;
      readonly graceMs: number;
      readonly reason: StopReason;
    }
    /**
     * End an agent, and what it still works on. Done when its host reports that it stopped; given again after a
     * restore.
     */
  | {
      readonly type: "EndAgent";
      readonly agent: AgentId;
      /** Sequence of the event that asks for it. */
      readonly request: Fence;
    }
    /**
     * Start an agent; an earlier life of the same agent is ended first. Done when its host reports with this fence
     * that it started or stopped; given again after a restore.
     */
  | {
      readonly type: "StartAgent";
      readonly agent: AgentId;
      readonly start: Fence;
      readonly spec: AgentSpec;
    }
    /** Tell a human of an escalation. Durable: to be answered with `FinishEffect`, and given again until it is. */
  | {
      readonly type: "Notify";
      readonly effect: EffectId;
      readonly escalation: EscalationId;
      readonly task: TaskId;
      readonly session: SessionId;
      /** Key of the task. */
      readonly key: string;
      readonly raisedMs: number;
      readonly report: EscalationReport;
    }
    /** Hand messages to a consumer. Done when each was reported on; what is still held is given again after a restore. */
  | {
      readonly type: "Deliver";
      readonly fence: Fence;
      readonly queue: QueueId;
      readonly consumer: number;
      readonly untilMs: number;
      /** The payloads of each batch the messages are of. */
      readonly payloads: readonly (readonly [number, Payload])[];
      readonly messages: readonly Delivery[];
    }
    /** Erase rows of payloads nothing needs any more. Done with `FinishErasure`; given again after a restore. */
  | {
      readonly type: "ErasePayloads";
      /** Batch and key of each. */
      readonly rows: readonly (readonly [number, string])[];
    }
    /**
     * Erase rows with states of agents nothing needs any more. Done with `FinishStateErasure`; given again after a
     * restore.
     */
  | {
      readonly type: "EraseStates";
      /** The event since which nothing needs it, and the key of each. */
      readonly rows: readonly (readonly [number, string])[];
    }
;

export function writeEffect(w: Writer, v: Effect): void {
  switch (v.type) {
    case "Run":
      w.array(13);
      w.uint(1);
      w.uint(v.fence);
      w.uint(v.task);
      w.uint(v.session);
      w.uint(v.agent);
      w.uint(v.attempt);
      w.uint(v.timeoutMs);
      w.uint(v.graceMs);
      writeResources(w, v.resources);
      w.str(v.key);
      if (v.recovery === null) w.nil(); else { w.array(2); w.uint(v.recovery[0]); w.str(v.recovery[1]); }
      if (v.errorType === null) w.nil(); else { w.str(v.errorType); }
      if (v.input === null) w.nil(); else { writePayload(w, v.input); }
      return;
    case "Stop":
      w.array(4);
      w.uint(2);
      w.uint(v.fence);
      w.uint(v.graceMs);
      writeStopReason(w, v.reason);
      return;
    case "EndAgent":
      w.array(3);
      w.uint(3);
      w.uint(v.agent);
      w.uint(v.request);
      return;
    case "StartAgent":
      w.array(4);
      w.uint(4);
      w.uint(v.agent);
      w.uint(v.start);
      writeAgentSpec(w, v.spec);
      return;
    case "Notify":
      w.array(8);
      w.uint(5);
      w.uint(v.effect);
      w.uint(v.escalation);
      w.uint(v.task);
      w.uint(v.session);
      w.str(v.key);
      w.uint(v.raisedMs);
      writeEscalationReport(w, v.report);
      return;
    case "Deliver":
      w.array(7);
      w.uint(6);
      w.uint(v.fence);
      w.uint(v.queue);
      w.uint(v.consumer);
      w.uint(v.untilMs);
      w.list(v.payloads, (w, item0) => { w.array(2); w.uint(item0[0]); writePayload(w, item0[1]); });
      w.list(v.messages, writeDelivery);
      return;
    case "ErasePayloads":
      w.array(2);
      w.uint(7);
      w.list(v.rows, (w, item0) => { w.array(2); w.uint(item0[0]); w.str(item0[1]); });
      return;
    case "EraseStates":
      w.array(2);
      w.uint(8);
      w.list(v.rows, (w, item0) => { w.array(2); w.uint(item0[0]); w.str(item0[1]); });
      return;
  }
}

export function readEffect(r: Reader): Effect {
  return readEffectAs(r, r.array() - 1, r.uint());
}

export function readEffectAs(r: Reader, fields: number, tag: number): Effect {
  let left = fields;
  switch (tag) {
    case 1: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const attempt: number = left-- > 0 ? r.uint() : 0;
      const timeoutMs: number = left-- > 0 ? r.uint() : 0;
      const graceMs: number = left-- > 0 ? r.uint() : 0;
      left--;
      const resources: Resources = readResources(r);
      const key: string = left-- > 0 ? r.str() : "";
      const recovery: readonly [number, string] | null = left-- > 0 ? r.nil() ? null : r.pair(uint, str) : null;
      const errorType: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
      const input: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
      for (; left > 0; left--) r.skip();
      return new YoungEffectRun(fence, task, session, agent, attempt, timeoutMs, graceMs, resources, key, recovery, errorType, input);
    }
    case 2: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const graceMs: number = left-- > 0 ? r.uint() : 0;
      left--;
      const reason: StopReason = readStopReason(r);
      for (; left > 0; left--) r.skip();
      return { type: "Stop", fence, graceMs, reason };
    }
    case 3: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const request: Fence = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "EndAgent", agent, request };
    }
    case 4: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const start: Fence = left-- > 0 ? r.uint() : 0;
      left--;
      const spec: AgentSpec = readAgentSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "StartAgent", agent, start, spec };
    }
    case 5: {
      const effect: EffectId = left-- > 0 ? r.uint() : 0;
      const escalation: EscalationId = left-- > 0 ? r.uint() : 0;
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const key: string = left-- > 0 ? r.str() : "";
      const raisedMs: number = left-- > 0 ? r.uint() : 0;
      left--;
      const report: EscalationReport = readEscalationReport(r);
      for (; left > 0; left--) r.skip();
      return { type: "Notify", effect, escalation, task, session, key, raisedMs, report };
    }
    case 6: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const consumer: number = left-- > 0 ? r.uint() : 0;
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      const payloads: readonly (readonly [number, Payload])[] = left-- > 0 ? r.list((r) => r.pair(uint, readPayload)) : [];
      const messages: readonly Delivery[] = left-- > 0 ? r.list(readDelivery) : [];
      for (; left > 0; left--) r.skip();
      return { type: "Deliver", fence, queue, consumer, untilMs, payloads, messages };
    }
    case 7: {
      const rows: readonly (readonly [number, string])[] = left-- > 0 ? r.list((r) => r.pair(uint, str)) : [];
      for (; left > 0; left--) r.skip();
      return { type: "ErasePayloads", rows };
    }
    case 8: {
      const rows: readonly (readonly [number, string])[] = left-- > 0 ? r.list((r) => r.pair(uint, str)) : [];
      for (; left > 0; left--) r.skip();
      return { type: "EraseStates", rows };
    }
    default:
      throw new RangeError(`Effect has no variant ${tag}`);
  }
}

class YoungEffectRun {
  readonly type = "Run";
  readonly fence: Fence;
  readonly task: TaskId;
  readonly session: SessionId;
  readonly agent: AgentId;
  readonly attempt: number;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly resources: Resources;
  readonly key: string;
  readonly recovery: readonly [number, string] | null;
  readonly errorType: string | null;
  readonly input: Payload | null;

  constructor(fence: Fence, task: TaskId, session: SessionId, agent: AgentId, attempt: number, timeoutMs: number, graceMs: number, resources: Resources, key: string, recovery: readonly [number, string] | null, errorType: string | null, input: Payload | null) {
    this.fence = fence;
    this.task = task;
    this.session = session;
    this.agent = agent;
    this.attempt = attempt;
    this.timeoutMs = timeoutMs;
    this.graceMs = graceMs;
    this.resources = resources;
    this.key = key;
    this.recovery = recovery;
    this.errorType = errorType;
    this.input = input;
  }
}

/** A durable effect. */
export type EffectId = number;

/** One question to a human. */
export interface Escalation {
  readonly task: TaskId;
  readonly session: SessionId;
  readonly status: EscalationStatus;
  readonly report: EscalationReport;
  readonly raisedMs: number;
  /** Kernel time at which `default` is decided. */
  readonly deadlineMs: number | null;
  readonly default: Decision;
  readonly decision: Decision | null;
  /** Who decided; empty when nobody did in time. */
  readonly actor: string;
  readonly note: string;
  readonly closedMs: number | null;
  /** Sequence of the decision, for the order in which decided escalations leave memory. */
  readonly closedSeq: number | null;
}

export function writeEscalation(w: Writer, v: Escalation): void {
  w.array(12);
  w.uint(v.task);
  w.uint(v.session);
  writeEscalationStatus(w, v.status);
  writeEscalationReport(w, v.report);
  w.uint(v.raisedMs);
  if (v.deadlineMs === null) w.nil(); else { w.uint(v.deadlineMs); }
  writeDecision(w, v.default);
  if (v.decision === null) w.nil(); else { writeDecision(w, v.decision); }
  w.str(v.actor);
  w.str(v.note);
  if (v.closedMs === null) w.nil(); else { w.uint(v.closedMs); }
  if (v.closedSeq === null) w.nil(); else { w.uint(v.closedSeq); }
}

export function readEscalation(r: Reader): Escalation {
  let left = r.array();
  const task: TaskId = left-- > 0 ? r.uint() : 0;
  const session: SessionId = left-- > 0 ? r.uint() : 0;
  left--;
  const status: EscalationStatus = readEscalationStatus(r);
  left--;
  const report: EscalationReport = readEscalationReport(r);
  const raisedMs: number = left-- > 0 ? r.uint() : 0;
  const deadlineMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  left--;
  const default_: Decision = readDecision(r);
  const decision: Decision | null = left-- > 0 ? r.nil() ? null : readDecision(r) : null;
  const actor: string = left-- > 0 ? r.str() : "";
  const note: string = left-- > 0 ? r.str() : "";
  const closedMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const closedSeq: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return { task, session, status, report, raisedMs, deadlineMs, default: default_, decision, actor, note, closedMs, closedSeq };
}

/** What can be asked of escalations. */
export type EscalationCommand =
    /** A human decides. To decide again the same way changes nothing. */
  | {
      readonly type: "ResolveEscalation";
      readonly escalation: EscalationId;
      readonly decision: Decision;
      readonly note: string;
    }
;

export function writeEscalationCommand(w: Writer, v: EscalationCommand): void {
  switch (v.type) {
    case "ResolveEscalation":
      w.array(4);
      w.uint(400);
      w.uint(v.escalation);
      writeDecision(w, v.decision);
      w.str(v.note);
      return;
  }
}

export function readEscalationCommand(r: Reader): EscalationCommand {
  return readEscalationCommandAs(r, r.array() - 1, r.uint());
}

export function readEscalationCommandAs(r: Reader, fields: number, tag: number): EscalationCommand {
  let left = fields;
  switch (tag) {
    case 400: {
      const escalation: EscalationId = left-- > 0 ? r.uint() : 0;
      left--;
      const decision: Decision = readDecision(r);
      const note: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "ResolveEscalation", escalation, decision, note };
    }
    default:
      throw new RangeError(`EscalationCommand has no variant ${tag}`);
  }
}

/** What happened to escalations. */
export type EscalationEvent =
    /** A human is asked about a task; the escalation's id is this event's sequence. */
  | {
      readonly type: "EscalationRaised";
      readonly task: TaskId;
      readonly session: SessionId;
      readonly report: EscalationReport;
      /** Kernel time at which `default` is decided. */
      readonly deadlineMs: number | null;
      readonly default: Decision;
      /** A durable effect with this event's sequence as id is opened. */
      readonly notify: boolean;
    }
    /** It was decided. Approved, the task has completed; retried, it is ready; aborted, it has failed. */
  | {
      readonly type: "EscalationResolved";
      readonly escalation: EscalationId;
      readonly task: TaskId;
      readonly session: SessionId;
      readonly decision: Decision;
      /** Who decided; empty when nobody did in time. */
      readonly actor: string;
      readonly note: string;
      /** Decided escalations that leave memory now. */
      readonly evict: readonly EscalationId[];
    }
    /** Nobody needs to decide any more: the task ended otherwise. */
  | {
      readonly type: "EscalationWithdrawn";
      readonly escalation: EscalationId;
      readonly task: TaskId;
      readonly session: SessionId;
      /** Decided escalations that leave memory now. */
      readonly evict: readonly EscalationId[];
    }
;

export function writeEscalationEvent(w: Writer, v: EscalationEvent): void {
  switch (v.type) {
    case "EscalationRaised":
      w.array(7);
      w.uint(400);
      w.uint(v.task);
      w.uint(v.session);
      writeEscalationReport(w, v.report);
      if (v.deadlineMs === null) w.nil(); else { w.uint(v.deadlineMs); }
      writeDecision(w, v.default);
      w.bool(v.notify);
      return;
    case "EscalationResolved":
      w.array(8);
      w.uint(401);
      w.uint(v.escalation);
      w.uint(v.task);
      w.uint(v.session);
      writeDecision(w, v.decision);
      w.str(v.actor);
      w.str(v.note);
      w.list(v.evict, writeUint);
      return;
    case "EscalationWithdrawn":
      w.array(5);
      w.uint(402);
      w.uint(v.escalation);
      w.uint(v.task);
      w.uint(v.session);
      w.list(v.evict, writeUint);
      return;
  }
}

export function readEscalationEvent(r: Reader): EscalationEvent {
  return readEscalationEventAs(r, r.array() - 1, r.uint());
}

export function readEscalationEventAs(r: Reader, fields: number, tag: number): EscalationEvent {
  let left = fields;
  switch (tag) {
    case 400: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      left--;
      const report: EscalationReport = readEscalationReport(r);
      const deadlineMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      left--;
      const default_: Decision = readDecision(r);
      const notify: boolean = left-- > 0 ? r.bool() : false;
      for (; left > 0; left--) r.skip();
      return { type: "EscalationRaised", task, session, report, deadlineMs, default: default_, notify };
    }
    case 401: {
      const escalation: EscalationId = left-- > 0 ? r.uint() : 0;
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      left--;
      const decision: Decision = readDecision(r);
      const actor: string = left-- > 0 ? r.str() : "";
      const note: string = left-- > 0 ? r.str() : "";
      const evict: readonly EscalationId[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "EscalationResolved", escalation, task, session, decision, actor, note, evict };
    }
    case 402: {
      const escalation: EscalationId = left-- > 0 ? r.uint() : 0;
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const evict: readonly EscalationId[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "EscalationWithdrawn", escalation, task, session, evict };
    }
    default:
      throw new RangeError(`EscalationEvent has no variant ${tag}`);
  }
}

/** A question to a human. */
export type EscalationId = number;

/** What a human needs to know to decide. */
export interface EscalationReport {
  /** Type of the error; `resource_exhaustion` when the demand exceeds the totals. */
  readonly issueType: string;
  readonly severity: Severity;
  /** What went wrong. */
  readonly message: string;
  /** Why a human is asked. */
  readonly reason: string;
  /** Details of the error as the agent reported them. */
  readonly details: Payload | null;
  /** Agent of the last attempt. */
  readonly agent: AgentId | null;
  /** Attempts so far. */
  readonly attempts: number;
  /** What was tried about it. */
  readonly recoveries: readonly Recovery[];
  readonly recommendedActions: readonly string[];
  /** Tasks that wait because of it, nearest first, at most 100. */
  readonly blockingTasks: readonly TaskId[];
  /** Whether there are more than that. */
  readonly blockingMore: boolean;
  readonly systemState: SystemState;
}

export function writeEscalationReport(w: Writer, v: EscalationReport): void {
  w.array(12);
  w.str(v.issueType);
  writeSeverity(w, v.severity);
  w.str(v.message);
  w.str(v.reason);
  if (v.details === null) w.nil(); else { writePayload(w, v.details); }
  if (v.agent === null) w.nil(); else { w.uint(v.agent); }
  w.uint(v.attempts);
  w.list(v.recoveries, writeRecovery);
  w.list(v.recommendedActions, writeStr);
  w.list(v.blockingTasks, writeUint);
  w.bool(v.blockingMore);
  writeSystemState(w, v.systemState);
}

export function readEscalationReport(r: Reader): EscalationReport {
  let left = r.array();
  const issueType: string = left-- > 0 ? r.str() : "";
  left--;
  const severity: Severity = readSeverity(r);
  const message: string = left-- > 0 ? r.str() : "";
  const reason: string = left-- > 0 ? r.str() : "";
  const details: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
  const agent: AgentId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const attempts: number = left-- > 0 ? r.uint() : 0;
  const recoveries: readonly Recovery[] = left-- > 0 ? r.list(readRecovery) : [];
  const recommendedActions: readonly string[] = left-- > 0 ? r.list(str) : [];
  const blockingTasks: readonly TaskId[] = left-- > 0 ? r.list(uint) : [];
  const blockingMore: boolean = left-- > 0 ? r.bool() : false;
  left--;
  const systemState: SystemState = readSystemState(r);
  for (; left > 0; left--) r.skip();
  return { issueType, severity, message, reason, details, agent, attempts, recoveries, recommendedActions, blockingTasks, blockingMore, systemState };
}

/** How humans are asked. */
export interface EscalationSettings {
  /** Time a human has; then `default` is decided. `None`: for ever. */
  readonly deadlineMs: number | null;
  readonly default: Decision;
  /** Each escalation opens a durable effect that the runtime posts to the webhook. */
  readonly notify: boolean;
}

export function writeEscalationSettings(w: Writer, v: EscalationSettings): void {
  w.array(3);
  if (v.deadlineMs === null) w.nil(); else { w.uint(v.deadlineMs); }
  writeDecision(w, v.default);
  w.bool(v.notify);
}

export function readEscalationSettings(r: Reader): EscalationSettings {
  let left = r.array();
  const deadlineMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  left--;
  const default_: Decision = readDecision(r);
  const notify: boolean = left-- > 0 ? r.bool() : false;
  for (; left > 0; left--) r.skip();
  return { deadlineMs, default: default_, notify };
}

/** Where an escalation is. */
export type EscalationStatus = "open" | "decided" | "withdrawn";

const escalationStatusTags: Readonly<Record<EscalationStatus, number>> = {
  "open": 0,
  "decided": 1,
  "withdrawn": 2,
};

const escalationStatusValues: ReadonlyMap<number, EscalationStatus> = new Map<number, EscalationStatus>([
  [0, "open"],
  [1, "decided"],
  [2, "withdrawn"],
]);

export function writeEscalationStatus(w: Writer, v: EscalationStatus): void {
  w.uint(escalationStatusTags[v]);
}

export function readEscalationStatus(r: Reader): EscalationStatus {
  const tag = r.uint();
  const value = escalationStatusValues.get(tag);
  if (value === undefined) throw new RangeError(`EscalationStatus has no value ${tag}`);
  return value;
}

/** What happened. */
export type Event = JournalEvent | AgentEvent | SessionEvent | TaskEvent | EscalationEvent | AlertEvent | OutboxEvent | QueueEvent;

export function writeEvent(w: Writer, v: Event): void {
  switch (v.type) {
    case "NodeStarted":
    case "SettingsChanged":
    case "ClockAdjusted":
    case "CommandRemembered":
    case "FormatRaised":
      return writeJournalEvent(w, v);
    case "AgentRegistered":
    case "AgentAttached":
    case "AgentStarted":
    case "AgentDraining":
    case "AgentStopped":
    case "AgentFailed":
    case "AgentHealthChanged":
    case "AgentLost":
    case "AgentRestarting":
    case "AgentDeregistered":
    case "AgentStarting":
    case "AgentProvisioned":
    case "AgentEnded":
    case "AgentOverdue":
    case "AgentGivenUp":
    case "AllStopping":
    case "PoolDefined":
    case "PoolRedefined":
    case "PoolScaled":
    case "PoolClosing":
    case "PoolRemoved":
    case "DemandUnserved":
    case "DemandServed":
    case "AgentStateSaved":
    case "AgentStateInherited":
    case "AgentStateErased":
    case "AgentStateRowsErased":
    case "AgentPaused":
    case "AgentResumed":
      return writeAgentEvent(w, v);
    case "SessionOpened":
    case "SessionPaused":
    case "SessionResumed":
    case "SessionCancelRequested":
    case "SessionEnded":
    case "ContextUpdated":
    case "PlanPartAdded":
    case "SessionTimedOut":
    case "FactsRecorded":
    case "ValueWritten":
    case "LockQueued":
    case "LockGranted":
    case "LockExtended":
    case "LockEnded":
      return writeSessionEvent(w, v);
    case "TaskAdded":
    case "PlanCommitted":
    case "TaskGranted":
    case "TaskProgressed":
    case "TaskCompleted":
    case "TaskAttemptFailed":
    case "TaskStopRequested":
    case "TaskWoken":
    case "TaskSkipped":
    case "TaskCancelled":
    case "GroupEnded":
    case "PhaseOpened":
    case "PhaseEnded":
    case "PhaseTimedOut":
    case "TaskTimedOut":
    case "TaskExpired":
    case "TaskExtended":
      return writeTaskEvent(w, v);
    case "EscalationRaised":
    case "EscalationResolved":
    case "EscalationWithdrawn":
      return writeEscalationEvent(w, v);
    case "AlertRaised":
    case "AlertCleared":
      return writeAlertEvent(w, v);
    case "EffectDone":
      return writeOutboxEvent(w, v);
    case "QueueDefined":
    case "QueueChanged":
    case "QueueRemoved":
    case "MessagesPublished":
    case "MessagesDelivered":
    case "MessagesAcked":
    case "MessagesReturned":
    case "MessagesDied":
    case "MessagesWoken":
    case "MessagesExpired":
    case "MessagesDropped":
    case "MessageExtended":
    case "MessagesRedriven":
    case "PayloadsErased":
    case "ScheduleSet":
    case "ScheduleRemoved":
    case "ScheduleFired":
    case "GroupDefined":
    case "MessagesTaken":
    case "StreamTrimmed":
    case "CursorOpened":
    case "CursorMoved":
    case "CursorRemoved":
      return writeQueueEvent(w, v);
  }
}

export function readEvent(r: Reader): Event {
  const left = r.array() - 1;
  const tag = r.uint();
  if (tag <= 99) return readJournalEventAs(r, left, tag);
  if (tag <= 199) return readAgentEventAs(r, left, tag);
  if (tag <= 299) return readSessionEventAs(r, left, tag);
  if (tag <= 399) return readTaskEventAs(r, left, tag);
  if (tag <= 499) return readEscalationEventAs(r, left, tag);
  if (tag <= 599) return readAlertEventAs(r, left, tag);
  if (tag <= 699) return readOutboxEventAs(r, left, tag);
  if (tag <= 799) return readQueueEventAs(r, left, tag);
  throw new RangeError(`Event has no variant ${tag}`);
}

/** An entry of the task ledger: what is known, or not yet, about the work of a session. */
export interface Fact {
  readonly kind: FactKind;
  readonly text: string;
  /** Who said so; the door's name for it. */
  readonly source: string;
}

export function writeFact(w: Writer, v: Fact): void {
  w.array(3);
  writeFactKind(w, v.kind);
  w.str(v.text);
  w.str(v.source);
}

export function readFact(r: Reader): Fact {
  let left = r.array();
  left--;
  const kind: FactKind = readFactKind(r);
  const text: string = left-- > 0 ? r.str() : "";
  const source: string = left-- > 0 ? r.str() : "";
  for (; left > 0; left--) r.skip();
  return { kind, text, source };
}

/** What kind of knowledge a fact is. */
export type FactKind = "given" | "to_look_up" | "to_derive" | "guess";

const factKindTags: Readonly<Record<FactKind, number>> = {
  "given": 0,
  "to_look_up": 1,
  "to_derive": 2,
  "guess": 3,
};

const factKindValues: ReadonlyMap<number, FactKind> = new Map<number, FactKind>([
  [0, "given"],
  [1, "to_look_up"],
  [2, "to_derive"],
  [3, "guess"],
]);

export function writeFactKind(w: Writer, v: FactKind): void {
  w.uint(factKindTags[v]);
}

export function readFactKind(r: Reader): FactKind {
  const tag = r.uint();
  const value = factKindValues.get(tag);
  if (value === undefined) throw new RangeError(`FactKind has no value ${tag}`);
  return value;
}

/** The right of one holder to report on one attempt: the sequence of the grant. */
export type Fence = number;

/** A message that is given back. */
export interface GivenBack {
  readonly fence: Fence;
  readonly message: MessageId;
  readonly kind: Nack;
  /** Time before the next attempt; what the queue says when absent. */
  readonly delayMs: number | null;
  readonly detail: string;
}

export function writeGivenBack(w: Writer, v: GivenBack): void {
  w.array(5);
  w.uint(v.fence);
  w.uint(v.message);
  writeNack(w, v.kind);
  if (v.delayMs === null) w.nil(); else { w.uint(v.delayMs); }
  w.str(v.detail);
}

export function readGivenBack(r: Reader): GivenBack {
  let left = r.array();
  const fence: Fence = left-- > 0 ? r.uint() : 0;
  const message: MessageId = left-- > 0 ? r.uint() : 0;
  left--;
  const kind: Nack = readNack(r);
  const delayMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const detail: string = left-- > 0 ? r.str() : "";
  for (; left > 0; left--) r.skip();
  return { fence, message, kind, delayMs, detail };
}

/** Where a group takes its messages from, and how far it is. */
export interface Group {
  readonly stream: QueueId;
  /** The last number it has taken. */
  readonly taken: MessageId;
  /** Messages the stream was given up to there. */
  readonly passed: number;
}

export function writeGroup(w: Writer, v: Group): void {
  w.array(3);
  w.uint(v.stream);
  w.uint(v.taken);
  w.uint(v.passed);
}

export function readGroup(r: Reader): Group {
  let left = r.array();
  const stream: QueueId = left-- > 0 ? r.uint() : 0;
  const taken: MessageId = left-- > 0 ? r.uint() : 0;
  const passed: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { stream, taken, passed };
}

/** A group of a stream. */
export interface GroupView {
  readonly id: QueueId;
  readonly queue: Queue;
  /** Messages it has not taken. */
  readonly behind: number;
}

export function writeGroupView(w: Writer, v: GroupView): void {
  w.array(3);
  w.uint(v.id);
  writeQueue(w, v.queue);
  w.uint(v.behind);
}

export function readGroupView(r: Reader): GroupView {
  let left = r.array();
  const id: QueueId = left-- > 0 ? r.uint() : 0;
  left--;
  const queue: Queue = readQueue(r);
  const behind: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { id, queue, behind };
}

/** What the failure detector thinks. */
export type Health = "healthy" | "degraded" | "unhealthy";

const healthTags: Readonly<Record<Health, number>> = {
  "healthy": 0,
  "degraded": 1,
  "unhealthy": 2,
};

const healthValues: ReadonlyMap<number, Health> = new Map<number, Health>([
  [0, "healthy"],
  [1, "degraded"],
  [2, "unhealthy"],
]);

export function writeHealth(w: Writer, v: Health): void {
  w.uint(healthTags[v]);
}

export function readHealth(r: Reader): Health {
  const tag = r.uint();
  const value = healthValues.get(tag);
  if (value === undefined) throw new RangeError(`Health has no value ${tag}`);
  return value;
}

/** A sign of life of one agent, and what it uses; absent where it cannot tell. */
export interface Heartbeat {
  readonly agent: AgentId;
  readonly memoryBytes: number | null;
  /** Processor time in thousandths of a core. */
  readonly cpuMilli: number | null;
}

export function writeHeartbeat(w: Writer, v: Heartbeat): void {
  w.array(3);
  w.uint(v.agent);
  if (v.memoryBytes === null) w.nil(); else { w.uint(v.memoryBytes); }
  if (v.cpuMilli === null) w.nil(); else { w.uint(v.cpuMilli); }
}

export function readHeartbeat(r: Reader): Heartbeat {
  let left = r.array();
  const agent: AgentId = left-- > 0 ? r.uint() : 0;
  const memoryBytes: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const cpuMilli: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return { agent, memoryBytes, cpuMilli };
}

/** A lock in somebody's hands. */
export interface Hold {
  readonly session: SessionId;
  readonly wish: LockWish;
  readonly deadlineMs: number;
}

export function writeHold(w: Writer, v: Hold): void {
  w.array(3);
  w.uint(v.session);
  writeLockWish(w, v.wish);
  w.uint(v.deadlineMs);
}

export function readHold(r: Reader): Hold {
  let left = r.array();
  const session: SessionId = left-- > 0 ? r.uint() : 0;
  left--;
  const wish: LockWish = readLockWish(r);
  const deadlineMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { session, wish, deadlineMs };
}

/** Where an agent runs. All but remote ones end with their node. */
export type HostKind = "function" | "worker" | "process" | "remote";

const hostKindTags: Readonly<Record<HostKind, number>> = {
  "function": 0,
  "worker": 1,
  "process": 2,
  "remote": 3,
};

const hostKindValues: ReadonlyMap<number, HostKind> = new Map<number, HostKind>([
  [0, "function"],
  [1, "worker"],
  [2, "process"],
  [3, "remote"],
]);

export function writeHostKind(w: Writer, v: HostKind): void {
  w.uint(hostKindTags[v]);
}

export function readHostKind(r: Reader): HostKind {
  const tag = r.uint();
  const value = hostKindValues.get(tag);
  if (value === undefined) throw new RangeError(`HostKind has no value ${tag}`);
  return value;
}

/** How much more a task gets when its allocation is increased. Factors in millionths. */
export interface Increase {
  readonly memoryPpm: number;
  readonly cpuPpm: number;
  /** Processor time is not increased beyond this. */
  readonly cpuMaxMilli: number;
  readonly timeoutPpm: number;
}

export function writeIncrease(w: Writer, v: Increase): void {
  w.array(4);
  w.uint(v.memoryPpm);
  w.uint(v.cpuPpm);
  w.uint(v.cpuMaxMilli);
  w.uint(v.timeoutPpm);
}

export function readIncrease(r: Reader): Increase {
  let left = r.array();
  const memoryPpm: number = left-- > 0 ? r.uint() : 0;
  const cpuPpm: number = left-- > 0 ? r.uint() : 0;
  const cpuMaxMilli: number = left-- > 0 ? r.uint() : 0;
  const timeoutPpm: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { memoryPpm, cpuPpm, cpuMaxMilli, timeoutPpm };
}

/** What is going to happen to an agent. */
export type Intent = "stay" | "stop" | "revoke" | "restart" | "give_up";

const intentTags: Readonly<Record<Intent, number>> = {
  "stay": 0,
  "stop": 1,
  "revoke": 2,
  "restart": 3,
  "give_up": 4,
};

const intentValues: ReadonlyMap<number, Intent> = new Map<number, Intent>([
  [0, "stay"],
  [1, "stop"],
  [2, "revoke"],
  [3, "restart"],
  [4, "give_up"],
]);

export function writeIntent(w: Writer, v: Intent): void {
  w.uint(intentTags[v]);
}

export function readIntent(r: Reader): Intent {
  const tag = r.uint();
  const value = intentValues.get(tag);
  if (value === undefined) throw new RangeError(`Intent has no value ${tag}`);
  return value;
}

/** What can be asked of the journal and its node. */
export type JournalCommand =
    /** A node takes the journal over. */
  | {
      readonly type: "StartNode";
      readonly epoch: number;
      /** Drawn by the runtime; used when the journal is new. */
      readonly seed: number;
      readonly node: string;
    }
    /** Brings a configuration into force. */
  | {
      readonly type: "Configure";
      readonly settings: Settings;
    }
    /** Every live node knows this level of the format. */
  | {
      readonly type: "RaiseFormat";
      readonly level: number;
    }
;

export function writeJournalCommand(w: Writer, v: JournalCommand): void {
  switch (v.type) {
    case "StartNode":
      w.array(4);
      w.uint(1);
      w.uint(v.epoch);
      w.uint(v.seed);
      w.str(v.node);
      return;
    case "Configure":
      w.array(2);
      w.uint(2);
      writeSettings(w, v.settings);
      return;
    case "RaiseFormat":
      w.array(2);
      w.uint(3);
      w.uint(v.level);
      return;
  }
}

export function readJournalCommand(r: Reader): JournalCommand {
  return readJournalCommandAs(r, r.array() - 1, r.uint());
}

export function readJournalCommandAs(r: Reader, fields: number, tag: number): JournalCommand {
  let left = fields;
  switch (tag) {
    case 1: {
      const epoch: number = left-- > 0 ? r.uint() : 0;
      const seed: number = left-- > 0 ? r.uint() : 0;
      const node: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "StartNode", epoch, seed, node };
    }
    case 2: {
      left--;
      const settings: Settings = readSettings(r);
      for (; left > 0; left--) r.skip();
      return { type: "Configure", settings };
    }
    case 3: {
      const level: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "RaiseFormat", level };
    }
    default:
      throw new RangeError(`JournalCommand has no variant ${tag}`);
  }
}

/** What happened to the journal and its node. */
export type JournalEvent =
    /** A node took the journal over; local work of the one before is lost. */
  | {
      readonly type: "NodeStarted";
      readonly epoch: number;
      /** Root of every random draw; the first one holds for ever. */
      readonly seed: number;
      readonly node: string;
    }
    /** A configuration came into force. */
  | {
      readonly type: "SettingsChanged";
      readonly settings: Settings;
    }
    /** Wall time moved against kernel time by more than a second. */
  | {
      readonly type: "ClockAdjusted";
      /** Wall time minus kernel time. */
      readonly offsetMs: number;
    }
    /** A call with an idempotency key was accepted. */
  | {
      readonly type: "CommandRemembered";
      readonly key: string;
      /** Hash of the command. */
      readonly body: Uint8Array;
      readonly entity: number;
      readonly untilMs: number;
      /** Calls that are remembered at most. */
      readonly keep: number;
    }
    /** Every live node knows this level of the format. */
  | {
      readonly type: "FormatRaised";
      readonly level: number;
    }
;

export function writeJournalEvent(w: Writer, v: JournalEvent): void {
  switch (v.type) {
    case "NodeStarted":
      w.array(4);
      w.uint(1);
      w.uint(v.epoch);
      w.uint(v.seed);
      w.str(v.node);
      return;
    case "SettingsChanged":
      w.array(2);
      w.uint(2);
      writeSettings(w, v.settings);
      return;
    case "ClockAdjusted":
      w.array(2);
      w.uint(3);
      w.int(v.offsetMs);
      return;
    case "CommandRemembered":
      w.array(6);
      w.uint(4);
      w.str(v.key);
      w.bin(v.body);
      w.uint(v.entity);
      w.uint(v.untilMs);
      w.uint(v.keep);
      return;
    case "FormatRaised":
      w.array(2);
      w.uint(5);
      w.uint(v.level);
      return;
  }
}

export function readJournalEvent(r: Reader): JournalEvent {
  return readJournalEventAs(r, r.array() - 1, r.uint());
}

export function readJournalEventAs(r: Reader, fields: number, tag: number): JournalEvent {
  let left = fields;
  switch (tag) {
    case 1: {
      const epoch: number = left-- > 0 ? r.uint() : 0;
      const seed: number = left-- > 0 ? r.uint() : 0;
      const node: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "NodeStarted", epoch, seed, node };
    }
    case 2: {
      left--;
      const settings: Settings = readSettings(r);
      for (; left > 0; left--) r.skip();
      return { type: "SettingsChanged", settings };
    }
    case 3: {
      const offsetMs: number = left-- > 0 ? r.int() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "ClockAdjusted", offsetMs };
    }
    case 4: {
      const key: string = left-- > 0 ? r.str() : "";
      const body: Uint8Array = left-- > 0 ? r.bin() : new Uint8Array(0);
      const entity: number = left-- > 0 ? r.uint() : 0;
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      const keep: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "CommandRemembered", key, body, entity, untilMs, keep };
    }
    case 5: {
      const level: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "FormatRaised", level };
    }
    default:
      throw new RangeError(`JournalEvent has no variant ${tag}`);
  }
}

/** One thing in one holder's hands. */
export interface Lease {
  readonly task: TaskId;
  readonly session: SessionId;
  readonly agent: AgentId;
  /** Epoch of the node that granted it. */
  readonly epoch: number;
  readonly grantedMs: number;
  /** Time the holder was given last, with the grant or since; after a restart it is given again. */
  readonly lengthMs: number;
  readonly deadlineMs: number;
  readonly resources: Resources;
  readonly revoked: Revocation | null;
}

export function writeLease(w: Writer, v: Lease): void {
  w.array(9);
  w.uint(v.task);
  w.uint(v.session);
  w.uint(v.agent);
  w.uint(v.epoch);
  w.uint(v.grantedMs);
  w.uint(v.lengthMs);
  w.uint(v.deadlineMs);
  writeResources(w, v.resources);
  if (v.revoked === null) w.nil(); else { writeRevocation(w, v.revoked); }
}

export function readLease(r: Reader): Lease {
  let left = r.array();
  const task: TaskId = left-- > 0 ? r.uint() : 0;
  const session: SessionId = left-- > 0 ? r.uint() : 0;
  const agent: AgentId = left-- > 0 ? r.uint() : 0;
  const epoch: number = left-- > 0 ? r.uint() : 0;
  const grantedMs: number = left-- > 0 ? r.uint() : 0;
  const lengthMs: number = left-- > 0 ? r.uint() : 0;
  const deadlineMs: number = left-- > 0 ? r.uint() : 0;
  left--;
  const resources: Resources = readResources(r);
  const revoked: Revocation | null = left-- > 0 ? r.nil() ? null : readRevocation(r) : null;
  for (; left > 0; left--) r.skip();
  return { task, session, agent, epoch, grantedMs, lengthMs, deadlineMs, resources, revoked };
}

/** Why a hold, or the wait for one, is over. */
export type LockEnd = "released" | "expired" | "holder_ended" | "taken_over";

const lockEndTags: Readonly<Record<LockEnd, number>> = {
  "released": 0,
  "expired": 1,
  "holder_ended": 2,
  "taken_over": 3,
};

const lockEndValues: ReadonlyMap<number, LockEnd> = new Map<number, LockEnd>([
  [0, "released"],
  [1, "expired"],
  [2, "holder_ended"],
  [3, "taken_over"],
]);

export function writeLockEnd(w: Writer, v: LockEnd): void {
  w.uint(lockEndTags[v]);
}

export function readLockEnd(r: Reader): LockEnd {
  const tag = r.uint();
  const value = lockEndValues.get(tag);
  if (value === undefined) throw new RangeError(`LockEnd has no value ${tag}`);
  return value;
}

/** A wait for a lock, under the sequence of its event. */
export interface LockWait {
  readonly session: SessionId;
  readonly wish: LockWish;
  /** Kernel time at which it is given up. */
  readonly untilMs: number | null;
}

export function writeLockWait(w: Writer, v: LockWait): void {
  w.array(3);
  w.uint(v.session);
  writeLockWish(w, v.wish);
  if (v.untilMs === null) w.nil(); else { w.uint(v.untilMs); }
}

export function readLockWait(r: Reader): LockWait {
  let left = r.array();
  const session: SessionId = left-- > 0 ? r.uint() : 0;
  left--;
  const wish: LockWish = readLockWish(r);
  const untilMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return { session, wish, untilMs };
}

/** What somebody wants to hold, alone or with others. */
export interface LockWish {
  /** Unique in the session. */
  readonly name: string;
  /** Others may hold it as well, unless they want it alone. */
  readonly shared: boolean;
  /** Who holds it: whoever has one name in a session is one holder. */
  readonly owner: string;
  /** The attempt the hold ends with. */
  readonly attempt: Fence | null;
  /** Time the holder has, with the grant or since; after a restart it is given again. */
  readonly lengthMs: number;
}

export function writeLockWish(w: Writer, v: LockWish): void {
  w.array(5);
  w.str(v.name);
  w.bool(v.shared);
  w.str(v.owner);
  if (v.attempt === null) w.nil(); else { w.uint(v.attempt); }
  w.uint(v.lengthMs);
}

export function readLockWish(r: Reader): LockWish {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  const shared: boolean = left-- > 0 ? r.bool() : false;
  const owner: string = left-- > 0 ? r.str() : "";
  const attempt: Fence | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const lengthMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { name, shared, owner, attempt, lengthMs };
}

/** A message of a queue: its number in the partition, counted from 1. */
export type MessageId = number;

/** What stands in the way of a demand. */
export type Misfit =
    /** No agent is of this type. */
  | {
      readonly type: "AgentType";
      readonly agentType: string;
    }
    /** No agent of the right type has this capability. */
  | {
      readonly type: "Capability";
      readonly capability: string;
    }
    /** No agent of the right type may do as much. */
  | {
      readonly type: "Permission";
      readonly permission: Permission;
    }
    /** Everything is there, but no single agent has all of it. */
  | {
      readonly type: "Combination";
    }
    /** It asks for more than all there is. */
  | {
      readonly type: "Resources";
    }
;

export function writeMisfit(w: Writer, v: Misfit): void {
  switch (v.type) {
    case "AgentType":
      w.array(2);
      w.uint(1);
      w.str(v.agentType);
      return;
    case "Capability":
      w.array(2);
      w.uint(2);
      w.str(v.capability);
      return;
    case "Permission":
      w.array(2);
      w.uint(3);
      writePermission(w, v.permission);
      return;
    case "Combination":
      w.array(1);
      w.uint(4);
      return;
    case "Resources":
      w.array(1);
      w.uint(5);
      return;
  }
}

export function readMisfit(r: Reader): Misfit {
  return readMisfitAs(r, r.array() - 1, r.uint());
}

export function readMisfitAs(r: Reader, fields: number, tag: number): Misfit {
  let left = fields;
  switch (tag) {
    case 1: {
      const agentType: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "AgentType", agentType };
    }
    case 2: {
      const capability: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "Capability", capability };
    }
    case 3: {
      left--;
      const permission: Permission = readPermission(r);
      for (; left > 0; left--) r.skip();
      return { type: "Permission", permission };
    }
    case 4: {
      for (; left > 0; left--) r.skip();
      return { type: "Combination" };
    }
    case 5: {
      for (; left > 0; left--) r.skip();
      return { type: "Resources" };
    }
    default:
      throw new RangeError(`Misfit has no variant ${tag}`);
  }
}

/** Why a message is given back. */
export type Nack = "failed" | "unused" | "rejected";

const nackTags: Readonly<Record<Nack, number>> = {
  "failed": 0,
  "unused": 1,
  "rejected": 2,
};

const nackValues: ReadonlyMap<number, Nack> = new Map<number, Nack>([
  [0, "failed"],
  [1, "unused"],
  [2, "rejected"],
]);

export function writeNack(w: Writer, v: Nack): void {
  w.uint(nackTags[v]);
}

export function readNack(r: Reader): Nack {
  const tag = r.uint();
  const value = nackValues.get(tag);
  if (value === undefined) throw new RangeError(`Nack has no value ${tag}`);
  return value;
}

/** Names that belong together. */
export interface NamedList {
  readonly name: string;
  readonly members: readonly string[];
}

export function writeNamedList(w: Writer, v: NamedList): void {
  w.array(2);
  w.str(v.name);
  w.list(v.members, writeStr);
}

export function readNamedList(r: Reader): NamedList {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  const members: readonly string[] = left-- > 0 ? r.list(str) : [];
  for (; left > 0; left--) r.skip();
  return { name, members };
}

/** What follows a failed attempt. */
export type Next =
    /** Another one. */
  | {
      readonly type: "Retry";
      /** Recovery level: 1 by the agent, 2 by the orchestrator. */
      readonly level: number;
      /** Recovery strategy the attempt stands for, for example `extend_timeout`. */
      readonly action: string;
      readonly atMs: number;
      readonly demand: Demand;
      readonly timeoutMs: number;
    }
    /** A human decides. */
  | {
      readonly type: "Escalate";
      readonly reason: string;
    }
    /** Nothing: the task has failed for good. */
  | {
      readonly type: "Fail";
      readonly reason: string;
    }
    /** Nothing: the task is cancelled. */
  | {
      readonly type: "Cancel";
    }
    /** The same again, at once: the attempt did not fail, it was lost. */
  | {
      readonly type: "Requeue";
    }
    /** The same again, at once: its agent did not take it on and rests. */
  | {
      readonly type: "Return";
    }
;

export function writeNext(w: Writer, v: Next): void {
  switch (v.type) {
    case "Retry":
      w.array(6);
      w.uint(1);
      w.uint(v.level);
      w.str(v.action);
      w.uint(v.atMs);
      writeDemand(w, v.demand);
      w.uint(v.timeoutMs);
      return;
    case "Escalate":
      w.array(2);
      w.uint(2);
      w.str(v.reason);
      return;
    case "Fail":
      w.array(2);
      w.uint(3);
      w.str(v.reason);
      return;
    case "Cancel":
      w.array(1);
      w.uint(4);
      return;
    case "Requeue":
      w.array(1);
      w.uint(5);
      return;
    case "Return":
      w.array(1);
      w.uint(6);
      return;
  }
}

export function readNext(r: Reader): Next {
  return readNextAs(r, r.array() - 1, r.uint());
}

export function readNextAs(r: Reader, fields: number, tag: number): Next {
  let left = fields;
  switch (tag) {
    case 1: {
      const level: number = left-- > 0 ? r.uint() : 0;
      const action: string = left-- > 0 ? r.str() : "";
      const atMs: number = left-- > 0 ? r.uint() : 0;
      left--;
      const demand: Demand = readDemand(r);
      const timeoutMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Retry", level, action, atMs, demand, timeoutMs };
    }
    case 2: {
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "Escalate", reason };
    }
    case 3: {
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "Fail", reason };
    }
    case 4: {
      for (; left > 0; left--) r.skip();
      return { type: "Cancel" };
    }
    case 5: {
      for (; left > 0; left--) r.skip();
      return { type: "Requeue" };
    }
    case 6: {
      for (; left > 0; left--) r.skip();
      return { type: "Return" };
    }
    default:
      throw new RangeError(`Next has no variant ${tag}`);
  }
}

/** The partition itself. */
export interface Node {
  readonly seed: number;
  readonly epoch: number;
  readonly name: string;
  readonly formatLevel: number;
  /** Wall time minus kernel time. */
  readonly offsetMs: number;
  readonly settings: Settings;
}

export function writeNode(w: Writer, v: Node): void {
  w.array(6);
  w.uint(v.seed);
  w.uint(v.epoch);
  w.str(v.name);
  w.uint(v.formatLevel);
  w.int(v.offsetMs);
  writeSettings(w, v.settings);
}

export function readNode(r: Reader): Node {
  let left = r.array();
  const seed: number = left-- > 0 ? r.uint() : 0;
  const epoch: number = left-- > 0 ? r.uint() : 0;
  const name: string = left-- > 0 ? r.str() : "";
  const formatLevel: number = left-- > 0 ? r.uint() : 0;
  const offsetMs: number = left-- > 0 ? r.int() : 0;
  left--;
  const settings: Settings = readSettings(r);
  for (; left > 0; left--) r.skip();
  return { seed, epoch, name, formatLevel, offsetMs, settings };
}

/** What the runtime has to do, and nobody has said yet that it is done. */
export type OpenEffect =
    /** Tell a human of an escalation. */
  | {
      readonly type: "Notify";
      readonly escalation: EscalationId;
      readonly task: TaskId;
      readonly session: SessionId;
      /** Key of the task. */
      readonly key: string;
      readonly raisedMs: number;
      readonly report: EscalationReport;
    }
;

export function writeOpenEffect(w: Writer, v: OpenEffect): void {
  switch (v.type) {
    case "Notify":
      w.array(7);
      w.uint(1);
      w.uint(v.escalation);
      w.uint(v.task);
      w.uint(v.session);
      w.str(v.key);
      w.uint(v.raisedMs);
      writeEscalationReport(w, v.report);
      return;
  }
}

export function readOpenEffect(r: Reader): OpenEffect {
  return readOpenEffectAs(r, r.array() - 1, r.uint());
}

export function readOpenEffectAs(r: Reader, fields: number, tag: number): OpenEffect {
  let left = fields;
  switch (tag) {
    case 1: {
      const escalation: EscalationId = left-- > 0 ? r.uint() : 0;
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const key: string = left-- > 0 ? r.str() : "";
      const raisedMs: number = left-- > 0 ? r.uint() : 0;
      left--;
      const report: EscalationReport = readEscalationReport(r);
      for (; left > 0; left--) r.skip();
      return { type: "Notify", escalation, task, session, key, raisedMs, report };
    }
    default:
      throw new RangeError(`OpenEffect has no variant ${tag}`);
  }
}

/** What can be reported of durable effects. */
export type OutboxCommand =
    /** It is done, or given up for the reason in `detail`. */
  | {
      readonly type: "FinishEffect";
      readonly effect: EffectId;
      readonly ok: boolean;
      readonly detail: string;
    }
;

export function writeOutboxCommand(w: Writer, v: OutboxCommand): void {
  switch (v.type) {
    case "FinishEffect":
      w.array(4);
      w.uint(600);
      w.uint(v.effect);
      w.bool(v.ok);
      w.str(v.detail);
      return;
  }
}

export function readOutboxCommand(r: Reader): OutboxCommand {
  return readOutboxCommandAs(r, r.array() - 1, r.uint());
}

export function readOutboxCommandAs(r: Reader, fields: number, tag: number): OutboxCommand {
  let left = fields;
  switch (tag) {
    case 600: {
      const effect: EffectId = left-- > 0 ? r.uint() : 0;
      const ok: boolean = left-- > 0 ? r.bool() : false;
      const detail: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "FinishEffect", effect, ok, detail };
    }
    default:
      throw new RangeError(`OutboxCommand has no variant ${tag}`);
  }
}

/** What happened to durable effects. */
export type OutboxEvent =
    /** The runtime has done it, or given it up. */
  | {
      readonly type: "EffectDone";
      readonly effect: EffectId;
      readonly ok: boolean;
      readonly detail: string;
    }
;

export function writeOutboxEvent(w: Writer, v: OutboxEvent): void {
  switch (v.type) {
    case "EffectDone":
      w.array(4);
      w.uint(600);
      w.uint(v.effect);
      w.bool(v.ok);
      w.str(v.detail);
      return;
  }
}

export function readOutboxEvent(r: Reader): OutboxEvent {
  return readOutboxEventAs(r, r.array() - 1, r.uint());
}

export function readOutboxEventAs(r: Reader, fields: number, tag: number): OutboxEvent {
  let left = fields;
  switch (tag) {
    case 600: {
      const effect: EffectId = left-- > 0 ? r.uint() : 0;
      const ok: boolean = left-- > 0 ? r.bool() : false;
      const detail: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "EffectDone", effect, ok, detail };
    }
    default:
      throw new RangeError(`OutboxEvent has no variant ${tag}`);
  }
}

/** What came of a command. */
export type Outcome =
    /** It happened. */
  | {
      readonly type: "Accepted";
      /** The entity it made, or 0. */
      readonly entity: number;
    }
    /** It did not. */
  | {
      readonly type: "Refused";
      readonly refusal: Refusal;
    }
;

export function writeOutcome(w: Writer, v: Outcome): void {
  switch (v.type) {
    case "Accepted":
      w.array(2);
      w.uint(1);
      w.uint(v.entity);
      return;
    case "Refused":
      w.array(2);
      w.uint(2);
      writeRefusal(w, v.refusal);
      return;
  }
}

export function readOutcome(r: Reader): Outcome {
  return readOutcomeAs(r, r.array() - 1, r.uint());
}

export function readOutcomeAs(r: Reader, fields: number, tag: number): Outcome {
  let left = fields;
  switch (tag) {
    case 1: {
      const entity: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Accepted", entity };
    }
    case 2: {
      left--;
      const refusal: Refusal = readRefusal(r);
      for (; left > 0; left--) r.skip();
      return { type: "Refused", refusal };
    }
    default:
      throw new RangeError(`Outcome has no variant ${tag}`);
  }
}

/** How attempts of a session went lately: from 40 on, older ones weigh half. */
export interface Outcomes {
  /** Attempts that completed or failed. */
  readonly ended: number;
  /** Those that failed. */
  readonly failed: number;
}

export function writeOutcomes(w: Writer, v: Outcomes): void {
  w.array(2);
  w.uint(v.ended);
  w.uint(v.failed);
}

export function readOutcomes(r: Reader): Outcomes {
  let left = r.array();
  const ended: number = left-- > 0 ? r.uint() : 0;
  const failed: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { ended, failed };
}

/** Messages for one queue that come of another message. */
export interface Outgoing {
  readonly queue: QueueId;
  /** The payloads of all of them, one behind the other. */
  readonly payload: Payload;
  readonly messages: readonly Draft[];
}

export function writeOutgoing(w: Writer, v: Outgoing): void {
  w.array(3);
  w.uint(v.queue);
  writePayload(w, v.payload);
  w.list(v.messages, writeDraft);
}

export function readOutgoing(r: Reader): Outgoing {
  let left = r.array();
  const queue: QueueId = left-- > 0 ? r.uint() : 0;
  left--;
  const payload: Payload = readPayload(r);
  const messages: readonly Draft[] = left-- > 0 ? r.list(readDraft) : [];
  for (; left > 0; left--) r.skip();
  return { queue, payload, messages };
}

/** What happens to a message a full queue has no room for. */
export type Overflow = "refuse" | "drop_oldest" | "block";

const overflowTags: Readonly<Record<Overflow, number>> = {
  "refuse": 0,
  "drop_oldest": 1,
  "block": 2,
};

const overflowValues: ReadonlyMap<number, Overflow> = new Map<number, Overflow>([
  [0, "refuse"],
  [1, "drop_oldest"],
  [2, "block"],
]);

export function writeOverflow(w: Writer, v: Overflow): void {
  w.uint(overflowTags[v]);
}

export function readOverflow(r: Reader): Overflow {
  const tag = r.uint();
  const value = overflowValues.get(tag);
  if (value === undefined) throw new RangeError(`Overflow has no value ${tag}`);
  return value;
}

/** What came of one part of a command that brings many things at once. */
export interface Part {
  /** Which of them, counted from 0. */
  readonly index: number;
  readonly outcome: Outcome;
}

export function writePart(w: Writer, v: Part): void {
  w.array(2);
  w.uint(v.index);
  writeOutcome(w, v.outcome);
}

export function readPart(r: Reader): Part {
  let left = r.array();
  const index: number = left-- > 0 ? r.uint() : 0;
  left--;
  const outcome: Outcome = readOutcome(r);
  for (; left > 0; left--) r.skip();
  return { index, outcome };
}

/** Bytes that the kernel carries without looking inside. */
export type Payload =
    /** At most 256 bytes that stand in the event itself. */
  | {
      readonly type: "Inline";
      readonly bytes: Uint8Array;
    }
    /** Bytes the store keeps as a row of their own. */
  | {
      readonly type: "Ref";
      /** Salted hash of the bytes. */
      readonly hash: Uint8Array;
      /** How many there are. */
      readonly bytes: number;
      /** The row's key, unique in the partition. */
      readonly key: string;
    }
;

export function writePayload(w: Writer, v: Payload): void {
  switch (v.type) {
    case "Inline":
      w.array(2);
      w.uint(1);
      w.bin(v.bytes);
      return;
    case "Ref":
      w.array(4);
      w.uint(2);
      w.bin(v.hash);
      w.uint(v.bytes);
      w.str(v.key);
      return;
  }
}

export function readPayload(r: Reader): Payload {
  return readPayloadAs(r, r.array() - 1, r.uint());
}

export function readPayloadAs(r: Reader, fields: number, tag: number): Payload {
  let left = fields;
  switch (tag) {
    case 1: {
      const bytes: Uint8Array = left-- > 0 ? r.bin() : new Uint8Array(0);
      for (; left > 0; left--) r.skip();
      return new YoungPayloadInline(bytes);
    }
    case 2: {
      const hash: Uint8Array = left-- > 0 ? r.bin() : new Uint8Array(0);
      const bytes: number = left-- > 0 ? r.uint() : 0;
      const key: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "Ref", hash, bytes, key };
    }
    default:
      throw new RangeError(`Payload has no variant ${tag}`);
  }
}

class YoungPayloadInline {
  readonly type = "Inline";
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** What an agent may touch; an agent of a level may take work that asks for this level or a lower one. */
export type Permission = "readonly" | "limited" | "full";

const permissionTags: Readonly<Record<Permission, number>> = {
  "readonly": 0,
  "limited": 1,
  "full": 2,
};

const permissionValues: ReadonlyMap<number, Permission> = new Map<number, Permission>([
  [0, "readonly"],
  [1, "limited"],
  [2, "full"],
]);

export function writePermission(w: Writer, v: Permission): void {
  w.uint(permissionTags[v]);
}

export function readPermission(r: Reader): Permission {
  const tag = r.uint();
  const value = permissionValues.get(tag);
  if (value === undefined) throw new RangeError(`Permission has no value ${tag}`);
  return value;
}

/** A phase of a running plan. */
export interface Phase {
  readonly spec: PhaseSpec;
  readonly status: PhaseStatus;
  /** Time an open phase has left. */
  readonly clock: Countdown;
  /** Its time is over: what still runs in it is being stopped. */
  readonly timedOut: boolean;
  /** Tasks that have not ended. */
  readonly open: number;
  /** Tasks that completed. */
  readonly completed: number;
}

export function writePhase(w: Writer, v: Phase): void {
  w.array(6);
  writePhaseSpec(w, v.spec);
  writePhaseStatus(w, v.status);
  writeCountdown(w, v.clock);
  w.bool(v.timedOut);
  w.uint(v.open);
  w.uint(v.completed);
}

export function readPhase(r: Reader): Phase {
  let left = r.array();
  left--;
  const spec: PhaseSpec = readPhaseSpec(r);
  left--;
  const status: PhaseStatus = readPhaseStatus(r);
  left--;
  const clock: Countdown = readCountdown(r);
  const timedOut: boolean = left-- > 0 ? r.bool() : false;
  const open: number = left-- > 0 ? r.uint() : 0;
  const completed: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { spec, status, clock, timedOut, open, completed };
}

/** How the tasks of a phase follow each other. */
export type PhaseMode = "parallel" | "sequential" | "sequential_with_parallel_subtasks";

const phaseModeTags: Readonly<Record<PhaseMode, number>> = {
  "parallel": 0,
  "sequential": 1,
  "sequential_with_parallel_subtasks": 2,
};

const phaseModeValues: ReadonlyMap<number, PhaseMode> = new Map<number, PhaseMode>([
  [0, "parallel"],
  [1, "sequential"],
  [2, "sequential_with_parallel_subtasks"],
]);

export function writePhaseMode(w: Writer, v: PhaseMode): void {
  w.uint(phaseModeTags[v]);
}

export function readPhaseMode(r: Reader): PhaseMode {
  const tag = r.uint();
  const value = phaseModeValues.get(tag);
  if (value === undefined) throw new RangeError(`PhaseMode has no value ${tag}`);
  return value;
}

/** A step of a plan that must be passed before the next one opens. */
export interface PhaseSpec {
  readonly name: string;
  readonly mode: PhaseMode;
  /** Top-level tasks in order. */
  readonly tasks: readonly number[];
  /** Time of the whole phase; 0 is without limit. Stands still while a human is waited for. */
  readonly timeoutMs: number;
  /** Ratio of tasks that must have completed, in millionths. */
  readonly gatePpm: number;
}

export function writePhaseSpec(w: Writer, v: PhaseSpec): void {
  w.array(5);
  w.str(v.name);
  writePhaseMode(w, v.mode);
  w.list(v.tasks, writeUint);
  w.uint(v.timeoutMs);
  w.uint(v.gatePpm);
}

export function readPhaseSpec(r: Reader): PhaseSpec {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  left--;
  const mode: PhaseMode = readPhaseMode(r);
  const tasks: readonly number[] = left-- > 0 ? r.list(uint) : [];
  const timeoutMs: number = left-- > 0 ? r.uint() : 0;
  const gatePpm: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { name, mode, tasks, timeoutMs, gatePpm };
}

/** Where a phase is. */
export type PhaseStatus = "pending" | "open" | "passed" | "failed" | "skipped";

const phaseStatusTags: Readonly<Record<PhaseStatus, number>> = {
  "pending": 0,
  "open": 1,
  "passed": 2,
  "failed": 3,
  "skipped": 4,
};

const phaseStatusValues: ReadonlyMap<number, PhaseStatus> = new Map<number, PhaseStatus>([
  [0, "pending"],
  [1, "open"],
  [2, "passed"],
  [3, "failed"],
  [4, "skipped"],
]);

export function writePhaseStatus(w: Writer, v: PhaseStatus): void {
  w.uint(phaseStatusTags[v]);
}

export function readPhaseStatus(r: Reader): PhaseStatus {
  const tag = r.uint();
  const value = phaseStatusValues.get(tag);
  if (value === undefined) throw new RangeError(`PhaseStatus has no value ${tag}`);
  return value;
}

/** A session's tasks as a whole. */
export interface Plan {
  /** Tasks the plan will have; the last one makes it whole unless it is a draft. */
  readonly expected: number;
  /** Waits for an explicit commit. */
  readonly draft: boolean;
  readonly committed: boolean;
  readonly phases: readonly Phase[];
  readonly classes: readonly ClassSpec[];
  /** Running tasks by class. */
  readonly running: readonly number[];
  readonly policy: Policy;
  readonly counts: Counts;
  /** Nothing is granted: the session is paused. */
  readonly held: boolean;
  /** Nothing that has not run yet is granted: an alert holds it. */
  readonly alerted: boolean;
  /** Everything is taken back: the session is cancelled or its time is over. */
  readonly cancelling: boolean;
  /** Encoded bytes of the tasks of a draft so far. */
  readonly bytes: number;
  /** How attempts went lately. */
  readonly outcomes: Outcomes;
  /** How long attempts take, by class; the last entry is for tasks without one. */
  readonly durations: readonly Durations[];
}

export function writePlan(w: Writer, v: Plan): void {
  w.array(14);
  w.uint(v.expected);
  w.bool(v.draft);
  w.bool(v.committed);
  w.list(v.phases, writePhase);
  w.list(v.classes, writeClassSpec);
  w.list(v.running, writeUint);
  writePolicy(w, v.policy);
  writeCounts(w, v.counts);
  w.bool(v.held);
  w.bool(v.alerted);
  w.bool(v.cancelling);
  w.uint(v.bytes);
  writeOutcomes(w, v.outcomes);
  w.list(v.durations, writeDurations);
}

export function readPlan(r: Reader): Plan {
  let left = r.array();
  const expected: number = left-- > 0 ? r.uint() : 0;
  const draft: boolean = left-- > 0 ? r.bool() : false;
  const committed: boolean = left-- > 0 ? r.bool() : false;
  const phases: readonly Phase[] = left-- > 0 ? r.list(readPhase) : [];
  const classes: readonly ClassSpec[] = left-- > 0 ? r.list(readClassSpec) : [];
  const running: readonly number[] = left-- > 0 ? r.list(uint) : [];
  left--;
  const policy: Policy = readPolicy(r);
  left--;
  const counts: Counts = readCounts(r);
  const held: boolean = left-- > 0 ? r.bool() : false;
  const alerted: boolean = left-- > 0 ? r.bool() : false;
  const cancelling: boolean = left-- > 0 ? r.bool() : false;
  const bytes: number = left-- > 0 ? r.uint() : 0;
  left--;
  const outcomes: Outcomes = readOutcomes(r);
  const durations: readonly Durations[] = left-- > 0 ? r.list(readDurations) : [];
  for (; left > 0; left--) r.skip();
  return { expected, draft, committed, phases, classes, running, policy, counts, held, alerted, cancelling, bytes, outcomes, durations };
}

/** What came of a question whether a plan can be done: the tasks nobody could do. */
export interface PlanFit {
  readonly misfits: readonly TaskMisfit[];
}

export function writePlanFit(w: Writer, v: PlanFit): void {
  w.array(1);
  w.list(v.misfits, writeTaskMisfit);
}

export function readPlanFit(r: Reader): PlanFit {
  let left = r.array();
  const misfits: readonly TaskMisfit[] = left-- > 0 ? r.list(readTaskMisfit) : [];
  for (; left > 0; left--) r.skip();
  return { misfits };
}

/** What a plan says besides its tasks. */
export interface PlanSpec {
  readonly name: string;
  readonly phases: readonly PhaseSpec[];
  readonly classes: readonly ClassSpec[];
  readonly policy: Policy;
  /** Time of the whole plan; 0 is without limit. Stands still while a human is waited for. */
  readonly timeoutMs: number;
  /** Hash of the configuration the plan was made from. */
  readonly configHash: Uint8Array | null;
}

export function writePlanSpec(w: Writer, v: PlanSpec): void {
  w.array(6);
  w.str(v.name);
  w.list(v.phases, writePhaseSpec);
  w.list(v.classes, writeClassSpec);
  writePolicy(w, v.policy);
  w.uint(v.timeoutMs);
  if (v.configHash === null) w.nil(); else { w.bin(v.configHash); }
}

export function readPlanSpec(r: Reader): PlanSpec {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  const phases: readonly PhaseSpec[] = left-- > 0 ? r.list(readPhaseSpec) : [];
  const classes: readonly ClassSpec[] = left-- > 0 ? r.list(readClassSpec) : [];
  left--;
  const policy: Policy = readPolicy(r);
  const timeoutMs: number = left-- > 0 ? r.uint() : 0;
  const configHash: Uint8Array | null = left-- > 0 ? r.nil() ? null : r.bin() : null;
  for (; left > 0; left--) r.skip();
  return { name, phases, classes, policy, timeoutMs, configHash };
}

/** How failures are met. */
export interface Policy {
  /** Attempts after the first one. */
  readonly maxRetries: number;
  /** Wait before an attempt that is not immediate. */
  readonly retryDelayMs: number;
  /** Failures of one task after which a human is asked, where the recovery matrix allows it. */
  readonly escalationThreshold: number;
  /** Time between the request to stop an attempt and its forced end. */
  readonly graceMs: number;
}

export function writePolicy(w: Writer, v: Policy): void {
  w.array(4);
  w.uint(v.maxRetries);
  w.uint(v.retryDelayMs);
  w.uint(v.escalationThreshold);
  w.uint(v.graceMs);
}

export function readPolicy(r: Reader): Policy {
  let left = r.array();
  const maxRetries: number = left-- > 0 ? r.uint() : 0;
  const retryDelayMs: number = left-- > 0 ? r.uint() : 0;
  const escalationThreshold: number = left-- > 0 ? r.uint() : 0;
  const graceMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { maxRetries, retryDelayMs, escalationThreshold, graceMs };
}

/** One pool. */
export interface Pool {
  readonly spec: PoolSpec;
  /** Agents it shall have. */
  readonly target: number;
  /** Everything was asked to stop: it starts nothing before it is defined anew or a node starts. */
  readonly suspended: boolean;
  /** It ends its agents and then itself. */
  readonly closing: boolean;
}

export function writePool(w: Writer, v: Pool): void {
  w.array(4);
  writePoolSpec(w, v.spec);
  w.uint(v.target);
  w.bool(v.suspended);
  w.bool(v.closing);
}

export function readPool(r: Reader): Pool {
  let left = r.array();
  left--;
  const spec: PoolSpec = readPoolSpec(r);
  const target: number = left-- > 0 ? r.uint() : 0;
  const suspended: boolean = left-- > 0 ? r.bool() : false;
  const closing: boolean = left-- > 0 ? r.bool() : false;
  for (; left > 0; left--) r.skip();
  return { spec, target, suspended, closing };
}

/** A pool of agents. */
export type PoolId = number;

/** What is told of a pool when it is defined. Ratios in millionths, times in milliseconds. */
export interface PoolSpec {
  /** Unique name; its agents are called `<key>_001`, `<key>_002` and so on. */
  readonly key: string;
  /** What its agents are like. Key and pool are filled in for each. */
  readonly template: AgentSpec;
  /** Agents it never goes below. */
  readonly min: number;
  /** Agents it never goes above, those that are ending included. */
  readonly max: number;
  /** Part of its capacity in demand from which on it grows. */
  readonly scaleUpPpm: number;
  /** Part of its capacity in use up to which it shrinks. */
  readonly scaleDownPpm: number;
  /** Tasks that may wait before they count as demand. */
  readonly queueDepth: number;
  /** Time an agent is without work before it may be ended. */
  readonly idleTimeoutMs: number;
  /** An unhealthy agent is given up and replaced at once, not only when it has become unresponsive. */
  readonly replaceUnhealthy: boolean;
}

export function writePoolSpec(w: Writer, v: PoolSpec): void {
  w.array(9);
  w.str(v.key);
  writeAgentSpec(w, v.template);
  w.uint(v.min);
  w.uint(v.max);
  w.uint(v.scaleUpPpm);
  w.uint(v.scaleDownPpm);
  w.uint(v.queueDepth);
  w.uint(v.idleTimeoutMs);
  w.bool(v.replaceUnhealthy);
}

export function readPoolSpec(r: Reader): PoolSpec {
  let left = r.array();
  const key: string = left-- > 0 ? r.str() : "";
  left--;
  const template: AgentSpec = readAgentSpec(r);
  const min: number = left-- > 0 ? r.uint() : 0;
  const max: number = left-- > 0 ? r.uint() : 0;
  const scaleUpPpm: number = left-- > 0 ? r.uint() : 0;
  const scaleDownPpm: number = left-- > 0 ? r.uint() : 0;
  const queueDepth: number = left-- > 0 ? r.uint() : 0;
  const idleTimeoutMs: number = left-- > 0 ? r.uint() : 0;
  const replaceUnhealthy: boolean = left-- > 0 ? r.bool() : false;
  for (; left > 0; left--) r.skip();
  return { key, template, min, max, scaleUpPpm, scaleDownPpm, queueDepth, idleTimeoutMs, replaceUnhealthy };
}

/** A pool and its agents. */
export interface PoolView {
  readonly pool: Pool;
  /** Agents at work, being started, or about to be started again. */
  readonly live: number;
  /** Agents that finish their work or are being ended. */
  readonly ending: number;
  /** Tasks the live ones work on. */
  readonly load: number;
  /** Every agent, ended ones that may be started again included. */
  readonly members: readonly AgentId[];
}

export function writePoolView(w: Writer, v: PoolView): void {
  w.array(5);
  writePool(w, v.pool);
  w.uint(v.live);
  w.uint(v.ending);
  w.uint(v.load);
  w.list(v.members, writeUint);
}

export function readPoolView(r: Reader): PoolView {
  let left = r.array();
  left--;
  const pool: Pool = readPool(r);
  const live: number = left-- > 0 ? r.uint() : 0;
  const ending: number = left-- > 0 ? r.uint() : 0;
  const load: number = left-- > 0 ? r.uint() : 0;
  const members: readonly AgentId[] = left-- > 0 ? r.list(uint) : [];
  for (; left > 0; left--) r.skip();
  return { pool, live, ending, load, members };
}

/** A place in a stream. */
export type Position =
    /** Before everything that is kept. */
  | {
      readonly type: "Start";
    }
    /** Behind everything that was published. */
  | {
      readonly type: "End";
    }
    /** Before the message of this number. */
  | {
      readonly type: "Number";
      readonly number: MessageId;
    }
    /** Before the first message that was published then or later. */
  | {
      readonly type: "Since";
      readonly atMs: number;
    }
;

export function writePosition(w: Writer, v: Position): void {
  switch (v.type) {
    case "Start":
      w.array(1);
      w.uint(1);
      return;
    case "End":
      w.array(1);
      w.uint(2);
      return;
    case "Number":
      w.array(2);
      w.uint(3);
      w.uint(v.number);
      return;
    case "Since":
      w.array(2);
      w.uint(4);
      w.uint(v.atMs);
      return;
  }
}

export function readPosition(r: Reader): Position {
  return readPositionAs(r, r.array() - 1, r.uint());
}

export function readPositionAs(r: Reader, fields: number, tag: number): Position {
  let left = fields;
  switch (tag) {
    case 1: {
      for (; left > 0; left--) r.skip();
      return { type: "Start" };
    }
    case 2: {
      for (; left > 0; left--) r.skip();
      return { type: "End" };
    }
    case 3: {
      const number: MessageId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Number", number };
    }
    case 4: {
      const atMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Since", atMs };
    }
    default:
      throw new RangeError(`Position has no variant ${tag}`);
  }
}

/** How much a task matters. */
export type Priority = "low" | "medium" | "high" | "critical";

const priorityTags: Readonly<Record<Priority, number>> = {
  "low": 0,
  "medium": 1,
  "high": 2,
  "critical": 3,
};

const priorityValues: ReadonlyMap<number, Priority> = new Map<number, Priority>([
  [0, "low"],
  [1, "medium"],
  [2, "high"],
  [3, "critical"],
]);

export function writePriority(w: Writer, v: Priority): void {
  w.uint(priorityTags[v]);
}

export function readPriority(r: Reader): Priority {
  const tag = r.uint();
  const value = priorityValues.get(tag);
  if (value === undefined) throw new RangeError(`Priority has no value ${tag}`);
  return value;
}

/** A message that came in. */
export interface Published {
  /** Where its payload lies among those of the batch. */
  readonly offset: number;
  readonly bytes: number;
  readonly priority: Priority;
  /** When it may be handed out, if not at once. */
  readonly atMs: number | null;
  /** When it is gone, if not with the rest of the batch. */
  readonly expiresMs: number | null;
  readonly id: string | null;
  readonly key: string | null;
}

export function writePublished(w: Writer, v: Published): void {
  w.array(7);
  w.uint(v.offset);
  w.uint(v.bytes);
  writePriority(w, v.priority);
  if (v.atMs === null) w.nil(); else { w.uint(v.atMs); }
  if (v.expiresMs === null) w.nil(); else { w.uint(v.expiresMs); }
  if (v.id === null) w.nil(); else { w.str(v.id); }
  if (v.key === null) w.nil(); else { w.str(v.key); }
}

export function readPublished(r: Reader): Published {
  let left = r.array();
  const offset: number = left-- > 0 ? r.uint() : 0;
  const bytes: number = left-- > 0 ? r.uint() : 0;
  left--;
  const priority: Priority = readPriority(r);
  const atMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const expiresMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const id: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  const key: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  for (; left > 0; left--) r.skip();
  return { offset, bytes, priority, atMs, expiresMs, id, key };
}

/** One queue. */
export interface Queue {
  readonly spec: QueueSpec;
  readonly counts: QueueCounts;
  readonly createdMs: number;
  /** Of a group: where it takes its messages from. */
  readonly group: Group | null;
  /** Of a stream: the last number it keeps no more. */
  readonly trimmed: MessageId;
}

export function writeQueue(w: Writer, v: Queue): void {
  w.array(5);
  writeQueueSpec(w, v.spec);
  writeQueueCounts(w, v.counts);
  w.uint(v.createdMs);
  if (v.group === null) w.nil(); else { writeGroup(w, v.group); }
  w.uint(v.trimmed);
}

export function readQueue(r: Reader): Queue {
  let left = r.array();
  left--;
  const spec: QueueSpec = readQueueSpec(r);
  left--;
  const counts: QueueCounts = readQueueCounts(r);
  const createdMs: number = left-- > 0 ? r.uint() : 0;
  const group: Group | null = left-- > 0 ? r.nil() ? null : readGroup(r) : null;
  const trimmed: MessageId = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { spec, counts, createdMs, group, trimmed };
}

/** What can be asked of queues. */
export type QueueCommand =
    /** Makes a queue, or gives a known one other options. */
  | {
      readonly type: "DefineQueue";
      readonly spec: QueueSpec;
    }
    /** Forgets an empty queue. */
  | {
      readonly type: "RemoveQueue";
      readonly queue: QueueId;
    }
    /** Brings messages in. */
  | {
      readonly type: "PublishMessages";
      readonly queue: QueueId;
      /** The payloads of all of them, one behind the other. */
      readonly payload: Payload;
      readonly messages: readonly Draft[];
    }
    /** How many messages a consumer may hold at once from now on; 0 ends it. Leaves no event. */
  | {
      readonly type: "Consume";
      readonly queue: QueueId;
      readonly consumer: number;
      readonly credit: number;
    }
    /** Messages were dealt with. */
  | {
      readonly type: "AckMessages";
      readonly queue: QueueId;
      readonly messages: readonly (readonly [Fence, MessageId])[];
    }
    /** Messages are given back. */
  | {
      readonly type: "NackMessages";
      readonly queue: QueueId;
      readonly messages: readonly GivenBack[];
    }
    /** Whoever has a message needs more time, from now on. */
  | {
      readonly type: "ExtendMessage";
      readonly fence: Fence;
      readonly message: MessageId;
      readonly lengthMs: number;
    }
    /** Lets dead letters wait again. */
  | {
      readonly type: "RedriveMessages";
      readonly queue: QueueId;
      readonly messages: readonly MessageId[];
    }
    /** Throws dead letters away. */
  | {
      readonly type: "DiscardMessages";
      readonly queue: QueueId;
      readonly messages: readonly MessageId[];
    }
    /** The rows of these batches are erased. */
  | {
      readonly type: "FinishErasure";
      readonly batches: readonly number[];
    }
    /** A message was dealt with, and these come of it: all of that, or nothing. */
  | {
      readonly type: "AckAndPublish";
      readonly fence: Fence;
      readonly message: MessageId;
      readonly outgoing: readonly Outgoing[];
    }
    /** Publishes a message at the times of a cron expression, or gives a known schedule another one. */
  | {
      readonly type: "SetSchedule";
      readonly spec: ScheduleSpec;
    }
    /** Ends a schedule. */
  | {
      readonly type: "RemoveSchedule";
      readonly queue: QueueId;
      readonly name: string;
    }
    /** Makes a group of a stream that begins at a position, or gives a known one other options. */
  | {
      readonly type: "DefineGroup";
      readonly stream: QueueId;
      readonly spec: QueueSpec;
      readonly from: Position;
    }
    /** Lets a stream go of messages up to one, of at most 100 batches; the answer names the last that went. */
  | {
      readonly type: "TrimStream";
      readonly queue: QueueId;
      readonly through: MessageId;
    }
    /** Makes a cursor of a stream that begins at a position; a known one stays where it is. */
  | {
      readonly type: "OpenCursor";
      readonly queue: QueueId;
      readonly name: string;
      readonly from: Position;
    }
    /** Puts a cursor elsewhere. */
  | {
      readonly type: "MoveCursor";
      readonly cursor: number;
      readonly to: Position;
    }
    /** Forgets a cursor. */
  | {
      readonly type: "RemoveCursor";
      readonly cursor: number;
    }
;

export function writeQueueCommand(w: Writer, v: QueueCommand): void {
  switch (v.type) {
    case "DefineQueue":
      w.array(2);
      w.uint(700);
      writeQueueSpec(w, v.spec);
      return;
    case "RemoveQueue":
      w.array(2);
      w.uint(701);
      w.uint(v.queue);
      return;
    case "PublishMessages":
      w.array(4);
      w.uint(702);
      w.uint(v.queue);
      writePayload(w, v.payload);
      w.list(v.messages, writeDraft);
      return;
    case "Consume":
      w.array(4);
      w.uint(703);
      w.uint(v.queue);
      w.uint(v.consumer);
      w.uint(v.credit);
      return;
    case "AckMessages":
      w.array(3);
      w.uint(704);
      w.uint(v.queue);
      w.list(v.messages, (w, item0) => { w.array(2); w.uint(item0[0]); w.uint(item0[1]); });
      return;
    case "NackMessages":
      w.array(3);
      w.uint(705);
      w.uint(v.queue);
      w.list(v.messages, writeGivenBack);
      return;
    case "ExtendMessage":
      w.array(4);
      w.uint(706);
      w.uint(v.fence);
      w.uint(v.message);
      w.uint(v.lengthMs);
      return;
    case "RedriveMessages":
      w.array(3);
      w.uint(707);
      w.uint(v.queue);
      w.list(v.messages, writeUint);
      return;
    case "DiscardMessages":
      w.array(3);
      w.uint(708);
      w.uint(v.queue);
      w.list(v.messages, writeUint);
      return;
    case "FinishErasure":
      w.array(2);
      w.uint(709);
      w.list(v.batches, writeUint);
      return;
    case "AckAndPublish":
      w.array(4);
      w.uint(710);
      w.uint(v.fence);
      w.uint(v.message);
      w.list(v.outgoing, writeOutgoing);
      return;
    case "SetSchedule":
      w.array(2);
      w.uint(711);
      writeScheduleSpec(w, v.spec);
      return;
    case "RemoveSchedule":
      w.array(3);
      w.uint(712);
      w.uint(v.queue);
      w.str(v.name);
      return;
    case "DefineGroup":
      w.array(4);
      w.uint(713);
      w.uint(v.stream);
      writeQueueSpec(w, v.spec);
      writePosition(w, v.from);
      return;
    case "TrimStream":
      w.array(3);
      w.uint(714);
      w.uint(v.queue);
      w.uint(v.through);
      return;
    case "OpenCursor":
      w.array(4);
      w.uint(715);
      w.uint(v.queue);
      w.str(v.name);
      writePosition(w, v.from);
      return;
    case "MoveCursor":
      w.array(3);
      w.uint(716);
      w.uint(v.cursor);
      writePosition(w, v.to);
      return;
    case "RemoveCursor":
      w.array(2);
      w.uint(717);
      w.uint(v.cursor);
      return;
  }
}

export function readQueueCommand(r: Reader): QueueCommand {
  return readQueueCommandAs(r, r.array() - 1, r.uint());
}

export function readQueueCommandAs(r: Reader, fields: number, tag: number): QueueCommand {
  let left = fields;
  switch (tag) {
    case 700: {
      left--;
      const spec: QueueSpec = readQueueSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "DefineQueue", spec };
    }
    case 701: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "RemoveQueue", queue };
    }
    case 702: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      left--;
      const payload: Payload = readPayload(r);
      const messages: readonly Draft[] = left-- > 0 ? r.list(readDraft) : [];
      for (; left > 0; left--) r.skip();
      return { type: "PublishMessages", queue, payload, messages };
    }
    case 703: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const consumer: number = left-- > 0 ? r.uint() : 0;
      const credit: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Consume", queue, consumer, credit };
    }
    case 704: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const messages: readonly (readonly [Fence, MessageId])[] = left-- > 0 ? r.list((r) => r.pair(uint, uint)) : [];
      for (; left > 0; left--) r.skip();
      return { type: "AckMessages", queue, messages };
    }
    case 705: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const messages: readonly GivenBack[] = left-- > 0 ? r.list(readGivenBack) : [];
      for (; left > 0; left--) r.skip();
      return { type: "NackMessages", queue, messages };
    }
    case 706: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const message: MessageId = left-- > 0 ? r.uint() : 0;
      const lengthMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "ExtendMessage", fence, message, lengthMs };
    }
    case 707: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const messages: readonly MessageId[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "RedriveMessages", queue, messages };
    }
    case 708: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const messages: readonly MessageId[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "DiscardMessages", queue, messages };
    }
    case 709: {
      const batches: readonly number[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "FinishErasure", batches };
    }
    case 710: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const message: MessageId = left-- > 0 ? r.uint() : 0;
      const outgoing: readonly Outgoing[] = left-- > 0 ? r.list(readOutgoing) : [];
      for (; left > 0; left--) r.skip();
      return { type: "AckAndPublish", fence, message, outgoing };
    }
    case 711: {
      left--;
      const spec: ScheduleSpec = readScheduleSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "SetSchedule", spec };
    }
    case 712: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const name: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "RemoveSchedule", queue, name };
    }
    case 713: {
      const stream: QueueId = left-- > 0 ? r.uint() : 0;
      left--;
      const spec: QueueSpec = readQueueSpec(r);
      left--;
      const from: Position = readPosition(r);
      for (; left > 0; left--) r.skip();
      return { type: "DefineGroup", stream, spec, from };
    }
    case 714: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const through: MessageId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "TrimStream", queue, through };
    }
    case 715: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const name: string = left-- > 0 ? r.str() : "";
      left--;
      const from: Position = readPosition(r);
      for (; left > 0; left--) r.skip();
      return { type: "OpenCursor", queue, name, from };
    }
    case 716: {
      const cursor: number = left-- > 0 ? r.uint() : 0;
      left--;
      const to: Position = readPosition(r);
      for (; left > 0; left--) r.skip();
      return { type: "MoveCursor", cursor, to };
    }
    case 717: {
      const cursor: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "RemoveCursor", cursor };
    }
    default:
      throw new RangeError(`QueueCommand has no variant ${tag}`);
  }
}

/** How many messages are where. Published ones are acked, waiting, in flight, dead, expired or dropped. */
export interface QueueCounts {
  readonly published: number;
  readonly acked: number;
  /** Waiting or delayed. */
  readonly waiting: number;
  readonly inFlight: number;
  readonly dead: number;
  readonly expired: number;
  /** Made room, or were thrown away. */
  readonly dropped: number;
  /** Bytes of those that wait or are in flight. */
  readonly bytes: number;
  /** Bytes of dead letters. */
  readonly deadBytes: number;
  /** Times a message was handed out. */
  readonly delivered: number;
  /** Times one came back. */
  readonly returned: number;
  /** Times one became a dead letter. */
  readonly died: number;
  /** Times a dead letter was sent back. */
  readonly redriven: number;
}

export function writeQueueCounts(w: Writer, v: QueueCounts): void {
  w.array(13);
  w.uint(v.published);
  w.uint(v.acked);
  w.uint(v.waiting);
  w.uint(v.inFlight);
  w.uint(v.dead);
  w.uint(v.expired);
  w.uint(v.dropped);
  w.uint(v.bytes);
  w.uint(v.deadBytes);
  w.uint(v.delivered);
  w.uint(v.returned);
  w.uint(v.died);
  w.uint(v.redriven);
}

export function readQueueCounts(r: Reader): QueueCounts {
  let left = r.array();
  const published: number = left-- > 0 ? r.uint() : 0;
  const acked: number = left-- > 0 ? r.uint() : 0;
  const waiting: number = left-- > 0 ? r.uint() : 0;
  const inFlight: number = left-- > 0 ? r.uint() : 0;
  const dead: number = left-- > 0 ? r.uint() : 0;
  const expired: number = left-- > 0 ? r.uint() : 0;
  const dropped: number = left-- > 0 ? r.uint() : 0;
  const bytes: number = left-- > 0 ? r.uint() : 0;
  const deadBytes: number = left-- > 0 ? r.uint() : 0;
  const delivered: number = left-- > 0 ? r.uint() : 0;
  const returned: number = left-- > 0 ? r.uint() : 0;
  const died: number = left-- > 0 ? r.uint() : 0;
  const redriven: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { published, acked, waiting, inFlight, dead, expired, dropped, bytes, deadBytes, delivered, returned, died, redriven };
}

/** What happened to queues and their messages. */
export type QueueEvent =
    /** A queue was made. */
  | {
      readonly type: "QueueDefined";
      readonly spec: QueueSpec;
    }
    /** A queue goes by something else from now on. */
  | {
      readonly type: "QueueChanged";
      readonly queue: QueueId;
      readonly spec: QueueSpec;
    }
    /** A queue is gone. */
  | {
      readonly type: "QueueRemoved";
      readonly queue: QueueId;
    }
    /** Messages came in, numbered without gaps. */
  | {
      readonly type: "MessagesPublished";
      readonly queue: QueueId;
      /** Number of the first one, and of the batch. */
      readonly first: MessageId;
      /** The payloads of all of them. */
      readonly payload: Payload;
      readonly expiresMs: number;
      /** Until when their ids are remembered. */
      readonly dedupUntilMs: number;
      /** Ids the queue remembers at most. */
      readonly dedupIds: number;
      readonly messages: readonly Published[];
    }
    /** Messages were handed to a consumer; the fence is the event's sequence. */
  | {
      readonly type: "MessagesDelivered";
      readonly queue: QueueId;
      readonly consumer: number;
      readonly untilMs: number;
      readonly messages: readonly MessageId[];
    }
    /** Messages were dealt with. */
  | {
      readonly type: "MessagesAcked";
      readonly queue: QueueId;
      readonly messages: readonly MessageId[];
    }
    /** Messages came back. */
  | {
      readonly type: "MessagesReturned";
      readonly queue: QueueId;
      readonly messages: readonly Returned[];
    }
    /** Messages became dead letters. */
  | {
      readonly type: "MessagesDied";
      readonly queue: QueueId;
      /** How long they are kept. */
      readonly expiresMs: number;
      readonly messages: readonly Death[];
    }
    /** The time of delayed messages has come. */
  | {
      readonly type: "MessagesWoken";
      readonly queue: QueueId;
      readonly messages: readonly MessageId[];
    }
    /** Nobody took them in time, or a dead letter was kept long enough. */
  | {
      readonly type: "MessagesExpired";
      readonly queue: QueueId;
      readonly messages: readonly MessageId[];
    }
    /** They made room, or somebody threw them away. */
  | {
      readonly type: "MessagesDropped";
      readonly queue: QueueId;
      readonly messages: readonly MessageId[];
    }
    /** Whoever has it has more time. */
  | {
      readonly type: "MessageExtended";
      readonly queue: QueueId;
      readonly message: MessageId;
      readonly fence: Fence;
      readonly untilMs: number;
    }
    /** Dead letters wait again, as new messages, numbered from `first`. */
  | {
      readonly type: "MessagesRedriven";
      readonly queue: QueueId;
      readonly first: MessageId;
      readonly expiresMs: number;
      readonly messages: readonly MessageId[];
    }
    /** The rows of these batches are erased. */
  | {
      readonly type: "PayloadsErased";
      readonly batches: readonly number[];
    }
    /** A schedule was made; its number is the event's sequence. */
  | {
      readonly type: "ScheduleSet";
      readonly spec: ScheduleSpec;
      /** Wall time of its first message. */
      readonly dueMs: number;
    }
    /** A schedule has ended. */
  | {
      readonly type: "ScheduleRemoved";
      readonly schedule: number;
    }
    /** The time of a schedule came; its message follows, unless the queue had no room. */
  | {
      readonly type: "ScheduleFired";
      readonly schedule: number;
      /** Wall time of its next message. */
      readonly dueMs: number;
      readonly isSkipped: boolean;
    }
    /** A group was made, which gets what comes behind `taken`. */
  | {
      readonly type: "GroupDefined";
      readonly stream: QueueId;
      readonly spec: QueueSpec;
      readonly taken: MessageId;
      /** Messages the stream was given up to there. */
      readonly passed: number;
    }
    /**
     * A group took what its stream keeps behind its place up to `through`; what has not expired is its own from now
     * on, numbered from `first`.
     */
  | {
      readonly type: "MessagesTaken";
      readonly queue: QueueId;
      readonly first: MessageId;
      readonly through: MessageId;
    }
    /** A stream keeps nothing up to there any more. */
  | {
      readonly type: "StreamTrimmed";
      readonly queue: QueueId;
      readonly through: MessageId;
      readonly cause: TrimCause;
    }
    /** A cursor was made, which reads what comes behind `taken`; its number is the event's sequence. */
  | {
      readonly type: "CursorOpened";
      readonly queue: QueueId;
      readonly name: string;
      readonly taken: MessageId;
    }
    /** A cursor stands elsewhere. */
  | {
      readonly type: "CursorMoved";
      readonly cursor: number;
      readonly taken: MessageId;
    }
    /** A cursor is gone. */
  | {
      readonly type: "CursorRemoved";
      readonly cursor: number;
    }
;

export function writeQueueEvent(w: Writer, v: QueueEvent): void {
  switch (v.type) {
    case "QueueDefined":
      w.array(2);
      w.uint(700);
      writeQueueSpec(w, v.spec);
      return;
    case "QueueChanged":
      w.array(3);
      w.uint(701);
      w.uint(v.queue);
      writeQueueSpec(w, v.spec);
      return;
    case "QueueRemoved":
      w.array(2);
      w.uint(702);
      w.uint(v.queue);
      return;
    case "MessagesPublished":
      w.array(8);
      w.uint(703);
      w.uint(v.queue);
      w.uint(v.first);
      writePayload(w, v.payload);
      w.uint(v.expiresMs);
      w.uint(v.dedupUntilMs);
      w.uint(v.dedupIds);
      w.list(v.messages, writePublished);
      return;
    case "MessagesDelivered":
      w.array(5);
      w.uint(704);
      w.uint(v.queue);
      w.uint(v.consumer);
      w.uint(v.untilMs);
      w.list(v.messages, writeUint);
      return;
    case "MessagesAcked":
      w.array(3);
      w.uint(705);
      w.uint(v.queue);
      w.list(v.messages, writeUint);
      return;
    case "MessagesReturned":
      w.array(3);
      w.uint(706);
      w.uint(v.queue);
      w.list(v.messages, writeReturned);
      return;
    case "MessagesDied":
      w.array(4);
      w.uint(707);
      w.uint(v.queue);
      w.uint(v.expiresMs);
      w.list(v.messages, writeDeath);
      return;
    case "MessagesWoken":
      w.array(3);
      w.uint(708);
      w.uint(v.queue);
      w.list(v.messages, writeUint);
      return;
    case "MessagesExpired":
      w.array(3);
      w.uint(709);
      w.uint(v.queue);
      w.list(v.messages, writeUint);
      return;
    case "MessagesDropped":
      w.array(3);
      w.uint(710);
      w.uint(v.queue);
      w.list(v.messages, writeUint);
      return;
    case "MessageExtended":
      w.array(5);
      w.uint(711);
      w.uint(v.queue);
      w.uint(v.message);
      w.uint(v.fence);
      w.uint(v.untilMs);
      return;
    case "MessagesRedriven":
      w.array(5);
      w.uint(712);
      w.uint(v.queue);
      w.uint(v.first);
      w.uint(v.expiresMs);
      w.list(v.messages, writeUint);
      return;
    case "PayloadsErased":
      w.array(2);
      w.uint(713);
      w.list(v.batches, writeUint);
      return;
    case "ScheduleSet":
      w.array(3);
      w.uint(714);
      writeScheduleSpec(w, v.spec);
      w.uint(v.dueMs);
      return;
    case "ScheduleRemoved":
      w.array(2);
      w.uint(715);
      w.uint(v.schedule);
      return;
    case "ScheduleFired":
      w.array(4);
      w.uint(716);
      w.uint(v.schedule);
      w.uint(v.dueMs);
      w.bool(v.isSkipped);
      return;
    case "GroupDefined":
      w.array(5);
      w.uint(717);
      w.uint(v.stream);
      writeQueueSpec(w, v.spec);
      w.uint(v.taken);
      w.uint(v.passed);
      return;
    case "MessagesTaken":
      w.array(4);
      w.uint(718);
      w.uint(v.queue);
      w.uint(v.first);
      w.uint(v.through);
      return;
    case "StreamTrimmed":
      w.array(4);
      w.uint(719);
      w.uint(v.queue);
      w.uint(v.through);
      writeTrimCause(w, v.cause);
      return;
    case "CursorOpened":
      w.array(4);
      w.uint(720);
      w.uint(v.queue);
      w.str(v.name);
      w.uint(v.taken);
      return;
    case "CursorMoved":
      w.array(3);
      w.uint(721);
      w.uint(v.cursor);
      w.uint(v.taken);
      return;
    case "CursorRemoved":
      w.array(2);
      w.uint(722);
      w.uint(v.cursor);
      return;
  }
}

export function readQueueEvent(r: Reader): QueueEvent {
  return readQueueEventAs(r, r.array() - 1, r.uint());
}

export function readQueueEventAs(r: Reader, fields: number, tag: number): QueueEvent {
  let left = fields;
  switch (tag) {
    case 700: {
      left--;
      const spec: QueueSpec = readQueueSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "QueueDefined", spec };
    }
    case 701: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      left--;
      const spec: QueueSpec = readQueueSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "QueueChanged", queue, spec };
    }
    case 702: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "QueueRemoved", queue };
    }
    case 703: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const first: MessageId = left-- > 0 ? r.uint() : 0;
      left--;
      const payload: Payload = readPayload(r);
      const expiresMs: number = left-- > 0 ? r.uint() : 0;
      const dedupUntilMs: number = left-- > 0 ? r.uint() : 0;
      const dedupIds: number = left-- > 0 ? r.uint() : 0;
      const messages: readonly Published[] = left-- > 0 ? r.list(readPublished) : [];
      for (; left > 0; left--) r.skip();
      return { type: "MessagesPublished", queue, first, payload, expiresMs, dedupUntilMs, dedupIds, messages };
    }
    case 704: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const consumer: number = left-- > 0 ? r.uint() : 0;
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      const messages: readonly MessageId[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "MessagesDelivered", queue, consumer, untilMs, messages };
    }
    case 705: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const messages: readonly MessageId[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "MessagesAcked", queue, messages };
    }
    case 706: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const messages: readonly Returned[] = left-- > 0 ? r.list(readReturned) : [];
      for (; left > 0; left--) r.skip();
      return { type: "MessagesReturned", queue, messages };
    }
    case 707: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const expiresMs: number = left-- > 0 ? r.uint() : 0;
      const messages: readonly Death[] = left-- > 0 ? r.list(readDeath) : [];
      for (; left > 0; left--) r.skip();
      return { type: "MessagesDied", queue, expiresMs, messages };
    }
    case 708: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const messages: readonly MessageId[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "MessagesWoken", queue, messages };
    }
    case 709: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const messages: readonly MessageId[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "MessagesExpired", queue, messages };
    }
    case 710: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const messages: readonly MessageId[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "MessagesDropped", queue, messages };
    }
    case 711: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const message: MessageId = left-- > 0 ? r.uint() : 0;
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "MessageExtended", queue, message, fence, untilMs };
    }
    case 712: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const first: MessageId = left-- > 0 ? r.uint() : 0;
      const expiresMs: number = left-- > 0 ? r.uint() : 0;
      const messages: readonly MessageId[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "MessagesRedriven", queue, first, expiresMs, messages };
    }
    case 713: {
      const batches: readonly number[] = left-- > 0 ? r.list(uint) : [];
      for (; left > 0; left--) r.skip();
      return { type: "PayloadsErased", batches };
    }
    case 714: {
      left--;
      const spec: ScheduleSpec = readScheduleSpec(r);
      const dueMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "ScheduleSet", spec, dueMs };
    }
    case 715: {
      const schedule: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "ScheduleRemoved", schedule };
    }
    case 716: {
      const schedule: number = left-- > 0 ? r.uint() : 0;
      const dueMs: number = left-- > 0 ? r.uint() : 0;
      const isSkipped: boolean = left-- > 0 ? r.bool() : false;
      for (; left > 0; left--) r.skip();
      return { type: "ScheduleFired", schedule, dueMs, isSkipped };
    }
    case 717: {
      const stream: QueueId = left-- > 0 ? r.uint() : 0;
      left--;
      const spec: QueueSpec = readQueueSpec(r);
      const taken: MessageId = left-- > 0 ? r.uint() : 0;
      const passed: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "GroupDefined", stream, spec, taken, passed };
    }
    case 718: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const first: MessageId = left-- > 0 ? r.uint() : 0;
      const through: MessageId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "MessagesTaken", queue, first, through };
    }
    case 719: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const through: MessageId = left-- > 0 ? r.uint() : 0;
      left--;
      const cause: TrimCause = readTrimCause(r);
      for (; left > 0; left--) r.skip();
      return { type: "StreamTrimmed", queue, through, cause };
    }
    case 720: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const name: string = left-- > 0 ? r.str() : "";
      const taken: MessageId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "CursorOpened", queue, name, taken };
    }
    case 721: {
      const cursor: number = left-- > 0 ? r.uint() : 0;
      const taken: MessageId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "CursorMoved", cursor, taken };
    }
    case 722: {
      const cursor: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "CursorRemoved", cursor };
    }
    default:
      throw new RangeError(`QueueEvent has no variant ${tag}`);
  }
}

/** A queue of messages. */
export type QueueId = number;

/** What becomes of a message that was dealt with, and who may have it. */
export type QueueKind = "queue" | "stream" | "interest";

const queueKindTags: Readonly<Record<QueueKind, number>> = {
  "queue": 0,
  "stream": 1,
  "interest": 2,
};

const queueKindValues: ReadonlyMap<number, QueueKind> = new Map<number, QueueKind>([
  [0, "queue"],
  [1, "stream"],
  [2, "interest"],
]);

export function writeQueueKind(w: Writer, v: QueueKind): void {
  w.uint(queueKindTags[v]);
}

export function readQueueKind(r: Reader): QueueKind {
  const tag = r.uint();
  const value = queueKindValues.get(tag);
  if (value === undefined) throw new RangeError(`QueueKind has no value ${tag}`);
  return value;
}

/** What a queue goes by. Times in milliseconds. */
export interface QueueSpec {
  readonly name: string;
  /** Messages that wait or are in somebody's hands, at most. */
  readonly maxMessages: number;
  /** Their bytes together, at most; dead letters may have as many again. */
  readonly maxBytes: number;
  readonly overflow: Overflow;
  /** Times a message is handed out before it is a dead letter. */
  readonly maxAttempts: number;
  /** Time a consumer has to deal with a message. */
  readonly leaseMs: number;
  /** Wait before the second attempt. */
  readonly retryInitialMs: number;
  /** Longest wait before an attempt, but for the jitter. */
  readonly retryMaxMs: number;
  /** Growth of the wait from one attempt to the next, in parts per million. */
  readonly retryMultiplierPpm: number;
  /** Greatest part of a wait that is added to it at random, in parts per million. */
  readonly retryJitterPpm: number;
  /** Time after which a message expires that nobody has taken, and a dead letter is dropped. */
  readonly retentionMs: number;
  /** Waiting time that lifts a message by one priority. */
  readonly ageingMs: number;
  /** Time in which a second message of the same id is taken for the first. */
  readonly dedupMs: number;
  /** Ids that are remembered at most. */
  readonly dedupIds: number;
  /** Dead letters that are kept at most; beyond, the oldest go. */
  readonly maxDead: number;
  readonly kind: QueueKind;
}

export function writeQueueSpec(w: Writer, v: QueueSpec): void {
  w.array(16);
  w.str(v.name);
  w.uint(v.maxMessages);
  w.uint(v.maxBytes);
  writeOverflow(w, v.overflow);
  w.uint(v.maxAttempts);
  w.uint(v.leaseMs);
  w.uint(v.retryInitialMs);
  w.uint(v.retryMaxMs);
  w.uint(v.retryMultiplierPpm);
  w.uint(v.retryJitterPpm);
  w.uint(v.retentionMs);
  w.uint(v.ageingMs);
  w.uint(v.dedupMs);
  w.uint(v.dedupIds);
  w.uint(v.maxDead);
  writeQueueKind(w, v.kind);
}

export function readQueueSpec(r: Reader): QueueSpec {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  const maxMessages: number = left-- > 0 ? r.uint() : 0;
  const maxBytes: number = left-- > 0 ? r.uint() : 0;
  left--;
  const overflow: Overflow = readOverflow(r);
  const maxAttempts: number = left-- > 0 ? r.uint() : 0;
  const leaseMs: number = left-- > 0 ? r.uint() : 0;
  const retryInitialMs: number = left-- > 0 ? r.uint() : 0;
  const retryMaxMs: number = left-- > 0 ? r.uint() : 0;
  const retryMultiplierPpm: number = left-- > 0 ? r.uint() : 0;
  const retryJitterPpm: number = left-- > 0 ? r.uint() : 0;
  const retentionMs: number = left-- > 0 ? r.uint() : 0;
  const ageingMs: number = left-- > 0 ? r.uint() : 0;
  const dedupMs: number = left-- > 0 ? r.uint() : 0;
  const dedupIds: number = left-- > 0 ? r.uint() : 0;
  const maxDead: number = left-- > 0 ? r.uint() : 0;
  left--;
  const kind: QueueKind = readQueueKind(r);
  for (; left > 0; left--) r.skip();
  return { name, maxMessages, maxBytes, overflow, maxAttempts, leaseMs, retryInitialMs, retryMaxMs, retryMultiplierPpm, retryJitterPpm, retentionMs, ageingMs, dedupMs, dedupIds, maxDead, kind };
}

/** A criterion by which agents are ranked. */
export type RankBy = "priority" | "load" | "performance" | "success" | "speed";

const rankByTags: Readonly<Record<RankBy, number>> = {
  "priority": 0,
  "load": 1,
  "performance": 2,
  "success": 3,
  "speed": 4,
};

const rankByValues: ReadonlyMap<number, RankBy> = new Map<number, RankBy>([
  [0, "priority"],
  [1, "load"],
  [2, "performance"],
  [3, "success"],
  [4, "speed"],
]);

export function writeRankBy(w: Writer, v: RankBy): void {
  w.uint(rankByTags[v]);
}

export function readRankBy(r: Reader): RankBy {
  const tag = r.uint();
  const value = rankByValues.get(tag);
  if (value === undefined) throw new RangeError(`RankBy has no value ${tag}`);
  return value;
}

/** An event as a frame holds it. */
export interface Recorded {
  /** Command of the frame that caused it, counted from 1; 0 when time or the scheduler did. */
  readonly command: number;
  readonly event: Event;
}

export function writeRecorded(w: Writer, v: Recorded): void {
  w.array(2);
  w.uint(v.command);
  writeEvent(w, v.event);
}

export function readRecorded(r: Reader): Recorded {
  let left = r.array();
  const command: number = left-- > 0 ? r.uint() : 0;
  left--;
  const event: Event = readEvent(r);
  for (; left > 0; left--) r.skip();
  return { command, event };
}

/** A recovery strategy that was tried. */
export interface Recovery {
  /** 1 by the agent, 2 by the orchestrator. */
  readonly level: number;
  /** Name of the strategy. */
  readonly action: string;
  /** Type of the error it was for. */
  readonly errorType: string;
  /** Attempt that failed. */
  readonly attempt: number;
  readonly atMs: number;
}

export function writeRecovery(w: Writer, v: Recovery): void {
  w.array(5);
  w.uint(v.level);
  w.str(v.action);
  w.str(v.errorType);
  w.uint(v.attempt);
  w.uint(v.atMs);
}

export function readRecovery(r: Reader): Recovery {
  let left = r.array();
  const level: number = left-- > 0 ? r.uint() : 0;
  const action: string = left-- > 0 ? r.str() : "";
  const errorType: string = left-- > 0 ? r.str() : "";
  const attempt: number = left-- > 0 ? r.uint() : 0;
  const atMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { level, action, errorType, attempt, atMs };
}

/** What is done about one type of error: a row of the decision matrix. */
export interface RecoveryRule {
  readonly errorType: string;
  /** Level 1: what the agent tries, once. */
  readonly agent: Strategy | null;
  /** Level 2: what the orchestrator tries, as often as the plan's retries allow. */
  readonly orchestrator: Strategy | null;
  /** Level 3. */
  readonly human: AskHuman;
  readonly severity: Severity;
  /** What a human is recommended to do. */
  readonly advice: readonly string[];
}

export function writeRecoveryRule(w: Writer, v: RecoveryRule): void {
  w.array(6);
  w.str(v.errorType);
  if (v.agent === null) w.nil(); else { writeStrategy(w, v.agent); }
  if (v.orchestrator === null) w.nil(); else { writeStrategy(w, v.orchestrator); }
  writeAskHuman(w, v.human);
  writeSeverity(w, v.severity);
  w.list(v.advice, writeStr);
}

export function readRecoveryRule(r: Reader): RecoveryRule {
  let left = r.array();
  const errorType: string = left-- > 0 ? r.str() : "";
  const agent: Strategy | null = left-- > 0 ? r.nil() ? null : readStrategy(r) : null;
  const orchestrator: Strategy | null = left-- > 0 ? r.nil() ? null : readStrategy(r) : null;
  left--;
  const human: AskHuman = readAskHuman(r);
  left--;
  const severity: Severity = readSeverity(r);
  const advice: readonly string[] = left-- > 0 ? r.list(str) : [];
  for (; left > 0; left--) r.skip();
  return { errorType, agent, orchestrator, human, severity, advice };
}

/** The decision matrix and its numbers. */
export interface RecoverySettings {
  readonly rules: readonly RecoveryRule[];
  readonly increase: Increase;
  /** Tasks that fail alike at one time and make an error widespread. */
  readonly widespreadTasks: number;
  /** Longest wait of a backoff. */
  readonly backoffMaxMs: number;
}

export function writeRecoverySettings(w: Writer, v: RecoverySettings): void {
  w.array(4);
  w.list(v.rules, writeRecoveryRule);
  writeIncrease(w, v.increase);
  w.uint(v.widespreadTasks);
  w.uint(v.backoffMaxMs);
}

export function readRecoverySettings(r: Reader): RecoverySettings {
  let left = r.array();
  const rules: readonly RecoveryRule[] = left-- > 0 ? r.list(readRecoveryRule) : [];
  left--;
  const increase: Increase = readIncrease(r);
  const widespreadTasks: number = left-- > 0 ? r.uint() : 0;
  const backoffMaxMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { rules, increase, widespreadTasks, backoffMaxMs };
}

/** A command was not accepted, and nothing happened. */
export interface Refusal {
  /** Stable code; see `docs/errors`. */
  readonly code: string;
  /** What happened, where, and what to do. */
  readonly message: string;
  /** Facts, by name. */
  readonly details: readonly (readonly [string, string])[];
}

export function writeRefusal(w: Writer, v: Refusal): void {
  w.array(3);
  w.str(v.code);
  w.str(v.message);
  w.list(v.details, (w, item0) => { w.array(2); w.str(item0[0]); w.str(item0[1]); });
}

export function readRefusal(r: Reader): Refusal {
  let left = r.array();
  const code: string = left-- > 0 ? r.str() : "";
  const message: string = left-- > 0 ? r.str() : "";
  const details: readonly (readonly [string, string])[] = left-- > 0 ? r.list((r) => r.pair(str, str)) : [];
  for (; left > 0; left--) r.skip();
  return { code, message, details };
}

/** A call that was accepted. */
export interface Remembered {
  readonly key: string;
  readonly body: Uint8Array;
  readonly entity: number;
  readonly untilMs: number;
}

export function writeRemembered(w: Writer, v: Remembered): void {
  w.array(4);
  w.str(v.key);
  w.bin(v.body);
  w.uint(v.entity);
  w.uint(v.untilMs);
}

export function readRemembered(r: Reader): Remembered {
  let left = r.array();
  const key: string = left-- > 0 ? r.str() : "";
  const body: Uint8Array = left-- > 0 ? r.bin() : new Uint8Array(0);
  const entity: number = left-- > 0 ? r.uint() : 0;
  const untilMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { key, body, entity, untilMs };
}

/** What an attempt brought back. */
export interface Report {
  /** Measured values in millionths, sorted by name. */
  readonly metrics: readonly (readonly [string, number])[];
  readonly output: Payload | null;
  readonly artifacts: readonly Artifact[];
  readonly usage: Usage;
  readonly exitCode: number | null;
}

export function writeReport(w: Writer, v: Report): void {
  w.array(5);
  w.list(v.metrics, (w, item0) => { w.array(2); w.str(item0[0]); w.int(item0[1]); });
  if (v.output === null) w.nil(); else { writePayload(w, v.output); }
  w.list(v.artifacts, writeArtifact);
  writeUsage(w, v.usage);
  if (v.exitCode === null) w.nil(); else { w.int(v.exitCode); }
}

export function readReport(r: Reader): Report {
  let left = r.array();
  const metrics: readonly (readonly [string, number])[] = left-- > 0 ? r.list((r) => r.pair(str, int)) : [];
  const output: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
  const artifacts: readonly Artifact[] = left-- > 0 ? r.list(readArtifact) : [];
  left--;
  const usage: Usage = readUsage(r);
  const exitCode: number | null = left-- > 0 ? r.nil() ? null : r.int() : null;
  for (; left > 0; left--) r.skip();
  return new YoungReport(metrics, output, artifacts, usage, exitCode);
}

class YoungReport {
  readonly metrics: readonly (readonly [string, number])[];
  readonly output: Payload | null;
  readonly artifacts: readonly Artifact[];
  readonly usage: Usage;
  readonly exitCode: number | null;

  constructor(metrics: readonly (readonly [string, number])[], output: Payload | null, artifacts: readonly Artifact[], usage: Usage, exitCode: number | null) {
    this.metrics = metrics;
    this.output = output;
    this.artifacts = artifacts;
    this.usage = usage;
    this.exitCode = exitCode;
  }
}

/** A command and where it comes from. A batch is an array of these. */
export interface Request {
  /** Number the runtime gave it; the answer and the frame carry it back. */
  readonly id: number;
  /** Only a refusal is answered. */
  readonly quiet: boolean;
  /** Who asks, as the authenticated door says; empty for the node itself. */
  readonly actor: string;
  readonly tenant: string;
  /** Name of the call for repeats: same key and body, same answer. */
  readonly idempotencyKey: string | null;
  /** Sequence of the event it follows from. */
  readonly cause: number | null;
  /** W3C trace context. */
  readonly traceparent: string | null;
  readonly command: Command;
}

export function writeRequest(w: Writer, v: Request): void {
  w.array(8);
  w.uint(v.id);
  w.bool(v.quiet);
  w.str(v.actor);
  w.str(v.tenant);
  if (v.idempotencyKey === null) w.nil(); else { w.str(v.idempotencyKey); }
  if (v.cause === null) w.nil(); else { w.uint(v.cause); }
  if (v.traceparent === null) w.nil(); else { w.str(v.traceparent); }
  writeCommand(w, v.command);
}

export function readRequest(r: Reader): Request {
  let left = r.array();
  const id: number = left-- > 0 ? r.uint() : 0;
  const quiet: boolean = left-- > 0 ? r.bool() : false;
  const actor: string = left-- > 0 ? r.str() : "";
  const tenant: string = left-- > 0 ? r.str() : "";
  const idempotencyKey: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  const cause: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const traceparent: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  left--;
  const command: Command = readCommand(r);
  for (; left > 0; left--) r.skip();
  return { id, quiet, actor, tenant, idempotencyKey, cause, traceparent, command };
}

/** Reserved amounts. Processor time in thousandths of a core. */
export interface Resources {
  readonly memoryMb: number;
  readonly cpuMilli: number;
  readonly diskMb: number;
}

export function writeResources(w: Writer, v: Resources): void {
  w.array(3);
  w.uint(v.memoryMb);
  w.uint(v.cpuMilli);
  w.uint(v.diskMb);
}

export function readResources(r: Reader): Resources {
  let left = r.array();
  const memoryMb: number = left-- > 0 ? r.uint() : 0;
  const cpuMilli: number = left-- > 0 ? r.uint() : 0;
  const diskMb: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return new YoungResources(memoryMb, cpuMilli, diskMb);
}

class YoungResources {
  readonly memoryMb: number;
  readonly cpuMilli: number;
  readonly diskMb: number;

  constructor(memoryMb: number, cpuMilli: number, diskMb: number) {
    this.memoryMb = memoryMb;
    this.cpuMilli = cpuMilli;
    this.diskMb = diskMb;
  }
}

/** A message that came back. */
export interface Returned {
  readonly message: MessageId;
  /** When it may be handed out; in the past, as if it had waited since then. */
  readonly atMs: number;
  /** Attempts that count. */
  readonly attempts: number;
}

export function writeReturned(w: Writer, v: Returned): void {
  w.array(3);
  w.uint(v.message);
  w.uint(v.atMs);
  w.uint(v.attempts);
}

export function readReturned(r: Reader): Returned {
  let left = r.array();
  const message: MessageId = left-- > 0 ? r.uint() : 0;
  const atMs: number = left-- > 0 ? r.uint() : 0;
  const attempts: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { message, atMs, attempts };
}

/** A request to stop that was made. */
export interface Revocation {
  readonly reason: StopReason;
  /** Kernel time from which on the holder is taken for ended. */
  readonly untilMs: number;
}

export function writeRevocation(w: Writer, v: Revocation): void {
  w.array(2);
  writeStopReason(w, v.reason);
  w.uint(v.untilMs);
}

export function readRevocation(r: Reader): Revocation {
  let left = r.array();
  left--;
  const reason: StopReason = readStopReason(r);
  const untilMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { reason, untilMs };
}

/** Why a pool is scaled. */
export type ScaleReason = "utilisation" | "queue_depth" | "idle";

const scaleReasonTags: Readonly<Record<ScaleReason, number>> = {
  "utilisation": 0,
  "queue_depth": 1,
  "idle": 2,
};

const scaleReasonValues: ReadonlyMap<number, ScaleReason> = new Map<number, ScaleReason>([
  [0, "utilisation"],
  [1, "queue_depth"],
  [2, "idle"],
]);

export function writeScaleReason(w: Writer, v: ScaleReason): void {
  w.uint(scaleReasonTags[v]);
}

export function readScaleReason(r: Reader): ScaleReason {
  const tag = r.uint();
  const value = scaleReasonValues.get(tag);
  if (value === undefined) throw new RangeError(`ScaleReason has no value ${tag}`);
  return value;
}

/** A schedule. */
export interface Schedule {
  readonly spec: ScheduleSpec;
  /** Wall time of the next message. */
  readonly dueMs: number;
  /** Messages it has published. */
  readonly published: number;
  /** Times its queue had no room. */
  readonly skipped: number;
}

export function writeSchedule(w: Writer, v: Schedule): void {
  w.array(4);
  writeScheduleSpec(w, v.spec);
  w.uint(v.dueMs);
  w.uint(v.published);
  w.uint(v.skipped);
}

export function readSchedule(r: Reader): Schedule {
  let left = r.array();
  left--;
  const spec: ScheduleSpec = readScheduleSpec(r);
  const dueMs: number = left-- > 0 ? r.uint() : 0;
  const published: number = left-- > 0 ? r.uint() : 0;
  const skipped: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { spec, dueMs, published, skipped };
}

/** The schedules of a queue, oldest first. */
export interface ScheduleList {
  readonly schedules: readonly Schedule[];
}

export function writeScheduleList(w: Writer, v: ScheduleList): void {
  w.array(1);
  w.list(v.schedules, writeSchedule);
}

export function readScheduleList(r: Reader): ScheduleList {
  let left = r.array();
  const schedules: readonly Schedule[] = left-- > 0 ? r.list(readSchedule) : [];
  for (; left > 0; left--) r.skip();
  return { schedules };
}

/** What is published when. */
export interface ScheduleSpec {
  readonly queue: QueueId;
  /** Unique in its queue. */
  readonly name: string;
  /** Minute, hour, day of the month, month, day of the week; wall time, UTC. */
  readonly cron: string;
  /** At most 256 bytes, which stand in it. */
  readonly payload: Payload;
  readonly priority: Priority;
  /** Time after which a message is gone. */
  readonly ttlMs: number | null;
  readonly key: string | null;
}

export function writeScheduleSpec(w: Writer, v: ScheduleSpec): void {
  w.array(7);
  w.uint(v.queue);
  w.str(v.name);
  w.str(v.cron);
  writePayload(w, v.payload);
  writePriority(w, v.priority);
  if (v.ttlMs === null) w.nil(); else { w.uint(v.ttlMs); }
  if (v.key === null) w.nil(); else { w.str(v.key); }
}

export function readScheduleSpec(r: Reader): ScheduleSpec {
  let left = r.array();
  const queue: QueueId = left-- > 0 ? r.uint() : 0;
  const name: string = left-- > 0 ? r.str() : "";
  const cron: string = left-- > 0 ? r.str() : "";
  left--;
  const payload: Payload = readPayload(r);
  left--;
  const priority: Priority = readPriority(r);
  const ttlMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const key: string | null = left-- > 0 ? r.nil() ? null : r.str() : null;
  for (; left > 0; left--) r.skip();
  return { queue, name, cron, payload, priority, ttlMs, key };
}

/** Whom a value is for. */
export type Scope = "shared" | "private" | "temporary";

const scopeTags: Readonly<Record<Scope, number>> = {
  "shared": 0,
  "private": 1,
  "temporary": 2,
};

const scopeValues: ReadonlyMap<number, Scope> = new Map<number, Scope>([
  [0, "shared"],
  [1, "private"],
  [2, "temporary"],
]);

export function writeScope(w: Writer, v: Scope): void {
  w.uint(scopeTags[v]);
}

export function readScope(r: Reader): Scope {
  const tag = r.uint();
  const value = scopeValues.get(tag);
  if (value === undefined) throw new RangeError(`Scope has no value ${tag}`);
  return value;
}

/** How an agent is chosen among those that could. */
export type Selection = "priority_load_performance" | "least_loaded" | "round_robin" | "fastest";

const selectionTags: Readonly<Record<Selection, number>> = {
  "priority_load_performance": 0,
  "least_loaded": 1,
  "round_robin": 2,
  "fastest": 3,
};

const selectionValues: ReadonlyMap<number, Selection> = new Map<number, Selection>([
  [0, "priority_load_performance"],
  [1, "least_loaded"],
  [2, "round_robin"],
  [3, "fastest"],
]);

export function writeSelection(w: Writer, v: Selection): void {
  w.uint(selectionTags[v]);
}

export function readSelection(r: Reader): Selection {
  const tag = r.uint();
  const value = selectionValues.get(tag);
  if (value === undefined) throw new RangeError(`Selection has no value ${tag}`);
  return value;
}

/** One orchestration. */
export interface Session {
  readonly name: string;
  readonly status: SessionStatus;
  readonly actor: string;
  readonly tenant: string;
  readonly configHash: Uint8Array | null;
  readonly input: Payload | null;
  /** Values agents share, by name. */
  readonly context: readonly (readonly [string, Payload])[];
  readonly openedMs: number;
  /** Time the plan gives the whole session; 0 is without limit. */
  readonly timeoutMs: number;
  /** Time that is left of it; of a draft, time until it is given up. */
  readonly clock: Countdown;
  /** Its time is over, and it is being taken back. */
  readonly timedOut: boolean;
  readonly endedMs: number | null;
  /** Sequence of the end, for the order in which ended sessions leave memory. */
  readonly endedSeq: number | null;
  /** Why it is paused, is being taken back, or did not complete. */
  readonly reason: string;
  /** The task ledger: facts, in the order they were told. The plan is the other half of it. */
  readonly facts: readonly Fact[];
  /** Values it has, and the bytes they take. */
  readonly values: number;
  readonly valueBytes: number;
}

export function writeSession(w: Writer, v: Session): void {
  w.array(17);
  w.str(v.name);
  writeSessionStatus(w, v.status);
  w.str(v.actor);
  w.str(v.tenant);
  if (v.configHash === null) w.nil(); else { w.bin(v.configHash); }
  if (v.input === null) w.nil(); else { writePayload(w, v.input); }
  w.list(v.context, (w, item0) => { w.array(2); w.str(item0[0]); writePayload(w, item0[1]); });
  w.uint(v.openedMs);
  w.uint(v.timeoutMs);
  writeCountdown(w, v.clock);
  w.bool(v.timedOut);
  if (v.endedMs === null) w.nil(); else { w.uint(v.endedMs); }
  if (v.endedSeq === null) w.nil(); else { w.uint(v.endedSeq); }
  w.str(v.reason);
  w.list(v.facts, writeFact);
  w.uint(v.values);
  w.uint(v.valueBytes);
}

export function readSession(r: Reader): Session {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  left--;
  const status: SessionStatus = readSessionStatus(r);
  const actor: string = left-- > 0 ? r.str() : "";
  const tenant: string = left-- > 0 ? r.str() : "";
  const configHash: Uint8Array | null = left-- > 0 ? r.nil() ? null : r.bin() : null;
  const input: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
  const context: readonly (readonly [string, Payload])[] = left-- > 0 ? r.list((r) => r.pair(str, readPayload)) : [];
  const openedMs: number = left-- > 0 ? r.uint() : 0;
  const timeoutMs: number = left-- > 0 ? r.uint() : 0;
  left--;
  const clock: Countdown = readCountdown(r);
  const timedOut: boolean = left-- > 0 ? r.bool() : false;
  const endedMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const endedSeq: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const reason: string = left-- > 0 ? r.str() : "";
  const facts: readonly Fact[] = left-- > 0 ? r.list(readFact) : [];
  const values: number = left-- > 0 ? r.uint() : 0;
  const valueBytes: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { name, status, actor, tenant, configHash, input, context, openedMs, timeoutMs, clock, timedOut, endedMs, endedSeq, reason, facts, values, valueBytes };
}

/** What can be asked of sessions. */
export type SessionCommand =
    /** Hands in a plan that fits one command, and starts it. */
  | {
      readonly type: "Orchestrate";
      readonly plan: PlanSpec;
      readonly tasks: readonly TaskSpec[];
      readonly input: Payload | null;
    }
    /** Begins a plan that comes in parts; invisible until it is committed. */
  | {
      readonly type: "BeginPlan";
      readonly plan: PlanSpec;
      readonly expected: number;
      readonly input: Payload | null;
    }
    /** The next part of a plan. */
  | {
      readonly type: "AddTasks";
      readonly session: SessionId;
      readonly tasks: readonly TaskSpec[];
    }
    /** The plan is whole: check it and start it. */
  | {
      readonly type: "CommitPlan";
      readonly session: SessionId;
    }
    /** Takes back everything that has not ended. */
  | {
      readonly type: "CancelSession";
      readonly session: SessionId;
      readonly reason: string;
    }
    /** Grants nothing new. */
  | {
      readonly type: "PauseSession";
      readonly session: SessionId;
      readonly reason: string;
    }
    /** Goes on granting. */
  | {
      readonly type: "ResumeSession";
      readonly session: SessionId;
    }
    /** Sets (or, without a value, removes) values that agents share. */
  | {
      readonly type: "UpdateContext";
      readonly session: SessionId;
      readonly entries: readonly (readonly [string, Payload | null])[];
    }
    /** Adds to the task ledger. */
  | {
      readonly type: "RecordFacts";
      readonly session: SessionId;
      readonly facts: readonly Fact[];
    }
    /** Opens a session without tasks, for what its agents share; it goes on until it is committed or cancelled. */
  | {
      readonly type: "OpenSession";
      readonly plan: PlanSpec;
      readonly input: Payload | null;
    }
    /** Writes values and takes and gives back locks: all of that, or nothing. The answer names the first event. */
  | {
      readonly type: "ChangeState";
      readonly session: SessionId;
      /** Of the agent that asks for it. */
      readonly attempt: Fence | null;
      readonly change: StateChange;
    }
    /** Takes a lock, or waits for it; the answer names the fence, or the wait. */
  | {
      readonly type: "AcquireLock";
      readonly session: SessionId;
      /** Of the agent that asks for it, with which the lock ends. */
      readonly attempt: Fence | null;
      readonly wish: LockWish;
      /** Time to wait for it: 0 is without end, `None` not at all. */
      readonly waitMs: number | null;
      /** Takes it from whoever has it, before everybody who waits. */
      readonly force: boolean;
    }
    /** Gives whoever holds a lock more time, from now on. */
  | {
      readonly type: "ExtendLock";
      readonly session: SessionId;
      readonly fence: Fence;
      readonly lengthMs: number;
    }
    /** Gives a lock back, or the wait for it up. */
  | {
      readonly type: "ReleaseLock";
      readonly session: SessionId;
      readonly lock: number;
    }
;

export function writeSessionCommand(w: Writer, v: SessionCommand): void {
  switch (v.type) {
    case "Orchestrate":
      w.array(4);
      w.uint(200);
      writePlanSpec(w, v.plan);
      w.list(v.tasks, writeTaskSpec);
      if (v.input === null) w.nil(); else { writePayload(w, v.input); }
      return;
    case "BeginPlan":
      w.array(4);
      w.uint(201);
      writePlanSpec(w, v.plan);
      w.uint(v.expected);
      if (v.input === null) w.nil(); else { writePayload(w, v.input); }
      return;
    case "AddTasks":
      w.array(3);
      w.uint(202);
      w.uint(v.session);
      w.list(v.tasks, writeTaskSpec);
      return;
    case "CommitPlan":
      w.array(2);
      w.uint(203);
      w.uint(v.session);
      return;
    case "CancelSession":
      w.array(3);
      w.uint(204);
      w.uint(v.session);
      w.str(v.reason);
      return;
    case "PauseSession":
      w.array(3);
      w.uint(205);
      w.uint(v.session);
      w.str(v.reason);
      return;
    case "ResumeSession":
      w.array(2);
      w.uint(206);
      w.uint(v.session);
      return;
    case "UpdateContext":
      w.array(3);
      w.uint(207);
      w.uint(v.session);
      w.list(v.entries, (w, item0) => { w.array(2); w.str(item0[0]); if (item0[1] === null) w.nil(); else { writePayload(w, item0[1]); } });
      return;
    case "RecordFacts":
      w.array(3);
      w.uint(208);
      w.uint(v.session);
      w.list(v.facts, writeFact);
      return;
    case "OpenSession":
      w.array(3);
      w.uint(209);
      writePlanSpec(w, v.plan);
      if (v.input === null) w.nil(); else { writePayload(w, v.input); }
      return;
    case "ChangeState":
      w.array(4);
      w.uint(210);
      w.uint(v.session);
      if (v.attempt === null) w.nil(); else { w.uint(v.attempt); }
      writeStateChange(w, v.change);
      return;
    case "AcquireLock":
      w.array(6);
      w.uint(211);
      w.uint(v.session);
      if (v.attempt === null) w.nil(); else { w.uint(v.attempt); }
      writeLockWish(w, v.wish);
      if (v.waitMs === null) w.nil(); else { w.uint(v.waitMs); }
      w.bool(v.force);
      return;
    case "ExtendLock":
      w.array(4);
      w.uint(212);
      w.uint(v.session);
      w.uint(v.fence);
      w.uint(v.lengthMs);
      return;
    case "ReleaseLock":
      w.array(3);
      w.uint(213);
      w.uint(v.session);
      w.uint(v.lock);
      return;
  }
}

export function readSessionCommand(r: Reader): SessionCommand {
  return readSessionCommandAs(r, r.array() - 1, r.uint());
}

export function readSessionCommandAs(r: Reader, fields: number, tag: number): SessionCommand {
  let left = fields;
  switch (tag) {
    case 200: {
      left--;
      const plan: PlanSpec = readPlanSpec(r);
      const tasks: readonly TaskSpec[] = left-- > 0 ? r.list(readTaskSpec) : [];
      const input: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
      for (; left > 0; left--) r.skip();
      return { type: "Orchestrate", plan, tasks, input };
    }
    case 201: {
      left--;
      const plan: PlanSpec = readPlanSpec(r);
      const expected: number = left-- > 0 ? r.uint() : 0;
      const input: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
      for (; left > 0; left--) r.skip();
      return { type: "BeginPlan", plan, expected, input };
    }
    case 202: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const tasks: readonly TaskSpec[] = left-- > 0 ? r.list(readTaskSpec) : [];
      for (; left > 0; left--) r.skip();
      return { type: "AddTasks", session, tasks };
    }
    case 203: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "CommitPlan", session };
    }
    case 204: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "CancelSession", session, reason };
    }
    case 205: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "PauseSession", session, reason };
    }
    case 206: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "ResumeSession", session };
    }
    case 207: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const entries: readonly (readonly [string, Payload | null])[] = left-- > 0 ? r.list((r) => r.pair(str, (r) => (r.nil() ? null : readPayload(r)))) : [];
      for (; left > 0; left--) r.skip();
      return { type: "UpdateContext", session, entries };
    }
    case 208: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const facts: readonly Fact[] = left-- > 0 ? r.list(readFact) : [];
      for (; left > 0; left--) r.skip();
      return { type: "RecordFacts", session, facts };
    }
    case 209: {
      left--;
      const plan: PlanSpec = readPlanSpec(r);
      const input: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
      for (; left > 0; left--) r.skip();
      return { type: "OpenSession", plan, input };
    }
    case 210: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const attempt: Fence | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      left--;
      const change: StateChange = readStateChange(r);
      for (; left > 0; left--) r.skip();
      return { type: "ChangeState", session, attempt, change };
    }
    case 211: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const attempt: Fence | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      left--;
      const wish: LockWish = readLockWish(r);
      const waitMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      const force: boolean = left-- > 0 ? r.bool() : false;
      for (; left > 0; left--) r.skip();
      return { type: "AcquireLock", session, attempt, wish, waitMs, force };
    }
    case 212: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const lengthMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "ExtendLock", session, fence, lengthMs };
    }
    case 213: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const lock: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "ReleaseLock", session, lock };
    }
    default:
      throw new RangeError(`SessionCommand has no variant ${tag}`);
  }
}

/** What happened to sessions. */
export type SessionEvent =
    /** A new session; its id is this event's sequence. */
  | {
      readonly type: "SessionOpened";
      readonly plan: PlanSpec;
      /** Tasks that follow. */
      readonly expected: number;
      /** Nothing runs before an explicit commit. */
      readonly draft: boolean;
      readonly input: Payload | null;
      readonly actor: string;
      readonly tenant: string;
      /** Kernel time at which a draft is given up unless it grows. */
      readonly untilMs: number | null;
    }
    /** Nothing new is granted. */
  | {
      readonly type: "SessionPaused";
      readonly session: SessionId;
      readonly reason: string;
    }
    /** Granting goes on, whoever held it back. */
  | {
      readonly type: "SessionResumed";
      readonly session: SessionId;
    }
    /** Everything that has not ended is taken back. */
  | {
      readonly type: "SessionCancelRequested";
      readonly session: SessionId;
      readonly reason: string;
    }
    /** Every task has ended. */
  | {
      readonly type: "SessionEnded";
      readonly session: SessionId;
      readonly status: SessionStatus;
      /** Ended sessions that leave memory now; the journal and the views keep them. */
      readonly evict: readonly SessionId[];
      /** Why it did not complete; empty when it did. */
      readonly reason: string;
    }
    /** Values agents share. */
  | {
      readonly type: "ContextUpdated";
      readonly session: SessionId;
      readonly entries: readonly (readonly [string, Payload | null])[];
    }
    /** A part of a draft came; its tasks follow. */
  | {
      readonly type: "PlanPartAdded";
      readonly session: SessionId;
      /** Encoded bytes of the part. */
      readonly bytes: number;
      /** Kernel time at which the draft is given up unless it grows again. */
      readonly untilMs: number;
    }
    /** Its time is over: everything that has not ended is taken back, and the session fails. */
  | {
      readonly type: "SessionTimedOut";
      readonly session: SessionId;
    }
    /** What is known, and what is not, about the work. */
  | {
      readonly type: "FactsRecorded";
      readonly session: SessionId;
      readonly facts: readonly Fact[];
    }
    /** A value was written, or is gone; its version is this event's sequence. */
  | {
      readonly type: "ValueWritten";
      readonly session: SessionId;
      readonly key: ValueKey;
      /** `None`: it is gone. */
      readonly payload: Payload | null;
      /** Kernel time at which it is gone by itself. */
      readonly expiresMs: number | null;
      /** Name of the agent, or of who else wrote it; empty when its time was over. */
      readonly by: string;
      /** What whoever wrote it said. */
      readonly why: string;
    }
    /** Somebody waits for a lock; the wait's handle is this event's sequence. */
  | {
      readonly type: "LockQueued";
      readonly session: SessionId;
      readonly wish: LockWish;
      /** Kernel time at which the wait is given up. */
      readonly untilMs: number | null;
    }
    /** A lock was handed out; the fence is this event's sequence. */
  | {
      readonly type: "LockGranted";
      readonly session: SessionId;
      readonly wish: LockWish;
      /** The wait that is over with it. */
      readonly request: number | null;
    }
    /** Whoever holds it has more time, from now on. */
  | {
      readonly type: "LockExtended";
      readonly session: SessionId;
      readonly fence: Fence;
      readonly lengthMs: number;
    }
    /** A hold, or the wait for one, is over. */
  | {
      readonly type: "LockEnded";
      readonly session: SessionId;
      readonly lock: number;
      readonly cause: LockEnd;
    }
;

export function writeSessionEvent(w: Writer, v: SessionEvent): void {
  switch (v.type) {
    case "SessionOpened":
      w.array(8);
      w.uint(200);
      writePlanSpec(w, v.plan);
      w.uint(v.expected);
      w.bool(v.draft);
      if (v.input === null) w.nil(); else { writePayload(w, v.input); }
      w.str(v.actor);
      w.str(v.tenant);
      if (v.untilMs === null) w.nil(); else { w.uint(v.untilMs); }
      return;
    case "SessionPaused":
      w.array(3);
      w.uint(201);
      w.uint(v.session);
      w.str(v.reason);
      return;
    case "SessionResumed":
      w.array(2);
      w.uint(202);
      w.uint(v.session);
      return;
    case "SessionCancelRequested":
      w.array(3);
      w.uint(203);
      w.uint(v.session);
      w.str(v.reason);
      return;
    case "SessionEnded":
      w.array(5);
      w.uint(204);
      w.uint(v.session);
      writeSessionStatus(w, v.status);
      w.list(v.evict, writeUint);
      w.str(v.reason);
      return;
    case "ContextUpdated":
      w.array(3);
      w.uint(205);
      w.uint(v.session);
      w.list(v.entries, (w, item0) => { w.array(2); w.str(item0[0]); if (item0[1] === null) w.nil(); else { writePayload(w, item0[1]); } });
      return;
    case "PlanPartAdded":
      w.array(4);
      w.uint(206);
      w.uint(v.session);
      w.uint(v.bytes);
      w.uint(v.untilMs);
      return;
    case "SessionTimedOut":
      w.array(2);
      w.uint(207);
      w.uint(v.session);
      return;
    case "FactsRecorded":
      w.array(3);
      w.uint(208);
      w.uint(v.session);
      w.list(v.facts, writeFact);
      return;
    case "ValueWritten":
      w.array(7);
      w.uint(209);
      w.uint(v.session);
      writeValueKey(w, v.key);
      if (v.payload === null) w.nil(); else { writePayload(w, v.payload); }
      if (v.expiresMs === null) w.nil(); else { w.uint(v.expiresMs); }
      w.str(v.by);
      w.str(v.why);
      return;
    case "LockQueued":
      w.array(4);
      w.uint(210);
      w.uint(v.session);
      writeLockWish(w, v.wish);
      if (v.untilMs === null) w.nil(); else { w.uint(v.untilMs); }
      return;
    case "LockGranted":
      w.array(4);
      w.uint(211);
      w.uint(v.session);
      writeLockWish(w, v.wish);
      if (v.request === null) w.nil(); else { w.uint(v.request); }
      return;
    case "LockExtended":
      w.array(4);
      w.uint(212);
      w.uint(v.session);
      w.uint(v.fence);
      w.uint(v.lengthMs);
      return;
    case "LockEnded":
      w.array(4);
      w.uint(213);
      w.uint(v.session);
      w.uint(v.lock);
      writeLockEnd(w, v.cause);
      return;
  }
}

export function readSessionEvent(r: Reader): SessionEvent {
  return readSessionEventAs(r, r.array() - 1, r.uint());
}

export function readSessionEventAs(r: Reader, fields: number, tag: number): SessionEvent {
  let left = fields;
  switch (tag) {
    case 200: {
      left--;
      const plan: PlanSpec = readPlanSpec(r);
      const expected: number = left-- > 0 ? r.uint() : 0;
      const draft: boolean = left-- > 0 ? r.bool() : false;
      const input: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
      const actor: string = left-- > 0 ? r.str() : "";
      const tenant: string = left-- > 0 ? r.str() : "";
      const untilMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      for (; left > 0; left--) r.skip();
      return { type: "SessionOpened", plan, expected, draft, input, actor, tenant, untilMs };
    }
    case 201: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "SessionPaused", session, reason };
    }
    case 202: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "SessionResumed", session };
    }
    case 203: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "SessionCancelRequested", session, reason };
    }
    case 204: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      left--;
      const status: SessionStatus = readSessionStatus(r);
      const evict: readonly SessionId[] = left-- > 0 ? r.list(uint) : [];
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "SessionEnded", session, status, evict, reason };
    }
    case 205: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const entries: readonly (readonly [string, Payload | null])[] = left-- > 0 ? r.list((r) => r.pair(str, (r) => (r.nil() ? null : readPayload(r)))) : [];
      for (; left > 0; left--) r.skip();
      return { type: "ContextUpdated", session, entries };
    }
    case 206: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const bytes: number = left-- > 0 ? r.uint() : 0;
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "PlanPartAdded", session, bytes, untilMs };
    }
    case 207: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "SessionTimedOut", session };
    }
    case 208: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const facts: readonly Fact[] = left-- > 0 ? r.list(readFact) : [];
      for (; left > 0; left--) r.skip();
      return { type: "FactsRecorded", session, facts };
    }
    case 209: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      left--;
      const key: ValueKey = readValueKey(r);
      const payload: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
      const expiresMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      const by: string = left-- > 0 ? r.str() : "";
      const why: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "ValueWritten", session, key, payload, expiresMs, by, why };
    }
    case 210: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      left--;
      const wish: LockWish = readLockWish(r);
      const untilMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      for (; left > 0; left--) r.skip();
      return { type: "LockQueued", session, wish, untilMs };
    }
    case 211: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      left--;
      const wish: LockWish = readLockWish(r);
      const request: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
      for (; left > 0; left--) r.skip();
      return { type: "LockGranted", session, wish, request };
    }
    case 212: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const lengthMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "LockExtended", session, fence, lengthMs };
    }
    case 213: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const lock: number = left-- > 0 ? r.uint() : 0;
      left--;
      const cause: LockEnd = readLockEnd(r);
      for (; left > 0; left--) r.skip();
      return { type: "LockEnded", session, lock, cause };
    }
    default:
      throw new RangeError(`SessionEvent has no variant ${tag}`);
  }
}

/** An orchestration and its state. */
export type SessionId = number;

/** How far a session is. */
export interface SessionProgress {
  /** Tasks that are not made of parts weigh the same; ended ones count whole, running ones with their progress. */
  readonly ppm: number;
  /**
   * Time that is left, from how long tasks of the same class took and how many run at once; `None` when nothing
   * is known yet or nothing is left.
   */
  readonly etaMs: number | null;
  readonly counts: Counts;
  readonly pending: number;
  readonly ready: number;
  readonly running: number;
  /** Between two attempts. */
  readonly backingOff: number;
  /** Until a human decides. */
  readonly humans: number;
  /** Paused by somebody. */
  readonly paused: boolean;
  /** New tasks are held back by an alert. */
  readonly alerted: boolean;
}

export function writeSessionProgress(w: Writer, v: SessionProgress): void {
  w.array(10);
  w.uint(v.ppm);
  if (v.etaMs === null) w.nil(); else { w.uint(v.etaMs); }
  writeCounts(w, v.counts);
  w.uint(v.pending);
  w.uint(v.ready);
  w.uint(v.running);
  w.uint(v.backingOff);
  w.uint(v.humans);
  w.bool(v.paused);
  w.bool(v.alerted);
}

export function readSessionProgress(r: Reader): SessionProgress {
  let left = r.array();
  const ppm: number = left-- > 0 ? r.uint() : 0;
  const etaMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  left--;
  const counts: Counts = readCounts(r);
  const pending: number = left-- > 0 ? r.uint() : 0;
  const ready: number = left-- > 0 ? r.uint() : 0;
  const running: number = left-- > 0 ? r.uint() : 0;
  const backingOff: number = left-- > 0 ? r.uint() : 0;
  const humans: number = left-- > 0 ? r.uint() : 0;
  const paused: boolean = left-- > 0 ? r.bool() : false;
  const alerted: boolean = left-- > 0 ? r.bool() : false;
  for (; left > 0; left--) r.skip();
  return { ppm, etaMs, counts, pending, ready, running, backingOff, humans, paused, alerted };
}

/** What the completed tasks of a session brought back, by key, in plan order. */
export interface SessionResults {
  readonly outputs: readonly (readonly [string, Payload])[];
}

export function writeSessionResults(w: Writer, v: SessionResults): void {
  w.array(1);
  w.list(v.outputs, (w, item0) => { w.array(2); w.str(item0[0]); writePayload(w, item0[1]); });
}

export function readSessionResults(r: Reader): SessionResults {
  let left = r.array();
  const outputs: readonly (readonly [string, Payload])[] = left-- > 0 ? r.list((r) => r.pair(str, readPayload)) : [];
  for (; left > 0; left--) r.skip();
  return { outputs };
}

/** Where a session is. */
export type SessionStatus = "planning" | "running" | "paused" | "cancelling" | "completed" | "failed" | "cancelled";

const sessionStatusTags: Readonly<Record<SessionStatus, number>> = {
  "planning": 0,
  "running": 1,
  "paused": 2,
  "cancelling": 3,
  "completed": 4,
  "failed": 5,
  "cancelled": 6,
};

const sessionStatusValues: ReadonlyMap<number, SessionStatus> = new Map<number, SessionStatus>([
  [0, "planning"],
  [1, "running"],
  [2, "paused"],
  [3, "cancelling"],
  [4, "completed"],
  [5, "failed"],
  [6, "cancelled"],
]);

export function writeSessionStatus(w: Writer, v: SessionStatus): void {
  w.uint(sessionStatusTags[v]);
}

export function readSessionStatus(r: Reader): SessionStatus {
  const tag = r.uint();
  const value = sessionStatusValues.get(tag);
  if (value === undefined) throw new RangeError(`SessionStatus has no value ${tag}`);
  return value;
}

/** Why the tasks of a session do not run, in plan order. */
export interface SessionWaits {
  readonly reasons: readonly WaitReason[];
}

export function writeSessionWaits(w: Writer, v: SessionWaits): void {
  w.array(1);
  w.list(v.reasons, writeWaitReason);
}

export function readSessionWaits(r: Reader): SessionWaits {
  let left = r.array();
  const reasons: readonly WaitReason[] = left-- > 0 ? r.list(readWaitReason) : [];
  for (; left > 0; left--) r.skip();
  return { reasons };
}

/** What a partition goes by. Times in milliseconds. */
export interface Settings {
  /** What may be reserved at once; `None` is without bound. */
  readonly totals: Resources | null;
  readonly selection: Selection;
  /** Waiting time that lifts a ready task by one priority. */
  readonly ageingMs: number;
  /** Waiting time after which what becomes free is kept for a task. */
  readonly starvationMs: number;
  /** Time an agent has to finish its work when it is stopped. */
  readonly shutdownMs: number;
  readonly agents: AgentSettings;
  /** Time after which a plan that is being handed in and does not grow is given up. */
  readonly draftMs: number;
  readonly recovery: RecoverySettings;
  readonly alerts: readonly AlertRule[];
  readonly escalations: EscalationSettings;
  readonly values: ValueSettings;
}

export function writeSettings(w: Writer, v: Settings): void {
  w.array(11);
  if (v.totals === null) w.nil(); else { writeResources(w, v.totals); }
  writeSelection(w, v.selection);
  w.uint(v.ageingMs);
  w.uint(v.starvationMs);
  w.uint(v.shutdownMs);
  writeAgentSettings(w, v.agents);
  w.uint(v.draftMs);
  writeRecoverySettings(w, v.recovery);
  w.list(v.alerts, writeAlertRule);
  writeEscalationSettings(w, v.escalations);
  writeValueSettings(w, v.values);
}

export function readSettings(r: Reader): Settings {
  let left = r.array();
  const totals: Resources | null = left-- > 0 ? r.nil() ? null : readResources(r) : null;
  left--;
  const selection: Selection = readSelection(r);
  const ageingMs: number = left-- > 0 ? r.uint() : 0;
  const starvationMs: number = left-- > 0 ? r.uint() : 0;
  const shutdownMs: number = left-- > 0 ? r.uint() : 0;
  left--;
  const agents: AgentSettings = readAgentSettings(r);
  const draftMs: number = left-- > 0 ? r.uint() : 0;
  left--;
  const recovery: RecoverySettings = readRecoverySettings(r);
  const alerts: readonly AlertRule[] = left-- > 0 ? r.list(readAlertRule) : [];
  left--;
  const escalations: EscalationSettings = readEscalationSettings(r);
  left--;
  const values: ValueSettings = readValueSettings(r);
  for (; left > 0; left--) r.skip();
  return { totals, selection, ageingMs, starvationMs, shutdownMs, agents, draftMs, recovery, alerts, escalations, values };
}

/** How grave something is. */
export type Severity = "warning" | "critical";

const severityTags: Readonly<Record<Severity, number>> = {
  "warning": 0,
  "critical": 1,
};

const severityValues: ReadonlyMap<number, Severity> = new Map<number, Severity>([
  [0, "warning"],
  [1, "critical"],
]);

export function writeSeverity(w: Writer, v: Severity): void {
  w.uint(severityTags[v]);
}

export function readSeverity(r: Reader): Severity {
  const tag = r.uint();
  const value = severityValues.get(tag);
  if (value === undefined) throw new RangeError(`Severity has no value ${tag}`);
  return value;
}

/** What is to become of a session's values and locks, as a whole. */
export interface StateChange {
  /** Why, for whoever looks at the history. */
  readonly why: string;
  /** Versions values must have; 0 stands for one that is not there. */
  readonly checks: readonly (readonly [ValueKey, number])[];
  /** In the order of their keys: scope, owner, name. */
  readonly writes: readonly ValueWrite[];
  /** Locks that must be held. */
  readonly held: readonly Fence[];
  /** Locks that are given back, in order. */
  readonly release: readonly Fence[];
  /** Locks that are taken, by name in order; nobody waits for them. */
  readonly acquire: readonly LockWish[];
}

export function writeStateChange(w: Writer, v: StateChange): void {
  w.array(6);
  w.str(v.why);
  w.list(v.checks, (w, item0) => { w.array(2); writeValueKey(w, item0[0]); w.uint(item0[1]); });
  w.list(v.writes, writeValueWrite);
  w.list(v.held, writeUint);
  w.list(v.release, writeUint);
  w.list(v.acquire, writeLockWish);
}

export function readStateChange(r: Reader): StateChange {
  let left = r.array();
  const why: string = left-- > 0 ? r.str() : "";
  const checks: readonly (readonly [ValueKey, number])[] = left-- > 0 ? r.list((r) => r.pair(readValueKey, uint)) : [];
  const writes: readonly ValueWrite[] = left-- > 0 ? r.list(readValueWrite) : [];
  const held: readonly Fence[] = left-- > 0 ? r.list(uint) : [];
  const release: readonly Fence[] = left-- > 0 ? r.list(uint) : [];
  const acquire: readonly LockWish[] = left-- > 0 ? r.list(readLockWish) : [];
  for (; left > 0; left--) r.skip();
  return { why, checks, writes, held, release, acquire };
}

/** What one step gives. */
export interface StepOutput {
  /** The frame to append; empty when nothing happened. */
  readonly frame: Uint8Array;
  readonly firstSeq: number;
  /** Sequence of the last event, of this step or an earlier one. */
  readonly lastSeq: number;
  /** Where in the frame the events begin. */
  readonly eventsAt: number;
  readonly answers: readonly Answer[];
  /** To be done once the frame is durable, in order. */
  readonly effects: readonly Effect[];
  /** Kernel time at which the passing of time alone would change something; `None` when idle. */
  readonly deadlineMs: number | null;
  /** Kernel time of this step. */
  readonly nowMs: number;
  /** Requests at the end of the batch the step had no room for: they are not answered and come again first. */
  readonly leftOver: number;
}

export function writeStepOutput(w: Writer, v: StepOutput): void {
  w.array(9);
  w.bin(v.frame);
  w.uint(v.firstSeq);
  w.uint(v.lastSeq);
  w.uint(v.eventsAt);
  w.list(v.answers, writeAnswer);
  w.list(v.effects, writeEffect);
  if (v.deadlineMs === null) w.nil(); else { w.uint(v.deadlineMs); }
  w.uint(v.nowMs);
  w.uint(v.leftOver);
}

export function readStepOutput(r: Reader): StepOutput {
  let left = r.array();
  const frame: Uint8Array = left-- > 0 ? r.bin() : new Uint8Array(0);
  const firstSeq: number = left-- > 0 ? r.uint() : 0;
  const lastSeq: number = left-- > 0 ? r.uint() : 0;
  const eventsAt: number = left-- > 0 ? r.uint() : 0;
  const answers: readonly Answer[] = left-- > 0 ? r.list(readAnswer) : [];
  const effects: readonly Effect[] = left-- > 0 ? r.list(readEffect) : [];
  const deadlineMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const nowMs: number = left-- > 0 ? r.uint() : 0;
  const leftOver: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { frame, firstSeq, lastSeq, eventsAt, answers, effects, deadlineMs, nowMs, leftOver };
}

/** Why a holder is asked to stop. */
export type StopReason = "timeout" | "cancel" | "reassign";

const stopReasonTags: Readonly<Record<StopReason, number>> = {
  "timeout": 1,
  "cancel": 2,
  "reassign": 3,
};

const stopReasonValues: ReadonlyMap<number, StopReason> = new Map<number, StopReason>([
  [1, "timeout"],
  [2, "cancel"],
  [3, "reassign"],
]);

export function writeStopReason(w: Writer, v: StopReason): void {
  w.uint(stopReasonTags[v]);
}

export function readStopReason(r: Reader): StopReason {
  const tag = r.uint();
  const value = stopReasonValues.get(tag);
  if (value === undefined) throw new RangeError(`StopReason has no value ${tag}`);
  return value;
}

/** What is tried about a failure. */
export type Strategy = "reinstall_deps" | "fix_permissions" | "reduce_dataset" | "extend_timeout" | "retry_with_backoff" | "retry" | "environment_reset" | "reallocate_agent" | "increase_allocation" | "alternative_agent";

const strategyTags: Readonly<Record<Strategy, number>> = {
  "reinstall_deps": 0,
  "fix_permissions": 1,
  "reduce_dataset": 2,
  "extend_timeout": 3,
  "retry_with_backoff": 4,
  "retry": 5,
  "environment_reset": 6,
  "reallocate_agent": 7,
  "increase_allocation": 8,
  "alternative_agent": 9,
};

const strategyValues: ReadonlyMap<number, Strategy> = new Map<number, Strategy>([
  [0, "reinstall_deps"],
  [1, "fix_permissions"],
  [2, "reduce_dataset"],
  [3, "extend_timeout"],
  [4, "retry_with_backoff"],
  [5, "retry"],
  [6, "environment_reset"],
  [7, "reallocate_agent"],
  [8, "increase_allocation"],
  [9, "alternative_agent"],
]);

export function writeStrategy(w: Writer, v: Strategy): void {
  w.uint(strategyTags[v]);
}

export function readStrategy(r: Reader): Strategy {
  const tag = r.uint();
  const value = strategyValues.get(tag);
  if (value === undefined) throw new RangeError(`Strategy has no value ${tag}`);
  return value;
}

/** What a stream keeps from a position on. */
export interface StreamPage {
  /** The oldest message it keeps, when what lies at the position is kept no more. */
  readonly expired: MessageId | null;
  readonly messages: readonly Delivery[];
  /** Where their payloads are. */
  readonly payloads: readonly (readonly [number, Payload])[];
  /** Behind which number the next page begins. */
  readonly next: MessageId;
}

export function writeStreamPage(w: Writer, v: StreamPage): void {
  w.array(4);
  if (v.expired === null) w.nil(); else { w.uint(v.expired); }
  w.list(v.messages, writeDelivery);
  w.list(v.payloads, (w, item0) => { w.array(2); w.uint(item0[0]); writePayload(w, item0[1]); });
  w.uint(v.next);
}

export function readStreamPage(r: Reader): StreamPage {
  let left = r.array();
  const expired: MessageId | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const messages: readonly Delivery[] = left-- > 0 ? r.list(readDelivery) : [];
  const payloads: readonly (readonly [number, Payload])[] = left-- > 0 ? r.list((r) => r.pair(uint, readPayload)) : [];
  const next: MessageId = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { expired, messages, payloads, next };
}

/** A stream, and who reads it. */
export interface StreamView {
  readonly queue: Queue;
  /** The oldest message it keeps; the next one that comes when it keeps none. */
  readonly oldest: MessageId;
  /** The last one it was given. */
  readonly last: MessageId;
  readonly groups: readonly GroupView[];
  readonly cursors: readonly CursorView[];
}

export function writeStreamView(w: Writer, v: StreamView): void {
  w.array(5);
  writeQueue(w, v.queue);
  w.uint(v.oldest);
  w.uint(v.last);
  w.list(v.groups, writeGroupView);
  w.list(v.cursors, writeCursorView);
}

export function readStreamView(r: Reader): StreamView {
  let left = r.array();
  left--;
  const queue: Queue = readQueue(r);
  const oldest: MessageId = left-- > 0 ? r.uint() : 0;
  const last: MessageId = left-- > 0 ? r.uint() : 0;
  const groups: readonly GroupView[] = left-- > 0 ? r.list(readGroupView) : [];
  const cursors: readonly CursorView[] = left-- > 0 ? r.list(readCursorView) : [];
  for (; left > 0; left--) r.skip();
  return { queue, oldest, last, groups, cursors };
}

/** The partition at the moment a human was asked. */
export interface SystemState {
  /** Tasks of the session. */
  readonly tasks: Counts;
  /** Attempts that run in all sessions. */
  readonly running: number;
  /** Tasks of all sessions that could run. */
  readonly ready: number;
  /** Escalations that are open, without this one. */
  readonly escalations: number;
  readonly agents: number;
  /** Agents that may be given work. */
  readonly agentsAvailable: number;
  readonly reserved: Resources;
  readonly totals: Resources | null;
}

export function writeSystemState(w: Writer, v: SystemState): void {
  w.array(8);
  writeCounts(w, v.tasks);
  w.uint(v.running);
  w.uint(v.ready);
  w.uint(v.escalations);
  w.uint(v.agents);
  w.uint(v.agentsAvailable);
  writeResources(w, v.reserved);
  if (v.totals === null) w.nil(); else { writeResources(w, v.totals); }
}

export function readSystemState(r: Reader): SystemState {
  let left = r.array();
  left--;
  const tasks: Counts = readCounts(r);
  const running: number = left-- > 0 ? r.uint() : 0;
  const ready: number = left-- > 0 ? r.uint() : 0;
  const escalations: number = left-- > 0 ? r.uint() : 0;
  const agents: number = left-- > 0 ? r.uint() : 0;
  const agentsAvailable: number = left-- > 0 ? r.uint() : 0;
  left--;
  const reserved: Resources = readResources(r);
  const totals: Resources | null = left-- > 0 ? r.nil() ? null : readResources(r) : null;
  for (; left > 0; left--) r.skip();
  return { tasks, running, ready, escalations, agents, agentsAvailable, reserved, totals };
}

/** One task. */
export interface Task {
  readonly session: SessionId;
  readonly index: number;
  readonly spec: TaskSpec;
  readonly status: TaskStatus;
  /** Things that must happen before it is ready. */
  readonly blockers: number;
  readonly readyMs: number;
  readonly course: Course | null;
  readonly ties: Ties | null;
}

export function writeTask(w: Writer, v: Task): void {
  w.array(8);
  w.uint(v.session);
  w.uint(v.index);
  writeTaskSpec(w, v.spec);
  writeTaskStatus(w, v.status);
  w.uint(v.blockers);
  w.uint(v.readyMs);
  if (v.course === null) w.nil(); else { writeCourse(w, v.course); }
  if (v.ties === null) w.nil(); else { writeTies(w, v.ties); }
}

export function readTask(r: Reader): Task {
  let left = r.array();
  const session: SessionId = left-- > 0 ? r.uint() : 0;
  const index: number = left-- > 0 ? r.uint() : 0;
  left--;
  const spec: TaskSpec = readTaskSpec(r);
  left--;
  const status: TaskStatus = readTaskStatus(r);
  const blockers: number = left-- > 0 ? r.uint() : 0;
  const readyMs: number = left-- > 0 ? r.uint() : 0;
  const course: Course | null = left-- > 0 ? r.nil() ? null : readCourse(r) : null;
  const ties: Ties | null = left-- > 0 ? r.nil() ? null : readTies(r) : null;
  for (; left > 0; left--) r.skip();
  return { session, index, spec, status, blockers, readyMs, course, ties };
}

/** What can be reported of tasks. Every report carries the fence of its attempt. */
export type TaskCommand =
    /** How far an attempt is, in millionths. */
  | {
      readonly type: "ReportProgress";
      readonly fence: Fence;
      readonly ppm: number;
      readonly message: string;
    }
    /** An attempt ended well; whether well enough is judged here. */
  | {
      readonly type: "CompleteTask";
      readonly fence: Fence;
      readonly report: Report;
      /**
       * Failed tests the attempt put up with because a criterion judges the pass rate: why it failed when that
       * criterion is not met.
       */
      readonly tolerated: AttemptError | null;
    }
    /** An attempt ended otherwise. */
  | {
      readonly type: "FailTask";
      readonly fence: Fence;
      readonly error: AttemptError;
      readonly report: Report;
    }
    /** An attempt asks for more time. */
  | {
      readonly type: "ExtendTask";
      readonly fence: Fence;
      /** Time it has from now on, unless it has more left. */
      readonly lengthMs: number;
    }
    /**
     * Its agent did not take the attempt on, and nothing was done. It goes to another agent, or waits, and its agent
     * rests.
     */
  | {
      readonly type: "RefuseTask";
      readonly fence: Fence;
      readonly error: AttemptError;
      /** Time in which the agent wants nothing new; held to a second and an hour. */
      readonly pauseMs: number;
    }
;

export function writeTaskCommand(w: Writer, v: TaskCommand): void {
  switch (v.type) {
    case "ReportProgress":
      w.array(4);
      w.uint(300);
      w.uint(v.fence);
      w.uint(v.ppm);
      w.str(v.message);
      return;
    case "CompleteTask":
      w.array(4);
      w.uint(301);
      w.uint(v.fence);
      writeReport(w, v.report);
      if (v.tolerated === null) w.nil(); else { writeAttemptError(w, v.tolerated); }
      return;
    case "FailTask":
      w.array(4);
      w.uint(302);
      w.uint(v.fence);
      writeAttemptError(w, v.error);
      writeReport(w, v.report);
      return;
    case "ExtendTask":
      w.array(3);
      w.uint(303);
      w.uint(v.fence);
      w.uint(v.lengthMs);
      return;
    case "RefuseTask":
      w.array(4);
      w.uint(304);
      w.uint(v.fence);
      writeAttemptError(w, v.error);
      w.uint(v.pauseMs);
      return;
  }
}

export function readTaskCommand(r: Reader): TaskCommand {
  return readTaskCommandAs(r, r.array() - 1, r.uint());
}

export function readTaskCommandAs(r: Reader, fields: number, tag: number): TaskCommand {
  let left = fields;
  switch (tag) {
    case 300: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const ppm: number = left-- > 0 ? r.uint() : 0;
      const message: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "ReportProgress", fence, ppm, message };
    }
    case 301: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      left--;
      const report: Report = readReport(r);
      const tolerated: AttemptError | null = left-- > 0 ? r.nil() ? null : readAttemptError(r) : null;
      for (; left > 0; left--) r.skip();
      return { type: "CompleteTask", fence, report, tolerated };
    }
    case 302: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      left--;
      const error: AttemptError = readAttemptError(r);
      left--;
      const report: Report = readReport(r);
      for (; left > 0; left--) r.skip();
      return { type: "FailTask", fence, error, report };
    }
    case 303: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const lengthMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "ExtendTask", fence, lengthMs };
    }
    case 304: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      left--;
      const error: AttemptError = readAttemptError(r);
      const pauseMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "RefuseTask", fence, error, pauseMs };
    }
    default:
      throw new RangeError(`TaskCommand has no variant ${tag}`);
  }
}

/** What happened to tasks. */
export type TaskEvent =
    /** A task joined a plan; its id is this event's sequence. */
  | {
      readonly type: "TaskAdded";
      readonly session: SessionId;
      readonly spec: TaskSpec;
    }
    /** The plan is whole; its tasks may run. */
  | {
      readonly type: "PlanCommitted";
      readonly session: SessionId;
    }
    /** An agent got the task; the fence is this event's sequence. */
  | {
      readonly type: "TaskGranted";
      readonly task: TaskId;
      readonly session: SessionId;
      readonly agent: AgentId;
      readonly attempt: number;
      readonly timeoutMs: number;
      readonly resources: Resources;
    }
    /** How far the attempt is. */
  | {
      readonly type: "TaskProgressed";
      readonly task: TaskId;
      readonly session: SessionId;
      readonly fence: Fence;
      readonly ppm: number;
      readonly message: string;
    }
    /** The attempt met every criterion. */
  | {
      readonly type: "TaskCompleted";
      readonly task: TaskId;
      readonly session: SessionId;
      readonly agent: AgentId;
      readonly fence: Fence;
      readonly durationMs: number;
      readonly report: Report;
      readonly verdicts: readonly Verdict[];
    }
    /** The attempt ended without. */
  | {
      readonly type: "TaskAttemptFailed";
      readonly task: TaskId;
      readonly session: SessionId;
      readonly agent: AgentId;
      readonly fence: Fence;
      readonly durationMs: number;
      readonly outcome: AttemptOutcome;
      readonly error: AttemptError;
      readonly report: Report;
      readonly verdicts: readonly Verdict[];
      readonly next: Next;
    }
    /** The attempt was asked to end. */
  | {
      readonly type: "TaskStopRequested";
      readonly task: TaskId;
      readonly session: SessionId;
      readonly fence: Fence;
      readonly reason: StopReason;
      readonly untilMs: number;
    }
    /** The time before the next attempt is over. */
  | {
      readonly type: "TaskWoken";
      readonly task: TaskId;
      readonly session: SessionId;
    }
    /** It will not run, because what it needs did not complete. */
  | {
      readonly type: "TaskSkipped";
      readonly task: TaskId;
      readonly session: SessionId;
      readonly reason: string;
    }
    /** It was cancelled before it ran. */
  | {
      readonly type: "TaskCancelled";
      readonly task: TaskId;
      readonly session: SessionId;
    }
    /** Every part of a task has ended, and so has the task. */
  | {
      readonly type: "GroupEnded";
      readonly task: TaskId;
      readonly session: SessionId;
      readonly completed: boolean;
      readonly report: Report;
      readonly verdicts: readonly Verdict[];
      /** Why it has not completed. */
      readonly error: AttemptError | null;
    }
    /** The tasks of a phase may run. */
  | {
      readonly type: "PhaseOpened";
      readonly session: SessionId;
      readonly phase: number;
    }
    /** Every task of a phase has ended. */
  | {
      readonly type: "PhaseEnded";
      readonly session: SessionId;
      readonly phase: number;
      readonly passed: boolean;
      readonly reason: string;
    }
    /** The time of a phase is over: what still runs in it is stopped, and its gate is not passed. */
  | {
      readonly type: "PhaseTimedOut";
      readonly session: SessionId;
      readonly phase: number;
    }
    /** The total time of a task is over: what still runs of it is stopped. */
  | {
      readonly type: "TaskTimedOut";
      readonly task: TaskId;
      readonly session: SessionId;
    }
    /** It ended without a running attempt, because the time of the task, its parent or its phase is over. */
  | {
      readonly type: "TaskExpired";
      readonly task: TaskId;
      readonly session: SessionId;
      readonly status: TaskStatus;
      readonly reason: string;
    }
    /** The attempt has more time, from now on. */
  | {
      readonly type: "TaskExtended";
      readonly task: TaskId;
      readonly session: SessionId;
      readonly fence: Fence;
      readonly lengthMs: number;
    }
;

export function writeTaskEvent(w: Writer, v: TaskEvent): void {
  switch (v.type) {
    case "TaskAdded":
      w.array(3);
      w.uint(300);
      w.uint(v.session);
      writeTaskSpec(w, v.spec);
      return;
    case "PlanCommitted":
      w.array(2);
      w.uint(301);
      w.uint(v.session);
      return;
    case "TaskGranted":
      w.array(7);
      w.uint(302);
      w.uint(v.task);
      w.uint(v.session);
      w.uint(v.agent);
      w.uint(v.attempt);
      w.uint(v.timeoutMs);
      writeResources(w, v.resources);
      return;
    case "TaskProgressed":
      w.array(6);
      w.uint(303);
      w.uint(v.task);
      w.uint(v.session);
      w.uint(v.fence);
      w.uint(v.ppm);
      w.str(v.message);
      return;
    case "TaskCompleted":
      w.array(8);
      w.uint(304);
      w.uint(v.task);
      w.uint(v.session);
      w.uint(v.agent);
      w.uint(v.fence);
      w.uint(v.durationMs);
      writeReport(w, v.report);
      w.list(v.verdicts, writeVerdict);
      return;
    case "TaskAttemptFailed":
      w.array(11);
      w.uint(305);
      w.uint(v.task);
      w.uint(v.session);
      w.uint(v.agent);
      w.uint(v.fence);
      w.uint(v.durationMs);
      writeAttemptOutcome(w, v.outcome);
      writeAttemptError(w, v.error);
      writeReport(w, v.report);
      w.list(v.verdicts, writeVerdict);
      writeNext(w, v.next);
      return;
    case "TaskStopRequested":
      w.array(6);
      w.uint(306);
      w.uint(v.task);
      w.uint(v.session);
      w.uint(v.fence);
      writeStopReason(w, v.reason);
      w.uint(v.untilMs);
      return;
    case "TaskWoken":
      w.array(3);
      w.uint(307);
      w.uint(v.task);
      w.uint(v.session);
      return;
    case "TaskSkipped":
      w.array(4);
      w.uint(308);
      w.uint(v.task);
      w.uint(v.session);
      w.str(v.reason);
      return;
    case "TaskCancelled":
      w.array(3);
      w.uint(309);
      w.uint(v.task);
      w.uint(v.session);
      return;
    case "GroupEnded":
      w.array(7);
      w.uint(310);
      w.uint(v.task);
      w.uint(v.session);
      w.bool(v.completed);
      writeReport(w, v.report);
      w.list(v.verdicts, writeVerdict);
      if (v.error === null) w.nil(); else { writeAttemptError(w, v.error); }
      return;
    case "PhaseOpened":
      w.array(3);
      w.uint(311);
      w.uint(v.session);
      w.uint(v.phase);
      return;
    case "PhaseEnded":
      w.array(5);
      w.uint(312);
      w.uint(v.session);
      w.uint(v.phase);
      w.bool(v.passed);
      w.str(v.reason);
      return;
    case "PhaseTimedOut":
      w.array(3);
      w.uint(313);
      w.uint(v.session);
      w.uint(v.phase);
      return;
    case "TaskTimedOut":
      w.array(3);
      w.uint(314);
      w.uint(v.task);
      w.uint(v.session);
      return;
    case "TaskExpired":
      w.array(5);
      w.uint(315);
      w.uint(v.task);
      w.uint(v.session);
      writeTaskStatus(w, v.status);
      w.str(v.reason);
      return;
    case "TaskExtended":
      w.array(5);
      w.uint(316);
      w.uint(v.task);
      w.uint(v.session);
      w.uint(v.fence);
      w.uint(v.lengthMs);
      return;
  }
}

export function readTaskEvent(r: Reader): TaskEvent {
  return readTaskEventAs(r, r.array() - 1, r.uint());
}

export function readTaskEventAs(r: Reader, fields: number, tag: number): TaskEvent {
  let left = fields;
  switch (tag) {
    case 300: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      left--;
      const spec: TaskSpec = readTaskSpec(r);
      for (; left > 0; left--) r.skip();
      return { type: "TaskAdded", session, spec };
    }
    case 301: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "PlanCommitted", session };
    }
    case 302: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const attempt: number = left-- > 0 ? r.uint() : 0;
      const timeoutMs: number = left-- > 0 ? r.uint() : 0;
      left--;
      const resources: Resources = readResources(r);
      for (; left > 0; left--) r.skip();
      return { type: "TaskGranted", task, session, agent, attempt, timeoutMs, resources };
    }
    case 303: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const ppm: number = left-- > 0 ? r.uint() : 0;
      const message: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "TaskProgressed", task, session, fence, ppm, message };
    }
    case 304: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const durationMs: number = left-- > 0 ? r.uint() : 0;
      left--;
      const report: Report = readReport(r);
      const verdicts: readonly Verdict[] = left-- > 0 ? r.list(readVerdict) : [];
      for (; left > 0; left--) r.skip();
      return { type: "TaskCompleted", task, session, agent, fence, durationMs, report, verdicts };
    }
    case 305: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const durationMs: number = left-- > 0 ? r.uint() : 0;
      left--;
      const outcome: AttemptOutcome = readAttemptOutcome(r);
      left--;
      const error: AttemptError = readAttemptError(r);
      left--;
      const report: Report = readReport(r);
      const verdicts: readonly Verdict[] = left-- > 0 ? r.list(readVerdict) : [];
      left--;
      const next: Next = readNext(r);
      for (; left > 0; left--) r.skip();
      return { type: "TaskAttemptFailed", task, session, agent, fence, durationMs, outcome, error, report, verdicts, next };
    }
    case 306: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      left--;
      const reason: StopReason = readStopReason(r);
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "TaskStopRequested", task, session, fence, reason, untilMs };
    }
    case 307: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "TaskWoken", task, session };
    }
    case 308: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "TaskSkipped", task, session, reason };
    }
    case 309: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "TaskCancelled", task, session };
    }
    case 310: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const completed: boolean = left-- > 0 ? r.bool() : false;
      left--;
      const report: Report = readReport(r);
      const verdicts: readonly Verdict[] = left-- > 0 ? r.list(readVerdict) : [];
      const error: AttemptError | null = left-- > 0 ? r.nil() ? null : readAttemptError(r) : null;
      for (; left > 0; left--) r.skip();
      return { type: "GroupEnded", task, session, completed, report, verdicts, error };
    }
    case 311: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const phase: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "PhaseOpened", session, phase };
    }
    case 312: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const phase: number = left-- > 0 ? r.uint() : 0;
      const passed: boolean = left-- > 0 ? r.bool() : false;
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "PhaseEnded", session, phase, passed, reason };
    }
    case 313: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const phase: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "PhaseTimedOut", session, phase };
    }
    case 314: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "TaskTimedOut", task, session };
    }
    case 315: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      left--;
      const status: TaskStatus = readTaskStatus(r);
      const reason: string = left-- > 0 ? r.str() : "";
      for (; left > 0; left--) r.skip();
      return { type: "TaskExpired", task, session, status, reason };
    }
    case 316: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      const lengthMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "TaskExtended", task, session, fence, lengthMs };
    }
    default:
      throw new RangeError(`TaskEvent has no variant ${tag}`);
  }
}

/** A task of a plan. */
export type TaskId = number;

/** A task nobody could do. */
export interface TaskMisfit {
  readonly task: TaskId;
  readonly key: string;
  readonly misfit: Misfit;
}

export function writeTaskMisfit(w: Writer, v: TaskMisfit): void {
  w.array(3);
  w.uint(v.task);
  w.str(v.key);
  writeMisfit(w, v.misfit);
}

export function readTaskMisfit(r: Reader): TaskMisfit {
  let left = r.array();
  const task: TaskId = left-- > 0 ? r.uint() : 0;
  const key: string = left-- > 0 ? r.str() : "";
  left--;
  const misfit: Misfit = readMisfit(r);
  for (; left > 0; left--) r.skip();
  return { task, key, misfit };
}

/** One task as a plan gives it. Indexes count the plan's tasks from 0. */
export interface TaskSpec {
  /** Unique in the plan. */
  readonly key: string;
  readonly name: string;
  readonly parent: number | null;
  /** Tasks that must complete first. */
  readonly after: readonly number[];
  readonly priority: Priority;
  /** Index of a class of the plan. */
  readonly class: number | null;
  readonly demand: Demand;
  /** Time of one attempt. */
  readonly timeoutMs: number;
  readonly criteria: readonly Criterion[];
  readonly input: Payload | null;
  /** Time of the whole task from when it could first run: every attempt, wait and part of it. */
  readonly totalTimeoutMs: number | null;
}

export function writeTaskSpec(w: Writer, v: TaskSpec): void {
  w.array(11);
  w.str(v.key);
  w.str(v.name);
  if (v.parent === null) w.nil(); else { w.uint(v.parent); }
  w.list(v.after, writeUint);
  writePriority(w, v.priority);
  if (v.class === null) w.nil(); else { w.uint(v.class); }
  writeDemand(w, v.demand);
  w.uint(v.timeoutMs);
  w.list(v.criteria, writeCriterion);
  if (v.input === null) w.nil(); else { writePayload(w, v.input); }
  if (v.totalTimeoutMs === null) w.nil(); else { w.uint(v.totalTimeoutMs); }
}

export function readTaskSpec(r: Reader): TaskSpec {
  let left = r.array();
  const key: string = left-- > 0 ? r.str() : "";
  const name: string = left-- > 0 ? r.str() : "";
  const parent: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const after: readonly number[] = left-- > 0 ? r.list(uint) : [];
  left--;
  const priority: Priority = readPriority(r);
  const class_: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  left--;
  const demand: Demand = readDemand(r);
  const timeoutMs: number = left-- > 0 ? r.uint() : 0;
  const criteria: readonly Criterion[] = left-- > 0 ? r.list(readCriterion) : [];
  const input: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
  const totalTimeoutMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return { key, name, parent, after, priority, class: class_, demand, timeoutMs, criteria, input, totalTimeoutMs };
}

/** Where a task is in its life. */
export type TaskStatus = "pending" | "ready" | "running" | "waiting" | "completed" | "failed" | "skipped" | "cancelled";

const taskStatusTags: Readonly<Record<TaskStatus, number>> = {
  "pending": 0,
  "ready": 1,
  "running": 2,
  "waiting": 3,
  "completed": 4,
  "failed": 5,
  "skipped": 6,
  "cancelled": 7,
};

const taskStatusValues: ReadonlyMap<number, TaskStatus> = new Map<number, TaskStatus>([
  [0, "pending"],
  [1, "ready"],
  [2, "running"],
  [3, "waiting"],
  [4, "completed"],
  [5, "failed"],
  [6, "skipped"],
  [7, "cancelled"],
]);

export function writeTaskStatus(w: Writer, v: TaskStatus): void {
  w.uint(taskStatusTags[v]);
}

export function readTaskStatus(r: Reader): TaskStatus {
  const tag = r.uint();
  const value = taskStatusValues.get(tag);
  if (value === undefined) throw new RangeError(`TaskStatus has no value ${tag}`);
  return value;
}

/** How a task hangs together with others of its plan. */
export interface Ties {
  /** Phase it stands in itself, not through its parent. */
  readonly phase: number | null;
  /** Tasks that wait for it to complete. */
  readonly dependents: readonly TaskId[];
  /** Tasks that wait for it to end, however. */
  readonly followers: readonly TaskId[];
  /** A task before it in its sequential phase has not ended. */
  readonly awaitsTurn: boolean;
  /** Its parts. */
  readonly children: readonly TaskId[];
  readonly openChildren: number;
}

export function writeTies(w: Writer, v: Ties): void {
  w.array(6);
  if (v.phase === null) w.nil(); else { w.uint(v.phase); }
  w.list(v.dependents, writeUint);
  w.list(v.followers, writeUint);
  w.bool(v.awaitsTurn);
  w.list(v.children, writeUint);
  w.uint(v.openChildren);
}

export function readTies(r: Reader): Ties {
  let left = r.array();
  const phase: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const dependents: readonly TaskId[] = left-- > 0 ? r.list(uint) : [];
  const followers: readonly TaskId[] = left-- > 0 ? r.list(uint) : [];
  const awaitsTurn: boolean = left-- > 0 ? r.bool() : false;
  const children: readonly TaskId[] = left-- > 0 ? r.list(uint) : [];
  const openChildren: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { phase, dependents, followers, awaitsTurn, children, openChildren };
}

/** Why a stream keeps messages no more. */
export type TrimCause = "acked" | "expired" | "dropped";

const trimCauseTags: Readonly<Record<TrimCause, number>> = {
  "acked": 0,
  "expired": 1,
  "dropped": 2,
};

const trimCauseValues: ReadonlyMap<number, TrimCause> = new Map<number, TrimCause>([
  [0, "acked"],
  [1, "expired"],
  [2, "dropped"],
]);

export function writeTrimCause(w: Writer, v: TrimCause): void {
  w.uint(trimCauseTags[v]);
}

export function readTrimCause(r: Reader): TrimCause {
  const tag = r.uint();
  const value = trimCauseValues.get(tag);
  if (value === undefined) throw new RangeError(`TrimCause has no value ${tag}`);
  return value;
}

/** A report that nobody can do what ready tasks demand. */
export interface UnservedDemand {
  readonly demand: Demand;
  readonly sinceMs: number;
}

export function writeUnservedDemand(w: Writer, v: UnservedDemand): void {
  w.array(2);
  writeDemand(w, v.demand);
  w.uint(v.sinceMs);
}

export function readUnservedDemand(r: Reader): UnservedDemand {
  let left = r.array();
  left--;
  const demand: Demand = readDemand(r);
  const sinceMs: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { demand, sinceMs };
}

/** An open report and its number. */
export interface UnservedReport {
  readonly report: number;
  readonly unserved: UnservedDemand;
}

export function writeUnservedReport(w: Writer, v: UnservedReport): void {
  w.array(2);
  w.uint(v.report);
  writeUnservedDemand(w, v.unserved);
}

export function readUnservedReport(r: Reader): UnservedReport {
  let left = r.array();
  const report: number = left-- > 0 ? r.uint() : 0;
  left--;
  const unserved: UnservedDemand = readUnservedDemand(r);
  for (; left > 0; left--) r.skip();
  return { report, unserved };
}

/** Every open report, oldest first. */
export interface UnservedReports {
  readonly reports: readonly UnservedReport[];
}

export function writeUnservedReports(w: Writer, v: UnservedReports): void {
  w.array(1);
  w.list(v.reports, writeUnservedReport);
}

export function readUnservedReports(r: Reader): UnservedReports {
  let left = r.array();
  const reports: readonly UnservedReport[] = left-- > 0 ? r.list(readUnservedReport) : [];
  for (; left > 0; left--) r.skip();
  return { reports };
}

/** What an attempt was seen to use; absent where the platform cannot tell. */
export interface Usage {
  readonly memoryPeakBytes: number | null;
  readonly cpuMs: number | null;
  readonly diskBytes: number | null;
}

export function writeUsage(w: Writer, v: Usage): void {
  w.array(3);
  if (v.memoryPeakBytes === null) w.nil(); else { w.uint(v.memoryPeakBytes); }
  if (v.cpuMs === null) w.nil(); else { w.uint(v.cpuMs); }
  if (v.diskBytes === null) w.nil(); else { w.uint(v.diskBytes); }
}

export function readUsage(r: Reader): Usage {
  let left = r.array();
  const memoryPeakBytes: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const cpuMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  const diskBytes: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return new YoungUsage(memoryPeakBytes, cpuMs, diskBytes);
}

class YoungUsage {
  readonly memoryPeakBytes: number | null;
  readonly cpuMs: number | null;
  readonly diskBytes: number | null;

  constructor(memoryPeakBytes: number | null, cpuMs: number | null, diskBytes: number | null) {
    this.memoryPeakBytes = memoryPeakBytes;
    this.cpuMs = cpuMs;
    this.diskBytes = diskBytes;
  }
}

/** One value; its version is the sequence of the event that wrote it. */
export interface Value {
  readonly session: SessionId;
  readonly key: ValueKey;
  readonly payload: Payload;
  /** Kernel time at which it is gone. */
  readonly expiresMs: number | null;
}

export function writeValue(w: Writer, v: Value): void {
  w.array(4);
  w.uint(v.session);
  writeValueKey(w, v.key);
  writePayload(w, v.payload);
  if (v.expiresMs === null) w.nil(); else { w.uint(v.expiresMs); }
}

export function readValue(r: Reader): Value {
  let left = r.array();
  const session: SessionId = left-- > 0 ? r.uint() : 0;
  left--;
  const key: ValueKey = readValueKey(r);
  left--;
  const payload: Payload = readPayload(r);
  const expiresMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return { session, key, payload, expiresMs };
}

/** What names a value within its session. */
export interface ValueKey {
  readonly scope: Scope;
  /** Name of the agent a private value is of; empty otherwise. */
  readonly owner: string;
  readonly name: string;
}

export function writeValueKey(w: Writer, v: ValueKey): void {
  w.array(3);
  writeScope(w, v.scope);
  w.str(v.owner);
  w.str(v.name);
}

export function readValueKey(r: Reader): ValueKey {
  let left = r.array();
  left--;
  const scope: Scope = readScope(r);
  const owner: string = left-- > 0 ? r.str() : "";
  const name: string = left-- > 0 ? r.str() : "";
  for (; left > 0; left--) r.skip();
  return { scope, owner, name };
}

/** What a session's values may take. */
export interface ValueSettings {
  /** Values of one session. */
  readonly keys: number;
  /** Bytes of all values of one session, their names among them. */
  readonly bytes: number;
  /** Bytes of one value, its name among them. */
  readonly valueBytes: number;
}

export function writeValueSettings(w: Writer, v: ValueSettings): void {
  w.array(3);
  w.uint(v.keys);
  w.uint(v.bytes);
  w.uint(v.valueBytes);
}

export function readValueSettings(r: Reader): ValueSettings {
  let left = r.array();
  const keys: number = left-- > 0 ? r.uint() : 0;
  const bytes: number = left-- > 0 ? r.uint() : 0;
  const valueBytes: number = left-- > 0 ? r.uint() : 0;
  for (; left > 0; left--) r.skip();
  return { keys, bytes, valueBytes };
}

/** A value to be written. */
export interface ValueWrite {
  readonly key: ValueKey;
  /** `None` deletes it. */
  readonly payload: Payload | null;
  /** How long a temporary value lasts. */
  readonly ttlMs: number | null;
}

export function writeValueWrite(w: Writer, v: ValueWrite): void {
  w.array(3);
  writeValueKey(w, v.key);
  if (v.payload === null) w.nil(); else { writePayload(w, v.payload); }
  if (v.ttlMs === null) w.nil(); else { w.uint(v.ttlMs); }
}

export function readValueWrite(r: Reader): ValueWrite {
  let left = r.array();
  left--;
  const key: ValueKey = readValueKey(r);
  const payload: Payload | null = left-- > 0 ? r.nil() ? null : readPayload(r) : null;
  const ttlMs: number | null = left-- > 0 ? r.nil() ? null : r.uint() : null;
  for (; left > 0; left--) r.skip();
  return { key, payload, ttlMs };
}

/** How a criterion came out. */
export interface Verdict {
  readonly name: string;
  /** `None` when nothing was measured, which does not meet the criterion. */
  readonly measuredMicro: number | null;
  readonly met: boolean;
}

export function writeVerdict(w: Writer, v: Verdict): void {
  w.array(3);
  w.str(v.name);
  if (v.measuredMicro === null) w.nil(); else { w.int(v.measuredMicro); }
  w.bool(v.met);
}

export function readVerdict(r: Reader): Verdict {
  let left = r.array();
  const name: string = left-- > 0 ? r.str() : "";
  const measuredMicro: number | null = left-- > 0 ? r.nil() ? null : r.int() : null;
  const met: boolean = left-- > 0 ? r.bool() : false;
  for (; left > 0; left--) r.skip();
  return { name, measuredMicro, met };
}

/** What can be looked at from outside. A cold path: running reads come from the runtime's mirror. */
export type View =
    /** The node record. */
  | {
      readonly type: "Node";
    }
    /** One agent. */
  | {
      readonly type: "Agent";
      readonly agent: AgentId;
    }
    /** One session. */
  | {
      readonly type: "Session";
      readonly session: SessionId;
    }
    /** The plan of a session. */
  | {
      readonly type: "Plan";
      readonly session: SessionId;
    }
    /** One task. */
  | {
      readonly type: "Task";
      readonly task: TaskId;
    }
    /** One lease. */
  | {
      readonly type: "Lease";
      readonly fence: Fence;
    }
    /** How an agent is doing: an `AgentVitals`. */
  | {
      readonly type: "Vitals";
      readonly agent: AgentId;
    }
    /** Agents that fit a description: a `Discovery`. */
  | {
      readonly type: "Agents";
      readonly query: AgentQuery;
    }
    /** A pool and its agents: a `PoolView`. */
  | {
      readonly type: "Pool";
      readonly pool: PoolId;
    }
    /** Demands that nobody can meet: `UnservedReports`. */
  | {
      readonly type: "Unserved";
    }
    /** Whether demands could be met: a `DemandFit`. */
  | {
      readonly type: "DemandFit";
      readonly demands: readonly Demand[];
    }
    /** Whether a session's tasks could be done: a `PlanFit`. */
  | {
      readonly type: "PlanFit";
      readonly session: SessionId;
    }
    /** Capabilities and types of agents: a `Catalog`. */
  | {
      readonly type: "Catalog";
    }
    /** What holds where nothing else was said: `Settings`. */
  | {
      readonly type: "Defaults";
    }
    /** One escalation. */
  | {
      readonly type: "Escalation";
      readonly escalation: EscalationId;
    }
    /** One alert. */
  | {
      readonly type: "Alert";
      readonly alert: AlertId;
    }
    /** How far a session is: a `SessionProgress`. */
  | {
      readonly type: "Progress";
      readonly session: SessionId;
    }
    /** What the completed tasks of a session brought back: `SessionResults`. */
  | {
      readonly type: "Results";
      readonly session: SessionId;
    }
    /** Why a task does not run: a `WaitReason`. */
  | {
      readonly type: "Waiting";
      readonly task: TaskId;
    }
    /** Why the tasks of a session do not run: `SessionWaits`. */
  | {
      readonly type: "Waits";
      readonly session: SessionId;
    }
    /** One queue. */
  | {
      readonly type: "Queue";
      readonly queue: QueueId;
    }
    /** Messages of a queue nobody could deal with: `DeadLetters`, at most 1,000. */
  | {
      readonly type: "DeadLetters";
      readonly queue: QueueId;
      readonly skip: number;
      readonly limit: number;
    }
    /** Schedules of a queue: `ScheduleList`. */
  | {
      readonly type: "Schedules";
      readonly queue: QueueId;
    }
    /** A stream and who reads it: a `StreamView`. */
  | {
      readonly type: "Stream";
      readonly queue: QueueId;
    }
    /** What a stream keeps from a position on: a `StreamPage`, at most 1,000 messages. */
  | {
      readonly type: "StreamPage";
      readonly queue: QueueId;
      readonly from: Position;
      readonly limit: number;
      /** Kernel time: what is over by then is left out. */
      readonly nowMs: number;
    }
    /** One cursor. */
  | {
      readonly type: "Cursor";
      readonly cursor: number;
    }
;

export function writeView(w: Writer, v: View): void {
  switch (v.type) {
    case "Node":
      w.array(1);
      w.uint(1);
      return;
    case "Agent":
      w.array(2);
      w.uint(2);
      w.uint(v.agent);
      return;
    case "Session":
      w.array(2);
      w.uint(3);
      w.uint(v.session);
      return;
    case "Plan":
      w.array(2);
      w.uint(4);
      w.uint(v.session);
      return;
    case "Task":
      w.array(2);
      w.uint(5);
      w.uint(v.task);
      return;
    case "Lease":
      w.array(2);
      w.uint(6);
      w.uint(v.fence);
      return;
    case "Vitals":
      w.array(2);
      w.uint(7);
      w.uint(v.agent);
      return;
    case "Agents":
      w.array(2);
      w.uint(8);
      writeAgentQuery(w, v.query);
      return;
    case "Pool":
      w.array(2);
      w.uint(9);
      w.uint(v.pool);
      return;
    case "Unserved":
      w.array(1);
      w.uint(10);
      return;
    case "DemandFit":
      w.array(2);
      w.uint(11);
      w.list(v.demands, writeDemand);
      return;
    case "PlanFit":
      w.array(2);
      w.uint(12);
      w.uint(v.session);
      return;
    case "Catalog":
      w.array(1);
      w.uint(13);
      return;
    case "Defaults":
      w.array(1);
      w.uint(14);
      return;
    case "Escalation":
      w.array(2);
      w.uint(20);
      w.uint(v.escalation);
      return;
    case "Alert":
      w.array(2);
      w.uint(21);
      w.uint(v.alert);
      return;
    case "Progress":
      w.array(2);
      w.uint(22);
      w.uint(v.session);
      return;
    case "Results":
      w.array(2);
      w.uint(23);
      w.uint(v.session);
      return;
    case "Waiting":
      w.array(2);
      w.uint(24);
      w.uint(v.task);
      return;
    case "Waits":
      w.array(2);
      w.uint(25);
      w.uint(v.session);
      return;
    case "Queue":
      w.array(2);
      w.uint(30);
      w.uint(v.queue);
      return;
    case "DeadLetters":
      w.array(4);
      w.uint(31);
      w.uint(v.queue);
      w.uint(v.skip);
      w.uint(v.limit);
      return;
    case "Schedules":
      w.array(2);
      w.uint(32);
      w.uint(v.queue);
      return;
    case "Stream":
      w.array(2);
      w.uint(33);
      w.uint(v.queue);
      return;
    case "StreamPage":
      w.array(5);
      w.uint(34);
      w.uint(v.queue);
      writePosition(w, v.from);
      w.uint(v.limit);
      w.uint(v.nowMs);
      return;
    case "Cursor":
      w.array(2);
      w.uint(35);
      w.uint(v.cursor);
      return;
  }
}

export function readView(r: Reader): View {
  return readViewAs(r, r.array() - 1, r.uint());
}

export function readViewAs(r: Reader, fields: number, tag: number): View {
  let left = fields;
  switch (tag) {
    case 1: {
      for (; left > 0; left--) r.skip();
      return { type: "Node" };
    }
    case 2: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Agent", agent };
    }
    case 3: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Session", session };
    }
    case 4: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Plan", session };
    }
    case 5: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Task", task };
    }
    case 6: {
      const fence: Fence = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Lease", fence };
    }
    case 7: {
      const agent: AgentId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Vitals", agent };
    }
    case 8: {
      left--;
      const query: AgentQuery = readAgentQuery(r);
      for (; left > 0; left--) r.skip();
      return { type: "Agents", query };
    }
    case 9: {
      const pool: PoolId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Pool", pool };
    }
    case 10: {
      for (; left > 0; left--) r.skip();
      return { type: "Unserved" };
    }
    case 11: {
      const demands: readonly Demand[] = left-- > 0 ? r.list(readDemand) : [];
      for (; left > 0; left--) r.skip();
      return { type: "DemandFit", demands };
    }
    case 12: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "PlanFit", session };
    }
    case 13: {
      for (; left > 0; left--) r.skip();
      return { type: "Catalog" };
    }
    case 14: {
      for (; left > 0; left--) r.skip();
      return { type: "Defaults" };
    }
    case 20: {
      const escalation: EscalationId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Escalation", escalation };
    }
    case 21: {
      const alert: AlertId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Alert", alert };
    }
    case 22: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Progress", session };
    }
    case 23: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Results", session };
    }
    case 24: {
      const task: TaskId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Waiting", task };
    }
    case 25: {
      const session: SessionId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Waits", session };
    }
    case 30: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Queue", queue };
    }
    case 31: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      const skip: number = left-- > 0 ? r.uint() : 0;
      const limit: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "DeadLetters", queue, skip, limit };
    }
    case 32: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Schedules", queue };
    }
    case 33: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Stream", queue };
    }
    case 34: {
      const queue: QueueId = left-- > 0 ? r.uint() : 0;
      left--;
      const from: Position = readPosition(r);
      const limit: number = left-- > 0 ? r.uint() : 0;
      const nowMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "StreamPage", queue, from, limit, nowMs };
    }
    case 35: {
      const cursor: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Cursor", cursor };
    }
    default:
      throw new RangeError(`View has no variant ${tag}`);
  }
}

/** What a waiting task waits for. */
export type Wait =
    /** The time of its next attempt. */
  | {
      readonly type: "Backoff";
      readonly untilMs: number;
    }
    /** A human. */
  | {
      readonly type: "Human";
      readonly escalation: EscalationId;
    }
;

export function writeWait(w: Writer, v: Wait): void {
  switch (v.type) {
    case "Backoff":
      w.array(2);
      w.uint(1);
      w.uint(v.untilMs);
      return;
    case "Human":
      w.array(2);
      w.uint(2);
      w.uint(v.escalation);
      return;
  }
}

export function readWait(r: Reader): Wait {
  return readWaitAs(r, r.array() - 1, r.uint());
}

export function readWaitAs(r: Reader, fields: number, tag: number): Wait {
  let left = fields;
  switch (tag) {
    case 1: {
      const untilMs: number = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Backoff", untilMs };
    }
    case 2: {
      const escalation: EscalationId = left-- > 0 ? r.uint() : 0;
      for (; left > 0; left--) r.skip();
      return { type: "Human", escalation };
    }
    default:
      throw new RangeError(`Wait has no variant ${tag}`);
  }
}

/** Why a task does not run. */
export type WaitReason = "none" | "draft" | "phase" | "dependencies" | "backoff" | "human" | "paused" | "alert" | "class_full" | "resources" | "agents_busy" | "no_agent" | "exceeds_totals" | "ending";

const waitReasonTags: Readonly<Record<WaitReason, number>> = {
  "none": 0,
  "draft": 1,
  "phase": 2,
  "dependencies": 3,
  "backoff": 4,
  "human": 5,
  "paused": 6,
  "alert": 7,
  "class_full": 8,
  "resources": 9,
  "agents_busy": 10,
  "no_agent": 11,
  "exceeds_totals": 12,
  "ending": 13,
};

const waitReasonValues: ReadonlyMap<number, WaitReason> = new Map<number, WaitReason>([
  [0, "none"],
  [1, "draft"],
  [2, "phase"],
  [3, "dependencies"],
  [4, "backoff"],
  [5, "human"],
  [6, "paused"],
  [7, "alert"],
  [8, "class_full"],
  [9, "resources"],
  [10, "agents_busy"],
  [11, "no_agent"],
  [12, "exceeds_totals"],
  [13, "ending"],
]);

export function writeWaitReason(w: Writer, v: WaitReason): void {
  w.uint(waitReasonTags[v]);
}

export function readWaitReason(r: Reader): WaitReason {
  const tag = r.uint();
  const value = waitReasonValues.get(tag);
  if (value === undefined) throw new RangeError(`WaitReason has no value ${tag}`);
  return value;
}

