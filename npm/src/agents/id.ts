/**
 * Id of an agent, a TypeID: `agent_` and 26 characters of base 32. Unique for ever, and only of use in the journal it was
 * made in.
 */
export type AgentId = `agent_${string}`;

/** Whether a text has the form of an agent's id. Whether there is such an agent, only its team can say. */
export function isAgentId(text: string): text is AgentId {
  return FORM.test(text);
}

/** Crockford's base 32 in lower case; the first of 26 digits holds three bits. */
const FORM = /^agent_[0-7][0-9a-hjkmnp-tv-z]{25}$/;
