/** `polyphon/remote`: agents of other processes, machines and pages. */
export {
  type AcceptAgentsOptions,
  type AgentDoor,
  acceptAgents,
  agentRights,
  type RemoteAgentRequest,
  type RemoteAgentTerms,
  type Rights,
} from "./door.ts";
export { keptName } from "./kept-name.ts";
export { type RemoteAgent, type RemoteAgentOptions, remoteAgent } from "./satellite.ts";
