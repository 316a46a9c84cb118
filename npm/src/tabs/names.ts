/** Longest wait for a lock: until its holder goes. */
export const FOR_EVER_MS = 2_000_000_000;
/** Rhythm of signs of life between tabs, in milliseconds. */
export const HEARTBEAT_MS = 2_000;

/** Name of the lock and the channel of a journal that tabs share. */
export function sharedName(name: string): string {
  return `polyphon:${name}:shared`;
}

/** Name of the lock a tab holds while it is there. */
export function presenceOf(name: string, tab: string): string {
  return `polyphon:${name}:tab:${tab}`;
}

/** Agents of several tabs may have one name: in the journal each has that of its tab behind it. */
export function nameIn(tab: string, agent: string): string {
  return `${agent}@${tab}`;
}

/** The tab an agent is in; `undefined` for one that is in none. */
export function ownerOf(name: string): string | undefined {
  return /@(tab-[0-9a-f]{16})$/.exec(name)?.[1];
}
