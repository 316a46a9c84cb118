import type { Message } from "./message.ts";
import type { GroupRoute } from "./route.ts";
import type { Subscriber } from "./subscriber.ts";

interface Turn {
  next: number;
  members: number;
}

/** Consumer groups: whose turn it is in each, over all subjects its members take. */
export class Groups {
  readonly #turns = new Map<string, Turn>();

  join(name: string): void {
    const turn = this.#turns.get(name);
    if (turn === undefined) this.#turns.set(name, { next: 0, members: 1 });
    else turn.members += 1;
  }

  leave(name: string): void {
    const turn = this.#turns.get(name);
    if (turn !== undefined && --turn.members === 0) this.#turns.delete(name);
  }

  /** The groups among those who take a subject. */
  among(found: readonly Subscriber[]): GroupRoute[] {
    const groups = new Map<string, Subscriber[]>();
    for (const subscriber of found) {
      const { group } = subscriber;
      if (group === undefined) continue;
      const members = groups.get(group);
      if (members === undefined) groups.set(group, [subscriber]);
      else if (!members.includes(subscriber)) members.push(subscriber);
    }
    return [...groups].map(([name, members]) => ({ members, turn: this.#turns.get(name) ?? { next: 0 } }));
  }
}

/** The member whose turn it is: the first with room that takes the message, else the first that takes it. It goes to the end. */
export function oneOf(members: Set<Subscriber>, message: Message): Subscriber[] {
  let chosen: Subscriber | undefined;
  for (const member of members) {
    if (member.isClosed || (member.filter !== undefined && !member.filter(message))) continue;
    if (chosen === undefined || member.isOpen) chosen = member;
    if (chosen.isOpen) break;
  }
  if (chosen === undefined) return [];
  members.delete(chosen);
  members.add(chosen);
  return [chosen];
}
