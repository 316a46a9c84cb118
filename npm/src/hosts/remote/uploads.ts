import { PolyphonError } from "../../errors/error.ts";
import type { ArtifactKeeper } from "../agent.ts";
import type { Artifact } from "../host.ts";
import { isName, MAX_ARTIFACTS } from "../limits.ts";
import type { ArtifactClaim, ArtifactPart, PartTaken } from "./wire.ts";

/** Artifacts an agent sends at once, of one attempt. */
const OPEN_MOST = 16;

/** The artifacts of one attempt, on their way from a remote agent to where the team keeps them. */
export class Uploads {
  readonly #keeper: ArtifactKeeper;
  readonly #uploads = new Map<string, Upload>();

  constructor(keeper: ArtifactKeeper) {
    this.#keeper = keeper;
  }

  /** Takes a part of an artifact, once. `HOST_ARTIFACT_FAILED` */
  async take(part: ArtifactPart): Promise<PartTaken> {
    const known = this.#uploads.get(part.upload);
    if (known !== undefined) return known.take(part);
    // Its beginning went to an owner before: it has to come again.
    if (part.at > 0) return { received: 0 };
    const open = [...this.#uploads.values()].filter(({ artifact }) => artifact === undefined).length;
    if (!isName(part.name) || this.#uploads.size >= MAX_ARTIFACTS || open >= OPEN_MOST) {
      throw failed(
        part.name,
        `an attempt has at most ${MAX_ARTIFACTS} artifacts with a name, and sends ${OPEN_MOST} at once`,
      );
    }
    const upload = new Upload(part.name, this.#keeper);
    this.#uploads.set(part.upload, upload);
    return upload.take(part);
  }

  /**
   * What an agent says it has kept: what came here, and what an owner before has kept, if it is there. `HOST_ARTIFACT_FAILED`
   * for what is not.
   */
  async claimed(claims: readonly ArtifactClaim[]): Promise<readonly Artifact[]> {
    const kept = [...this.#uploads.values()].flatMap(({ artifact }) => (artifact === undefined ? [] : [artifact]));
    const found: Artifact[] = [];
    for (const { name, sha256 } of claims) {
      const here = kept.find((artifact) => artifact.name === name && artifact.sha256 === sha256);
      const there = here ?? (await this.#keeper.find?.(name, sha256));
      if (there === undefined) throw failed(name, "it was sent to an owner before, and is not there");
      found.push(there);
    }
    return found;
  }

  /** The attempt is over: what has not come whole is dropped. */
  end(): void {
    for (const upload of this.#uploads.values()) upload.abort();
  }
}

class Upload {
  readonly #name: string;
  readonly #pieces = new Pieces();
  readonly #keeping: Promise<Artifact>;
  #received = 0;
  #turn: Promise<unknown> = Promise.resolve();
  artifact: Artifact | undefined;

  constructor(name: string, keeper: ArtifactKeeper) {
    this.#name = name;
    this.#keeping = keeper.keep(name, this.#pieces);
    this.#keeping.catch(() => undefined);
  }

  /** One part after the other: one that is sent again waits for itself. */
  take(part: ArtifactPart): Promise<PartTaken> {
    const taken = this.#turn.then(() => this.#take(part));
    this.#turn = taken.catch(() => undefined);
    return taken;
  }

  abort(): void {
    this.#pieces.end(failed(this.#name, "the attempt was over before all of it had come"));
  }

  async #take({ at, bytes, isLast }: ArtifactPart): Promise<PartTaken> {
    if (this.artifact !== undefined) return { received: this.#received, artifact: this.artifact };
    if (at > this.#received) return { received: this.#received };
    const fresh = bytes.subarray(this.#received - at);
    if (fresh.length > 0) {
      await Promise.race([this.#pieces.push(fresh), this.#keeping]);
      this.#received += fresh.length;
    }
    if (!isLast || at + bytes.length !== this.#received) return { received: this.#received };
    this.#pieces.end();
    this.artifact = await this.#keeping;
    return { received: this.#received, artifact: this.artifact };
  }
}

/** Bytes as they come; whoever brings them waits until they are taken. */
class Pieces implements AsyncIterable<Uint8Array> {
  #waiting: { readonly bytes: Uint8Array; readonly taken: () => void } | undefined;
  #end: { readonly error: Error | undefined } | undefined;
  #wake: (() => void) | undefined;

  push(bytes: Uint8Array): Promise<void> {
    return new Promise((taken) => {
      this.#waiting = { bytes, taken };
      this.#stir();
    });
  }

  end(error?: Error): void {
    this.#end ??= { error };
    this.#stir();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const piece = this.#waiting;
      this.#waiting = undefined;
      if (piece !== undefined) {
        yield piece.bytes;
        piece.taken();
      } else if (this.#end?.error !== undefined) throw this.#end.error;
      else if (this.#end !== undefined) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #stir(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

export function failed(name: string, why: string): PolyphonError {
  const message = `artifact ${JSON.stringify(name)} could not be kept: ${why}`;
  return new PolyphonError("HOST_ARTIFACT_FAILED", { message, details: { name } });
}
