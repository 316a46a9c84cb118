import { PolyphonError } from "../../errors/error.ts";
import { randomHex } from "../../runtime/random.ts";
import type { ArtifactContent, ArtifactKeeper } from "../agent.ts";
import type { Artifact, Attempt } from "../host.ts";
import { failed } from "./uploads.ts";
import type { ArtifactPart, PartTaken } from "./wire.ts";

/** Bytes of one part. */
const PART_BYTES = 256 * 1_024;
/** Times an artifact is sent from its beginning. */
const SENT_MOST = 5;

/** What sending needs. */
export interface SenderParts {
  /** Whether the team has a place for artifacts. */
  canKeep(): boolean;
  /** Asks the team, again and again until there is an answer. */
  send(fence: number, part: ArtifactPart): Promise<PartTaken>;
}

/** Keeps artifacts where the team keeps them: part by part, each until it was answered. */
export class ArtifactSender implements ArtifactKeeper {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  async keep(name: string, content: ArtifactContent, attempt?: Attempt): Promise<Artifact> {
    if (attempt === undefined || !this.#parts.canKeep()) {
      throw unsupported("the team has no place for artifacts of remote agents, or is of a version that knows none.");
    }
    if (isPath(content)) {
      throw unsupported("a path means nothing to the team: give the bytes, or a stream of the file.");
    }
    const isWhole = typeof content === "string" || content instanceof Uint8Array;
    for (let sent = 1; ; sent++) {
      const artifact = await this.#send(attempt.fence, name, isWhole ? once(content) : content);
      if (artifact !== undefined) return artifact;
      if (!isWhole) throw failed(name, "the team changed hands while it was sent; a stream cannot be sent again");
      if (sent === SENT_MOST) throw failed(name, `the team changed hands ${SENT_MOST} times while it was sent`);
    }
  }

  /** `undefined`: the team has forgotten its beginning. */
  async #send(fence: number, name: string, pieces: AsyncIterable<Uint8Array>): Promise<Artifact | undefined> {
    const upload = randomHex(8);
    let at = 0;
    for await (const piece of pieces) {
      for (let from = 0; from < piece.length; from += PART_BYTES) {
        const bytes = piece.slice(from, from + PART_BYTES);
        const { received } = await this.#parts.send(fence, { upload, name, at, bytes, isLast: false });
        at += bytes.length;
        if (received !== at) return undefined;
      }
    }
    const { artifact } = await this.#parts.send(fence, { upload, name, at, bytes: new Uint8Array(0), isLast: true });
    return artifact;
  }
}

function isPath(content: ArtifactContent): content is { readonly path: string } {
  return typeof content === "object" && "path" in content && !(Symbol.asyncIterator in content);
}

async function* once(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof content === "string" ? new TextEncoder().encode(content) : content;
}

function unsupported(message: string): PolyphonError {
  return new PolyphonError("HOST_ARTIFACT_UNSUPPORTED", { message });
}
