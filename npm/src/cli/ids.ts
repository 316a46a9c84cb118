import { PolyphonError } from "../errors/error.ts";
import type { SessionSummary, TeamReads } from "./ports.ts";

/** Sessions that are looked through before all others. */
const RECENT = 100;

/** The session the user means. One of the newest, by its whole id or as `last`, is found without reading of all others. */
export async function findSession(team: TeamReads, given: string): Promise<SessionSummary> {
  const recent = await team.sessions({ limit: RECENT });
  const found = recent.find(({ id }) => id === given) ?? (given === "last" ? recent[0] : undefined);
  return found ?? resolveId("session", await team.sessions(), given);
}

/**
 * Finds what the user means: a whole id, the beginning of exactly one, or `last` for the first of the list (lists are
 * newest first). `also` finds by other names, for example the key of a task.
 */
export function resolveId<T extends { readonly id: string }>(
  kind: "session" | "escalation",
  items: readonly T[],
  given: string,
  also: (item: T) => boolean = () => false,
): T {
  const exact = items.find((item) => item.id === given);
  if (exact !== undefined) return exact;
  if (given === "last" && items[0] !== undefined) return items[0];
  const prefixes = [given, `${kind}_${given}`];
  const matches = items.filter((item) => prefixes.some((prefix) => item.id.startsWith(prefix)) || also(item));
  const [match, other] = matches;
  if (match !== undefined && other === undefined) return match;
  if (other !== undefined) {
    const named = matches.slice(0, 5).map((item) => item.id);
    throw new PolyphonError("CLI_AMBIGUOUS_ID", {
      message: `${JSON.stringify(given)} fits ${matches.length} ${kind}s: ${named.join(", ")}${matches.length > 5 ? ", …" : ""}.`,
      details: { given, matches: matches.map((item) => item.id) },
    });
  }
  throw new PolyphonError("CLI_UNKNOWN_ID", {
    message: `There is no ${kind === "session" ? "session" : "open escalation"} ${JSON.stringify(given)} here.`,
    details: { given },
  });
}
